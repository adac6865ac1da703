"""Login by GitHub's web flow: the address to send a browser to, a code for tokens, tokens for newer ones.

Source: docs.github.com, "Generating a user access token for a GitHub App" and "Refreshing user access tokens".
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.settings import Settings
from app.signin.calls import Answer, Calls, NoAnswer

CALLBACK = "/login/callback"
_TOKEN_LIMIT = 1024
_LONGEST = timedelta(days=400)


class Denied(Exception):
    """GitHub says no: the code or the refresh token is not good (any more). Says it in words."""


@dataclass(frozen=True)
class Tokens:
    """What acts in somebody's name. Times None: it does not run out, `refresh` '': it cannot be renewed."""

    access: str = field(repr=False)
    access_until: datetime | None
    refresh: str = field(default="", repr=False)
    refresh_until: datetime | None = None

    def dump(self) -> dict[str, Any]:
        """To be sealed."""
        return {
            "access": self.access,
            "access_until": self.access_until.timestamp() if self.access_until else None,
            "refresh": self.refresh,
            "refresh_until": self.refresh_until.timestamp() if self.refresh_until else None,
        }

    @classmethod
    def load(cls, held: dict[str, Any]) -> Tokens:
        """From what `dump` gave."""
        return cls(
            str(held["access"]), _moment(held["access_until"]), str(held["refresh"]), _moment(held["refresh_until"])
        )


@dataclass(frozen=True)
class Person:
    """Who logged in; the id stays when the login changes."""

    id: int
    login: str


def redirect_uri(settings: Settings) -> str:
    """The only place that GitHub may send a login back to."""
    return f"{settings.base_url}{CALLBACK}"


def new_verifier() -> str:
    """A new secret of 256 bits that proves that who began a login ends it (RFC 7636)."""
    return secrets.token_urlsafe(32)


def challenge(verifier: str) -> str:
    """What GitHub is shown of it beforehand (method S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def authorize_url(settings: Settings, state: str, verifier: str) -> str:
    """Where the browser goes to log in."""
    asked = {
        "client_id": settings.github_client_id,
        "redirect_uri": redirect_uri(settings),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{settings.website}/login/oauth/authorize?{urlencode(asked)}"


def exchange(calls: Calls, settings: Settings, code: str, verifier: str, now: datetime) -> Tokens:
    """Tokens for the code that GitHub sent back. Raises Denied, NoAnswer."""
    said = {"code": code, "redirect_uri": redirect_uri(settings), "code_verifier": verifier}
    return _tokens(calls, settings, said, now)


def refresh(calls: Calls, settings: Settings, tokens: Tokens, now: datetime) -> Tokens:
    """New tokens; the old ones are worth nothing from then on. Raises Denied, NoAnswer."""
    if not tokens.refresh or (tokens.refresh_until is not None and tokens.refresh_until <= now):
        raise Denied("The login has run out.")
    return _tokens(calls, settings, {"grant_type": "refresh_token", "refresh_token": tokens.refresh}, now)


def person(calls: Calls, token: str) -> Person:
    """Who this token belongs to. Raises Denied, NoAnswer."""
    answer = calls.get("/user", token)
    if answer.status in (401, 403):
        raise Denied("GitHub does not accept the login.")
    data = answer.data if answer.status == 200 and isinstance(answer.data, dict) else {}
    number, login = data.get("id"), data.get("login")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63:
        raise NoAnswer("GitHub did not say who logged in.")
    if not isinstance(login, str) or not 0 < len(login) <= 100 or not login.isprintable():
        raise NoAnswer("GitHub did not say who logged in.")
    return Person(number, login)


def _tokens(calls: Calls, settings: Settings, said: dict[str, str], now: datetime) -> Tokens:
    ours = {"client_id": settings.github_client_id, "client_secret": settings.github_client_secret}
    answer = calls.post(f"{settings.website}/login/oauth/access_token", {**ours, **said})
    return read_tokens(answer, now)


def read_tokens(answer: Answer, now: datetime) -> Tokens:
    """GitHub says 200 even where it refuses, and why under `error`. Raises Denied, NoAnswer."""
    data = answer.data if isinstance(answer.data, dict) else {}
    error = data.get("error")
    if error in ("bad_verification_code", "bad_refresh_token"):
        raise Denied("GitHub does not accept the login any more.")
    if error is not None or answer.status != 200:
        # Nothing of the person's: the App's own settings are wrong, or GitHub is.
        word = (
            error if isinstance(error, str) and error.isidentifier() and len(error) < 60 else f"status {answer.status}"
        )
        raise NoAnswer(f"GitHub refuses to log anybody in ({word}); are the client id and secret right?")
    access, renewal = data.get("access_token"), data.get("refresh_token", "")
    if not isinstance(access, str) or not _usable(access) or not (renewal == "" or _usable(renewal)):
        raise NoAnswer("GitHub's answer holds no usable token.")
    return Tokens(
        access, _after(data.get("expires_in"), now), renewal, _after(data.get("refresh_token_expires_in"), now)
    )


def _usable(token: Any) -> bool:
    return isinstance(token, str) and 0 < len(token) <= _TOKEN_LIMIT and token.isascii() and token.isprintable()


def _after(seconds: Any, now: datetime) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        return None
    return now + min(timedelta(seconds=min(seconds, 10**9)), _LONGEST)


def _moment(timestamp: float | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
