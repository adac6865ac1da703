"""The page to add artifacts: proposals first, hostile names refused in words, progress, and what is changed later."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app.deeds import enrolling
from app.deeds.watching import Unmeant
from app.pages.adding import LONGEST
from tests.pages.acting import HOME, Desk
from tests.registries.documents import SCOPED
from tests.verdict.cases import REPOSITORY
from verifier.discovery.propose import ELSEWHERE
from verifier.model import ArtifactsProposed, Proposal, Publisher, PublishersSet

FILE = ".github/workflows/publish.yml"
FOUND = Proposal("pkg:npm/gadget", (FILE,), "package.json", question="The registry is silent.")
NAME = "axios/axios"
FORM = {"type": "npm", "name": "gadget", "repository": NAME, "workflows": "publish.yml"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    with desk.told.parts.ledger.writing() as book:
        book.record(ArtifactsProposed(REPOSITORY.id, (FOUND,)), desk.told.parts.now)
    return desk


def send(desk: Desk, who: str, path: str = "/add", role: str = "maintain", **fields: str) -> TestResponse:
    client = desk.browser(who, role)
    hidden = dict(re.findall(r'name="(form_token)" value="([^"]*)"', client.get("/add").text))
    body = {"once": "0" * 16} | hidden | (FORM if path == "/add" else {}) | fields
    answer = client.post(path, data=body, headers={"Origin": HOME})
    if answer.status_code == 303:
        return client.get(answer.headers["Location"])
    return answer


def test_what_was_found_stands_first_and_takes_one_press(desk: Desk) -> None:
    page = desk.browser("carol").get("/add").text

    assert page.index("gadget") < page.index("Name it yourself")
    assert 'aria-label="Watch gadget"' in page
    assert "The registry is silent." in page


def test_one_press_sends_the_workflow_whole_however_long_its_name(desk: Desk) -> None:
    long = f"{'publish-' * 20}npm.yml"
    with desk.told.parts.ledger.writing() as book:
        said = Proposal(FOUND.purl, (f".github/workflows/{long}",), FOUND.found_in)
        book.record(ArtifactsProposed(REPOSITORY.id, (said,)), desk.told.parts.now)

    text = desk.browser("carol").get("/add").text

    assert f'name="workflows" value="{long}"' in text
    assert f"<code>{long}</code>" not in text


def test_who_may_only_look_is_offered_nothing_and_refused(desk: Desk) -> None:
    assert "<button" not in desk.browser("erin", "read").get("/add").text.split("<main")[1]
    refused = send(desk, "erin", role="read")

    assert (403 if "no longer valid" in refused.text else 422) == refused.status_code
    with desk.told.parts.ledger.reading() as book:
        assert 0 == book.enrolments.given(13, desk.told.parts.now)


def test_nobody_reads_there_that_a_repository_hidden_from_them_publishes_it(desk: Desk) -> None:
    with desk.told.parts.ledger.writing() as book:
        said = Proposal(FOUND.purl, FOUND.workflows, FOUND.found_in, question=ELSEWHERE)
        book.record(ArtifactsProposed(REPOSITORY.id, (said,)), desk.told.parts.now)
    gone = desk.browser("carol").get("/add").text
    with desk.told.parts.ledger.writing() as book:
        publisher = Publisher(SCOPED.__class__("pkg:npm/gadget"), 99, 9, ("y.yml",))
        book.record(PublishersSet(99, "config", (publisher,)), desk.told.parts.now)

    assert "It could not be shown that this repository publishes it." in gone
    assert ELSEWHERE not in gone
    assert "It could not be shown that this repository publishes it." in desk.browser("carol").get("/add").text


def test_what_was_asked_is_followed_on_a_page_that_loads_itself_again(desk: Desk) -> None:
    answer = send(desk, "carol")

    assert (200, "2; url=/add/0000000000000000?again=1") == (answer.status_code, answer.headers["Refresh"])
    assert "Being decided" in answer.text
    desk.told.parts.now += LONGEST * 2
    assert "Refresh" not in desk.browser("carol").get("/add/0000000000000000").headers
    assert 404 == desk.browser("dave").get("/add/0000000000000000").status_code


def test_an_artifact_is_stopped_from_its_page_with_a_reason(desk: Desk) -> None:
    client = desk.browser("carol")
    page = client.get("/artifact", query_string={"purl": SCOPED.purl}).text
    assert "Stop watching it" in page
    stop = {"act": "stop", "purl": SCOPED.purl, "repository": NAME}

    assert enrolling.NO_REASON in send(desk, "carol", "/add/halt", **stop).text
    assert "Stop watching" in send(desk, "carol", "/add/halt", **stop, reason="published no more").text


def test_the_form_to_change_is_filled_in_with_what_holds(desk: Desk) -> None:
    page = desk.browser("carol").get("/add", query_string={"purl": SCOPED.purl, "repository": NAME})

    assert "Change who publishes" in page.text
    assert 'value="publish.yml"' in page.text


@pytest.mark.parametrize(
    ("type_", "name", "purl"),
    [
        ("npm", "@scope/widget", "pkg:npm/%40scope/widget"),
        ("pypi", "My_Widget", "pkg:pypi/my-widget"),
        ("docker", "nginx", "pkg:docker/library/nginx"),
        ("docker", "docker.io/a/b", "pkg:docker/a/b"),
        ("oci", "ghcr.io/a/b", "pkg:oci/b?repository_url=ghcr.io/a/b"),
        ("npm", "pkg:pypi/widget", "pkg:pypi/widget"),
    ],
)
def test_people_name_an_artifact_as_they_install_it(desk: Desk, type_: str, name: str, purl: str) -> None:
    assert purl == enrolling.read(FORM | {"type": type_, "name": name}, desk.told.parts.now).artifact.purl


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "<script>alert(1)</script>"}),
        ("name", {"name": "a" * 215}),
        ("name", {"name": "widget\u202e"}),
        ("name", {"name": "pkg:cargo/serde"}),
        ("name", {"name": "pkg:npm/widget@1.0.0"}),
        ("name", {"type": "docker", "name": "a/b:latest"}),
        ("name", {"type": "oci", "name": "a/b"}),
        ("type", {"type": "rpm"}),
        ("repository", {"repository": "octo"}),
        ("workflows", {"workflows": ""}),
        ("workflows", {"workflows": "../../etc/passwd"}),
        ("workflows", {"workflows": ",".join(f"{n}.yml" for n in range(21))}),
        ("refs", {"refs": "main"}),
        ("events", {"events": "whenever"}),
        ("manual", {"manual": "maybe"}),
        ("moving", {"moving": "v*"}),
        ("environment", {"environment": "x" * 201}),
        ("name", {"name": "x" * 5001}),
    ],
)
def test_what_cannot_be_meant_is_refused_beside_its_field(desk: Desk, field: str, changes: dict[str, str]) -> None:
    with pytest.raises(Unmeant) as refused:
        enrolling.read(FORM | changes, desk.told.parts.now)
    assert field == refused.value.field

    answer = send(desk, "carol", **changes)
    assert 422 == answer.status_code
    assert f'id="wrong-{field}"' in answer.text
    assert "<script>" not in answer.text
