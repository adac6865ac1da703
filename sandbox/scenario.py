"""One scenario: who publishes what, what happened when, and what must be said about it. Format: docs/scenarios.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sandbox import history, strict, timeline
from sandbox.events import Event
from sandbox.names import Names, Package, Repository, packages, read_digest, repositories
from sandbox.strict import Item, ScenarioError
from verifier.model import Artifact, Confidence, Outcome
from verifier.verdict.reasons import REASONS

FILE = "scenario.yml"

_KEYS = "incident trap outside poll history timeline incidents needs"
_REQUIRED = "title class repositories artifacts installed until expect"


@dataclass(frozen=True)
class Expect:
    """What must be said about one version: at the end, or as it stood `at` a moment. None: not asked.

    `digest`: it must have been said about these very bytes of an image; empty: about whatever its tag held.
    """

    artifact: Artifact
    version: str
    outcome: str
    confidence: str | None = None
    suspect: bool | None = None
    reasons: tuple[str, ...] = ()
    anomalies: tuple[str, ...] | None = None
    at: datetime | None = None
    digest: str = ""


@dataclass(frozen=True)
class Scenario:
    """One scenario, fully expanded: `events` holds history and timeline in the order of time.

    `name` is its directory's. `kind` is the class of the format (T, W, R, H, F, N), `subject` the incident or trap,
    `outside` how long it took the world outside to notice, in words; empty: not known.
    """

    name: str
    title: str
    kind: str
    subject: str
    repositories: tuple[Repository, ...]
    packages: tuple[Package, ...]
    installed: datetime
    until: datetime
    poll: timedelta
    events: tuple[Event, ...]
    expect: tuple[Expect, ...]
    incidents: int | None = None
    needs: tuple[str, ...] = ()
    outside: str = ""


def load(directory: Path) -> Scenario:
    """Read one scenario directory. Raises ScenarioError with file, line, path and what to do."""
    document = strict.read(directory / FILE)
    keys = document.keys(_KEYS, _REQUIRED)
    installed, until = keys["installed"].time(), keys["until"].time()
    if until <= installed:
        raise keys["until"].wrong("must lie after `installed`")
    names = Names(repositories=repositories(keys["repositories"]))
    names.packages = packages(keys["artifacts"], names)
    events: list[Event] = []
    for item in keys["history"].items() if "history" in keys else ():
        events += history.read(item, names, installed)
    if "timeline" in keys:
        happens = timeline.read(keys["timeline"].items(), names)
        if any(event.at > until for event in happens):
            raise keys["until"].wrong("lies before something in the timeline")
        events += happens
    needs = keys["needs"].texts() if "needs" in keys else ()
    return Scenario(
        name=directory.resolve().name,
        title=keys["title"].text(),
        kind=keys["class"].choice("T", "W", "R", "H", "F", "N"),
        subject=next((keys[key].text() for key in ("incident", "trap") if key in keys), ""),
        repositories=tuple(names.repositories.values()),
        packages=tuple(names.packages.values()),
        installed=installed,
        until=until,
        poll=timedelta(seconds=keys["poll"].integer()) if "poll" in keys else timedelta(minutes=5),
        events=tuple(sorted(events, key=lambda event: event.at)),
        expect=tuple(_expect(item, names, until, bool(needs)) for item in keys["expect"].items()),
        incidents=_count(keys["incidents"]) if "incidents" in keys else None,
        needs=needs,
        outside=keys["outside"].text() if "outside" in keys else "",
    )


def scenarios_in(paths: Iterable[Path]) -> list[Path]:
    """The scenario directories these paths name: each is one itself, or holds some. In the order of their names.

    Raises ScenarioError when a path holds none.
    """
    found: list[Path] = []
    for path in paths:
        inside = [path] if (path / FILE).is_file() else sorted(file.parent for file in path.glob(f"*/{FILE}"))
        if not inside:
            raise ScenarioError(f"{path}: no {FILE} here or one folder below; name a scenario directory")
        found += [directory for directory in inside if directory not in found]
    return found


def _count(item: Item) -> int:
    return 0 if item.text() == "0" else item.integer()


def _expect(item: Item, names: Names, until: datetime, waits: bool) -> Expect:
    keys = item.keys("confidence suspect reasons anomalies at digest", "artifact version outcome")
    package = names.package(keys["artifact"])
    version = keys["version"].text()
    if (package.artifact, version) not in names.versions:
        raise keys["version"].wrong("is never published in this scenario")
    for item_of_reasons in (keys[key] for key in ("reasons", "anomalies") if key in keys):
        for reason in item_of_reasons.items():
            if reason.text() not in REASONS and not waits:
                raise reason.wrong(f"{reason.text()!r} is no reason id (see docs/reasons.md)")
    at = keys["at"].time() if "at" in keys else None
    if at is not None and at > until:
        raise keys["at"].wrong("lies after `until`")
    return Expect(
        artifact=package.artifact,
        version=version,
        outcome=keys["outcome"].choice(*(outcome.value for outcome in Outcome)),
        confidence=keys["confidence"].choice(*(c.word for c in Confidence)) if "confidence" in keys else None,
        suspect=keys["suspect"].boolean() if "suspect" in keys else None,
        reasons=keys["reasons"].texts() if "reasons" in keys else (),
        anomalies=keys["anomalies"].texts() if "anomalies" in keys else None,
        at=at,
        digest=read_digest(keys["digest"]) if "digest" in keys else "",
    )
