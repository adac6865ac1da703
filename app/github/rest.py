"""GitHub's REST API, dialled: one bounded question at a time.

Everything githubkit, httpx or the other side can do wrong becomes Temporary, Gone or Permanent here. Answers are plain
decoded JSON: githubkit's typed models refuse values that GitHub really sends. Clients are made in `app.github.connect`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from app.github.kept import Answered, Kept
from app.github.limits import Limits
from app.github.refusals import RefusedToken, SentAway, SlowDown, translated
from checks.base import Permanent, Temporary

if TYPE_CHECKING:
    import httpx
    from githubkit import GitHub as Kit

    Client = Kit[Any]

T = TypeVar("T")

SIZE = 32 * 1024 * 1024
"""The most bytes of one answer, unpacked."""
DEADLINE = 120.0
"""Seconds that one answer may take altogether."""

# The version every supported GitHub Enterprise Server knows too; githubkit's own default exists from 3.21 only.
HEADERS = {"X-GitHub-Api-Version": "2022-11-28", "Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Answer:
    """One decoded answer, and the path of the next page where there is one."""

    data: Any
    next: str | None = None


@dataclass(frozen=True)
class Elsewhere:
    """GitHub keeps what was asked for at another host. The address is for whoever holds it, for about a minute."""

    url: str


class TooLarge(Permanent):
    """An answer of more bytes than are read."""


class Rest:
    """One installation's way to GitHub. Holds on to the githubkit client, whose parts keep only weak references."""

    def __init__(
        self, client: Client, limits: Limits, kept: Kept, forget: Callable[[], None], installation_id: int = 0
    ) -> None:
        self._client, self._limits, self._kept, self._forget = client, limits, kept, forget
        self._id = installation_id
        self._thread = threading.local()

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Questions asked within share one connection pool of this thread. May be nested."""
        if getattr(self._thread, "open", False):
            yield
            return
        with self._client:
            self._thread.open = True
            try:
                yield
            finally:
                self._thread.open = False

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """One question. `path` begins with a slash and carries its own query.

        Raises Temporary (also where GitHub wants to be left alone still: then it is not asked), Gone or Permanent.
        """
        return self._send(method, path, lambda: self._try(method, path, body))

    def raw(self, path: str, limit: int) -> bytes | Elsewhere:
        """What stands there as it is, or the address at another host that GitHub sends us to: no token goes there.

        Raises Temporary, Gone or Permanent, which is TooLarge for more than `limit` bytes.
        """
        return self._send("GET", path, lambda: self._raw(path, limit))

    def _send(self, method: str, path: str, ask: Callable[[], T]) -> T:
        if not path.startswith("/") or path.startswith("//") or "/../" in f"{path.partition('?')[0]}/":
            raise Permanent(f"{path[:200]!r} is not a path of GitHub's API.")
        self._limits.before(self._id, method, f"{method} {path.partition('?')[0]}")
        try:
            with self.connection():
                return self._asked(ask)
        except SlowDown as error:
            raise self._limits.asked_to_slow_down(self._id, error) from error

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except RefusedToken:
            # A cached token that GitHub revoked early is refused until it is forgotten; nothing was done, so again.
            self._forget()
            try:
                return ask()
            except RefusedToken as error:
                raise Permanent(str(error)) from error

    def _try(self, method: str, path: str, body: Any) -> Answer:
        with translated(f"{method} {path.partition('?')[0]}", self._id):
            known = self._kept.get(self._id, path) if method == "GET" else None
            response, text = self._body(method, path, body, SIZE, known.etag if known is not None else "")
            if known is not None and response.status_code == 304:
                return Answer(json.loads(known.body), known.next)
            data, after = json.loads(text) if text.strip() else None, self._next(response)
            if method == "GET" and response.status_code == 200:
                self._kept.put(self._id, path, Answered(response.headers.get("etag", ""), text, after))
            return Answer(data, after)

    def _raw(self, path: str, limit: int) -> bytes | Elsewhere:
        try:
            with translated(f"GET {path.partition('?')[0]}", self._id):
                return self._body("GET", path, None, limit)[1]
        except SentAway as sent:
            return Elsewhere(sent.url)

    def _body(self, method: str, path: str, body: Any, limit: int, etag: str = "") -> tuple[httpx.Response, bytes]:
        headers = {**HEADERS, "If-None-Match": etag} if etag else HEADERS
        response = self._client.request(method, path, json=body, headers=headers, stream=True)
        self._limits.answered(self._id, response.raw_response)
        text, give_up = bytearray(), time.monotonic() + DEADLINE
        for chunk in response.iter_bytes():
            text += chunk
            if len(text) > limit:
                raise TooLarge(f"GitHub's answer to {method} {path} is larger than {limit} bytes.")
            if time.monotonic() > give_up:
                raise Temporary(f"GitHub's answer to {method} {path} took longer than {DEADLINE:.0f} s.")
        return response.raw_response, bytes(text)

    def _next(self, response: httpx.Response) -> str | None:
        """The path of the next page; GitHub links it by its full address."""
        address = response.links.get("next", {}).get("url")
        if address is None:
            return None
        base, there = str(self._client.config.base_url).rstrip("/") + "/", str(response.url.join(address))
        if not there.startswith(base):
            raise Permanent(f"GitHub sends us to {there[:100]!r} for the next page; check GITHUB_API_URL.")
        return "/" + there.removeprefix(base)
