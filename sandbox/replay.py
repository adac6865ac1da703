"""Replay: scenarios through the monitor's own handlers, readers, rules and channels, in this process.

No server, no socket, no database: GitHub and the registries are called as WSGI apps, the ledger is in memory, and the
clock is the scenario's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
from werkzeug.test import Client

from app.deps import Deps
from app.github.installation import GitHub, clients
from app.jobs import run_step
from app.logs.events import quiet
from app.processes import clock
from app.settings import Settings
from app.wake import STEPS, Nobody
from app.web import webhooks
from handlers import missed
from sandbox import ecr, provenance
from sandbox.app import HUB, IMAGES, create
from sandbox.github.measures import Measures
from sandbox.github.shapes import Address
from sandbox.keys import Keys, make
from sandbox.ledger_view import LedgerView
from sandbox.play import Stuck, play
from sandbox.results import Result
from sandbox.scenario import Scenario, load, scenarios_in
from sandbox.signing import signed
from sandbox.state import Webhook
from sandbox.world import World
from verifier.evidence import Trust
from verifier.ledger import memory_ledger
from verifier.model.artifact import DOCKER_HUB
from verifier.registries.base import Absent, Ask, Page, Unreadable

GITHUB = Address("http://github.example", "http://github.example/api/v3")
REGISTRY = "http://registry.example"
ROUNDS = 1000
"""The steps come to rest within so many rounds, or never."""

_keys = cache(make)


@cache
def _trust() -> Trust:
    """In the sandbox's own Sigstore and no other."""
    return Trust.read([provenance.trust_root()])


def replay(directories: Iterable[Path]) -> list[Result]:
    """Play each scenario by itself. Raises ScenarioError when one cannot be read."""
    scenarios = [load(directory) for directory in scenarios_in(directories)]
    with quiet():
        return [_played(scenario) for scenario in scenarios]


def _played(scenario: Scenario) -> Result:
    random.seed(scenario.name)  # how long the monitor waits before it tries again is partly chance: the same each time
    return play(scenario, Replay(scenario))


class Replay(LedgerView):
    """The stage of one scenario in this process. See `sandbox.play.Stage`.

    `version`: its GitHub is an Enterprise Server of this version. `measures` is what its GitHub counted.
    """

    def __init__(self, scenario: Scenario, keys: Keys | None = None, version: str = "") -> None:
        keys = keys or _keys()
        self.world = World([scenario], GITHUB, storage=REGISTRY)
        self.measures = Measures()
        app = create(self.world, keys, version=version, measures=self.measures)
        self._now = scenario.installed
        self._secret = keys.webhook_secret
        settings = Settings(
            github_api_url=GITHUB.api,
            github_app_id=str(keys.app_id),
            github_private_key=keys.private,
            github_webhook_secret=keys.webhook_secret,
            npm_registry=f"{REGISTRY}/npm",
            pypi_index=f"{REGISTRY}/pypi/simple/",
            docker_hub=f"{REGISTRY}{HUB}",
            docker_registry=f"{REGISTRY}{IMAGES}/{DOCKER_HUB}",
            oci_registries=tuple((host, f"{REGISTRY}{IMAGES}/{host}") for host in self.world.hosts),
            poll_interval=scenario.poll,
            host_interval=timedelta(),
        )
        self.deps = Deps(
            settings=settings,
            ledger=memory_ledger(),
            fetch=Fetch(Client(app)),
            github=_kept(clients(settings, httpx.WSGITransport(app=app))),
            wake=Nobody(),
            now=lambda: self._now,
            trust=_trust,
            aws=ecr.answers(self.world),
        )
        self.ledger = self.deps.ledger

    def set_clock(self, to: datetime) -> Sequence[Webhook]:
        """Time moves on for the world and the monitor alike."""
        self._now = max(self._now, to)
        return self.world.advance(to)

    def deliver(self, webhook: Webhook) -> None:
        """One webhook, signed, through the same door as in the web process. Raises Stuck when it is refused."""
        headers, body = signed(webhook, self._secret)
        answer = webhooks.accept(headers, body, self.deps.ledger, self._secret, self._now)
        if answer.status != 202:
            raise Stuck(f"{webhook.event} {webhook.id} was answered {answer.status}: {answer.text}")

    def settle(self) -> None:
        """The clock beats, and the steps run until none has anything to do. Raises Stuck."""
        with self.deps.ledger.writing() as book:
            book.health.beat(clock.NAME, self._now)
            missed.keep_sweeping(book, self._now)
        for _ in range(ROUNDS):
            if not sum([run_step(self.deps, step) for step in STEPS]):
                return
        raise Stuck(f"the steps do not come to rest at {self._now:%Y-%m-%d %H:%M:%S}")

    def restart(self, since: datetime) -> None:
        """The clock's first look after a stop: webhooks may be missing since its last beat."""
        with self.deps.ledger.writing() as book:
            book.health.beat(clock.NAME, since)
            clock.beat(book, self._now, clock.MISSING_AFTER)


class Fetch:
    """`app.deps.Fetch` against a WSGI app: no sockets, the same answers."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        """One GET or HEAD."""
        headers = {"Accept": ask.accept} | ({"If-None-Match": etag} if etag else {})
        if not ask.url.startswith(f"{REGISTRY}/"):
            return Unreadable(ask.url, "there is no such host in the sandbox")
        path = ask.url.removeprefix(REGISTRY)
        answer = self._client.open(path, method=ask.method, base_url=REGISTRY, headers=headers)
        status, told = answer.status_code, {name.lower(): value for name, value in answer.headers}
        if status in (404, 410):
            return Absent(ask.url)
        if status not in (200, 304):
            return Unreadable(ask.url, f"the registry answered {status}", status=status, headers=told)
        if len(answer.data) > ask.limit:
            return Unreadable(ask.url, f"the answer is larger than {ask.limit} bytes")
        return Page(ask.url, status, answer.data, told)


def _kept(make: Callable[[int], GitHub]) -> Callable[[int], GitHub]:
    """One client for each installation, as long as the play lasts."""
    known: dict[int, GitHub] = {}

    def client(installation: int) -> GitHub:
        if installation not in known:
            known[installation] = make(installation)
        return known[installation]

    return client
