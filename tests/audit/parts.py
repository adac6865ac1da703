"""A pretended GitHub and pretended registries at the end of a scenario, and an audit of what is there then."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

import httpx
import jwt
from werkzeug.test import Client

from app.audit.client import Onlooker, onlooker
from app.audit.look import Progress, Wanted, look
from app.audit.result import Audited
from app.deps import Deps
from app.settings import Settings
from app.wake import Nobody
from sandbox import provenance
from sandbox.app import HUB, IMAGES, create
from sandbox.github.rim import PREFIX
from sandbox.keys import make
from sandbox.replay import GITHUB, REGISTRY, Fetch
from sandbox.scenario import Scenario, load
from sandbox.world import World
from verifier.evidence import Trust
from verifier.ledger import memory_ledger
from verifier.model import Artifact
from verifier.model.artifact import DOCKER_HUB

SCENARIOS = Path(__file__).parents[2] / "scenarios"
keys = cache(make)


@cache
def trust() -> Trust:
    return Trust.read([provenance.trust_root()])


class After:
    """The world as it is when a scenario is over; `between` may answer GitHub's questions in its place."""

    def __init__(
        self,
        name: str,
        *,
        token: bool = True,
        at: datetime | None = None,
        between: Callable[[httpx.Request], httpx.Response | None] = lambda request: None,
    ) -> None:
        self.scenario: Scenario = load(SCENARIOS / name)
        self.now = at or self.scenario.until
        self.world = World([self.scenario], GITHUB, storage=REGISTRY)
        self.world.advance(self.now)
        self.app = create(self.world, keys())
        self.settings = Settings(
            github_api_url=GITHUB.api,
            github_token=self._token() if token else "",
            npm_registry=f"{REGISTRY}/npm",
            pypi_index=f"{REGISTRY}/pypi/simple/",
            docker_hub=f"{REGISTRY}{HUB}",
            docker_registry=f"{REGISTRY}{IMAGES}/{DOCKER_HUB}",
        )
        self.said: list[str] = []
        self.github: Onlooker = onlooker(self.settings, Between(httpx.WSGITransport(app=self.app), between))
        self.deps = Deps(
            settings=self.settings,
            ledger=memory_ledger(),
            fetch=Fetch(Client(self.app)),
            github=lambda installation: self.github,
            wake=Nobody(),
            now=lambda: self.now,
            trust=trust,
        )

    def audit(self, purl: str, **wanted: object) -> Audited:
        """By default held against the repository of the scenario's first artifact."""
        repository = wanted.pop("repository", self.scenario.repositories[0].name)
        asked = Wanted(Artifact(purl), repository=str(repository), **wanted)  # type: ignore[arg-type]  # from tests
        return look(self.deps, self.github, asked, Progress(said=self.said.append))

    def _token(self) -> str:
        client, now = Client(self.app), int(time.time())
        claims = {"iat": now - 30, "exp": now + 300, "iss": str(keys().app_id)}
        headers = {"Authorization": f"Bearer {jwt.encode(claims, keys().private, algorithm='RS256')}"}
        *_, installation = client.get(f"{PREFIX}/app/installations", headers=headers).json or []
        path = f"{PREFIX}/app/installations/{installation['id']}/access_tokens"
        token: str = (client.post(path, headers=headers).json or {})["token"]
        return token


class Between(httpx.BaseTransport):
    """Stands between the audit and the pretended GitHub."""

    def __init__(self, inner: httpx.BaseTransport, answer: Callable[[httpx.Request], httpx.Response | None]) -> None:
        self._inner, self._answer = inner, answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._answer(request) or self._inner.handle_request(request)
