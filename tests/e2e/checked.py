"""A transport that holds every request to GitHub's own description before it lets it through."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from app.github.installation import GitHub, clients
from app.settings import Settings
from sandbox.app import create
from sandbox.github.rim import PREFIX
from sandbox.keys import Keys
from sandbox.world import World
from tests.github_api.validate import problem


class Checked(httpx.BaseTransport):
    """Notes each request, and what GitHub's description has against it. The API lies below `prefix`."""

    def __init__(self, inner: httpx.BaseTransport, prefix: str = PREFIX) -> None:
        self._inner, self._prefix = inner, prefix
        self.asked: list[tuple[str, str]] = []
        self.problems: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Note it and pass it on; the test that reads `problems` fails, whatever becomes of the answer."""
        path = request.url.path.removeprefix(self._prefix)
        bare = request.url.copy_with(raw_path=request.url.raw_path.removeprefix(self._prefix.encode()))
        wrong = problem(httpx.Request(request.method, bare, headers=request.headers, content=request.read()))
        self.asked.append((request.method, path))
        if wrong:
            self.problems.append(f"{request.method} {path}: {wrong}")
        return self._inner.handle_request(request)

    def made(self, kind: str) -> int:
        """How many things of this kind were asked for with POST: `issues`, `check-runs`, `security-advisories`."""
        return sum(method == "POST" and path.endswith(f"/{kind}") for method, path in self.asked)


def checked_github(world: World, settings: Settings, keys: Keys) -> tuple[Callable[[int], GitHub], Checked]:
    """Clients of the pretend GitHub around a world, and the transport they all go through."""
    transport = Checked(httpx.WSGITransport(app=create(world, keys)))
    make, known = clients(settings, transport), dict[int, GitHub]()

    def client(installation: int) -> GitHub:
        if installation not in known:
            known[installation] = make(installation)
        return known[installation]

    return client, transport
