"""Each promise that the bench holds the monitor to can fail: one thing is made wrong, and exactly that is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.chaos.checks import CHECKS, failures
from sandbox.chaos.ear import Event
from sandbox.chaos.seen import CheckRun, Issue, Kept, Seen, Told
from sandbox.chaos.story import Published, Truth

NOW = datetime(2026, 6, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARK = "<!-- artifact-monitor:incident:abc -->"
HONEST = Published("pkg:npm/anvil", "1.4.0", NOW - HOUR)
ROGUE = Published("pkg:docker/ember/ember", "1.5.0", NOW - HOUR)
ISSUE = Issue("ember-org/ember", 1, f"{MARK}\n- {ROGUE.written} on Docker Hub, published lately")
CHECK_RUN = CheckRun("ember-org/ember", "incident/abc", "f00d", "failure", "")


def event(id_: str = "msg_1", **changes: Any) -> Event:
    version: dict[str, Any] = {"name": "ember/ember", "type": "docker", "version": "1.5.0", "suspect": False}
    version |= {"outcome": "non_compliant", "anomalies": []} | changes
    return Event(id_, {"data": {"id": id_, "key": "incident:abc", "incident": {"versions": [version]}}})


def seen(**changes: Any) -> Seen:
    """Everything as it should be: one honest version, one rogue one, told once everywhere."""
    right = Seen(
        at=NOW,
        truth=Truth((HONEST,), (ROGUE,)),
        accepted=frozenset({"d1"}),
        inbox={"d1": Kept(heard=True)},
        straight={"run 1": "completed"},
        heard={"run 1": "completed", "run 0": "from GitHub's list"},
        derived={"run 1": "completed"},
        rebuilt={"run 1": "completed"},
        verdicts={HONEST.name: ("pending", "compliant"), ROGUE.name: ("pending", "non_compliant")},
        members={"abc": (ROGUE.name,)},
        told=(Told("rogue", "abc", ROGUE.name), Told("opened", "abc", "")),
        issues=(ISSUE,),
        check_runs=(CHECK_RUN,),
        events=(event(), event()),
    )
    return replace(right, **changes)


def test_nothing_is_wrong_where_everything_is_as_it_should_be() -> None:
    assert [] == failures(seen())


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a delivery that never got a 202": ({"undelivered": frozenset({"d2"})}, "d2 never got a 202"),
    "an accepted delivery that is nowhere": ({"accepted": frozenset({"d1", "d2"})}, "d2 was answered 202 and is not"),
    "a delivery that nobody heard": ({"inbox": {"d1": Kept(heard=False)}}, "d1 is not heard"),
    "a delivery that was given up": ({"inbox": {"d1": Kept(True, "broke")}}, "d1 (broke) was given up"),
    "a lost webhook": ({"heard": {}}, "run 1 is None, a straight run of the deliveries gives 'completed'"),
    "a webhook that undid a later one": ({"heard": {"run 1": "requested"}}, "run 1 is 'requested'"),
    "a fact that was recorded twice": ({"repeated": ("RunSeen {}",)}, "was recorded twice"),
    "a shelf that the facts do not give": ({"rebuilt": {"run 1": "queued"}}, "run 1 is not what the facts give"),
    "a broken chain": ({"broken": "fact 7 was altered"}, "fact 7 was altered"),
    "a rogue version that was missed": (
        {"verdicts": {HONEST.name: ("compliant",), ROGUE.name: ("compliant",)}},
        "ember/ember:1.5.0 is compliant",
    ),
    "a rogue version in no issue": ({"issues": ()}, "stands in 0 issues"),
    "a rogue version in two issues": (
        {"issues": (ISSUE, replace(ISSUE, number=2, text=ISSUE.text.replace("abc", "def")))},
        "stands in 2 issues (ember-org/ember#1, ember-org/ember#2)",
    ),
    "two issues of one incident": (
        {"issues": (ISSUE, replace(ISSUE, number=2, text=MARK))},
        f"2 issues carry {MARK}",
    ),
    "a rogue version in two incidents": ({"members": {"abc": (ROGUE.name,), "def": (ROGUE.name,)}}, "in 2 incidents"),
    "a rogue version that the route never heard of": ({"events": ()}, "was never told of to the webhook route"),
    "a rogue version without a notice": ({"told": ()}, "has no notice in the ledger"),
    "a rogue version that was noted twice": (
        {"told": (Told("rogue", "abc", ROGUE.name),) * 2},
        "noted as rogue 2 times",
    ),
    "two check runs about one thing": ({"check_runs": (CHECK_RUN, CHECK_RUN)}, "2 check runs on f00d"),
    "one id for two events": ({"events": (event(), event(outcome="compliant"))}, "msg_1 was accepted with different"),
    "two ids for one event": ({"events": (event("msg_1"), event("msg_2"))}, "msg_1 and msg_2 say the same"),
    "an event that somebody else signed": ({"forged": 1}, "1 events did not carry our signature"),
    "an honest version that was judged rogue for a while": (
        {"verdicts": {HONEST.name: ("non_compliant", "compliant"), ROGUE.name: ("non_compliant",)}},
        "anvil@1.4.0 was judged non_compliant",
    ),
    "an honest version in an incident": ({"members": {"abc": (ROGUE.name, HONEST.name)}}, "anvil@1.4.0 stands in"),
    "an honest version that was noted as suspect": (
        {"told": (Told("rogue", "abc", ROGUE.name), Told("suspect", "abc", HONEST.name))},
        "anvil@1.4.0 was noted as accused",
    ),
    "an honest version that the route was told of": (
        {"events": (event(), event("msg_2", name="anvil", type="npm", version="1.4.0"))},
        "anvil@1.4.0 was accused to the webhook route",
    ),
    "an honest version in an issue": (
        {"issues": (replace(ISSUE, text=f"{ISSUE.text}\n- {HONEST.written} on npm"),)},
        "`anvil` `1.4.0` is accused in an issue",
    ),
    "an honest version that nothing explains": (
        {"verdicts": {HONEST.name: ("pending",), ROGUE.name: ("non_compliant",)}},
        "anvil@1.4.0 is pending",
    ),
    "work that nobody did": ({"left": ("report abc",)}, "report abc is still to be done"),
    "a process that gave up": ({"ended": ("clock ended by itself with 1",)}, "clock ended by itself with 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(name: str) -> None:
    changes, said = WRONG[name]

    assert any(said in failure for failure in failures(seen(**changes))), failures(seen(**changes))


def test_no_promise_is_one_that_cannot_fail() -> None:
    broken = {failure.split(":")[0] for changes, _ in WRONG.values() for failure in failures(seen(**changes))}

    assert {check.promise for check in CHECKS} == broken


def test_what_is_published_later_need_not_be_reported_and_may_be() -> None:
    later = Published("pkg:npm/anvil", "1.9.0", NOW + HOUR)
    truth = Truth((HONEST,), (ROGUE, later))

    assert [] == failures(seen(truth=truth))
    assert [] == failures(seen(truth=truth, verdicts={**seen().verdicts, later.name: ("non_compliant",)}))


def test_many_of_the_same_kind_are_counted_and_not_all_named() -> None:
    said = failures(seen(undelivered=frozenset(f"d{number}" for number in range(20))))

    assert "… and 15 more like it" in said[-1]
    assert len(said) == 6
