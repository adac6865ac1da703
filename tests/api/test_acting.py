"""What programs have done: only with a token that may, decided like a command at GitHub, and never half."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.api.operations import ROOT
from tests.api.site import PRIVATE, Api
from tests.api.test_reading import PURL, conforms
from tests.ledger.examples import version
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Dossier
from verifier.ledger.tokens import Scope
from verifier.model import CODE, Artifact, Conduct, ConductSet, IncidentState

RECHECK = f"{ROOT}/version/recheck?purl={PURL}&version=1.1.0"
ACTS: list[tuple[str, Any]] = [
    (RECHECK, None),
    (f"{ROOT}/incidents/i7/acknowledge", {"reason": "on it"}),
    (f"{ROOT}/incidents/i7/mine", {"reason": "me", "code": "0" * CODE}),
    (f"{ROOT}/incidents/i7/mute", {"reason": "old", "code": "0" * CODE}),
]


def code(api: Api, id_: str = "i7") -> str:
    told = api.get(f"{ROOT}/incidents/{id_}", api.reader).json
    return str(told["summary"]["code"])


@pytest.mark.parametrize(("path", "body"), ACTS)
def test_only_a_token_that_may_act_acts(api: Api, path: str, body: Any) -> None:
    """Neither nobody, nor a token for reading or for figures, nor one for other repositories."""
    other = api.token(Scope.ACT, "acme/secret-thing")

    with api.ledger.reading() as book:
        before = book.work.all("examine")
    answers = [api.post(path, t, body) for t in ("", api.reader, api.token(Scope.METRICS), other)]

    assert [401, 403, 403, 404] == [answer.status_code for answer in answers]
    with api.ledger.reading() as book:
        assert ["comment/1/0"] == [one.id for one in book.incidents.commands("i7")]
        assert before == book.work.all("examine")


def test_a_version_is_looked_at_again(api: Api) -> None:
    with api.ledger.writing() as book:
        book.versions.put(Dossier(version("2.0.0")))
    answer = api.post(RECHECK.replace("1.1.0", "2.0.0"), api.token(Scope.ACT))

    assert 200 == answer.status_code
    conforms("recheck", "200", answer.json, "post")
    with api.ledger.reading() as book:
        task = book.work.get("examine", version_task(Artifact("pkg:npm/%40acme/widget"), "2.0.0"))
        assert task is not None
        assert api.now == task.due_at
    assert ["examine"] == api.woken.steps


def test_a_version_that_is_not_there_is_not_looked_at(api: Api) -> None:
    assert 404 == api.post(RECHECK.replace("1.1.0", "7.7.7"), api.token(Scope.ACT)).status_code


def test_an_incident_is_acknowledged_in_the_name_of_the_token(api: Api) -> None:
    answer = api.post(f"{ROOT}/incidents/i8/acknowledge", api.token(Scope.ACT), {"reason": " on it\n", "days": 3})

    assert 200 == answer.status_code
    conforms("acknowledge", "200", answer.json, "post")
    with api.ledger.reading() as book:
        incident = book.incidents.get("i8")
        assert incident is not None
        given = incident.acknowledged
        tasks = [task.key for task in book.work.all("inspect")]
    assert IncidentState.ACKNOWLEDGED is incident.state
    assert given is not None
    assert ("token t0", "on it") == (given.by, given.reason)
    assert "answer/i8" in tasks


def test_what_stands_open_is_waived_only_by_the_code_of_what_was_seen(api: Api) -> None:
    """An old code is refused with the sentence that a person would get, and nothing is waived."""
    token, path = api.token(Scope.ACT), f"{ROOT}/incidents/i8/mine"

    wrong = api.post(path, token, {"reason": "me", "code": "0" * CODE})
    right = api.post(path, token, {"reason": "me", "code": code(api, "i8")})

    assert (409, 200) == (wrong.status_code, right.status_code)
    conforms("mine", "409", wrong.json, "post")
    assert "not what this command was about" in wrong.json["detail"]
    with api.ledger.reading() as book:
        waivers = book.incidents.waivers(Artifact("pkg:npm/secret-thing"), "2.0.0")
        said = [book.incidents.answers("i8")[one.id].accepted for one in book.incidents.commands("i8")]
    assert [("token t0", "me")] == [(waiver.by, waiver.reason) for waiver in waivers]
    assert [False, True] == sorted(said)


def test_a_version_whose_number_is_no_text_can_be_waived_all_the_same(api: Api) -> None:
    """A registry's JSON may hold half a surrogate pair; the code binds it as exactly as any other."""
    numbers, codes = ("2.0.0\ud800", "2.0.0\ud801"), list[str]()
    for number in numbers:
        with api.ledger.writing() as book:
            incident = book.incidents.get("i8")
            assert incident is not None
            book.incidents.put(replace(incident, members=(replace(incident.members[0], number=number),)))
        codes.append(code(api, "i8"))
    path, token = f"{ROOT}/incidents/i8/mine", api.token(Scope.ACT)

    assert 2 == len(set(codes))
    said = [api.post(path, token, {"reason": "me", "code": each}).status_code for each in codes]
    assert [409, 200] == said


def test_what_is_no_text_is_refused_in_a_reason_and_unknown_in_an_address(api: Api) -> None:
    token = api.token(Scope.ACT)
    refused = api.post(f"{ROOT}/incidents/i8/acknowledge", token, {"reason": "on\ud800 it"})
    unknown = api.post(f"{ROOT}/version/recheck?purl={PURL}&version=1.1.0%ED%A0%80", token)

    assert (400, 404) == (refused.status_code, unknown.status_code)
    assert "half a surrogate pair" in refused.json["detail"]
    assert api.get(f"{ROOT}/version?purl={PURL}&version=%ED%A0%80", api.reader).status_code == 404


def test_a_mute_begins_a_day_later(api: Api) -> None:
    body = {"reason": "old", "code": code(api, "i8"), "days": 2}
    answer = api.post(f"{ROOT}/incidents/i8/mute", api.token(Scope.ACT), body)

    assert (200, True) == (answer.status_code, answer.json["waits"])


@pytest.mark.parametrize("verb", ["mine", "mute"])
def test_a_token_is_no_second_person(api: Api, verb: str) -> None:
    """Where a repository wants two people for what loosens, a token is neither of them."""
    with api.ledger.writing() as book:
        book.record(ConductSet(PRIVATE, Conduct(four_eyes=True)), api.now)

    answer = api.post(f"{ROOT}/incidents/i8/{verb}", api.token(Scope.ACT), {"reason": "x", "code": code(api, "i8")})

    assert 409 == answer.status_code
    assert "two people" in answer.json["detail"]


BODIES: list[Any] = [
    {},
    {"reason": ""},
    {"reason": "  "},
    {"reason": "x" * 301},
    {"reason": 5},
    {"reason": "x", "days": 0},
    {"reason": "x", "days": 31},
    {"reason": "x", "days": "3"},
    {"reason": "x", "days": True},
    {"reason": "x", "more": 1},
    [],
    "x",
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_cannot_be_meant_is_refused(api: Api, body: Any) -> None:
    answer = api.post(f"{ROOT}/incidents/i7/acknowledge", api.token(Scope.ACT), body)

    assert (400, "application/problem+json") == (answer.status_code, answer.mimetype)


def test_a_body_that_is_no_json_or_too_large_is_refused(api: Api) -> None:
    token, path = api.token(Scope.ACT), f"{ROOT}/incidents/i7/acknowledge"
    headers = {"Authorization": f"Bearer {token}"}

    form = api.client.post(path, data={"reason": "x"}, headers=headers)
    broken = api.client.post(path, data=b"{", headers=headers, content_type="application/json")
    deep = api.client.post(path, data=b"[" * 16_000, headers=headers, content_type="application/json")
    large = api.client.post(path, data=b"[" * 20_000, headers=headers, content_type="application/json")

    assert [415, 400, 400, 413] == [answer.status_code for answer in (form, broken, deep, large)]


def test_a_login_reads_and_does_not_act(api: Api) -> None:
    """A page of somebody else's that makes a browser post here gets nowhere."""
    from app.signin.sessions import key_of
    from verifier.ledger.sessions import Right, Session

    rights = (Right(7, "admin"), Right(8, "admin"))
    with api.ledger.writing() as book:
        book.sessions.begin(Session(key_of("c"), 7, "mona", "sealed", api.now, api.now, api.now, rights))
    api.client.set_cookie("artifact-monitor", "c")

    assert 200 == api.get(f"{ROOT}/incidents/i8").status_code
    assert {401} == {api.post(path, "", body).status_code for path, body in ACTS}
    assert 401 == api.get(f"{ROOT}/incidents/i8", "amon_wrong").status_code  # a token that is sent must hold


def test_what_is_done_is_done_whole_or_not_at_all(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.jobs.answer as answer

    def broken(*_: Any) -> None:
        raise RuntimeError("x")

    monkeypatch.setattr(answer, "_do", broken)
    told = api.post(f"{ROOT}/incidents/i8/acknowledge", api.token(Scope.ACT), {"reason": "x"})

    assert 503 == told.status_code
    with api.ledger.reading() as book:
        assert [] == book.incidents.commands("i8")
