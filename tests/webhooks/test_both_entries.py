"""`POST /webhooks` answers the same, keeps the same and wakes the same, before Flask and within it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from app.setup.arrival import arrival
from app.web.entry import Entry
from app.web.webhooks import check
from handlers import HANDLERS
from handlers.base import BadPayload
from handlers.payload import LIMIT, parse
from tests.handlers.deliveries import payload
from tests.webhooks.asgi import Heard, ask, living
from tests.webhooks.site import ID, NOW, RUN, SECRET, DeadLedger, Site, headers, kept, sign
from verifier.ledger.protocol import Delivery


@dataclass
class Case:
    """One request."""

    why: str
    body: bytes = RUN
    changes: dict[str, str | None] = field(default_factory=dict)
    twice: bool = False
    dead: bool = False


DREAMT = json.dumps(payload("workflow_run.completed", action="dreamt")).encode()
LATE_ACTION = json.dumps({"zebra": 1, **payload("workflow_run.completed", action="dreamt")}).encode()
CASES = [
    Case("a delivery"),
    Case("one that is known already", twice=True),
    Case("no signature", changes={"X_Hub_Signature_256": None}),
    Case("half a signature", changes={"X_Hub_Signature_256": sign(RUN)[:-1]}),
    Case("capital letters", changes={"X_Hub_Signature_256": sign(RUN).upper()}),
    Case("another's signature", changes={"X_Hub_Signature_256": sign(RUN, "another")}),
    Case("no ASCII in it", changes={"X_Hub_Signature_256": "sha256=" + "\u00e9" * 64}),
    Case("another content type", changes={"Content_Type": "text/plain"}),
    Case("no content type", changes={"Content_Type": None}),
    Case("a content type with more to it", changes={"Content_Type": "Application/JSON; charset=utf-8"}),
    Case("an id that is none", changes={"X_GitHub_Delivery": "<script>"}),
    Case("no id", changes={"X_GitHub_Delivery": None}),
    Case("an id that is too long", changes={"X_GitHub_Delivery": "a" * 65}),
    Case("no event", changes={"X_GitHub_Event": None}),
    Case("an event that nobody hears", changes={"X_GitHub_Event": "star"}),
    Case("a ping", changes={"X_GitHub_Event": "ping"}),
    Case("a ping while the database is dead", changes={"X_GitHub_Event": "ping"}, dead=True),
    Case("an action that nobody hears", DREAMT),
    Case("one that is said late", LATE_ACTION),
    Case("an action said twice", b'{"action": "completed", "action": "dreamt"}'),
    Case("no JSON", b'{"action": '),
    Case("no text", b"\xff\x00"),
    Case("an empty body", b""),
    Case("a long one, checked aside", RUN.ljust(300_000)),
    Case("over the limit", b" " * (LIMIT + 1)),
    Case("a dead database", dead=True),
    Case("a dead database, unsigned", changes={"X_Hub_Signature_256": None}, dead=True),
]


def before_flask(site: Site, sent: Sequence[tuple[str, str]], parts: Sequence[bytes | None], times: int = 1) -> Heard:
    async def play() -> Heard:
        async with living(Entry(create_app(site.deps), site.deps)) as entry:
            for _ in range(times):
                heard = await ask(entry, "POST", "/webhooks", sent, parts)
            return heard

    return asyncio.run(play())


def outcome(site: Site, dead: bool) -> object:
    if dead:
        return site.woken.steps
    with site.ledger.reading() as book:
        came = arrival(book)
    return kept(site.ledger), site.woken.steps, came


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.why)
def test_either_way_one_answer_and_one_outcome(case: Case) -> None:
    flask, ours = (Site(DeadLedger()) if case.dead else Site() for _ in range(2))
    sent, times = headers(case.body, **case.changes), 2 if case.twice else 1
    for _ in range(times):
        expected = flask.client.post("/webhooks", data=case.body, headers=sent)
    halves = [case.body[:100], case.body[100:]]
    length = ("Content-Length", str(len(case.body)))
    heard = before_flask(ours, [*sent.items(), length], halves, times)

    assert (expected.status_code, expected.text) == (heard.status, heard.text)
    worn = {name.lower(): value for name, value in expected.headers}
    assert worn == {name: value for name, value in heard.headers.items() if name != "connection"}
    assert outcome(flask, case.dead) == outcome(ours, case.dead)


@given(
    action=st.sampled_from(["completed", "requested", "dreamt", "", "in_progress", "compl\\u0065ted"]),
    space=st.text("  \t\n\r\x0b\x0c\ufeff", max_size=3),
    rest=st.sampled_from(['"}', '", "a": 1}', '", "action": "dreamt"}', '"', '"} x', '", "a": NaN}', '"]']),
    event=st.sampled_from([*HANDLERS]),
)
def test_to_look_at_the_beginning_only_decides_as_to_parse_all_of_it(
    action: str, space: str, rest: str, event: str
) -> None:
    body = f'{space}{{{space}"action"{space}:{space}"{action}{rest}'.encode()
    held = {name.lower(): value for name, value in headers(body, X_GitHub_Event=event).items()}
    found = check(held, body, SECRET, NOW)
    try:
        said = parse(body).get("action")
    except BadPayload:
        said = None
    actions = HANDLERS[event].ACTIONS
    ignored = event == "ping" or (bool(actions) and isinstance(said, str) and said not in actions)

    assert ignored != isinstance(found, Delivery)


def test_a_body_in_pieces_without_a_length_is_taken() -> None:
    site = Site()
    pieces: list[bytes | None] = [RUN[place : place + 7000] for place in range(0, len(RUN), 7000)]
    heard = before_flask(site, [*headers().items(), ("Transfer-Encoding", "chunked")], pieces)

    assert 202 == heard.status
    assert [RUN] == [delivery.body for delivery in kept(site.ledger)]


@pytest.mark.parametrize("stated", [None, "10", str(LIMIT + 10)])
def test_no_lie_about_the_length_gets_past_the_limit(stated: str | None) -> None:
    site = Site()
    body = b" " * (LIMIT + 10)
    sent = [*headers(body).items(), *([("Content-Length", stated)] if stated else [])]
    heard = before_flask(site, sent, [body[:LIMIT], body[LIMIT:], b"never read"])

    assert (413, "close") == (heard.status, heard.headers["connection"])
    assert [] == kept(site.ledger)


def test_what_is_stated_to_be_too_long_is_refused_unread() -> None:
    """None of it was received: the pieces would say that whoever sent it went away."""
    heard = before_flask(Site(), [*headers().items(), ("Content-Length", str(LIMIT + 1))], [None])

    assert 413 == heard.status


def test_whoever_goes_away_in_the_middle_leaves_nothing() -> None:
    site = Site()
    heard = before_flask(site, [*headers().items(), ("Content-Length", str(len(RUN)))], [RUN[:-5], None])

    assert 0 == heard.status
    assert [] == kept(site.ledger)
    assert [] == site.woken.steps


def test_two_signatures_are_none() -> None:
    sent = [*headers().items(), ("X-Hub-Signature-256", sign(RUN))]

    assert 401 == before_flask(Site(), sent, [RUN]).status


@pytest.mark.parametrize(("method", "path"), [("GET", "/webhooks"), ("POST", "/webhooks/"), ("POST", "/Webhooks")])
def test_every_other_request_is_flasks(method: str, path: str) -> None:
    async def play() -> Heard:
        async with living(Entry(create_app(site.deps), site.deps)) as entry:
            return await ask(entry, method, path, headers().items())  # type: ignore[arg-type]  # a view will do

    site = Site()
    expected = site.client.open(path, method=method)
    heard = asyncio.run(play())

    assert (expected.status_code, expected.text) == (heard.status, heard.text)


def test_a_fault_of_ours_is_one_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("app.web.entry.check", broken)
    heard = before_flask(Site(), list(headers().items()), [RUN])

    assert (503, "Something broke here; please try again.\n") == (heard.status, heard.text)


def test_one_id_twice_in_one_group_is_kept_once_and_both_are_answered() -> None:
    async def play() -> list[Heard]:
        async with living(Entry(create_app(site.deps), site.deps)) as entry:
            return await asyncio.gather(
                *(ask(entry, "POST", "/webhooks", list(headers().items()), [RUN]) for _ in range(8))
            )

    site = Site()
    texts = sorted(heard.text for heard in asyncio.run(play()))

    assert ["Kept.\n"] + ["Known already; not heard twice.\n"] * 7 == texts
    assert [ID] == [delivery.id for delivery in kept(site.ledger)]
