"""Where the ledger ends is said once an hour outside of the database, and read back from whatever file holds it."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import anchors
from app.logs import events as logs
from app.pages.troubles import roll_up, see
from app.settings import Settings
from tests.test_clock import Room
from tests.test_logs import stream as stream  # the fixture
from verifier.ledger.chain import EMPTY, Anchor

HOUR = timedelta(hours=1)


def said(stream: io.StringIO) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line for line in lines if line["event"] == anchors.EVENT]


def test_the_clock_says_once_an_hour_where_the_ledger_ends(stream: io.StringIO) -> None:
    logs.configure(Settings(log_format="json"), stream)
    room = Room()
    clock = room.clock()
    clock()
    assert [] == said(stream)  # nothing is recorded yet

    room.repository(1)
    for _ in range(7):
        room.now += HOUR / 3
        clock()

    with room.ledger.reading() as book:
        link = book.last_link()
    assert link is not None
    assert [(1, link.hash)] * 3 == [(line["sequence"], line["hash"]) for line in said(stream)]
    assert {1: link.hash} == anchors.from_lines(stream.getvalue().splitlines(), "the log")


def test_a_clock_that_begins_anew_or_a_second_one_does_not_say_it_again(stream: io.StringIO) -> None:
    logs.configure(Settings(log_format="json"), stream)
    room = Room()
    room.repository(1)
    for clock in (room.clock(), room.clock(), room.clock()):
        clock()
        room.now += timedelta(minutes=1)

    assert 1 == len(said(stream))


def test_a_clock_that_was_set_back_goes_on_saying_it(stream: io.StringIO) -> None:
    logs.configure(Settings(log_format="json"), stream)
    room = Room()
    room.repository(1)
    clock = room.clock()
    clock()
    room.now -= timedelta(days=400)
    clock()

    assert 2 == len(said(stream))


def test_the_health_page_shows_whoever_runs_the_monitor_where_the_ledger_ends() -> None:
    room = Room()
    room.repository(1)
    room.clock()()
    with room.ledger.reading() as book:
        seen, others = see(book, room.now, full=True), see(book, room.now, full=False)
        link = book.last_link()
    assert link is not None
    page = roll_up(seen, room.now, full=True)

    assert (Anchor(1, link.hash, link.recorded_at), room.now) == (page.anchor, page.anchored_at)
    assert None is roll_up(others, room.now, full=False).anchor


HASH = "ab" * 32


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(anchors.as_document(Anchor(12, HASH, None))),
        f"2026-03-01T12:00:00Z [info     ] ledger anchor   [clock] hash={HASH} recorded_at=2026 sequence=12",
        f'<134>1 - host clock: {{"sequence": 12, "hash": "{HASH}", "event": "ledger anchor"}}',
    ],
)
def test_an_anchor_is_read_from_any_line_that_holds_one(line: str) -> None:
    assert {12: HASH} == anchors.from_lines(["something", line, ""], "f")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "holds no anchor"),
        ([f"sequence=1 hash={HASH[:-1]}"], "holds no anchor"),
        ([f"sequence=1 hash={HASH}", f"sequence=1 hash={HASH[::-1]}"], "disagree"),
    ],
)
def test_a_file_without_an_anchor_or_with_two_that_disagree_is_refused(lines: list[str], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        anchors.from_lines(lines, "f")


@given(st.lists(st.text() | st.from_regex(r"sequence=[0-9]{1,20} hash=[0-9a-f]{60,68}"), max_size=4))
def test_any_file_is_read_or_refused_in_words(lines: list[str]) -> None:
    try:
        found = anchors.from_lines(lines, "f")
    except ValueError as error:
        assert str(error).startswith("f holds")
    else:
        assert all(len(digest) == len(EMPTY.hash) for digest in found.values())
