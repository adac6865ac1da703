"""The pretended GitHub answers in GitHub's shapes and refuses what GitHub refuses."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from werkzeug.test import TestResponse, create_environ
from werkzeug.wrappers import Request

from checks.document import folded
from sandbox import people
from sandbox.github.rim import PREFIX
from sandbox.keys import make
from tests.github_api import validate
from tests.sandbox.github import Asked, at

HERE = "/repos/octo/widget"
LATE = "2026-03-02T12:00:00"
OUTPUT = {"title": "t", "summary": "s"}
ADVISORY = {
    "summary": "s",
    "description": "d",
    "severity": "high",
    "vulnerabilities": [{"package": {"ecosystem": "npm", "name": "@octo/widget"}, "vulnerable_version_range": "= 1"}],
}


@pytest.fixture
def asked() -> Asked:
    return Asked("small-rogue", LATE)


@cache
def described() -> OpenAPI:
    raw = json.loads(Path(validate.DESCRIPTION).read_text())
    raw["servers"] = [{"url": f"http://localhost{PREFIX}"}]
    _say_null(raw)
    return OpenAPI.from_dict(raw)


def _say_null(node: Any) -> None:
    """GitHub's description forgets null among words and kinds of nullable fields, and for two objects of an advisory.

    Its own examples show null there: a conclusion that is not reached, a draft without publisher. And it tells the
    kinds of contents apart by a property, which the list of a folder's entries cannot have.
    """
    if isinstance(node, dict):
        node.pop("discriminator", None)
        if node.get("nullable") and "enum" in node and None not in node["enum"]:
            node["enum"].append(None)
        if node.get("nullable") and "oneOf" in node:
            node["oneOf"].append({"type": "string", "nullable": True, "enum": [None]})
        for name in ("publisher", "private_fork"):
            if isinstance(node.get(name), dict) and "allOf" in node[name]:
                node[name] = {}
        for held in node.values():
            _say_null(held)
    elif isinstance(node, list):
        for held in node:
            _say_null(held)


def problem(answer: TestResponse) -> str:
    """What GitHub's description has against an answer."""
    asked = Request(create_environ(answer.request.path, "http://localhost", method=answer.request.method))
    try:
        described().validate_response(WerkzeugOpenAPIRequest(asked), WerkzeugOpenAPIResponse(answer))
    except OpenAPIError as error:
        return "; ".join([str(error), *(e.message for e in getattr(error.__cause__, "schema_errors", ()))])
    return ""


def test_answers_have_the_shapes_of_githubs_description(asked: Asked) -> None:
    sha = asked.ask(f"{HERE}/git/ref/heads%2Fmain").json["object"]["sha"]  # type: ignore[index]  # an object
    check = asked.ask(f"{HERE}/check-runs", "POST", {"name": "n", "head_sha": sha, "output": OUTPUT})
    issue = asked.ask(f"{HERE}/issues", "POST", {"title": "t", "body": "b", "labels": ["x"]})
    advisory = asked.ask(f"{HERE}/security-advisories", "POST", ADVISORY)
    answers = {
        "check": check,
        "issue": issue,
        "advisory": advisory,
        "repository": asked.ask(HERE),
        "runs": asked.ask(f"{HERE}/actions/runs?created=>=2026-01-01"),
        "of workflow": asked.ask(f"{HERE}/actions/workflows/publish.yml/runs"),
        "attempt": asked.ask(f"{HERE}/actions/runs/100/attempts/1"),
        "jobs": asked.ask(f"{HERE}/actions/runs/100/attempts/1/jobs"),
        "installation": asked.as_app(f"{HERE}/installation"),
        "check list": asked.ask(f"{HERE}/commits/{sha}/check-runs"),
        "check changed": asked.ask(
            f"{HERE}/check-runs/{(check.json or {})['id']}", "PATCH", {"status": "completed", "conclusion": "failure"}
        ),
        "issue list": asked.ask(f"{HERE}/issues"),
        "issue labelled": asked.ask(f"{HERE}/issues/1/labels", "POST", {"labels": ["y: z"]}),
        "issue no longer labelled": asked.ask(f"{HERE}/issues/1/labels/y%3A%20z", "DELETE"),
        "issue assigned": asked.ask(f"{HERE}/issues/1/assignees", "POST", {"assignees": ["octo", "nobody"]}),
        "comment": (comment := asked.ask(f"{HERE}/issues/1/comments", "POST", {"body": "b"})),
        "comment list": asked.ask(f"{HERE}/issues/1/comments"),
        "comment edited": asked.ask(f"{HERE}/issues/comments/{(comment.json or {})['id']}", "PATCH", {"body": "c"}),
        "role": asked.ask(f"{HERE}/collaborators/mona/permission"),
        "issue closed": asked.ask(f"{HERE}/issues/1", "PATCH", {"state": "closed"}),
        "one issue": asked.ask(f"{HERE}/issues/1"),
        "advisory list": asked.ask(f"{HERE}/security-advisories"),
        "advisory closed": asked.ask(
            f"{HERE}/security-advisories/{(advisory.json or {})['ghsa_id']}", "PATCH", {"state": "closed"}
        ),
    }

    assert {} == {name: said for name, answer in answers.items() if (said := problem(answer))}


def test_the_app_is_known_by_its_key_alone(asked: Asked) -> None:
    assert 200 == asked.as_app("/app").status_code
    assert 401 == asked.as_app("/app", key=make().private).status_code
    assert 401 == asked.as_app("/app", issuer=1).status_code
    assert 401 == asked.as_app("/app", lifetime=-60).status_code
    assert 401 == asked.as_app("/app", lifetime=3600).status_code
    assert 401 == asked.client.get(f"{PREFIX}/app").status_code


def test_what_is_written_or_logged_needs_a_token_of_the_installation_and_strangers_may_read(asked: Asked) -> None:
    assert 200 == asked.ask(HERE).status_code
    assert 200 == asked.client.get(PREFIX + HERE).status_code
    assert 401 == asked.client.post(f"{PREFIX}{HERE}/issues", json={"title": "t"}).status_code
    assert 401 == asked.as_app(HERE).status_code
    assert 404 == asked.ask("/repos/octo/other").status_code
    assert 404 == asked.as_app("/app/installations/1/access_tokens", "POST").status_code


def test_the_old_name_of_a_repository_leads_to_its_id() -> None:
    asked = Asked("small-pypi", "2026-03-02T00:30:00")
    moved = asked.ask("/repos/octo/gear/actions/runs?per_page=1")
    number = (asked.ask("/repos/octo/gears").json or {})["id"]

    assert 301 == moved.status_code
    assert moved.headers["Location"].endswith(f"/repositories/{number}/actions/runs?per_page=1")
    assert 200 == asked.ask(f"/repositories/{number}/actions/runs?per_page=1").status_code


def test_a_list_comes_in_pages_that_name_the_next(asked: Asked) -> None:
    first = asked.ask(f"{HERE}/actions/runs?per_page=2")
    last = asked.ask(f"{HERE}/actions/runs?per_page=2&page=3")

    assert (5, 2) == ((first.json or {})["total_count"], len((first.json or {})["workflow_runs"]))
    assert 'page=2>; rel="next"' in first.headers["Link"]
    assert 'rel="next"' not in last.headers["Link"]
    assert 1 == len((last.json or {})["workflow_runs"])


@pytest.mark.parametrize(
    ("created", "count"),
    [
        ("2026-03-01", 1),
        (">=2026-02-28T00:00:00Z", 1),
        ("<2026-03-01", 4),
        ("2026-01-01..2026-01-31", 4),
        ("2026-03-01T10:00:00Z..2026-03-01T10:00:00Z", 1),
        (">2026-03-01T10:00:00Z", 0),
    ],
)
def test_runs_are_filtered_by_their_creation(asked: Asked, created: str, count: int) -> None:
    assert count == (asked.ask(f"{HERE}/actions/runs?created={created}").json or {})["total_count"]


def test_the_list_shows_the_latest_attempt_and_each_attempt_is_kept() -> None:
    asked = Asked("small-pypi", "2026-03-01T12:00:00")
    runs: Any = asked.ask("/repos/octo/gear/actions/runs?created=2026-03-01").json
    first: Any = asked.ask("/repos/octo/gear/actions/runs/7/attempts/1").json
    jobs: Any = asked.ask("/repos/octo/gear/actions/runs/7/attempts/1/jobs").json

    assert [(7, 2, "success")] == [(r["id"], r["run_attempt"], r["conclusion"]) for r in runs["workflow_runs"]]
    assert ("failure", runs["workflow_runs"][0]["created_at"]) == (first["conclusion"], first["created_at"])
    assert ["Set up job", "Publish", "Complete job"] == [step["name"] for step in jobs["jobs"][0]["steps"]]


def test_a_run_under_way_is_in_progress_and_its_step_has_no_end() -> None:
    asked = Asked("small-rogue", "2026-03-01T10:02:00")
    run: Any = asked.ask(f"{HERE}/actions/runs/100").json
    steps: Any = (asked.ask(f"{HERE}/actions/runs/100/attempts/1/jobs").json or {})["jobs"][0]["steps"]

    assert ("in_progress", None) == (run["status"], run["conclusion"])
    assert [("completed", True), ("in_progress", False), ("queued", False)] == [
        (step["status"], step["completed_at"] is not None) for step in steps
    ]


def test_a_deleted_run_is_gone() -> None:
    asked = Asked("small-pypi", "2026-03-02T05:00:00")
    here = "/repos/cogs/gears/actions/runs/7"

    assert [404, 404, 404] == [asked.ask(here + rest).status_code for rest in ("", "/attempts/2", "/attempts/2/jobs")]


def test_the_configuration_says_what_the_scenario_says(asked: Asked) -> None:
    raw = asked.ask(f"{HERE}/contents/.github/artifact-monitor.yml", Accept="application/vnd.github.raw+json")

    assert b"pkg:npm/%40octo/widget" in raw.data
    assert 404 == asked.ask(f"{HERE}/contents/README.md").status_code
    assert 404 == asked.ask(f"{HERE}/contents/.github/artifact-monitor.yml?ref=evil").status_code


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("check-runs", {"name": "n"}),
        ("check-runs", {"name": "n", "head_sha": "main"}),
        ("check-runs", {"name": "n", "head_sha": "a" * 40, "status": "completed"}),
        ("check-runs", {"name": "n", "head_sha": "a" * 40, "conclusion": "bad"}),
        ("check-runs", {"name": "n", "head_sha": "a" * 40, "output": {"title": "t"}}),
        ("check-runs", {"name": "n", "head_sha": "a" * 40, "output": {"title": "t", "summary": "s" * 65_536}}),
        ("issues", {}),
        ("issues", {"title": "t" * 257}),
        ("issues", {"title": "t", "labels": 5}),
        ("security-advisories", {"summary": "s", "description": "d"}),
        ("security-advisories", {**ADVISORY, "vulnerabilities": [{"package": {"ecosystem": "docker"}}]}),
        ("security-advisories", {**ADVISORY, "cvss_vector_string": "CVSS:3.1/AV:N"}),
        ("security-advisories", {**ADVISORY, "extra": 1}),
    ],
)
def test_what_github_would_not_take_is_422(asked: Asked, path: str, body: dict[str, Any]) -> None:
    assert 422 == asked.ask(f"{HERE}/{path}", "POST", body).status_code


def test_an_unknown_assignee_costs_the_issue_when_it_is_made_and_nothing_when_added_later(asked: Asked) -> None:
    said = {"title": "t", "assignees": ["octo", "nobody"]}

    assert 422 == asked.ask(f"{HERE}/issues", "POST", said).status_code
    asked.ask(f"{HERE}/issues", "POST", {"title": "t"})
    answer = asked.ask(f"{HERE}/issues/1/assignees", "POST", {"assignees": ["octo", "nobody"]})
    assert ["octo"] == [user["login"] for user in (answer.json or {})["assignees"]]
    assert 404 == asked.ask(f"{HERE}/issues/1/labels/none", "DELETE").status_code


def test_issues_are_found_by_label_state_and_creator(asked: Asked) -> None:
    asked.ask(f"{HERE}/issues", "POST", {"title": "one", "labels": ["a"]})
    asked.ask(f"{HERE}/issues", "POST", {"title": "two", "labels": ["a", "b"]})
    asked.ask(f"{HERE}/issues/1", "PATCH", {"state": "closed", "state_reason": "completed"})

    def found(query: str) -> list[int]:
        return [issue["number"] for issue in asked.ask(f"{HERE}/issues?{query}").json or []]

    assert ([2], [2, 1], [1]) == (found(""), found("state=all&labels=a"), found("state=closed"))
    assert ([2], []) == (found("labels=b&creator=artifact-monitor-sandbox[bot]"), found("creator=mona"))


def test_an_enterprise_server_has_no_advisories() -> None:
    asked = Asked("small-rogue", LATE, advisories=False)

    assert 404 == asked.ask(f"{HERE}/security-advisories", "POST", ADVISORY).status_code


def test_an_answer_that_has_not_changed_is_304(asked: Asked) -> None:
    etag = asked.ask(HERE).headers["ETag"]

    assert 304 == asked.ask(HERE, **{"If-None-Match": etag}).status_code


def test_people_see_what_was_filed_and_no_hidden_comment_or_foreign_html(asked: Asked) -> None:
    body = "**bold** <!-- marker --> <script>alert(1)</script>\n\n<!-- block\nmarker -->\n\n<img src=x onerror=y>"
    asked.ask(f"{HERE}/issues", "POST", {"title": "<b>rogue</b>", "body": body})
    text = asked.client.get("/octo/widget").get_data(as_text=True)

    assert "<strong>bold</strong>" in text
    assert "&lt;b&gt;rogue&lt;/b&gt;" in text
    assert "&lt;script&gt;" in text
    assert not [bad for bad in ("marker", "<script", "<img", "<b>") if bad in text]
    assert 'href="/octo/widget"' in asked.client.get("/").get_data(as_text=True)


def test_people_unfold_what_the_monitor_folds_away_and_nothing_else(asked: Asked) -> None:
    ours = folded("All 2 versions", ["- <b>one</b>", "- two"])
    alone = "<details><summary>Never ended</summary>\n\nshown"
    foreign = "</details>\n\n<details open><summary onclick=x>Foreign</summary>\n\nshown\n\n</details>"
    asked.ask(f"{HERE}/issues", "POST", {"title": "x", "body": "\n\n".join((ours, foreign, alone))})
    text = asked.client.get("/octo/widget").get_data(as_text=True)

    assert "<details><summary>All 2 versions</summary>\n<ul>" in text
    assert (1, 1, 1) == (text.count("<details"), text.count("<summary"), text.count("</details>"))
    assert "&lt;details&gt;&lt;summary&gt;Never ended" in text
    assert "&lt;b&gt;one" in text


def test_time_moves_what_is_shown(asked: Asked) -> None:
    early = Asked("small-rogue", "2026-02-01T00:00:00")
    early.world.advance(at("2026-03-01T00:00:00"))

    assert 4 == (early.ask(f"{HERE}/actions/runs").json or {})["total_count"]
    assert 5 == (asked.ask(f"{HERE}/actions/runs").json or {})["total_count"]


def test_what_the_app_and_people_do_is_told_of_at_the_next_step(asked: Asked) -> None:
    """As GitHub tells an App of its own acts too: it must know them for its own."""
    repo = asked.world.repo("octo/widget")
    assert repo is not None
    for title in ("one", "two"):
        asked.ask(f"{HERE}/issues", "POST", {"title": title})
    asked.ask(f"{HERE}/issues/1", "PATCH", {"state": "closed"})
    asked.ask(f"{HERE}/issues/1", "PATCH", {"title": "still closed"})
    people.comment(asked.world, repo, 2, "mona", "hello")
    people.close(asked.world, repo, 2, "mona")
    people.delete(asked.world, repo, 2, "mona")
    told = [
        (
            webhook.event,
            webhook.payload["action"],
            webhook.payload["sender"]["login"],
            webhook.payload["issue"]["number"],
        )
        for webhook in asked.world.advance(at(LATE))
    ]

    bot = "artifact-monitor-sandbox[bot]"
    assert [
        ("issues", "closed", bot, 1),
        ("issue_comment", "created", "mona", 2),
        ("issues", "closed", "mona", 2),
        ("issues", "deleted", "mona", 2),
    ] == told
    assert [] == asked.world.advance(at(LATE))
    assert 410 == asked.ask(f"{HERE}/issues/2").status_code
