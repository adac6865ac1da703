"""The monitor in this process, on SQLite, with its real way out to a real registry and a pretend GitHub beside it.

Its clock begins with the machine's and is set forward by the test, so that nobody waits for a grace to pass.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from app.deps import Fetch
from app.network.aws import make_aws
from app.network.login import make_login
from sandbox.events import Attested
from sandbox.keys import make
from sandbox.replay import REGISTRY, Replay
from sandbox.scenario import FILE, Scenario, load
from sandbox.state import Repo
from tests.e2e.checked import checked_github
from verifier.ledger import migrate, open_ledger
from verifier.ledger.protocol import Dossier
from verifier.model import Artifact, Verdict, Version
from verifier.registries.base import Absent, Ask, Page, Unreadable

POLL = timedelta(minutes=1)
RUN = 100
BUILD = timedelta(minutes=10)
"""How long the workflow runs: everything that a test publishes falls into it."""

_keys = cache(make)


@dataclass(frozen=True)
class Noted:
    """One request to the registry: the validator that was sent, and what came back."""

    url: str
    etag: str | None
    answer: Page | Absent | Unreadable


class Watched:
    """The real GET, with a note of every answer; what the pretend GitHub stores beside its API comes from itself."""

    def __init__(self, fetch: Fetch, pretend: Fetch) -> None:
        self._fetch, self._pretend = fetch, pretend
        self.noted: list[Noted] = []

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        """Ask the registry."""
        if ask.url.startswith(f"{REGISTRY}/storage/"):
            return self._pretend(ask, etag)
        answer = self._fetch(ask, etag)
        self.noted.append(Noted(ask.url, etag, answer))
        return answer

    @property
    def statuses(self) -> list[int | str]:
        """The answers so far, as HTTP has them where there was one."""
        return [n.answer.status if isinstance(n.answer, Page) else type(n.answer).__name__ for n in self.noted]


class Monitor(Replay):
    """A replay whose registry is real. `installed` is now: what the registry holds already is history."""

    def __init__(self, folder: Path, purl: str, building: str, log: Sequence[str] = (), **places: Any) -> None:
        """`building` is the version that the repository's workflow publishes in its run, `log` what its step prints.

        `places` are the settings that say where the registry is and who asks, as `app.settings.Settings` names them.
        """
        installed = datetime.now(UTC)
        super().__init__(_scenario(folder, purl, building, log, installed), _keys())
        settings = replace(self.deps.settings, data_dir=folder, poll_interval=POLL, **places)
        migrate(settings.database)
        self.artifact = Artifact(purl)
        self.installed = installed
        self.fetch = Watched(make_login(settings, self.deps.now), self.deps.fetch)
        github, self.asked = checked_github(self.world, settings, _keys())
        self.deps = replace(
            self.deps,
            settings=settings,
            ledger=open_ledger(settings.database),
            fetch=self.fetch,
            github=github,
            aws=make_aws(),
        )
        self.ledger = self.deps.ledger
        self.until(installed)

    @property
    def time(self) -> datetime:
        """What the monitor takes for now."""
        return self.deps.now()

    def until(self, moment: datetime) -> None:
        """Everything happens that happens until then, a poll interval at a time."""
        while True:
            for webhook in self.set_clock(min(moment, self.time + POLL)):
                self.deliver(webhook)
            self.settle()
            if self.time >= moment:
                return

    def poll(self) -> None:
        """The next poll: an interval after the last, and never before anything that was published by now."""
        self.until(max(self.time + POLL, datetime.now(UTC)))

    def after_the_build(self) -> None:
        """The run is over and every grace has passed."""
        self.until(self.installed + BUILD + timedelta(minutes=5))

    def known(self) -> dict[str, Dossier]:
        """The versions in the ledger by their numbers."""
        with self.deps.ledger.reading() as book:
            return {dossier.version.number: dossier for dossier in book.versions.of(self.artifact)}

    def versions(self) -> list[Version]:
        """What the ledger holds of the versions themselves."""
        return [dossier.version for dossier in self.known().values()]

    def outcomes(self) -> dict[str, str]:
        """What stands about each version."""
        return {number: verdict_of(dossier).outcome.value for number, dossier in self.known().items()}

    def judged(self, number: str) -> list[tuple[str, str]]:
        """Every (fingerprint, outcome) this version ever had, oldest first."""
        with self.deps.ledger.reading() as book:
            history = book.versions.verdicts(self.artifact, number)
        return [(fingerprint, verdict.outcome.value) for _, fingerprint, verdict in history]

    @property
    def repository(self) -> Repo:
        """The repository at the pretend GitHub, with what was filed in it."""
        (repository,) = self.world.repos.values()
        return repository

    def attested(self) -> Attested:
        """What the token of the workflow's run says of it; the run has begun."""
        repository, (run,) = self.repository, self.repository.runs.values()
        return Attested(
            run=run.id,
            attempt=run.attempt,
            repository=repository.full_name,
            repository_id=repository.id,
            owner_id=repository.owner_id,
            workflow=run.workflow,
            ref=run.ref,
            event=run.event,
            sha=run.sha,
        )

    def filed(self) -> tuple[list[str], list[str], list[str]]:
        """What stands at GitHub about incidents: states of issues, conclusions of check runs, states of advisories."""
        here = self.repository
        return (
            [issue["state"] for issue in here.issues],
            [check["conclusion"] for check in here.checks if check["external_id"].startswith("incident/")],
            [advisory["state"] for advisory in here.advisories],
        )


def verdict_of(dossier: Dossier) -> Verdict:
    """What stands about it; every version that a test reads has been judged."""
    assert dossier.verdict is not None
    return dossier.verdict


def _scenario(folder: Path, purl: str, building: str, log: Sequence[str], installed: datetime) -> Scenario:
    """A repository that publishes by its workflow only, with one run on the tag of a version, begun just now."""
    begins, ends = installed + timedelta(milliseconds=1), installed + BUILD
    step = {"name": "Publish", "starts": _text(begins), "ends": _text(ends - timedelta(seconds=1))}
    run = {
        "id": RUN,
        "ref": f"refs/tags/v{building}",
        "ends": _text(ends),
        "log": {"lines": list(log)},
        "jobs": [{"name": "publish", "steps": [step]}],
    }
    workflow = ".github/workflows/publish.yml"
    document = {
        "title": "A package in a real registry",
        "class": "T",
        "repositories": [{"name": "octo/widget"}],
        "artifacts": [{"purl": purl, "workflows": [workflow], "manual": False}],
        "installed": _text(installed),
        "until": _text(installed + timedelta(days=1)),
        "timeline": [{"at": _text(begins), "run": run}],
        "expect": [],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps(document), "utf-8")  # JSON is YAML
    return load(folder)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


class Watch(Protocol):
    """Starts a monitor of one artifact in one registry."""

    def __call__(self, purl: str, building: str, *, log: Sequence[str] = (), **places: Any) -> Monitor:
        """See `Monitor`."""
