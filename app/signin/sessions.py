"""Sessions: begun by a login, kept in the ledger, asked about at GitHub again and again, ended when GitHub says so.

What somebody may see is what GitHub said at most 5 minutes ago. Where GitHub does not answer, what it said last holds
until it is 30 minutes old; then nobody can tell, and nothing is shown. Never is more shown than GitHub said last.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from app.settings import Settings
from app.signin import oauth
from app.signin.calls import Calls, NoAnswer, converse
from app.signin.oauth import Denied, Tokens
from app.signin.rights import rights
from app.signin.seal import Seal, seal_of
from verifier.ledger.protocol import Ledger
from verifier.ledger.sessions import Session

log = structlog.get_logger()

LIFETIME = timedelta(days=7)
"""How long a session lasts at most."""
IDLE = timedelta(hours=24)
"""How long it lasts unused."""
FRESH = timedelta(minutes=5)
"""How old what GitHub said may be before it is asked again."""
KNOWN = timedelta(minutes=30)
"""How old it may be where GitHub does not answer."""
LEASE = timedelta(seconds=30)
"""How long one request may ask for a session before another may, and how long GitHub is left alone after no answer."""
_TOUCH = timedelta(minutes=5)
_TOKENS = "tokens"
_SOON = timedelta(minutes=1)


class CannotTell(Exception):
    """GitHub did not answer, and what it said last is too old to rely on."""


class Age(StrEnum):
    """What may be done with a session by its age: shown, asked about anew, only after an answer, or nothing."""

    FRESH = "fresh"
    STALE = "stale"
    BLIND = "blind"
    OVER = "over"


def age_of(session: Session, now: datetime) -> Age:
    """Pure. A clock that was set back makes nothing fresh."""
    if now - session.begun_at > LIFETIME or now - session.used_at > IDLE:
        return Age.OVER
    age = now - session.asked_at
    if timedelta(0) <= age <= FRESH:
        return Age.FRESH
    return Age.STALE if timedelta(0) <= age <= KNOWN else Age.BLIND


def key_of(cookie: str) -> str:
    """What the ledger knows of a cookie: a hash, by which nobody can log in."""
    return hashlib.sha256(cookie.encode()).hexdigest()


@dataclass(frozen=True)
class Desk:
    """Where sessions are begun, looked up and ended. `converse` opens a conversation with GitHub."""

    settings: Settings
    ledger: Ledger
    now: Callable[[], datetime]
    converse: Callable[[Settings], Calls] = converse

    @property
    def seal(self) -> Seal:
        """What tokens are sealed with."""
        return seal_of(self.settings)

    def begin(self, code: str, verifier: str, old_cookie: str) -> str:
        """Log somebody in; returns the new cookie. An older session of this browser ends. Raises Denied, NoAnswer."""
        now = self.now()
        with self.converse(self.settings) as calls:
            tokens = oauth.exchange(calls, self.settings, code, verifier, now)
            who = oauth.person(calls, tokens.access)
            seen = rights(calls, tokens.access)
        cookie = secrets.token_urlsafe(32)
        key = key_of(cookie)
        session = Session(key, who.id, who.login, self._closed(key, tokens), now, now, now, seen)
        with self.ledger.writing() as book:
            if old_cookie:
                book.sessions.drop(key_of(old_cookie))
            book.sessions.begin(session)
        log.info("login", login=who.login, user=who.id, repositories=len(seen))
        return cookie

    def spend(self, mark: str, for_: timedelta) -> bool:
        """Use up what may be used once; False: it was. Sweeps away what has run out on the way."""
        now = self.now()
        with self.ledger.writing() as book:
            book.sessions.sweep(now - LIFETIME, now - IDLE, now)
            return book.sessions.spend(mark, now + for_)

    def find(self, cookie: str) -> Session | None:
        """The session of this cookie with rights that may be relied on now; None: nobody. Raises CannotTell."""
        if not cookie:
            return None
        now = self.now()
        with self.ledger.reading() as book:
            session = book.sessions.get(key_of(cookie))
        if session is None:
            return None
        age = age_of(session, now)
        if age is Age.OVER:
            self._drop(session)
            return None
        if age is not Age.FRESH:
            session = self._asked_anew(session, age, now)
        if session is not None and now - session.used_at >= _TOUCH:
            with self.ledger.writing() as book:
                book.sessions.touch(session.key, now)
        return session

    def end(self, cookie: str) -> None:
        """Log out."""
        if cookie:
            with self.ledger.writing() as book:
                book.sessions.drop(key_of(cookie))

    def _asked_anew(self, known: Session, age: Age, now: datetime) -> Session | None:
        with self.ledger.writing() as book:
            session = book.sessions.claim(known.key, now, LEASE)
        if session is not None:
            try:
                return self._ask(session, now)
            except Denied:
                self._drop(session)
                return None
            except NoAnswer as error:  # the lease runs on: GitHub is left alone until it ends
                log.warning("GitHub did not say what somebody may see", problem=str(error), login=known.login)
        if age is Age.STALE:
            return known
        raise CannotTell

    def _ask(self, session: Session, now: datetime) -> Session | None:
        """Ask GitHub; keep what it says. None where the session ended meanwhile. Raises Denied, NoAnswer."""
        tokens = self._tokens(session)
        with self.converse(self.settings) as calls:
            renewed = tokens.access_until is not None and tokens.access_until <= now + _SOON
            if renewed:
                session, tokens = self._renewed(calls, session, tokens, now)
            try:
                seen = rights(calls, tokens.access)
            except Denied:
                if renewed:
                    raise
                session, tokens = self._renewed(calls, session, tokens, now)
                seen = rights(calls, tokens.access)
        answered = replace(session, rights=seen, asked_at=now)
        with self.ledger.writing() as book:
            return replace(answered, asking_until=None) if book.sessions.renew(answered, None) else None

    def _renewed(self, calls: Calls, session: Session, tokens: Tokens, now: datetime) -> tuple[Session, Tokens]:
        """New tokens, kept at once: the old refresh token is worth nothing any more, whatever comes next."""
        fresh = oauth.refresh(calls, self.settings, tokens, now)
        session = replace(session, tokens=self._closed(session.key, fresh))
        with self.ledger.writing() as book:
            if not book.sessions.renew(session, session.asking_until):
                raise Denied("The session has ended.")
        return session, fresh

    def _closed(self, key: str, tokens: Tokens) -> str:
        return self.seal.close(_TOKENS, {"key": key, **tokens.dump()}, self.now())

    def _tokens(self, session: Session) -> Tokens:
        held = self.seal.open(_TOKENS, session.tokens, self.now())
        if held is None or held.get("key") != session.key:
            raise Denied("The session was sealed with another key.")
        return Tokens.load(held)

    def _drop(self, session: Session) -> None:
        with self.ledger.writing() as book:
            book.sessions.drop(session.key)
