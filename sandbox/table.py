"""Results for people (a table) and for programs (one JSON object)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sandbox import stable
from sandbox.results import Result, State, Told


def as_document(results: Sequence[Result]) -> dict[str, Any]:
    """The object of `replay --json`. Times are ISO 8601 in UTC; `ok` is true only for what passed."""
    return {
        "scenarios": [
            {
                "name": result.scenario.name,
                "ok": result.ok,
                "state": result.state.value,
                "needs": list(result.scenario.needs),
                "mismatches": list(result.mismatches),
                "versions": [_version(told) for told in result.versions],
            }
            for result in results
        ]
    }


def _version(told: Told) -> dict[str, Any]:
    final = told.final
    return {
        "artifact": told.artifact.purl,
        "version": told.version,
        "outcome": final.outcome if final else None,
        "confidence": final.confidence if final else None,
        "suspect": final.suspect if final else False,
        "reasons": list(final.reasons) if final else [],
        "anomalies": list(final.anomalies) if final else [],
        "published_at": _time(told.published_at),
        "detected_at": _time(told.detected_at),
    }


def _time(at: datetime | None) -> str | None:
    return stable.milliseconds(at) if at else None


_SIGNS = {State.PASSED: "ok   ", State.FAILED: "FAIL ", State.WAITS: "waits"}


def as_text(results: Sequence[Result]) -> str:
    """One line a scenario, and what differs below it."""
    lines: list[str] = []
    for result in results:
        needs = f"  (needs {', '.join(result.scenario.needs)})" if result.scenario.needs else ""
        lines.append(f"{_SIGNS[result.state]}  {result.scenario.name}: {result.scenario.title}{needs}")
        if result.state is not State.PASSED:
            lines += [f"         {sentence}" for sentence in result.mismatches]
        if result.state is State.FAILED:
            lines += [f"         the monitor could not look: {sentence}" for sentence in result.problems]
    count = {state: sum(result.state is state for result in results) for state in State}
    lines.append(f"{count[State.PASSED]} passed, {count[State.FAILED]} failed, {count[State.WAITS]} waiting")
    return "\n".join(lines)
