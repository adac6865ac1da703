"""GitHub and the registries at a moment: scenarios played forward, and the webhooks that GitHub sends on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import yaml

from sandbox import stable
from sandbox.events import (
    DeleteRelease,
    DeleteRun,
    DeleteTag,
    Event,
    Move,
    Outage,
    Publish,
    Quarantine,
    Remove,
    Run,
    Tag,
    Yank,
)
from sandbox.events import Release as Released
from sandbox.github import payloads, run_shapes
from sandbox.github.shapes import Address, Shape
from sandbox.scenario import Scenario
from sandbox.state import Installation, Project, Release, Repo, Webhook
from verifier.model import Artifact

APP_ID = 4242
CONFIG = ".github/artifact-monitor.yml"
_BIRTH = timedelta(days=365)
"""A repository is this much older than the first thing that happens in it."""


class Clash(ValueError):
    """Two scenarios cannot live in one world: they share a repository or a package."""


@dataclass(frozen=True)
class Moment:
    """When something changes. `phase` says which part of the event: a run has three, an outage two."""

    at: datetime
    scenario: Scenario
    event: Event | None
    phase: str = ""


def moments(scenario: Scenario) -> list[Moment]:
    """Everything that changes in a scenario and when, in order; `installed` is a moment without an event."""
    found = [Moment(scenario.installed, scenario, None, "installed")]
    for event in scenario.events:
        found.append(Moment(event.at, scenario, event))
        if isinstance(event, Run):
            found.append(Moment(run_shapes.begins(event), scenario, event, "in_progress"))
            if event.ends is not None:
                found.append(Moment(event.ends, scenario, event, "completed"))
        elif isinstance(event, Publish):
            late = sorted({file.at for file in event.files if file.at > event.at})
            found += [Moment(at, scenario, event, "late") for at in late]
        elif isinstance(event, Outage):
            found.append(Moment(event.ends, scenario, event, "over"))
    return sorted(found, key=lambda moment: moment.at)


class World:
    """One or several scenarios, from before their beginning. Every reader holds `lock` while it looks."""

    def __init__(self, scenarios: Iterable[Scenario], address: Address | None = None) -> None:
        self.address = address or Address("https://github.example", "https://github.example/api/v3")
        self.lock = threading.RLock()
        self.repos: dict[int, Repo] = {}
        self.projects: dict[Artifact, Project] = {}
        self.installations: dict[int, Installation] = {}
        self.names: dict[str, int] = {}
        """Every name a repository ever had, in lower case."""
        self._first: dict[tuple[str, str], int] = {}
        self._outages: list[Outage] = []
        self._outage_of: dict[Outage, str] = {}
        self.scenarios = tuple(scenarios)
        for scenario in self.scenarios:
            self._add(scenario)
        self._moments = sorted((m for s in self.scenarios for m in moments(s)), key=lambda moment: moment.at)
        self._next = 0
        self.now = self._moments[0].at

    def advance(self, to: datetime) -> list[Webhook]:
        """Let everything happen that happens until `to`, and return what GitHub delivers about it, in order."""
        sent: list[Webhook] = []
        with self.lock:
            while self._next < len(self._moments) and self._moments[self._next].at <= to:
                moment = self._moments[self._next]
                self._next += 1
                self.now = max(self.now, moment.at)
                sent += self._happen(moment)
            self.now = max(self.now, to)
        return sent

    def repo(self, full_name: str) -> Repo | None:
        """The repository of this name, now or ever before."""
        number = self.names.get(full_name.lower())
        return None if number is None else self.repos[number]

    def installation_of(self, repo: Repo) -> Installation | None:
        """Where the App may see this repository."""
        return next((i for i in self.installations.values() if repo.id in i.repositories), None)

    def out(self, of: str, scenario: str | None = None) -> bool:
        """`github` or `registry` does not answer now: for this scenario, or (None) for the only one there is."""
        alone = len(self.scenarios) == 1
        return any(o.of == of and (alone or self._outage_of[o] == scenario) for o in self._outages)

    def _add(self, scenario: Scenario) -> None:
        first = min((event.at for event in scenario.events), default=scenario.installed)
        birth = min(first, scenario.installed) - _BIRTH
        for known in scenario.repositories:
            if known.name.lower() in self.names or known.id in self.repos:
                raise Clash(f"{known.name} is in two scenarios; play them one after the other")
            self.names[known.name.lower()] = known.id
            self._first[scenario.name, known.name] = known.id
            self.repos[known.id] = Repo(
                scenario=scenario.name,
                id=known.id,
                owner_id=known.owner_id,
                full_name=known.name,
                default_branch=known.default_branch,
                created_at=birth,
                updated_at=birth,
                pushed_at=birth,
                config=_config(scenario, known.name),
                heads={known.default_branch: stable.sha(known.name, f"refs/heads/{known.default_branch}")},
            )
        for package in scenario.packages:
            if package.artifact in self.projects:
                raise Clash(f"{package.artifact.purl} is in two scenarios; play them one after the other")
            repository = self._first[scenario.name, package.repository]
            self.projects[package.artifact] = Project(scenario.name, package.artifact, repository)

    def _happen(self, moment: Moment) -> list[Webhook]:
        match moment.event:
            case None:
                return self._installed(moment.scenario)
            case Outage() as outage:
                if moment.phase == "over":
                    self._outages.remove(outage)
                else:
                    self._outages.append(outage)
                    self._outage_of[outage] = moment.scenario.name
                return []
            case Publish() | Remove() | Yank() | Quarantine() as event:
                self._registry(event, moment.phase)
                return []
            case Run() | Tag() | DeleteTag() | Released() | DeleteRelease() | DeleteRun() | Move() as event:
                return self._github(event, moment)

    def _registry(self, event: Publish | Remove | Yank | Quarantine, phase: str) -> None:
        project = self.projects[event.artifact]
        project.modified = self.now
        match event:
            case Publish() if phase == "late":
                if event.version in project.versions:
                    project.files[event.version] = [file for file in event.files if file.at <= self.now]
            case Publish():
                project.versions[event.version] = event
                project.times[event.version] = event.at
                project.files[event.version] = [file for file in event.files if file.at <= self.now]
                project.channels[event.tag] = event.version
            case Remove():
                project.versions.pop(event.version, None)
                project.files.pop(event.version, None)
                left = sorted(project.versions, key=lambda version: project.times[version])
                for channel in [c for c, version in project.channels.items() if version == event.version]:
                    del project.channels[channel]
                    if channel == "latest" and left:
                        project.channels["latest"] = left[-1]
            case Yank():
                project.yanked[event.version] = event.reason
            case Quarantine():
                project.quarantined = True

    def _github(
        self, event: Run | Tag | DeleteTag | Released | DeleteRelease | DeleteRun | Move, moment: Moment
    ) -> list[Webhook]:
        repo = self.repos[self._first[moment.scenario.name, event.repository]]
        match event:
            case Run():
                return self._run(repo, event, moment.phase)
            case Tag():
                return self._tag(repo, event.name, event.sha, event.pusher)
            case DeleteTag():
                return self._tag(repo, event.name, payloads.NOTHING, repo.owner)
            case Released():
                made = [] if event.tag in repo.tags else self._tag(repo, event.tag, _tag_sha(event), event.author)
                repo.releases[event.tag] = release = Release(event.id, event.tag, event.author, event.at)
                said = payloads.release("published", release, repo, self.address)
                return made + self._send(repo, "release", said, event.author)
            case DeleteRelease():
                gone = repo.releases.pop(event.tag, None)
                if gone is None:
                    return []
                repo.updated_at = self.now
                return self._send(repo, "release", payloads.release("deleted", gone, repo, self.address), repo.owner)
            case DeleteRun():
                for key in [key for key in repo.runs if key[0] == event.id]:
                    del repo.runs[key]
                return []
            case Move():
                return self._move(repo, event)

    def _run(self, repo: Repo, run: Run, phase: str) -> list[Webhook]:
        sent: list[Webhook] = []
        if not phase:
            kind, _, name = run.ref.removeprefix("refs/").partition("/")
            if kind == "tags" and name not in repo.tags and run.event == "push":
                sent += self._tag(repo, name, run.sha, run.actor)
            if kind == "heads" and run.head_repository_id == repo.id:
                repo.heads[name] = run.sha
            repo.runs[run.id, run.attempt] = run
        elif (run.id, run.attempt) not in repo.runs:
            return []  # deleted while it ran
        said = payloads.workflow_run(phase or "requested", run, repo, self.now, self.address)
        return sent + self._send(repo, "workflow_run", said, run.actor)

    def _tag(self, repo: Repo, name: str, sha: str, pusher: str) -> list[Webhook]:
        before = repo.tags.get(name, payloads.NOTHING)
        if before == sha:
            return []
        repo.pushed_at = repo.updated_at = self.now
        pushed = payloads.push(repo, name, before, sha, pusher, self.now, self.address)
        if sha == payloads.NOTHING:
            del repo.tags[name]
            other = self._send(repo, "delete", payloads.delete(name), pusher)
        else:
            repo.tags[name] = sha
            made = before == payloads.NOTHING
            other = self._send(repo, "create", payloads.create(repo, name), pusher) if made else []
        return other + self._send(repo, "push", pushed, pusher)

    def _move(self, repo: Repo, event: Move) -> list[Webhook]:
        old, old_owner = repo.full_name, repo.owner_id
        repo.full_name, repo.updated_at = event.to, self.now
        self.names[event.to.lower()] = repo.id
        if event.owner_id is None:
            return self._send(repo, "repository", payloads.renamed(old), repo.owner)
        repo.owner_id = event.owner_id
        before = self.installation_of(repo)
        sent: list[Webhook] = []
        if before is not None:
            before.repositories.discard(repo.id)
            sent = self._grant(repo.owner, repo.owner_id, [repo])
        return sent + self._send(repo, "repository", payloads.transferred(old, old_owner, self.address), repo.owner)

    def _installed(self, scenario: Scenario) -> list[Webhook]:
        repos = [repo for repo in self.repos.values() if repo.scenario == scenario.name]
        owners = {repo.owner_id: repo.owner for repo in repos}
        return [
            webhook
            for owner_id, owner in owners.items()
            for webhook in self._grant(owner, owner_id, [repo for repo in repos if repo.owner_id == owner_id])
        ]

    def _grant(self, owner: str, owner_id: int, repos: list[Repo]) -> list[Webhook]:
        """The App is installed on an account, or is granted more of its repositories."""
        number = stable.number("installation", owner_id)
        known = self.installations.get(number)
        installation = known or Installation(number, owner, owner_id, self.now, self.now)
        self.installations[number] = installation
        installation.updated_at = self.now
        installation.repositories |= {repo.id for repo in repos}
        if known:
            said, event = payloads.granted(installation, repos, APP_ID, self.address), "installation_repositories"
        else:
            said, event = payloads.installed(installation, repos, APP_ID, self.address), "installation"
        return self._deliver(repos[0].scenario, event, said)

    def _send(self, repo: Repo, event: str, said: Shape, sender: str) -> list[Webhook]:
        """Deliver it if the App may see the repository."""
        installation = self.installation_of(repo)
        if installation is None:
            return []
        payload = {**said, **payloads.around(repo, installation, sender, self.address)}
        return self._deliver(repo.scenario, event, payloads.as_pushed(payload, repo) if event == "push" else payload)

    def _deliver(self, scenario: str, event: str, payload: Shape) -> list[Webhook]:
        self._sent += 1
        if self.out("webhooks", scenario) or self.out("monitor", scenario):
            return []
        return [Webhook(self.now, event, stable.guid(scenario, self.now, event, self._sent), payload)]

    _sent = 0


def _tag_sha(release: Released) -> str:
    return stable.sha(release.repository, f"refs/tags/{release.tag}")


def _config(scenario: Scenario, repository: str) -> bytes:
    """The configuration file of a repository, as the scenario's `artifacts` say."""
    entries = []
    for package in scenario.packages:
        if package.repository == repository and package.watched:
            entry: Shape = {"purl": package.artifact.purl, "workflows": list(package.workflows)}
            if package.refs:
                entry["refs"] = list(package.refs)
            entry["events"] = list(package.events)
            if package.manual is not None:
                entry["manual"] = package.manual
            entries.append(entry)
    if not entries:
        return b""
    return yaml.safe_dump({"version": 1, "artifacts": entries}, sort_keys=False).encode()
