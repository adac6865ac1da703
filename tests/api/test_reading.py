"""What programs read: only what they may see, page by page, in shapes that the description tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from app.api.document import document
from app.api.operations import OPERATIONS, ROOT
from app.api.reading import READING
from tests.api.site import SECRET_THING, Api, said
from tests.ledger.examples import MINUTE, T0, WIDGET, run, verdict, version
from tests.ledger.test_views import counted
from verifier.ledger import open_ledger
from verifier.ledger.protocol import Dossier, Watch
from verifier.ledger.tokens import Scope
from verifier.model import Artifact, Outcome

PURL = "pkg:npm/%2540acme/widget"
PATHS = {
    "artifacts": "/artifacts?limit=1",
    "artifact": f"/artifact?purl={PURL}",
    "versions": f"/versions?purl={PURL}&limit=1",
    "version": f"/version?purl={PURL}&version=1.1.0",
    "incidents": "/incidents?limit=1",
    "incident": "/incidents/i7",
    "runs": "/runs?limit=1",
    "deeds": "/deeds?limit=1",
    "backfills": "/backfills",
}
LISTS = ("artifacts", "versions", "incidents", "runs", "deeds")


def conforms(name: str, status: str, body: Any, method: str = "get") -> None:
    """The body has the shape that the description gives for this answer."""
    shown = document()
    operation = next(o for o in OPERATIONS if o.name == name)
    told = shown["paths"][ROOT + operation.path][method]["responses"][status]
    if "$ref" in told:
        told = shown["components"]["responses"][status]
    schema = next(iter(told["content"].values()))["schema"]
    Draft202012Validator({**schema, "components": shown["components"]}).validate(body)


def test_the_description_is_openapi(api: Api) -> None:
    answer = api.get(f"{ROOT}/openapi.json")

    validate(answer.json)
    assert document() == json.loads(answer.data)


def test_every_route_of_the_api_is_described_and_everything_described_is_a_route(api: Api) -> None:
    rules = api.client.application.url_map.iter_rules()
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in rules
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert routes == {(path, method) for path, methods in document()["paths"].items() for method in methods}
    assert set(PATHS) == set(READING)


@pytest.mark.parametrize("name", PATHS)
def test_every_answer_has_the_shape_that_is_described(api: Api, name: str) -> None:
    answer = api.get(ROOT + PATHS[name], api.token())

    assert 200 == answer.status_code
    assert "private, no-cache" == answer.headers["Cache-Control"]
    conforms(name, "200", answer.json)


@pytest.mark.parametrize("name", LISTS)
def test_pages_lead_from_one_to_the_next_until_nothing_is_left(api: Api, name: str) -> None:
    """Everything once, and the same by the body's `next` as by the header's."""
    token, url, items = api.token(), ROOT + PATHS[name], list[Any]()
    whole = api.get(url.replace("limit=1", "limit=200"), token).json
    while url:
        answer = api.get(url, token)
        items += answer.json["items"]
        link = answer.headers.get("Link", "")
        assert (f'<{answer.json["next"]}>; rel="next"' if answer.json["next"] else "") == link
        url = answer.json["next"]

    assert whole["items"] == items
    assert len(items) > 1


def test_a_version_is_told_with_its_verdict_its_findings_and_its_evidence(api: Api) -> None:
    told = api.get(ROOT + PATHS["version"], api.token()).json

    assert ("1.1.0", "non_compliant", "high") == tuple(told["summary"][k] for k in ("version", "outcome", "confidence"))
    assert ["no-run"] == [finding["reason"] for finding in told["verdict"]["findings"]]
    assert ["stated"] == [one["standing"] for one in told["evidence"]]
    assert "2026-03-01T12:00:00.000000Z" == told["summary"]["published_at"]


def test_artifacts_are_filtered_sorted_and_counted(api: Api) -> None:
    token = api.token()

    def names(query: str) -> list[str]:
        return [item["name"] for item in api.get(f"{ROOT}/artifacts?{query}", token).json["items"]]

    assert ["@acme/widget", "secret-thing", "gadget"] == names("")
    assert ["gadget"] == names("type=pypi")
    assert ["secret-thing"] == names("q=SECRET")
    assert ["@acme/widget"] == names("standing=non_compliant")
    assert ["gadget", "secret-thing"] == names("repository_id=8&sort=name")
    assert ["secret-thing", "gadget", "@acme/widget"] == names("sort=name&order=desc")
    assert 3 == api.get(f"{ROOT}/artifacts?limit=1", token).json["total"]


@pytest.mark.parametrize(
    "path",
    [
        f"/artifact?purl={SECRET_THING.purl}",
        f"/versions?purl={SECRET_THING.purl}",
        f"/version?purl={SECRET_THING.purl}&version=2.0.0",
        "/incidents/i8",
    ],
)
def test_what_may_not_be_seen_is_told_like_what_does_not_exist(api: Api, path: str) -> None:
    token = api.token(Scope.READ, "acme/widget")
    hidden, absent = (
        api.get(ROOT + path, token),
        api.get(ROOT + path.replace("secret", "no").replace("i8", "i9"), token),
    )

    assert (404, 404) == (hidden.status_code, absent.status_code)
    assert absent.json == hidden.json


def test_a_list_holds_only_what_may_be_seen(api: Api) -> None:
    token = api.token(Scope.READ, "acme/widget")
    told = [
        api.get(f"{ROOT}/{name}", token).get_data(as_text=True) for name in ("artifacts", "incidents", "runs", "deeds")
    ]

    assert ["acme/widget" in text or '"repository_id":7' in text for text in told] == [True] * 4
    assert not any("secret" in text or '"repository_id":8' in text for text in told)


def test_who_has_an_answer_already_is_sent_nothing(api: Api) -> None:
    token = api.token()
    first = api.get(f"{ROOT}/artifacts", token)
    again = api.get(f"{ROOT}/artifacts", token, **{"If-None-Match": first.headers["ETag"]})

    assert not first.headers["ETag"].startswith("W/")
    assert (304, b"") == (again.status_code, again.data)
    with api.ledger.writing() as book:
        book.versions.put(Dossier(version("9.0.0"), verdict=verdict(Outcome.COMPLIANT)))
    assert 200 == api.get(f"{ROOT}/artifacts", token, **{"If-None-Match": first.headers["ETag"]}).status_code


REFUSED = [
    "/artifacts?limit=0",
    "/artifacts?limit=201",
    "/artifacts?limit=x",
    "/artifacts?limit=1&limit=2",
    "/artifacts?q=",
    f"/artifacts?q={'x' * 201}",
    "/artifacts?type=cargo",
    "/artifacts?standing=fine",
    "/artifacts?repository_id=99999999999999999999",
    "/artifacts?unknown=1",
    "/artifacts?cursor=x",
    "/artifacts?cursor=WyJhcnRpZmFjdHMiLCAtMV0",
    f"/versions?purl={PURL}&cursor=x",
    "/runs?cursor=x",
    "/deeds?cursor=%00",
    "/artifact",
    f"/version?purl={PURL}",
    f"/version?purl={PURL}&version={'x' * 1001}",
    "/incidents?state=gone",
]


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_not_understood_is_refused_in_a_problem_that_repeats_nothing(api: Api, path: str) -> None:
    answer = api.get(ROOT + path, api.token())

    assert (400, "application/problem+json") == (answer.status_code, answer.mimetype)
    assert 400 == answer.json["status"]
    assert "xxxxx" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/artifacts", 405)])
def test_what_there_is_not_is_a_problem_too(api: Api, method: str, path: str, status: int) -> None:
    answer = api.client.open(ROOT + path, method=method)

    assert (status, "application/problem+json") == (answer.status_code, answer.mimetype)
    assert status != 405 or "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("name", PATHS)
def test_an_answer_costs_a_fixed_number_of_queries(tmp_path: Path, sqlite_url: str, name: str) -> None:
    """With a few of everything and with a hundred more."""
    ledger = open_ledger(sqlite_url)
    api = Api(tmp_path, ledger)
    token, costs = api.token(), list[int]()
    path = ROOT + PATHS[name].replace("limit=1", "limit=200")
    assert 200 == api.get(path, token).status_code  # the token's use is noted
    for _ in range(2):
        with counted() as statements:
            api.get(path, token)
        costs.append(len(statements))
        with ledger.writing() as book:
            for n in range(100):
                book.versions.put_watch(Watch(Artifact(f"pkg:npm/more-{n}"), T0))
                book.versions.put(Dossier(version(f"0.{n}.0", WIDGET)))
                book.runs.put(run(1000 + n, started_at=T0 + n * MINUTE))

    assert costs[0] == costs[1]
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.sampled_from(sorted(PATHS)),
    st.dictionaries(st.sampled_from(["purl", "version", "cursor", "q", "limit"]), st.text(max_size=20)),
)
def test_nothing_that_is_asked_breaks_it(api: Api, name: str, query: dict[str, str]) -> None:
    answer = api.client.get(ROOT + PATHS[name].split("?")[0], query_string=query, headers=said(api.reader))
    api.wait(MINUTE)

    assert answer.status_code in (200, 400, 404)
    conforms(name, str(answer.status_code), answer.json)
