"""What an address leads to, before anything is dialled."""

from __future__ import annotations

from urllib.parse import urlsplit

Origin = tuple[str, str, int]
"""Scheme, host and port: what two addresses must share to be the same place."""

_PORTS = {"http": 80, "https": 443}


class Unusable(ValueError):
    """An address is none that we ask; says why in words."""


def origin(url: str) -> Origin:
    """The place an address leads to. Raises Unusable when it is no address of http or https, or holds a login."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise Unusable("Its address is not usable.") from error
    if scheme not in _PORTS or not host or "@" in parts.netloc:
        raise Unusable("Its address is not one of http or https without a login.")
    return scheme, host, port or _PORTS[scheme]


def name(place: Origin) -> str:
    """A place as people write it: the host, and the port where it is not the usual one."""
    scheme, host, port = place
    host = f"[{host}]" if ":" in host else host
    return host if port == _PORTS[scheme] else f"{host}:{port}"
