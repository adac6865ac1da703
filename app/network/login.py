"""Logging in at registries of images, the way they ask for it. The only place that hands out a login or a token.

1. What is not about one repository's content (no `scope`) is asked as it is.
2. A token is remembered for one place and one scope, and sent to that place alone.
3. Refused with 401, the registry's own challenge is read; one from a place that it redirected to counts for nothing.
4. `Basic`: the login for that very place is sent to it.
5. `Bearer`: a token is asked for at the realm, for our scope and never a wider one. The realm comes from the registry,
   so it must be public and encrypted, unless it is the registry's own place or one that `TOKEN_REALMS` names for it.
   The login goes along only where realm and registry are one place, or a pair that `KNOWN` or `TOKEN_REALMS` names;
   elsewhere a token is asked for without it.
6. The question is asked once more. A second refusal is the answer.

Sources: distribution/distribution, docs/spec/auth/token.md and oauth.md; RFC 7617.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from app.network import logins
from app.network.addresses import Origin, Unusable, name, origin
from app.network.http import NOBODY, Fetcher, Secret, make_fetch
from app.network.logins import Login, Logins
from app.settings import BadSetting, Settings
from verifier.document import Malformed
from verifier.registries.base import Absent, Ask, Page, Unreadable
from verifier.registries.distribution import challenge
from verifier.registries.distribution.challenge import Challenge, Token

KNOWN = frozenset({("registry-1.docker.io", "auth.docker.io"), ("registry.gitlab.com", "gitlab.com")})
"""Registries whose tokens are known to come from another host of the same owner."""

_MOST_HELD = 1000
_MARGIN = timedelta(seconds=10)
_BASIC_LIFE = timedelta(hours=1)
_LONGEST_SHOWN = 100


class _Problem(Exception):
    """Why nobody is logged in; the answer that says so."""

    def __init__(self, sentence: str, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class _Way:
    """How one registry is logged in at: with `login`, at `realm`. `withheld`: there is a login, and it stays here."""

    realm: Origin
    login: Login | None
    withheld: bool


@dataclass(frozen=True)
class LoggingIn:
    """The question of `app.network.http`, by somebody who may read what the settings let us read. Safe for threads."""

    fetch: Fetcher
    settings: Settings
    now: Callable[[], datetime]
    _held: dict[tuple[Origin, str], Token] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        """Ask, and log in if that is what is missing. Never raises: what went wrong is an answer."""
        if not ask.scope:
            return self.fetch(ask, etag)
        try:
            here = origin(ask.url)
            answer = self.fetch(ask, etag, self._remembered(here, ask.scope))
            if not isinstance(answer, Unreadable) or answer.status != 401:
                return answer
            return self._logged_in(ask, etag, here, answer.headers.get("www-authenticate", ""))
        except (Unusable, BadSetting) as problem:
            return Unreadable(ask.url, str(problem))
        except _Problem as problem:
            return Unreadable(ask.url, str(problem), problem.retry_after, problem.status)

    def _logged_in(self, ask: Ask, etag: str | None, here: Origin, header: str) -> Page | Absent | Unreadable:
        known = logins.read(self.settings.registry_auth_file)
        asked = challenge.read(header)
        if asked is not None:
            way = self._way(here, asked, known)
            token = self._token(ask, here, asked, way, known)
        elif challenge.basic(header):
            way = _Way(here, known.of(here), withheld=False)
            if way.login is None or way.login.identity:
                raise _Problem(f"It refuses us (401) without a name and a password. {_advice(here, way, known)}", 401)
            token = Token(way.login.basic, self.now() + _BASIC_LIFE)
        else:
            raise _Problem("It refuses us (401), and does not say how to log in.", 401)
        answer = self.fetch(ask, etag, Secret(token.text))
        if isinstance(answer, Unreadable) and answer.refused:
            sentence = f"It refuses us ({answer.status}), though we logged in as it asks. {_advice(here, way, known)}"
            return replace(answer, problem=sentence)
        self._remember(here, ask.scope, token)
        return answer

    def _way(self, here: Origin, asked: Challenge, known: Logins) -> _Way:
        """Whether the login may go to the realm. Raises _Problem for a realm that is not asked at all."""
        try:
            realm = origin(asked.realm)
        except Unusable as error:
            raise _Problem("It names a token realm that is no address of http or https without a login.") from error
        if realm[0] != "https" and realm != here:
            raise _Problem(f"It sends us to {_shown(realm)} for a token, without encryption; that is not asked.")
        login = known.of(here)
        if realm == here or (name(here), name(realm)) in KNOWN.union(self.settings.token_realms):
            return _Way(realm, login, withheld=False)
        return _Way(realm, None, withheld=login is not None)

    def _token(self, ask: Ask, here: Origin, asked: Challenge, way: _Way, known: Logins) -> Token:
        """A token of the realm for our scope. Raises _Problem."""
        own = way.realm == here or (name(here), name(way.realm)) in self.settings.token_realms
        # A realm that only the registry names is a stranger, wherever it is: no private place is open to it.
        fetch = self.fetch if own else replace(self.fetch, trusted=frozenset())
        answer = fetch(*_request(asked, ask.scope, way.login))
        where = f"Its token realm {_shown(way.realm)}"
        match answer:
            case Page(status=200):
                try:
                    token = challenge.token(answer.body, self.now())
                except Malformed as error:
                    raise _Problem(f"{where} gives no token: {error}.") from error
                return Token(f"Bearer {token.text}", token.until)
            case Unreadable(refused=True):
                whom = "the login" if way.login is not None else "a token to nobody in particular"
                raise _Problem(f"{where} refuses {whom} ({answer.status}). {_advice(here, way, known)}", 401)
            case Unreadable():
                hint = "" if own or answer.status else " A realm must be public, unless TOKEN_REALMS names it."
                raise _Problem(f"{where} gives no token: {answer.problem}{hint}", answer.status, answer.retry_after)
        raise _Problem(f"{where} gives no token: there is nothing at its address.")

    def _remembered(self, here: Origin, scope: str) -> Secret:
        with self._lock:
            token = self._held.get((here, scope))
        return Secret(token.text) if token is not None and self.now() + _MARGIN < token.until else NOBODY

    def _remember(self, here: Origin, scope: str, token: Token) -> None:
        with self._lock:
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            self._held[here, scope] = token


def make_login(settings: Settings, now: Callable[[], datetime], fetch: Fetcher | None = None) -> LoggingIn:
    """The question with the logins of these settings. `fetch` is for tests."""
    return LoggingIn(fetch or make_fetch(settings), settings, now)


def _request(asked: Challenge, scope: str, login: Login | None) -> tuple[Ask, None, Secret]:
    """What is asked of the realm, and by whom."""
    parts = urlsplit(asked.realm)
    wanted = [("service", asked.service)] if asked.service else []
    wanted.append(("scope", scope))
    if login is not None and login.identity:
        form = [("grant_type", "refresh_token"), *wanted, ("client_id", "artifact-monitor")]
        secret = Secret(form=urlencode([*form, ("refresh_token", login.identity)]))
        return Ask(asked.realm, "application/json", challenge.LIMIT), None, secret
    # Whatever the realm's own query wants, it is our scope that the token shall be good for.
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in ("service", "scope")]
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*kept, *wanted]), ""))
    secret = Secret(login.basic) if login is not None else NOBODY
    return Ask(url, "application/json", challenge.LIMIT), None, secret


def _advice(here: Origin, way: _Way, known: Logins) -> str:
    """What to do about a refusal."""
    host, realm = name(here), _shown(way.realm)
    if way.withheld:
        return (
            f"The login for {host} was withheld, because the realm is on another host; if that host is the right one, "
            f"set TOKEN_REALMS={host}={realm}."
        )
    if way.login is not None:
        return f"It is not there, or the login for {host} may not read it."
    helpers = " (credential helpers are not run)" if known.helpers else ""
    return f"It is not there, or not public: then put a login for {host} into REGISTRY_AUTH_FILE{helpers}."


def _shown(place: Origin) -> str:
    """A place that data names, short enough for a sentence."""
    return name(place)[:_LONGEST_SHOWN]
