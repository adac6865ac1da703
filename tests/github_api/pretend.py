"""A pretend GitHub behind an httpx transport: it takes only requests that GitHub's own description allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.settings import Settings
from tests.github_api.validate import problem

Answer = Callable[[httpx.Request], httpx.Response]


@cache
def key() -> str:
    """An App's private key, made anew for each test run."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem.decode()


def settings(**more: Any) -> Settings:
    """Settings of an App whose number is 7."""
    return Settings(github_app_id="7", github_private_key=key(), **more)


class Pretend:
    """Answers by (method, path); gives tokens; keeps every request; fails the test on one GitHub would refuse."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Answer] = {}
        self.requests: list[httpx.Request] = []
        self.tokens = 0
        self.transport = httpx.MockTransport(self._handle)

    def on(self, method: str, path: str, answer: Any = None, status: int = 200, **headers: str) -> None:
        """Answer this with JSON, or by a function of the request."""
        if callable(answer):
            self.answers[method, path] = answer
        else:
            self.answers[method, path] = lambda request: httpx.Response(status, json=answer, headers=headers)

    def asked(self, method: str, path: str) -> list[httpx.Request]:
        """The requests of one kind so far."""
        return [r for r in self.requests if (r.method, r.url.path) == (method, path)]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert problem(request) == ""
        own = self.answers.get((request.method, request.url.path))
        if own is not None:
            return own(request)
        if request.url.path.endswith("/access_tokens"):
            self.tokens += 1
            expires = datetime.now(UTC) + timedelta(hours=1)
            token = {"token": f"ghs_{self.tokens}", "expires_at": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}
            return httpx.Response(201, json={**token, "permissions": {}, "repository_selection": "all"})
        return httpx.Response(404, json={"message": "Not Found"})


def repository_json(id_: int = 10, full_name: str = "owner/name", **more: Any) -> dict[str, Any]:
    """A repository as GitHub shows it, cut to what is read."""
    base = {
        "id": id_,
        "full_name": full_name,
        "owner": {"id": 5, "login": full_name.split("/")[0]},
        "default_branch": "main",
        "private": False,
        "updated_at": "2026-01-01T00:00:00Z",
        "pushed_at": "2026-01-02T00:00:00Z",
    }
    return {**base, **more}


def run_json(id_: int, at: datetime, attempt: int = 1, minutes: float = 5, **more: Any) -> dict[str, Any]:
    """An attempt of a run as GitHub shows it, cut to what is read; it starts when it is created."""
    start = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    base = {
        "id": id_,
        "run_attempt": attempt,
        "path": ".github/workflows/publish.yml",
        "event": "push",
        "head_sha": "a" * 40,
        "head_branch": "v1.0.0",
        "created_at": start,
        "run_started_at": start,
        "updated_at": f"{at + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
        "status": "completed",
        "conclusion": "success",
        "repository": {"id": 10},
        "head_repository": {"id": 10},
        "actor": {"login": "ada"},
        "html_url": f"https://github.com/owner/name/actions/runs/{id_}",
    }
    return {**base, **more}
