"""Whether a request comes from this machine itself: the only place from which pages are shown without a login."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request

from app.settings import Settings, is_loopback

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via")


def is_here(request: Request, settings: Settings) -> bool:
    """All of it, or it is not from here.

    1. We listen on this machine only. 2. The other end is on this machine. 3. The browser thinks so too: the `Host` is
    a name of this machine, so that no page of a stranger whose name leads here (DNS rebinding) reads anything. 4. No
    proxy brought it: none says so, and it is not HTTP/1.0, which proxies speak and browsers do not.
    """
    bound = request.environ.get("SERVER_NAME", "")
    return (
        is_loopback(settings.host)
        and (is_loopback(bound) or not _is_address(bound))
        and is_loopback(request.remote_addr or "")
        and is_loopback(_host(request.headers.get("Host", "")))
        and not any(name in request.headers for name in _FORWARDED)
        and request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0"
    )


def _is_address(text: str) -> bool:
    return text.replace(".", "").isdigit() or ":" in text


def _host(text: str) -> str:
    try:
        parts = urlsplit(f"//{text}")
        return "" if parts.path or "@" in text else parts.hostname or ""
    except ValueError:
        return ""
