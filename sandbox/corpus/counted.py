"""The corpus as numbers: one document, in the words of `make corpus --json`. Counts only, no percentages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox import stable
from sandbox.corpus.answers import Answer, Said, answers
from sandbox.corpus.measures import measures
from sandbox.corpus.neighbours import Ruling
from sandbox.corpus.neighbours.asked import macaron_says, pnpm_says
from sandbox.results import Result, State
from verifier.model import Confidence

CLASSES = "TWRHFN"
TRUTHS = ("rogue", "honest")

_RULES = {"macaron": macaron_says, "pnpm": pnpm_says}


@dataclass(frozen=True)
class Case:
    """One publication that the monitor saw coming, with its answer and its neighbours'."""

    answer: Answer
    rulings: dict[str, Ruling]

    @property
    def truth(self) -> str:
        """`rogue` or `honest`."""
        return TRUTHS[0] if self.answer.publication.rogue else TRUTHS[1]


def counted(results: Sequence[Result]) -> dict[str, Any]:
    """Everything that is counted about scenarios that were played."""
    all_of_them = [(result, answer) for result in results for answer in answers(result)]
    old = [answer for _, answer in all_of_them if answer.publication.before]
    cases = [
        Case(answer, {name: says(result.scenario, answer.publication) for name, says in _RULES.items()})
        for result, answer in all_of_them
        if not answer.publication.before
    ]
    return {
        "scenarios": {state.value: sum(result.state is state for result in results) for state in State},
        "before": {"publications": len(old), "alarms": sum(answer.alarmed is not None for answer in old)},
        "matrix": [_row(kind, truth, cases) for kind in CLASSES for truth in TRUTHS],
        "detection": [_detected(result, cases) for result in results if _rogue(result, cases)],
        "calibration": _calibration(cases),
        "neighbours": _neighbours(cases),
        "measures": measures(results, [case.answer for case in cases]),
        "publications": [_shown(case) for case in cases],
    }


def _row(kind: str, truth: str, cases: Iterable[Case]) -> dict[str, Any]:
    said = Counter(case.answer.said for case in cases if (case.answer.kind, case.truth) == (kind, truth))
    return {"class": kind, "truth": truth, "said": {word.value: said[word] for word in Said}}


def _rogue(result: Result, cases: Iterable[Case]) -> list[Answer]:
    return [case.answer for case in cases if case.answer.scenario == result.scenario.name and case.truth == "rogue"]


def _detected(result: Result, cases: Iterable[Case]) -> dict[str, Any]:
    """How an attack was noticed: from its first publication to the first alarm about any of them."""
    rogue = _rogue(result, cases)
    first = min(answer.publication.at for answer in rogue)
    alarms = [answer for answer in rogue if answer.alarm_at]
    odd = [answer.anomaly_at for answer in rogue if answer.anomaly_at]
    return {
        "scenario": result.scenario.name,
        "subject": result.scenario.subject,
        "class": result.scenario.kind,
        "rogue": len(rogue),
        "non_compliant": sum(answer.alarmed is Said.NON_COMPLIANT for answer in rogue),
        "suspect": sum(answer.alarmed is Said.SUSPECT for answer in rogue),
        "published_at": stable.milliseconds(first),
        "alarm_after": _seconds(min((a.alarm_at for a in alarms if a.alarm_at), default=None), first),
        "slowest_after": _whole(max((a.delay for a in alarms if a.delay is not None), default=None)),
        "anomaly_after": _seconds(min(odd, default=None), first),
        "outside": result.scenario.outside,
    }


def _seconds(at: datetime | None, since: datetime) -> int | None:
    return _whole(at - since) if at else None


def _whole(delay: timedelta | None) -> int | None:
    return None if delay is None else round(delay.total_seconds())


def _calibration(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """How often each level was right: an alarm about a thief's, `compliant` about an honest one."""
    right: Counter[tuple[Said, str]] = Counter()
    wrong: Counter[tuple[Said, str]] = Counter()
    levels = (Said.NON_COMPLIANT, Said.SUSPECT, Said.COMPLIANT_ANOMALY, Said.COMPLIANT)
    for case in cases:
        told = case.answer.said, case.answer.confidence
        honest = case.answer.said in (Said.COMPLIANT, Said.COMPLIANT_ANOMALY)
        (right if honest != case.answer.publication.rogue else wrong)[told] += 1
    return [
        {"said": said.value, "confidence": level.word, "right": right[told], "wrong": wrong[told]}
        for said in levels
        for level in reversed(Confidence)
        if (told := (said, level.word)) in right or told in wrong
    ]


def _neighbours(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Each neighbour on the cases that it knows, and the monitor on the same ones."""
    rows = []
    for name in _RULES:
        known = [case for case in cases if case.rulings[name] is not Ruling.NOT_ASKED]
        rows.append(_ruled(name, name, [(case, case.rulings[name]) for case in known]))
        rows.append(_ruled(name, "monitor", [(case, _ours(case)) for case in known]))
    return rows


def _ours(case: Case) -> Ruling:
    return Ruling.REFUSES if case.answer.alarmed else Ruling.ACCEPTS


def _ruled(cases: str, who: str, ruled: Sequence[tuple[Case, Ruling]]) -> dict[str, Any]:
    count = Counter((case.truth, ruling) for case, ruling in ruled)
    said = [ruling for ruling in Ruling if ruling is not Ruling.NOT_ASKED]
    return {
        "cases": cases,
        "who": who,
        **{truth: {ruling.value: count[truth, ruling] for ruling in said} for truth in TRUTHS},
        "missed": _names(case for case, ruling in ruled if (case.truth, ruling) == ("rogue", Ruling.ACCEPTS)),
        "false": _names(case for case, ruling in ruled if (case.truth, ruling) == ("honest", Ruling.REFUSES)),
    }


def _names(cases: Iterable[Case]) -> list[str]:
    return sorted({case.answer.scenario for case in cases})


def _shown(case: Case) -> dict[str, Any]:
    answer, publication = case.answer, case.answer.publication
    return {
        "scenario": answer.scenario,
        "class": answer.kind,
        "artifact": publication.artifact.purl,
        "version": publication.version,
        "published_at": stable.milliseconds(publication.at),
        "truth": case.truth,
        "from_ci": publication.from_ci,
        "said": answer.said.value,
        "confidence": answer.confidence,
        "alarmed": answer.alarmed.value if answer.alarmed else None,
        "alarm_after": _whole(answer.delay),
        **{name: ruling.value for name, ruling in case.rulings.items()},
    }
