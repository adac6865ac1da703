"""The two cookies we set: who is logged in, and the login that is going on. Neither can be read by a script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Request
from werkzeug.wrappers import Response

from app.settings import Settings

LIFETIME = timedelta(days=7)
LOGIN_LIFETIME = timedelta(minutes=10)
_LONGEST = 8_000


@dataclass(frozen=True)
class Cookie:
    """One cookie. On https its name begins with `__Host-`: no other host, no subdomain and no plain page can set it."""

    name: str
    lifetime: timedelta
    secure: bool

    def read(self, request: Request) -> str:
        """What the browser sent; '' for nothing, and for what none of ours can be."""
        value = request.cookies.get(self.name, "")
        return value if value.isascii() and len(value) <= _LONGEST else ""

    def set(self, response: Response, value: str) -> None:
        """Set it. Lax: it comes along when somebody follows a link to us, and with no form of another site."""
        response.set_cookie(
            self.name,
            value,
            max_age=int(self.lifetime.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )

    def forget(self, response: Response) -> None:
        """Take it back."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="Lax")


def session_cookie(settings: Settings) -> Cookie:
    """Who is logged in: a random id, worth nothing once its session has ended."""
    return _cookie(settings, "artifact-monitor", LIFETIME)


def login_cookie(settings: Settings) -> Cookie:
    """The login that is going on in this browser."""
    return _cookie(settings, "artifact-monitor-login", LOGIN_LIFETIME)


def _cookie(settings: Settings, name: str, lifetime: timedelta) -> Cookie:
    secure = settings.base_url.startswith("https://")
    return Cookie(f"__Host-{name}" if secure else name, lifetime, secure)
