"""GitHub and the registries at a moment: scenarios played forward, and the webhooks that GitHub sends on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from sandbox import ground, stable
from sandbox.attempt import Run
from sandbox.deliveries import TIMED_OUT, Attempt, Deliveries
from sandbox.events import (
    Attest,
    DeleteBranch,
    DeleteRelease,
    DeleteRun,
    DeleteTag,
    File,
    Move,
    Outage,
    Publish,
    Push,
    PushImage,
    Quarantine,
    Remove,
    Retag,
    Tag,
    Yank,
)
from sandbox.events import Release as Released
from sandbox.github import payloads
from sandbox.github.shapes import Address, Shape
from sandbox.moments import Moment, moments
from sandbox.published import usual_files
from sandbox.scenario import Scenario
from sandbox.source import Source
from sandbox.state import Installation, Project, Release, Repo, Webhook
from verifier.model import Artifact

__all__ = ["APP_ID", "Clash", "World", "moments"]

APP_ID = 4242
_BIRTH = timedelta(days=365)
"""A repository is this much older than the first thing that happens in it."""


class Clash(ValueError):
    """Two scenarios cannot live in one world: they share a repository or a package."""


class World:
    """One or several scenarios, from before their beginning. Every reader holds `lock` while it looks.

    `storage` is where GitHub keeps logs and bundles; empty: on its own host.
    """

    def __init__(self, scenarios: Iterable[Scenario], address: Address | None = None, storage: str = "") -> None:
        self.address = address or Address("https://github.example", "https://github.example/api/v3")
        self.storage = storage
        self.lock = threading.RLock()
        self.repos: dict[int, Repo] = {}
        self.projects: dict[Artifact, Project] = {}
        self.installations: dict[int, Installation] = {}
        self.names: dict[str, int] = {}
        """Every name a repository ever had, in lower case."""
        self._first: dict[tuple[str, str], int] = {}
        self._published: dict[tuple[Artifact, str], Publish] = {}
        self._pushes: dict[tuple[Artifact, str], list[PushImage]] = {}
        self._outages: list[Outage] = []
        self._outage_of: dict[Outage, str] = {}
        self.scenarios = tuple(scenarios)
        for scenario in self.scenarios:
            self._add(scenario)
        self._moments = sorted((m for s in self.scenarios for m in moments(s)), key=lambda moment: moment.at)
        self._next = 0
        self.now = self._moments[0].at
        self.deliveries = Deliveries()
        self.waiting: list[Webhook] = []
        """What GitHub delivers at the next step about what was done to it meanwhile, by people and by the App."""

    def advance(self, to: datetime) -> list[Webhook]:
        """Let everything happen that happens until `to`, and return what GitHub delivers about it, in order."""
        with self.lock:
            sent, self.waiting = self.waiting, []
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

    def files(self, artifact: Artifact, version: str) -> tuple[File, ...]:
        """The files that this version has, had or will have; those it would have where nobody ever publishes it."""
        known = self._published.get((artifact, version))
        return known.files if known else usual_files(artifact, version, self.now)

    def pushed(self, artifact: Artifact, tag: str, since: datetime, until: datetime) -> PushImage | None:
        """What was pushed first under this tag in a span, else what it held then or will hold; None: it never does."""
        pushed = self._pushes.get((artifact, tag), [])
        within = [push for push in pushed if since <= push.at <= until]
        before = [push for push in pushed if push.at < since]
        return next(iter(within or before[-1:] or pushed), None)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of all images, by name."""
        return tuple(sorted({known.image.partition("/")[0] for known in self.projects if known.is_image}))

    def image(self, host: str, name: str) -> Project | None:
        """The image that a registry calls so."""
        image = f"{host}/{name}"
        return next((project for known, project in self.projects.items() if known.image == image), None)

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
                source=Source(known.default_branch, known.owner, ground.plans(scenario, known)),
            )
            self.repos[known.id].source.begin(known.name, ground.files(scenario, known), birth)
        for event in scenario.events:
            if isinstance(event, Publish):
                self._published[event.artifact, event.version] = event
            elif isinstance(event, PushImage):
                for tag in event.tags:
                    self._pushes.setdefault((event.artifact, tag), []).append(event)
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
            case Publish() | PushImage() | Retag() | Remove() | Yank() | Quarantine() as event:
                self.projects[event.artifact].change(event, self.now)
                return []
            case Attest() as event:
                self.projects[event.artifact].backfilled.append(event)
                return []
            case Tag() | DeleteTag() | Push() | DeleteBranch() as event:
                return self._refs(event, self._repo(moment, event.repository))
            case Run() | Released() | DeleteRelease() | DeleteRun() | Move() as event:
                return self._github(event, moment)

    def _repo(self, moment: Moment, name: str) -> Repo:
        return self.repos[self._first[moment.scenario.name, name]]

    def _refs(self, event: Tag | DeleteTag | Push | DeleteBranch, repo: Repo) -> list[Webhook]:
        match event:
            case Tag():
                return self._tag(repo, event.name, event.sha, event.pusher)
            case DeleteTag():
                return self._tag(repo, event.name, payloads.NOTHING, repo.owner)
            case Push():
                before, after = repo.source.push(event.branch, event.sha, self.now, forced=event.forced)
                return self._pushed(repo, f"refs/heads/{event.branch}", before, after, event.pusher)
            case DeleteBranch():
                gone = repo.source.heads.pop(event.name, "")
                return self._pushed(repo, f"refs/heads/{event.name}", gone, "", event.pusher)

    def _github(self, event: Run | Released | DeleteRelease | DeleteRun | Move, moment: Moment) -> list[Webhook]:
        repo = self._repo(moment, event.repository)
        match event:
            case Run():
                return self._run(repo, event, moment.phase)
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
            repo.source.need(run.sha, self.now)
            repo.runs[run.id, run.attempt] = run
        elif (run.id, run.attempt) not in repo.runs:
            return []  # deleted while it ran
        said = payloads.workflow_run(phase or "requested", run, repo, self.now, self.address)
        return sent + self._send(repo, "workflow_run", said, run.actor)

    def _tag(self, repo: Repo, name: str, sha: str, pusher: str) -> list[Webhook]:
        after = "" if sha == payloads.NOTHING else sha
        before = repo.tags.pop(name, "")
        if after:
            repo.source.need(after, self.now)
            repo.tags[name] = after
        return self._pushed(repo, f"refs/tags/{name}", before, after, pusher)

    def _pushed(self, repo: Repo, ref: str, before: str, after: str, pusher: str) -> list[Webhook]:
        """A ref has moved from one commit to another; '' is where there is none."""
        if before == after:
            return []
        repo.pushed_at = repo.updated_at = self.now
        other: list[Webhook] = []
        if not after:
            other = self._send(repo, "delete", payloads.delete(ref), pusher)
        elif not before:
            other = self._send(repo, "create", payloads.create(repo, ref), pusher)
        return other + self._send(repo, "push", payloads.push(repo, ref, before, after, pusher, self.address), pusher)

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

    def suspend(self, number: int, *, suspended: bool = True) -> None:
        """The owner of an installation suspends it, or ends that: it is delivered at the next step."""
        known = self.installations[number]
        known.suspended_at, known.updated_at = self.now if suspended else None, self.now
        self._stands(known, "suspend" if suspended else "unsuspend")

    def uninstall(self, number: int) -> None:
        """The App is uninstalled: it is delivered at the next step."""
        known = self.installations.pop(number)
        self._stands(known, "deleted")

    def _stands(self, known: Installation, action: str) -> None:
        repos = [self.repos[number] for number in sorted(known.repositories)]
        said = payloads.standing(action, known, repos, APP_ID, self.address)
        self.waiting += self._deliver(repos[0].scenario, "installation", said)

    def tell(self, repo: Repo, event: str, said: Shape, sender: Shape) -> None:
        """Something was done at GitHub itself: it is delivered at the next step."""
        self.waiting += self._send(repo, event, said, sender)

    def _send(self, repo: Repo, event: str, said: Shape, sender: str | Shape) -> list[Webhook]:
        """Deliver it if the App may see the repository now."""
        installation = self.installation_of(repo)
        if installation is None or installation.suspended_at is not None:
            return []
        payload = {**said, **payloads.around(repo, installation, sender, self.address)}
        return self._deliver(repo.scenario, event, payloads.as_pushed(payload, repo) if event == "push" else payload)

    def _deliver(self, scenario: str, event: str, payload: Shape) -> list[Webhook]:
        self._sent += 1
        webhook = Webhook(self.now, event, stable.guid(scenario, self.now, event, self._sent), payload)
        return self._attempt(webhook, scenario, redelivery=False)

    def redeliver(self, attempt: Attempt) -> None:
        """The App asked for it: it is delivered once more at the next step, under the same id."""
        self.waiting += self._attempt(attempt.webhook, attempt.scenario, redelivery=True)

    def _attempt(self, webhook: Webhook, scenario: str, *, redelivery: bool) -> list[Webhook]:
        """GitHub tries once, and keeps what came of it; it never tries again by itself."""
        lost = self.out("webhooks", scenario) or self.out("monitor", scenario)
        self.deliveries.note(webhook, scenario, self.now, TIMED_OUT if lost else 202, redelivery=redelivery)
        return [] if lost else [webhook]

    _sent = 0


def _tag_sha(release: Released) -> str:
    return stable.sha(release.repository, f"refs/tags/{release.tag}")
