"""One guarded question, GET or HEAD: the only way anything but GitHub is asked.

What comes back is a value (`Page`, `Absent`, `Unreadable`), never an exception. The registry is not trusted to be
quick, small, honest about its size, or to send us somewhere harmless.

Decisions. Proxies, `.netrc` and certificate variables of the environment are not used (`trust_env` is off): a proxy
would do the resolving, and the check of the address that is dialled would see the proxy's. An authority of one's own is
a setting (`REGISTRY_CA_FILE`), which counts for the places of the settings, defaults included, and for no stranger.
No cookies, no connection kept open: every request stands alone, so workers share nothing but the pace. A login is
handed in for one request (`app.network.login` does), goes to the place that was asked and to no other, whatever a
redirect says.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import metadata
from urllib.parse import urljoin

import requests
import urllib3

from app.network import dial
from app.network.addresses import Origin, Unusable, name, origin
from app.pacing import Pace, pace_of, wait_for_turn
from app.pacing.hosts import HostTurns
from app.settings import Settings
from verifier.registries.base import Absent, Ask, Page, Unreadable

REDIRECTS = 5
"""The most redirects that are followed."""
REFUSED = "its certificate was not accepted"
"""Stands in the problem of every answer that failed on one; what follows it says which setting helps."""

_CONNECT_TIMEOUT = timedelta(seconds=10)
_READ_TIMEOUT = timedelta(seconds=20)
_DEADLINE = timedelta(minutes=2)
_CHUNK = 64 * 1024
_LONGEST_HEADER = 2048
_LONGEST_WAIT = 24 * 3600.0
_DEEPEST = 8
_REDIRECTS = {301, 302, 303, 307, 308}
_GONE = {404, 410}


class _Problem(Exception):
    """Why there is no answer, in words for people."""


@dataclass(frozen=True)
class Limits:
    """How patient one question is. `deadline` is for the whole of it, redirects included."""

    connect: timedelta = _CONNECT_TIMEOUT
    read: timedelta = _READ_TIMEOUT
    deadline: timedelta = _DEADLINE


@dataclass(frozen=True)
class Secret:
    """What shows who asks: the value of `Authorization`, or a form to post. Kept out of `repr`."""

    authorization: str = field(default="", repr=False)
    form: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.authorization or self.form)


NOBODY = Secret()


@dataclass(frozen=True)
class Fetcher:
    """The question, with what it may reach: `trusted` are the places that the settings name, which may be private."""

    trusted: frozenset[Origin]
    turns: HostTurns
    limits: Limits = Limits()
    resolve: dial.Resolve = dial.resolve
    authorities: str = field(default="", repr=False)
    """Certificates in PEM that trusted places may be signed by, beside the usual ones."""

    def __call__(self, ask: Ask, etag: str | None = None, secret: Secret = NOBODY) -> Page | Absent | Unreadable:
        """Ask once. `etag` is the validator of the last answer: unchanged pages come back as status 304."""
        try:
            with dial.Deadline(self.limits.deadline.total_seconds()) as deadline:
                return self._follow(ask, etag, secret, deadline)
        except (_Problem, Unusable) as problem:
            return Unreadable(ask.url, str(problem))

    def _follow(
        self, ask: Ask, etag: str | None, secret: Secret, deadline: dial.Deadline
    ) -> Page | Absent | Unreadable:
        """Redirects by hand: each address is checked before it is asked.

        Once it led to another place, no secret is sent any more, and nothing is believed about how to log in.
        """
        url, start, home = ask.url, origin(ask.url), True
        # A stranger's redirect may not lead to a private place either, though the settings name it.
        trusted = self.trusted if start in self.trusted else frozenset()
        for _ in range(REDIRECTS + 1):
            here = origin(url)
            home = home and here == start
            if here[0] != "https" and here not in trusted:
                raise _Problem("It leads to an address without encryption, which no setting names.")
            adapter = dial.GuardedAdapter(
                trusted,
                deadline,
                self.limits.connect.total_seconds(),
                self.resolve,
                start if home and secret else None,
                self.authorities,
            )
            answer = self._ask(url, here, adapter, ask, etag, secret if home else NOBODY, deadline, here in trusted)
            if not isinstance(answer, str):
                return answer if home else _without_challenge(answer)
            if secret.form:
                raise _Problem("It redirects a login, which is not sent on.")
            url = _target(url, answer)
        raise _Problem(f"It was redirected more than {REDIRECTS} times.")

    def _ask(
        self,
        url: str,
        place: Origin,
        adapter: dial.GuardedAdapter,
        ask: Ask,
        etag: str | None,
        secret: Secret,
        deadline: dial.Deadline,
        named: bool,
    ) -> Page | Absent | Unreadable | str:
        """One request; a redirect's target is returned as text. `named`: a setting says this place."""
        host = name(place)
        if not wait_for_turn(lambda: self.turns.turn(host), lambda: deadline.left):
            raise _Problem(f"{host} is asked by too many of us at once; our turn would come too late.")
        headers = {"User-Agent": USER_AGENT, "Accept": ask.accept, "Accept-Encoding": "gzip", "Connection": "close"}
        if etag is not None and len(etag) <= _LONGEST_HEADER:
            headers["If-None-Match"] = etag
        if secret.authorization:
            headers["Authorization"] = secret.authorization
        if secret.form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        patience = self.limits.connect.total_seconds(), self.limits.read.total_seconds()
        with requests.Session() as session:
            session.trust_env = False
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            try:
                response = session.request(
                    "POST" if secret.form else ask.method,
                    url,
                    data=secret.form or None,
                    headers=headers,
                    timeout=patience,
                    stream=True,
                    allow_redirects=False,
                )
                with response:
                    return self._answer(response, ask, etag, deadline)
            except dial.Refused as error:
                raise _Problem(f"It would lead away from the configured registries: {error}.") from error
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise _Problem(self._silence(host, error, deadline, named)) from error

    def _answer(
        self, response: requests.Response, ask: Ask, etag: str | None, deadline: dial.Deadline
    ) -> Page | Absent | Unreadable | str:
        status = response.status_code
        # A Link is kept at any length that http.client takes: without it a list of tags would seem to be complete.
        named = {name.lower(): value for name, value in response.headers.items()}
        headers = {name: value for name, value in named.items() if name == "link" or len(value) <= _LONGEST_HEADER}
        if status in _REDIRECTS:
            if "location" not in headers:
                raise _Problem(f"It answered {status}, a redirect that names no address.")
            return headers["location"]
        if status in _GONE:
            return Absent(ask.url)
        if status == 304 and etag is not None:
            return Page(ask.url, 304, b"", headers)
        if status != 200:
            return Unreadable(ask.url, _refusal(status), retry_after(headers, datetime.now(UTC)), status, headers)
        # What a HEAD says about its length is about the body that a GET would have.
        body = b"" if ask.method == "HEAD" else _body(response, ask.limit, deadline)
        return Page(ask.url, 200, body, headers)

    def _unproven(self, error: requests.exceptions.SSLError, named: bool) -> str:
        """Why there was no encryption, and which setting helps: only a named place may show our own authorities'."""
        if not _is_refused(error):
            return "what answers there does not speak TLS as it should."
        if not named:
            return (
                f"{REFUSED}. An authority of your own counts only for registries of the settings: where it signed "
                "this, name the registry in OCI_REGISTRIES and the authority in REGISTRY_CA_FILE."
            )
        if self.authorities:
            return f"{REFUSED}, by the authorities of REGISTRY_CA_FILE neither; add the one that signed it there."
        return (
            f"{REFUSED}. Where an authority of your own signed it, or that of a proxy on the way, name that in "
            "REGISTRY_CA_FILE."
        )

    def _silence(self, host: str, error: Exception, deadline: dial.Deadline, named: bool) -> str:
        """Why there was no answer. The exception's own text is long and may hold the address; only its kind counts."""
        if not deadline.left:
            return f"{host} took longer than {self.limits.deadline.total_seconds():g} s to answer."
        if isinstance(error, requests.exceptions.SSLError):
            return f"The encrypted connection to {host} could not be made; {self._unproven(error, named)}"
        if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
            return f"{host} did not answer in time."
        if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema)):
            return "Its address is not usable."
        if isinstance(error, urllib3.exceptions.DecodeError):
            return f"{host} sent a body that could not be unpacked."
        return f"{host} could not be reached, or broke off ({type(error).__name__})."


def make_fetch(
    settings: Settings, limits: Limits | None = None, resolve: dial.Resolve = dial.resolve, pace: Pace | None = None
) -> Fetcher:
    """The question for these settings, at a pace that all who share it keep. `limits` and `resolve` are for tests."""
    named = [settings.npm_registry, settings.pypi_index, settings.docker_hub, settings.docker_registry]
    named += [address for _, address in (*settings.oci_registries, *settings.feeds)]
    named += [f"https://{realm}" for _, realm in settings.token_realms]
    trusted = frozenset(origin(address) for address in named)
    turns = HostTurns(pace or pace_of(settings), settings)
    return Fetcher(trusted, turns, limits or Limits(), resolve, settings.registry_ca_file)


def _without_challenge(answer: Page | Absent | Unreadable) -> Page | Absent | Unreadable:
    """How to log in is said by the registry that was asked, never by a place that it sent us to."""
    if not isinstance(answer, Unreadable):
        return answer
    return replace(answer, headers={k: v for k, v in answer.headers.items() if k != "www-authenticate"})


def _target(url: str, location: str) -> str:
    """Where a redirect leads."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise _Problem("It was redirected to an address that is none.") from error


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


def _is_refused(error: requests.exceptions.SSLError) -> bool:
    """A certificate was not accepted: what OpenSSL raised lies some exceptions deep."""
    cause: BaseException | None = error
    for _ in range(_DEEPEST):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = getattr(cause, "reason", None) or next(
            (inner for inner in getattr(cause, "args", ()) if isinstance(inner, BaseException)), None
        )
    return False


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, at most a day: from seconds or a date (RFC 9110, section 10.2.3), or Docker Hub's Unix time."""
    value, unix = headers.get("retry-after", "").strip(), headers.get("x-retry-after", "").strip()
    try:
        if value.isascii() and value.isdigit():
            seconds = float(value[:10])
        elif value:
            at = parsedate_to_datetime(value)
            seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
        else:
            seconds = float(unix[:12]) - now.timestamp() if unix.isascii() and unix.isdigit() else math.nan
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_WAIT)


def _version() -> str:
    try:
        return metadata.version("artifact-monitor")
    except metadata.PackageNotFoundError:
        return "dev"  # run from a checkout that is not installed


USER_AGENT = f"artifact-monitor/{_version()}"
