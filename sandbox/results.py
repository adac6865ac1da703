"""What a play showed, beside what was expected of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sandbox.scenario import Expect, Scenario
from verifier.model import Artifact, File, Line, Verdict, Version


@dataclass(frozen=True)
class Stood:
    """A verdict as it stood from `at` on. `fingerprint` is that of the files it is about."""

    at: datetime
    outcome: str
    confidence: str
    suspect: bool
    reasons: tuple[str, ...]
    anomalies: tuple[str, ...]
    fingerprint: str = ""


@dataclass(frozen=True)
class Told:
    """Everything that was ever said about one version, oldest first."""

    artifact: Artifact
    version: str
    published_at: datetime | None
    history: tuple[Stood, ...]

    def at(self, moment: datetime) -> Stood | None:
        """The verdict that stood then; None: nothing was said yet."""
        return next((stood for stood in reversed(self.history) if stood.at <= moment), None)

    @property
    def final(self) -> Stood | None:
        """The verdict that stands."""
        return self.history[-1] if self.history else None

    @property
    def detected_at(self) -> datetime | None:
        """When the verdict that stands was first reached: outcome and suspicion have not changed since."""
        first = None
        for stood in reversed(self.history):
            if (stood.outcome, stood.suspect) != (self.history[-1].outcome, self.history[-1].suspect):
                break
            first = stood.at
        return first


def stood(at: datetime, fingerprint: str, verdict: Verdict) -> Stood:
    """A verdict in the words of a scenario. Its reasons are all its findings that are no anomalies, decisive first."""
    decisive = [finding.reason for finding in verdict.reasons]
    anomalies = [finding.reason for finding in verdict.anomalies]
    others = [f.reason for f in verdict.findings if f.reason not in (*decisive, *anomalies)]
    return Stood(
        at,
        verdict.outcome.value,
        verdict.confidence.word,
        verdict.suspect,
        tuple(dict.fromkeys([*decisive, *others])),
        tuple(dict.fromkeys(anomalies)),
        fingerprint,
    )


class State(StrEnum):
    """How a scenario came out. It waits while it needs evidence that is not built yet, whatever was said."""

    PASSED = "passed"
    FAILED = "failed"
    WAITS = "waits"


@dataclass(frozen=True)
class Result:
    """One scenario played. `mismatches` are sentences; `problems` what the monitor could not do, at the end."""

    scenario: Scenario
    versions: tuple[Told, ...]
    mismatches: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """Passed, failed or waiting."""
        if self.scenario.needs:
            return State.WAITS
        return State.FAILED if self.mismatches else State.PASSED

    @property
    def ok(self) -> bool:
        """It passed. A scenario that waits has not."""
        return self.state is State.PASSED


def compare(scenario: Scenario, versions: Iterable[Told], incidents: int, problems: Iterable[str] = ()) -> Result:
    """Hold what was said against `expect`."""
    told = tuple(sorted(versions, key=lambda t: (t.artifact, t.published_at or scenario.until, t.version)))
    known = {(t.artifact, t.version): t for t in told}
    wrong: list[str] = []
    for expect in scenario.expect:
        found = known.get((expect.artifact, expect.version))
        seen = None if found is None else found.at(expect.at) if expect.at else found.final
        when = f" at {expect.at:%Y-%m-%d %H:%M:%S}" if expect.at else ""
        named = expect.artifact.versioned(expect.version)
        wrong += [f"{named}{when}: {problem}" for problem in _differs(expect, seen)]
    if scenario.incidents is not None and scenario.incidents != incidents:
        wrong.append(f"incidents: expected {scenario.incidents}, got {incidents}")
    return Result(scenario, told, tuple(wrong), tuple(problems))


def _differs(expect: Expect, seen: Stood | None) -> list[str]:
    if seen is None:
        return [f"expected {expect.outcome}, nothing was said"]
    wrong = []
    if expect.digest and seen.fingerprint != _fingerprint(expect, seen.at):
        wrong.append(f"expected about {expect.digest}, was said about other bytes")
    for name, wanted, got in (
        ("outcome", expect.outcome, seen.outcome),
        ("confidence", expect.confidence, seen.confidence),
        ("suspect", expect.suspect, seen.suspect),
    ):
        if wanted is not None and wanted != got:
            wrong.append(f"{name}: expected {wanted}, got {got} ({', '.join(seen.reasons)})")
    missing = set(expect.reasons) - set(seen.reasons)
    if missing:
        wrong.append(f"reasons: {', '.join(sorted(missing))} not among {', '.join(seen.reasons) or 'none'}")
    if expect.anomalies is not None and set(expect.anomalies) != set(seen.anomalies):
        wrong.append(f"anomalies: expected {list(expect.anomalies)}, got {list(seen.anomalies)}")
    return wrong


def _fingerprint(expect: Expect, at: datetime) -> str:
    """The fingerprint of a tag that points at the expected digest."""
    files = (File("image", (expect.digest,)),)
    return Version(expect.artifact, expect.version, Line("release", 0), (), at, files=files).fingerprint
