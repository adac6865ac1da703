"""A history drawn from a seed, with its truth: what was published by CI, and what by somebody with a stolen token.

It is written as a scenario (docs/scenarios.md) and read by the same strict reader, so the pretend GitHub and the
registries hold everything that belongs to a release: tag, run, jobs, log, provenance.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from sandbox.scenario import FILE, Scenario, load
from verifier.model import Artifact

INSTALLED = datetime(2026, 6, 1, tzinfo=UTC)
ROUND = timedelta(hours=3)
"""How much simulated time one round of the bench covers."""
BETWEEN = timedelta(minutes=50)
"""The beginnings of two happenings of one round are at least this far apart, so that no run is of two."""
QUIET = timedelta(hours=1)
"""The rest of a round, in which what happened in it is judged."""
_INTO = timedelta(minutes=2, seconds=30)
"""How long after its run began an honest version is published."""
_WORKFLOW = ".github/workflows/publish.yml"
_THIEF = "mallory"


@dataclass(frozen=True)
class Project:
    """One artifact, and how its honest releases look."""

    name: str
    purl: str
    attested: bool = False
    told: str = ""
    """Under which key the log of its run says what was published; '' where it says nothing."""
    publisher: str = ""
    """Which account its registry shows; '' where it shows none."""

    @property
    def repository(self) -> str:
        """Where it is built."""
        return f"{self.name}-org/{self.name}"

    @property
    def is_image(self) -> bool:
        """Its versions are tags."""
        return self.told == "images"

    def logged(self, version: str) -> dict[str, list[str]]:
        """What the log of the run of a release says."""
        if self.is_image:
            return {"images": [f"{_reference(self.purl)}:{version}"]}
        return {self.told: [f"{self.name}@{version}"]} if self.told else {}


PROJECTS = (
    Project("anvil", "pkg:npm/anvil", attested=True, publisher="trusted_publisher"),
    Project("bellows", "pkg:npm/bellows", told="npm", publisher="bellows-bot"),
    Project("crucible", "pkg:pypi/crucible", attested=True),
    Project("dross", "pkg:pypi/dross"),
    Project("ember", "pkg:docker/ember/ember", told="images", publisher="ember-bot"),
    Project("flux", "pkg:oci/flux?repository_url=harbor.example/flux/flux", told="images"),
)


@dataclass(frozen=True)
class Published:
    """One version that somebody published."""

    purl: str
    version: str
    at: datetime

    @property
    def name(self) -> str:
        """As people and messages call it."""
        return Artifact(self.purl).versioned(self.version)

    @property
    def written(self) -> str:
        """As an issue lists it."""
        return f"`{Artifact(self.purl).label}` `{self.version}`"


@dataclass(frozen=True)
class Truth:
    """What is so, whatever anybody says. A tag that was overwritten is rogue, though it was honest once."""

    honest: tuple[Published, ...]
    rogue: tuple[Published, ...]

    def until(self, at: datetime) -> Truth:
        """What of it has happened by then."""
        return Truth(
            tuple(one for one in self.honest if one.at <= at), tuple(one for one in self.rogue if one.at <= at)
        )


@dataclass(frozen=True)
class Story:
    """A scenario of so many rounds, and its truth. Round `n` ends at `ends[n]`."""

    scenario: Scenario
    truth: Truth
    ends: tuple[datetime, ...]


@dataclass
class _Draft:
    random: random.Random
    timeline: list[dict[str, Any]] = field(default_factory=list)
    honest: list[Published] = field(default_factory=list)
    rogue: list[Published] = field(default_factory=list)
    minor: dict[str, int] = field(default_factory=dict)
    runs: int = 7_000_000

    def next(self, project: Project) -> str:
        """The next version of a project."""
        self.minor[project.name] = self.minor.get(project.name, 3) + 1
        return f"1.{self.minor[project.name]}.0"

    def add(self, at: datetime, kind: str, **said: Any) -> None:
        """One entry of the timeline."""
        self.timeline.append({"at": _written(at), kind: said})

    def run(self, project: Project, at: datetime, version: str, **more: Any) -> int:
        """A run of the publish workflow on the tag of a version."""
        self.runs += 1
        number = more.pop("id", self.runs)
        ref = f"refs/tags/v{version}"
        self.add(at, "run", repository=project.repository, id=number, ref=ref, title=f"Release {version}", **more)
        return int(number)

    def publish(self, project: Project, at: datetime, version: str, by: str, run: tuple[int, int] | None) -> Published:
        """A publication, from a run's attempt or from nowhere."""
        said: dict[str, Any] = {"artifact": project.purl, "version": version}
        if project.publisher:
            said["by"] = by or project.publisher
        if run and project.attested:
            said["attested"] = {"run": run[0], "attempt": run[1]}
        self.add(at, "publish", **said)
        return Published(project.purl, version, at)


def draw(seed: int, rounds: int) -> Story:
    """The story of a seed. The same seed gives the same story; a longer one begins like a shorter one."""
    draft = _Draft(random.Random(f"story {seed}"))  # noqa: S311  # a replayable history, no secret
    ends = []
    for number in range(rounds):
        begins = INSTALLED + timedelta(hours=1) + number * ROUND
        ends.append(begins + ROUND)
        for place in range(draft.random.choice((1, 1, 2))):
            at = begins + place * BETWEEN + timedelta(seconds=draft.random.randrange(600))
            _happen(draft, at, number)
    return Story(
        _scenario(draft.timeline, ends[-1], seed),
        _truth(draft),
        tuple(ends),
    )


def _truth(draft: _Draft) -> Truth:
    stolen = {(one.purl, one.version) for one in draft.rogue}
    return Truth(tuple(one for one in draft.honest if (one.purl, one.version) not in stolen), tuple(draft.rogue))


def _happen(draft: _Draft, at: datetime, number: int) -> None:
    project = draft.random.choice(PROJECTS)
    # The first rounds are honest: a line is one of CI's once it has been seen to be.
    happenings = _HONEST if number < 1 else (*_HONEST, *_OTHER)
    draft.random.choice(happenings)(draft, project, at)


def _release(draft: _Draft, project: Project, at: datetime) -> None:
    version = draft.next(project)
    number = draft.run(project, at, version, log=project.logged(version))
    draft.honest.append(draft.publish(project, at + _INTO, version, "", (number, 1)))


def _rerun(draft: _Draft, project: Project, at: datetime) -> None:
    """The first attempt fails before it publishes; the second one publishes."""
    version, again = draft.next(project), at + timedelta(minutes=20)
    steps = [{"name": "Run tests", "conclusion": "failure"}, {"name": "Publish", "conclusion": "skipped"}]
    failed = {"conclusion": "failure", "jobs": [{"name": "publish", "conclusion": "failure", "steps": steps}]}
    number = draft.run(project, at, version, **failed)
    draft.run(project, again, version, id=number, attempt=2, log=project.logged(version))
    draft.honest.append(draft.publish(project, again + _INTO, version, "", (number, 2)))


def _failure(draft: _Draft, project: Project, at: datetime) -> None:
    """A run that fails and publishes nothing."""
    steps = [{"name": "Run tests", "conclusion": "failure"}, {"name": "Publish", "conclusion": "skipped"}]
    jobs = [{"name": "publish", "conclusion": "failure", "steps": steps}]
    draft.run(project, at, draft.next(project), conclusion="failure", jobs=jobs)


def _theft(draft: _Draft, project: Project, at: datetime) -> None:
    """Somebody with a stolen token publishes the next version."""
    draft.rogue.append(draft.publish(project, at, draft.next(project), _THIEF, None))


def _beside(draft: _Draft, project: Project, at: datetime) -> None:
    """An honest release, and a stolen one within the window of its run."""
    _release(draft, project, at)
    _theft(draft, project, at + timedelta(minutes=3, seconds=10))


def _overwritten(draft: _Draft, project: Project, at: datetime) -> None:
    """An existing tag of an image is made to point at other bytes; of a package, a theft."""
    stolen = {one.version for one in draft.rogue if one.purl == project.purl}
    pushed = [one.version for one in draft.honest if one.purl == project.purl and one.version not in stolen]
    if not project.is_image or not pushed:
        _theft(draft, project, at)
        return
    draft.rogue.append(draft.publish(project, at, pushed[-1], _THIEF, None))


_HONEST: tuple[Callable[[_Draft, Project, datetime], None], ...] = (_release, _rerun, _failure)
_OTHER: tuple[Callable[[_Draft, Project, datetime], None], ...] = (_theft, _beside, _beside, _overwritten)


def _scenario(timeline: Iterable[dict[str, Any]], until: datetime, seed: int) -> Scenario:
    document = {
        "title": f"Chaos, seed {seed}",
        "class": "W",
        "repositories": [{"name": project.repository} for project in PROJECTS],
        "artifacts": [{"purl": p.purl, "repository": p.repository, "workflows": [_WORKFLOW]} for p in PROJECTS],
        "installed": _written(INSTALLED),
        "until": _written(until),
        "history": [_past(project) for project in PROJECTS],
        "timeline": list(timeline),
        "expect": [{"artifact": p.purl, "version": "1.3.0", "outcome": "compliant"} for p in PROJECTS],
    }
    with tempfile.TemporaryDirectory(prefix="chaos-story-") as folder:
        named = Path(folder) / f"chaos-{seed}"  # ids of deliveries follow from the scenario's name
        named.mkdir()
        (named / FILE).write_text(yaml.safe_dump(document, sort_keys=False))
        return load(named)


def _past(project: Project) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "artifact": project.purl,
        "versions": ["1.0.0", "1.1.0", "1.2.0", "1.3.0"],
        "first": "2026-05-04T12:00:00Z",
        "every": "7d",
        "tags": True,
        "runs": True,
    }
    if project.publisher:
        entry["by"] = project.publisher
    if project.attested:
        entry["attested"] = True
    if project.told:
        entry["log"] = True
    return entry


def _reference(purl: str) -> str:
    return Artifact(purl).image.removeprefix("docker.io/")


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
