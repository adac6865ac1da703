"""Which deliveries never reached us, and which of them are asked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import missed
from handlers.base import BadPayload
from handlers.missed import AGAIN_AFTER, FIRST_AFTER, LAG, WINDOW, Attempt
from verifier.ledger.protocol import Hearing
from verifier.model.backfill import Backfill, Gap

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ATTEMPT = Attempt(9, "a-1", NOW - HOUR, ok=False, event="workflow_run", action="completed", repository_id=7)
LINE = {
    "id": 9,
    "guid": "a-1",
    "delivered_at": "2026-03-04T11:00:00.123Z",
    "redelivery": False,
    "status": "timed out",
    "status_code": 0,
    "event": "workflow_run",
    "action": "completed",
    "repository_id": 7,
}

attempts = st.builds(
    Attempt,
    id=st.integers(1, 99),
    guid=st.sampled_from(["a-1", "a-2", "a-3"]),
    at=st.integers(0, 90 * 60).map(lambda n: NOW - n * MINUTE),
    ok=st.booleans(),
    event=st.sampled_from(["workflow_run", "release", "push", "label", "ping", "installation"]),
    action=st.sampled_from(["completed", "published", "created", "labeled", ""]),
    redelivery=st.booleans(),
    repository_id=st.sampled_from([None, 7, 8]),
)
histories = st.lists(attempts, max_size=12)


@given(histories, st.sets(st.sampled_from(["a-1", "a-2"])))
def test_what_is_here_what_was_answered_and_what_we_would_ignore_is_never_asked_for(
    history: list[Attempt], kept: set[str]
) -> None:
    for one in missed.lost(history, kept, {}):
        mine = [a for a in history if a.guid == one.newest.guid and missed.concerns_us(a)]
        assert one.newest.guid not in kept
        assert not any(a.ok for a in mine)
        assert (min(a.at for a in mine), max(a.at for a in mine)) == (one.since, one.newest.at)


@given(histories, st.sets(st.sampled_from(["a-1", "a-2"])))
def test_whatever_we_listen_to_and_never_got_is_lost(history: list[Attempt], kept: set[str]) -> None:
    found = {one.newest.guid for one in missed.lost(history, kept, {})}
    concern = {a.guid for a in history if missed.concerns_us(a)} - kept
    answered = {a.guid for a in history if a.ok and missed.concerns_us(a)}

    assert concern - answered == found


@given(histories)
def test_each_is_asked_for_once_within_githubs_window_and_not_too_soon(history: list[Attempt]) -> None:
    asked = missed.to_redeliver(missed.lost(history, (), {}), NOW)

    assert len(asked) == len({one.newest.guid for one in asked})
    for one in asked:
        assert one.since > NOW - WINDOW
        assert NOW - one.newest.at >= (AGAIN_AFTER if one.newest.redelivery else FIRST_AFTER)
    assert sorted(asked, key=lambda one: one.since) == list(asked)


@given(histories)
def test_the_next_look_goes_back_to_whatever_can_still_be_had(history: list[Attempt]) -> None:
    missing = missed.lost(history, (), {})
    floor = missed.next_floor(missing, [Gap(NOW - HOUR, NOW)], NOW, NOW)

    assert floor <= NOW - HOUR
    assert all(floor <= one.since for one in missing if one.since > NOW - WINDOW)


def test_the_next_look_does_not_go_back_for_what_it_cannot_heal() -> None:
    old = [Gap(NOW - 2 * WINDOW, NOW), Gap(NOW - HOUR, NOW, unsent=True)]
    gone = missed.lost([replace(ATTEMPT, at=NOW - 2 * WINDOW)], (), {})

    assert NOW - LAG == missed.next_floor(gone, old, NOW, NOW)


def test_a_delivery_that_was_answered_and_forgotten_is_lost_within_a_gap_only() -> None:
    """A database put back to last night's copy does not know what it acknowledged since."""
    answered = replace(ATTEMPT, ok=True)

    assert () == missed.lost([answered], (), {})
    assert () == missed.lost([answered], (), {8: NOW - 2 * HOUR})
    assert () == missed.lost([answered], (), {7: NOW - MINUTE})
    assert 1 == len(missed.lost([answered], (), {7: NOW - 2 * HOUR}))


def test_only_what_tells_of_the_past_and_was_not_read_since_leaves_a_gap() -> None:
    issue = replace(ATTEMPT, guid="a-2", event="issues", action="closed")
    later = replace(ATTEMPT, guid="a-3", at=NOW - MINUTE)
    missing = missed.lost([ATTEMPT, issue, later], (), {})
    done = Backfill(7, NOW - 2 * HOUR, NOW - 30 * MINUTE, (), ())

    assert {7: Gap(NOW - HOUR, NOW - MINUTE)} == missed.new_gaps(missing, {})
    assert {7: Gap(NOW - MINUTE, NOW - MINUTE)} == missed.new_gaps(missing, {7: done})
    assert {} == missed.new_gaps(missing, {7: replace(done, until=NOW)})


@pytest.mark.parametrize(
    ("kept", "unsent", "floor", "left"),
    [
        ({"a-1": Hearing.HEARD}, False, NOW - 2 * HOUR, {7: None}),
        ({"a-1": Hearing.WAITING}, False, NOW - 2 * HOUR, {}),
        ({"a-1": Hearing.UNREADABLE}, False, NOW - 2 * HOUR, {}),
        ({}, False, NOW - 2 * HOUR, {}),
        ({"a-1": Hearing.HEARD}, True, NOW - 2 * HOUR, {}),
        ({"a-1": Hearing.HEARD}, False, NOW - HOUR, {}),
    ],
)
def test_a_gap_is_filled_when_every_delivery_in_it_is_here_and_heard(kept, unsent, floor, left) -> None:
    gap = Gap(NOW - 61 * MINUTE, NOW - 50 * MINUTE, unsent)

    assert left == missed.healed({7: gap}, [ATTEMPT], floor, NOW, kept)


def test_a_line_of_githubs_list_is_read_and_a_timeout_is_no_success() -> None:
    assert ATTEMPT == replace(missed.read(LINE), at=ATTEMPT.at)
    assert missed.read({**LINE, "status": "OK", "status_code": 202}).ok
    assert not missed.read({**LINE, "status": "Service Unavailable", "status_code": 503}).ok
    for broken in ({"id": "9"}, {"guid": None}, {"delivered_at": "now"}, {"repository_id": "x"}):
        with pytest.raises(BadPayload):
            missed.read({**LINE, **broken})
    assert ([missed.read(LINE)], 1) == missed.read_all([LINE, {}])
