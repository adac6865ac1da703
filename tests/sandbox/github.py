"""A pretend GitHub to ask, as the App and as an installation."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from werkzeug.test import Client, TestResponse

from sandbox.app import create
from sandbox.github.rim import PREFIX
from sandbox.keys import Keys, make
from sandbox.scenario import Scenario, load
from sandbox.world import World

SCENARIOS = Path(__file__).parent / "scenarios"
keys: Any = cache(make)


@cache
def scenario(name: str) -> Scenario:
    return load(SCENARIOS / name)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Asked:
    """A world at a moment, and a client of everything in it."""

    def __init__(self, name: str, moment: str, *, advisories: bool = True) -> None:
        self.keys: Keys = keys()
        self.world = World([scenario(name)])
        self.sent = self.world.advance(at(moment))
        self.client = Client(create(self.world, self.keys, advisories=advisories))
        self._token = ""

    def app_token(self, *, issuer: object = None, lifetime: int = 300, key: str = "") -> str:
        now = int(time.time())
        claims = {"iat": now - 30, "exp": now + lifetime, "iss": str(issuer or self.keys.app_id)}
        return jwt.encode(claims, key or self.keys.private, algorithm="RS256")

    def as_app(self, path: str, method: str = "GET", **token: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.app_token(**token)}"}
        return self.client.open(PREFIX + path, method=method, headers=headers)

    @property
    def token(self) -> str:
        if not self._token:
            *_, installation = self.as_app("/app/installations").json or []
            answer = self.as_app(f"/app/installations/{installation['id']}/access_tokens", "POST")
            self._token = (answer.json or {})["token"]
        return self._token

    def ask(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> TestResponse:
        headers = {"Authorization": f"token {self.token}", **headers}
        return self.client.open(PREFIX + path, method=method, json=body, headers=headers)
