"""What the corpus is measured by, each with whether it holds and every exception by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sandbox.attempt import Run
from sandbox.corpus.answers import Answer, Said
from sandbox.results import Result
from sandbox.scenario import Scenario

BY_HAND = ("emergency-by-hand 1.3.1",)
"""The honest release that must alarm once: by hand, on a line that CI publishes. A waiver closes it."""
READ_AFTER = timedelta(minutes=2)
"""Runs are read this long after a publication, or later."""
DAY = timedelta(days=1)


def measures(results: Sequence[Result], answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """All of them, in the order of the documentation."""
    plays = {result.scenario.name: result.scenario for result in results}
    honest = [a for a in answers if a.kind == "F" and not a.publication.rogue]
    stolen = [a for a in answers if a.kind in "TR" and a.publication.rogue]
    ci = [a for a in stolen if a.publication.from_ci]
    by_hand = [a for a in stolen if not a.publication.from_ci]
    return [
        _measure("every scenario as expected", len(results), [r.scenario.name for r in results if not r.ok]),
        _measure(
            "class F, honest: never `non_compliant`, but for the one emergency by hand",
            len(honest),
            [name(a) for a in honest if a.alarmed is Said.NON_COMPLIANT and name(a) not in BY_HAND],
        ),
        _measure(
            'class F, honest: nobody is asked "was this you?"',
            len(honest),
            [name(a) for a in honest if a.alarmed is Said.SUSPECT],
        ),
        _measure(
            "class T and R, rogue, on a line from CI: `non_compliant`",
            len(ci),
            [name(a) for a in ci if a.alarmed is not Said.NON_COMPLIANT],
        ),
        _measure(
            "the same: at the first poll after its grace",
            len(ci),
            [name(a) for a in ci if not _at_once(a, plays[a.scenario])],
        ),
        _measure(
            "class T and R, rogue, on a line by hand: suspect or `non_compliant`",
            len(by_hand),
            [name(a) for a in by_hand if a.alarmed is None],
        ),
        _measure(
            "the same: at the first poll after its grace",
            len(by_hand),
            [name(a) for a in by_hand if not _at_once(a, plays[a.scenario])],
        ),
        _measure(
            "the same: within 24 hours and a poll",
            len(by_hand),
            [name(a) for a in by_hand if not _within(a, DAY + plays[a.scenario].poll)],
        ),
    ]


def name(answer: Answer) -> str:
    """Scenario and version."""
    return f"{answer.scenario} {answer.publication.version}"


def _at_once(answer: Answer, scenario: Scenario) -> bool:
    """Whether the alarm came with the first poll after the grace, which no run that may have published it outlasts."""
    this = answer.publication
    package = next(package for package in scenario.packages if package.artifact == this.artifact)
    ends = [
        event.ends or scenario.until
        for event in scenario.events
        if isinstance(event, Run)
        and (event.repository, event.workflow in package.workflows) == (package.repository, True)
        and event.at <= this.at < (event.ends or scenario.until)
    ]
    over = max([this.at + READ_AFTER, *ends])
    return answer.alarm_at is not None and answer.alarm_at <= over + scenario.poll


def _within(answer: Answer, bound: timedelta) -> bool:
    return answer.delay is not None and answer.delay <= bound


def _measure(sentence: str, of: int, exceptions: Sequence[str]) -> dict[str, Any]:
    return {"measure": sentence, "of": of, "holds": not exceptions, "exceptions": list(exceptions)}
