"""A play comes to its end without living through idle time, and its result says what was said and when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sandbox.events import Outage
from sandbox.play import play
from sandbox.replay import Replay, replay
from sandbox.results import Result, State, Stood, Told, compare
from sandbox.scenario import Expect
from sandbox.state import Webhook
from sandbox.table import as_document, as_text
from tests.sandbox.github import SCENARIOS, at, scenario
from verifier.model import Artifact

WIDGET = Artifact("pkg:npm/%40octo/widget")


@pytest.fixture(scope="module")
def rogue() -> Result:
    (result,) = replay([SCENARIOS / "small-rogue"])
    return result


@pytest.mark.parametrize("name", ["small-rogue", "small-pypi", "small-source"])
def test_a_small_scenario_is_answered_as_expected(name: str) -> None:
    (result,) = replay([SCENARIOS / name])

    assert ((), State.PASSED) == (result.mismatches, result.state)


def test_a_rogue_version_is_detected_within_a_poll_and_the_grace(rogue: Result) -> None:
    told = next(told for told in rogue.versions if told.version == "1.4.1")

    assert told.published_at is not None
    assert told.detected_at is not None
    assert timedelta(0) < told.detected_at - told.published_at <= timedelta(minutes=5 + 2, seconds=5)


def test_the_document_has_the_keys_that_programs_read(rogue: Result) -> None:
    (shown,) = json.loads(json.dumps(as_document([rogue])))["scenarios"]
    keys = ["artifact", "version", "outcome", "confidence", "reasons", "anomalies", "published_at", "detected_at"]

    assert ("small-rogue", True, []) == (shown["name"], shown["ok"], shown["mismatches"])
    assert set(keys) <= set(shown["versions"][0])
    assert 6 == len(shown["versions"])


def test_what_is_not_as_expected_is_named(rogue: Result) -> None:
    wrong = Expect(WIDGET, "1.4.1", "compliant", reasons=("run-active",))
    early = Expect(WIDGET, "1.4.1", "non_compliant", at=at("2026-03-02T03:00:11"))
    result = compare(replace(rogue.scenario, expect=(wrong, early), incidents=3), rogue.versions, 1)

    assert State.FAILED is result.state
    assert 4 == len(result.mismatches)
    assert "@octo/widget@1.4.1: outcome: expected compliant, got non_compliant" in result.mismatches[0]
    assert "expected non_compliant, nothing was said" in result.mismatches[2]
    assert "FAIL   small-rogue" in as_text([result])


def test_a_scenario_that_needs_more_waits_even_when_all_is_as_expected(rogue: Result) -> None:
    waiting = replace(rogue, scenario=replace(rogue.scenario, needs=("log",)))

    assert (State.WAITS, False) == (waiting.state, waiting.ok)
    assert "waits  small-rogue" in as_text([waiting])


def test_detected_is_when_the_standing_outcome_was_first_reached() -> None:
    hours = [at("2026-03-01T00:00:00") + timedelta(hours=n) for n in range(4)]
    outcomes = ["non_compliant", "pending", "non_compliant", "non_compliant"]
    history = tuple(Stood(h, outcome, "high", False, (), ()) for h, outcome in zip(hours, outcomes, strict=True))

    assert hours[2] == Told(WIDGET, "1", None, history).detected_at
    assert None is Told(WIDGET, "1", None, ()).detected_at


class Watched:
    """A stage that only notes when it is called. `asks` are the times at which it wants to be called."""

    def __init__(self, poll: timedelta, asks: Sequence[datetime] = ()) -> None:
        self.poll, self.asks = poll, list(asks)
        self.now = self.polled = at("2026-01-01T00:00:00")
        self.settled: list[datetime] = []
        self.restarted: list[datetime] = []

    def set_clock(self, to: datetime) -> Sequence[Webhook]:
        assert to >= self.now
        self.now = to
        return ()

    def deliver(self, webhook: Webhook) -> None:
        raise AssertionError(webhook)

    def settle(self) -> None:
        self.settled.append(self.now)
        self.asks = [ask for ask in self.asks if ask > self.now]
        if self.now >= self.polled + self.poll:
            self.polled = self.now

    def restart(self, since: datetime) -> None:
        self.restarted.append(since)

    def next_poll(self) -> datetime:
        return self.polled + self.poll

    def next_due(self) -> datetime | None:
        return min(self.asks, default=None)

    def verdicts(self) -> Sequence[Told]:
        return ()

    def incidents(self) -> int:
        return 0

    def problems(self) -> Sequence[str]:
        return ()


def test_idle_days_are_not_lived_through_but_every_change_is_polled_before_and_after() -> None:
    played = scenario("small-rogue")
    stage = Watched(played.poll)
    play(played, stage)
    rogue = at("2026-03-02T03:00:10")

    assert len(stage.settled) < 40
    assert rogue in stage.settled
    assert any(rogue - played.poll <= moment < rogue for moment in stage.settled)
    assert any(rogue < moment <= rogue + played.poll for moment in stage.settled)
    assert played.until == stage.settled[-1]


def test_what_the_monitor_asks_for_is_given_at_its_time() -> None:
    asks = [at("2026-03-01T15:17:00"), at("2026-03-02T20:00:01")]
    stage = Watched(timedelta(minutes=5), asks)
    play(scenario("small-rogue"), stage)

    assert set(asks) <= set(stage.settled)


def test_a_monitor_that_is_down_does_nothing_and_is_told_since_when() -> None:
    calm = scenario("small-rogue")
    down = Outage(at("2026-03-02T01:00:00"), "monitor", at("2026-03-02T04:00:00"))
    stage = Watched(calm.poll)
    play(replace(calm, events=tuple(sorted((*calm.events, down), key=lambda e: e.at))), stage)

    assert [down.at] == stage.restarted
    assert not [moment for moment in stage.settled if down.at <= moment < down.ends]
    assert down.ends in stage.settled


def test_after_a_stop_of_the_monitor_the_missed_run_is_found() -> None:
    calm = scenario("small-rogue")
    down = Outage(at("2026-03-01T09:00:00"), "monitor", at("2026-03-01T11:00:00"))
    played = replace(calm, events=tuple(sorted((*calm.events, down), key=lambda e: e.at)))
    result = play(played, Replay(played))

    assert () == result.mismatches
