"""A repository of images in Pulp: skopeo pushes to it, and its own interface makes many tags of one image."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import requests

from tests.e2e.images import Images
from tests.e2e.index import LOGIN
from tests.e2e.layout import Layout


class PulpImages(Images):
    """It hands tokens out, and lists tags in pages."""

    def __init__(self, address: str, folder: Path) -> None:
        super().__init__(address, folder, LOGIN)

    def tag(self, layout: Layout, tags: Iterable[str]) -> None:
        """More tags for an image that was pushed: a push takes ten seconds, in which skopeo waits for TLS in vain."""
        for tag in tags:
            self._change("tag", tag=tag, digest=layout.digest)

    def untag(self, tag: str) -> None:
        """Take a tag away; what it points at stays."""
        self._change("untag", tag=tag)

    def _change(self, what: str, **said: str) -> None:
        (repository,) = self._ask("GET", f"/pulp/api/v3/repositories/container/container/?name={self.path}")["results"]
        self._done(self._ask("POST", f"{repository['pulp_href']}{what}/", said))

    def _done(self, task: dict[str, str]) -> None:
        """Wait for what its worker does."""
        for _ in range(300):
            state = self._ask("GET", task["task"])
            if state["state"] == "completed":
                return
            assert state["state"] in ("waiting", "running"), f"Pulp could not: {state['error']}"
            time.sleep(0.1)
        raise AssertionError(f"Pulp did not finish: {task}")

    def _ask(self, method: str, path: str, said: dict[str, str] | None = None) -> Any:
        answer = requests.request(method, f"{self.address}{path}", auth=LOGIN, json=said, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()
