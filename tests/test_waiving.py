"""A waiver is for exactly one version, for a while, by somebody other than its publisher."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.deeds.waiving import Wanted, waive
from app.jobs import run_step
from app.wake import STEPS
from sandbox.play import play
from sandbox.replay import Replay
from sandbox.scenario import load
from verifier.model import IncidentState, Outcome

CASE = load(Path(__file__).resolve().parent.parent / "scenarios" / "emergency-by-hand")
ROGUE = next(expect for expect in CASE.expect if expect.outcome == "non_compliant")


@pytest.fixture
def stage() -> Replay:
    """The monitor after an emergency publish by hand on a CI line: one alert stands open."""
    stage = Replay(CASE)
    play(CASE, stage)
    return stage


def settle(stage: Replay) -> None:
    while sum([run_step(stage.deps, step) for step in STEPS]):
        pass


def said(**changes) -> Wanted:
    words = Wanted(ROGUE.artifact.purl, ROGUE.version, "carol", "CI was down", 30)
    return replace(words, **changes)


def incident(stage: Replay):
    with stage.ledger.reading() as book:
        [found] = book.incidents.all()
    return found


def test_a_waiver_closes_the_incident_and_its_issue_and_leaves_the_verdict(stage):
    assert IncidentState.OPEN == incident(stage).state

    waive(stage.deps, said())
    settle(stage)

    closed = incident(stage)
    with stage.ledger.reading() as book:
        dossier = book.versions.get(ROGUE.artifact, ROGUE.version)
        posted = {post.channel: post.open for post in book.incidents.all_posted(closed.id)}
    assert IncidentState.RESOLVED == closed.state
    assert dossier is not None
    assert dossier.verdict is not None
    assert Outcome.NON_COMPLIANT == dossier.verdict.outcome
    assert posted["issue"] is False


def test_when_a_waiver_ends_the_alert_stands_open_again(stage):
    waive(stage.deps, said(days=1))
    settle(stage)

    stage.set_clock(stage.deps.now() + timedelta(days=1, seconds=1))
    settle(stage)

    assert IncidentState.OPEN == incident(stage).state


def test_the_account_that_published_a_version_cannot_waive_it(stage):
    with stage.ledger.reading() as book:
        dossier = book.versions.get(ROGUE.artifact, ROGUE.version)
    assert dossier is not None
    assert dossier.version.account is not None

    with pytest.raises(ValueError, match="somebody else"):
        waive(stage.deps, said(by=dossier.version.account.name))


@pytest.mark.parametrize("changes", [{"by": " "}, {"reason": ""}, {"days": 0}, {"days": 999}, {"number": "9.9.9"}])
def test_a_waiver_without_a_name_a_reason_a_span_or_a_version_is_refused(stage, changes):
    with pytest.raises(ValueError, match=r"[Ww]aive"):
        waive(stage.deps, said(**changes))
