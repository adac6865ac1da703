"""Asking GitHub with requests, in somebody's name: bounded in size and time, without proxies or `.netrc`.

githubkit is not used here: a web process that loads it is several times as large. requests is loaded at the first
question, for where nobody logs in there is none.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.network.addresses import Unusable, name, origin
from app.settings import Settings

if TYPE_CHECKING:
    import requests

    from app.network import dial

DEADLINE = 15.0
"""Seconds for everything that one page asks; a web process is replaced when it is silent for twice as long."""
_CONNECT, _READ = 4.0, 8.0
_LIMIT = 4 * 1024 * 1024
_CHUNK = 64 * 1024


class NoAnswer(Exception):
    """GitHub did not answer, or not in a way that says anything. Says why, in words; never repeats a token."""


@dataclass(frozen=True)
class Answer:
    """What GitHub said: its status, JSON (None where it is none), and the next page's address ('' for none)."""

    status: int
    data: Any = field(repr=False)
    next: str = ""


@dataclass(frozen=True)
class Calls:
    """One conversation with GitHub, of `DEADLINE` seconds at most. Use it as a context manager."""

    api: str
    website: str
    deadline: dial.Deadline

    def get(self, path: str, token: str) -> Answer:
        """Ask the API in somebody's name; `path` may be the address of a next page."""
        inside = path.removeprefix(self.api)
        if not inside.startswith("/") or inside.startswith("//"):
            raise NoAnswer("GitHub named an address that is not its own.")
        url = f"{self.api}{inside}"
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
        return self._ask("GET", url, headers, None)

    def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Post a form to the API or the website."""
        return self._ask("POST", url, {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form))

    def __enter__(self) -> Calls:
        self.deadline.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.deadline.__exit__(*error)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        import requests
        import urllib3

        from app.network import dial

        if not self.deadline.left:
            raise NoAnswer("GitHub took too long to answer.")
        try:
            place = origin(url)
            if place not in {origin(self.api), origin(self.website)}:
                raise NoAnswer("GitHub named an address that is not its own.")
            adapter = dial.GuardedAdapter(
                frozenset([place]), self.deadline, _CONNECT, dial.resolve, place, _own_authorities()
            )
            with requests.Session() as session:
                session.trust_env = False
                session.mount("http://", adapter)
                session.mount("https://", adapter)
                response = session.request(
                    method,
                    url,
                    data=body,
                    headers={
                        "Accept": "application/json",
                        "Accept-Encoding": "identity",
                        "Connection": "close",
                        "User-Agent": "artifact-monitor",
                        **headers,
                    },
                    timeout=(_CONNECT, min(_READ, self.deadline.left)),
                    stream=True,
                    allow_redirects=False,
                )
                with response:
                    return self._answer(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, dial.Refused, Unusable, OSError) as error:
            raise NoAnswer(f"{_host(url)} did not answer ({type(error).__name__}).") from error

    def _answer(self, response: requests.Response) -> Answer:
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK):
            body += chunk
            if len(body) > _LIMIT:
                raise NoAnswer("GitHub's answer is larger than it should be.")
        if not self.deadline.left:
            raise NoAnswer("GitHub took too long to answer.")
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            data = None
        status = response.status_code
        limited = status == 429 or (status == 403 and _is_limit(response.headers))
        if status >= 500 or limited or 300 <= status < 400 or (status < 300 and data is None):
            raise NoAnswer(f"GitHub answered with status {status}{', asking for fewer requests' if limited else ''}.")
        return Answer(status, data, response.links.get("next", {}).get("url", ""))


def converse(settings: Settings) -> Calls:
    """A conversation with the GitHub of these settings."""
    from app.network import dial

    return Calls(settings.github_api_url, settings.website, dial.Deadline(DEADLINE))


def _is_limit(headers: Mapping[str, str]) -> bool:
    return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"


def _host(url: str) -> str:
    try:
        return name(origin(url))
    except Unusable:
        return "GitHub"


@cache
def _own_authorities() -> str:
    """What `SSL_CERT_FILE` names, which OpenSSL reads by itself: an Enterprise Server may be signed by one's own."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None or paths.cafile == paths.openssl_cafile:
        return ""
    try:
        return Path(paths.cafile).read_text("ascii", "replace")
    except OSError:
        return ""
