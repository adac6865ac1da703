"""One guarded GET: the only way anything but GitHub is asked.

What comes back is a value (`Page`, `Absent`, `Unreadable`), never an exception. The registry is not trusted to be
quick, small, honest about its size, or to send us somewhere harmless.

Decisions. Proxies, `.netrc` and certificate variables of the environment are not used (`trust_env` is off): a proxy
would do the resolving, and the check of the address that is dialled would see the proxy's. No cookies, no connection
kept open, no login anywhere: every request stands alone, so threads share nothing but the pace.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import metadata
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from app import dial
from app.settings import Settings
from verifier.registries.base import Absent, Ask, Page, Unreadable

REDIRECTS = 5
"""The most redirects that are followed."""

_CONNECT_TIMEOUT = timedelta(seconds=10)
_READ_TIMEOUT = timedelta(seconds=20)
_DEADLINE = timedelta(minutes=2)
_CHUNK = 64 * 1024
_LONGEST_HEADER = 2048
_LONGEST_WAIT = 24 * 3600.0
_REDIRECTS = {301, 302, 303, 307, 308}
_GONE = {404, 410}


class _Problem(Exception):
    """Why there is no answer, in words for people."""

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Limits:
    """How patient one GET is. `deadline` is for the whole of it, redirects included."""

    connect: timedelta = _CONNECT_TIMEOUT
    read: timedelta = _READ_TIMEOUT
    deadline: timedelta = _DEADLINE


@dataclass
class Pace:
    """The least time between two requests to one host, for all threads of this process."""

    interval: timedelta
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next: dict[str, float] = field(default_factory=dict)

    def turn(self, host: str, now: float) -> float:
        """Take the next turn at this host; returns how many seconds to wait for it."""
        if _is_loopback(host):
            return 0.0
        with self._lock:
            at = max(now, self._next.get(host, now))
            self._next = {name: then for name, then in self._next.items() if then > now}
            self._next[host] = at + self.interval.total_seconds()
        return at - now


@dataclass(frozen=True)
class Fetcher:
    """The GET, with what it may reach: `trusted` are the places that the settings name, which may be private."""

    trusted: frozenset[dial.Origin]
    pace: Pace
    limits: Limits = Limits()
    resolve: dial.Resolve = dial.resolve

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        """Ask once. `etag` is the validator of the last answer: unchanged pages come back as status 304."""
        try:
            with dial.Deadline(self.limits.deadline.total_seconds()) as deadline:
                return self._follow(ask, etag, deadline)
        except _Problem as problem:
            return Unreadable(ask.url, str(problem), problem.retry_after)

    def _follow(self, ask: Ask, etag: str | None, deadline: dial.Deadline) -> Page | Absent:
        """Redirects by hand: each address is checked before it is asked."""
        url, start = ask.url, _origin(ask.url)
        for _ in range(REDIRECTS + 1):
            here = _origin(url)
            if here[0] != "https" and not (start in self.trusted and start[0] == here[0]):
                raise _Problem("It leads to an address without encryption, which no setting names.")
            answer = self._ask(url, here[1], ask, etag, deadline)
            if not isinstance(answer, str):
                return answer
            url = _target(url, answer)
        raise _Problem(f"It was redirected more than {REDIRECTS} times.")

    def _ask(self, url: str, host: str, ask: Ask, etag: str | None, deadline: dial.Deadline) -> Page | Absent | str:
        """One request; a redirect's target is returned as text."""
        time.sleep(min(self.pace.turn(host, time.monotonic()), deadline.left))
        headers = {"User-Agent": _USER_AGENT, "Accept": ask.accept, "Accept-Encoding": "gzip", "Connection": "close"}
        if etag is not None and len(etag) <= _LONGEST_HEADER:
            headers["If-None-Match"] = etag
        connect, read = self.limits.connect.total_seconds(), self.limits.read.total_seconds()
        adapter = dial.GuardedAdapter(self.trusted, deadline, connect, self.resolve)
        with requests.Session() as session:
            session.trust_env = False
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            try:
                response = session.get(
                    url, headers=headers, timeout=(connect, read), stream=True, allow_redirects=False
                )
                with response:
                    return self._answer(response, ask, etag, deadline)
            except dial.Refused as error:
                raise _Problem(f"It would lead away from the configured registries: {error}.") from error
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise _Problem(self._silence(host, error, deadline)) from error

    def _answer(
        self, response: requests.Response, ask: Ask, etag: str | None, deadline: dial.Deadline
    ) -> Page | Absent | str:
        status = response.status_code
        headers = {name.lower(): value for name, value in response.headers.items() if len(value) <= _LONGEST_HEADER}
        if status in _REDIRECTS:
            if "location" not in headers:
                raise _Problem(f"It answered {status}, a redirect that names no address.")
            return headers["location"]
        if status in _GONE:
            return Absent(ask.url)
        if status == 304 and etag is not None:
            return Page(ask.url, 304, b"", headers)
        if status != 200:
            raise _Problem(_refusal(status), _retry_after(headers.get("retry-after"), datetime.now(UTC)))
        return Page(ask.url, 200, _body(response, ask.limit, deadline), headers)

    def _silence(self, host: str, error: Exception, deadline: dial.Deadline) -> str:
        """Why there was no answer. The exception's own text is long and may hold the address; only its kind counts."""
        if not deadline.left:
            return f"{host} took longer than {self.limits.deadline.total_seconds():g} s to answer."
        if isinstance(error, requests.exceptions.SSLError):
            return f"The encrypted connection to {host} could not be made; its certificate was not accepted."
        if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
            return f"{host} did not answer in time."
        if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema)):
            return "Its address is not usable."
        if isinstance(error, urllib3.exceptions.DecodeError):
            return f"{host} sent a body that could not be unpacked."
        return f"{host} could not be reached, or broke off ({type(error).__name__})."


def make_fetch(settings: Settings, limits: Limits | None = None, resolve: dial.Resolve = dial.resolve) -> Fetcher:
    """The GET for these settings. `limits` and `resolve` are for tests."""
    trusted = _origins((settings.npm_registry, settings.pypi_index))
    return Fetcher(trusted, Pace(settings.host_interval), limits or Limits(), resolve)


def _origins(urls: Iterable[str]) -> frozenset[dial.Origin]:
    return frozenset(_origin(url) for url in urls)


def _origin(url: str) -> dial.Origin:
    """The place an address leads to. Raises _Problem when it is no address of http or https."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise _Problem("Its address is not usable.") from error
    if scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise _Problem("Its address is not one of http or https without a login.")
    return scheme, host, port or (443 if scheme == "https" else 80)


def _target(url: str, location: str) -> str:
    """Where a redirect leads."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise _Problem("It was redirected to an address that is none.") from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _body(response: requests.Response, limit: int, deadline: dial.Deadline) -> bytes:
    """The unpacked body. It is read a little at a time, so that neither its size nor its unpacked size is believed."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "x-gzip", "identity"):
        raise _Problem("Its body is packed in a way that we did not ask for.")
    announced = response.headers.get("content-length", "")
    too_large = _Problem(f"Its body is larger than the {limit} bytes that are read.")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise too_large
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > limit:
            raise too_large
        if not deadline.left:
            break
    if not deadline.left:
        # A connection that our own deadline ended looks like the end of the body.
        raise TimeoutError
    return bytes(body)


def _refusal(status: int) -> str:
    if status == 429:
        return "It asks for fewer requests (429)."
    if status in (401, 403):
        return f"It refuses us ({status}); check the registry's address in the settings."
    return f"It has a problem of its own ({status})." if status >= 500 else f"It answered with status {status}."


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from seconds or a date (RFC 9110, section 10.2.3); at most a day."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:10]), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _version() -> str:
    try:
        return metadata.version("artifact-monitor")
    except metadata.PackageNotFoundError:
        return "dev"  # run from a checkout that is not installed


_USER_AGENT = f"artifact-monitor/{_version()}"
