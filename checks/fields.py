"""The fields of a route, read strictly. Every refusal says which field and what to write, and never repeats a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from checks.outside import BadRoute
from verifier.discovery.meant import meant

LONGEST = 2_000
"""The most characters of one field."""

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_NAME = re.compile(r"[a-z_]{1,30}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


EVERY = ("name", "kind", "organisations", "repositories", "artifacts", "outcomes", "severity", "weekly")
"""The fields of every route."""


def only(fields: Mapping[str, Any], kind: str, *known: str) -> None:
    """Refuse fields that this kind of route does not have."""
    for name in fields:
        if name not in known:
            shown = f" `{name}`" if isinstance(name, str) and _NAME.fullmatch(name) else ""
            guess = meant(name if shown else "", (*known, *EVERY))
            ours = f"and every route: {', '.join(EVERY)}"
            raise BadRoute(
                f"Unknown field{shown} in a route of kind {kind}{guess}. It has: {', '.join(known)}; {ours}."
            )


def text(fields: Mapping[str, Any], name: str, default: str | None = None, limit: int = LONGEST) -> str:
    """Visible ASCII or other printable text on one line; without a default it must be given."""
    found = fields.get(name)
    if found is None and default is not None:
        return default
    if found is None or found == "":
        raise BadRoute(f"`{name}` is missing; every route of this kind needs it.")
    if not isinstance(found, str) or len(found) > limit or not found.isprintable() or found != found.strip():
        raise BadRoute(f"`{name}` must be text on one line, without spaces at its ends, of at most {limit} characters.")
    return found


def secret(fields: Mapping[str, Any], name: str, shape: str, example: str) -> str:
    """A secret of this shape (a regular expression over visible ASCII)."""
    found = text(fields, name)
    if not re.fullmatch(shape, found, re.ASCII):
        raise BadRoute(f"`{name}` does not look like {example}; copy it again.")
    return found


def flag(fields: Mapping[str, Any], name: str, default: bool) -> bool:
    """Yes or no."""
    found = fields.get(name, default)
    if not isinstance(found, bool):
        raise BadRoute(f"`{name}` must be true or false.")
    return found


def number(fields: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    """A whole number within bounds."""
    found = fields.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
        raise BadRoute(f"`{name}` must be a whole number from {least} to {most}.")
    return found


def choice(fields: Mapping[str, Any], name: str, default: str, known: tuple[str, ...]) -> str:
    """One of these words."""
    found = fields.get(name, default)
    if found not in known:
        raise BadRoute(f"`{name}` must be one of {', '.join(known)}.")
    return str(found)


def host(fields: Mapping[str, Any], name: str) -> str:
    """A host's name in ASCII, or an IP address."""
    return checked_host(text(fields, name, limit=253), name)


def checked_host(found: str, name: str) -> str:
    """The host if it is one that every resolver takes; a name in other letters must be written as DNS has it."""
    if not found.isascii():
        raise BadRoute(f"The host in `{name}` must be in ASCII; write an internationalised name in its `xn--` form.")
    if ":" in found or re.fullmatch(r"[0-9.]+", found):
        try:
            return str(ip_address("" if "%" in found else found))
        except ValueError:
            raise BadRoute(f"The host in `{name}` is neither a host's name nor an IP address.") from None
    labels = found.removesuffix(".").split(".")
    if len(found) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadRoute(
            f"The host in `{name}` is no host's name: its parts are letters, digits and hyphens, and none is empty."
        )
    return found


def address(fields: Mapping[str, Any], name: str = "url", default: str | None = None) -> str:
    """An https address. http is for this machine alone, unless the route says `insecure: true`."""
    found = text(fields, name, default)
    if not found.isascii():
        raise BadRoute(f"`{name}` must be in ASCII; write an internationalised host in its `xn--` form.")
    parts = _split(found, name)
    if parts.scheme not in ("http", "https") or not parts.hostname or "\\" in found or " " in found:
        raise BadRoute(f"`{name}` must be an address that begins with https://.")
    if "@" in parts.netloc or parts.fragment or "#" in found:
        raise BadRoute(f"`{name}` must be an address without a login and without `#`.")
    checked_host(parts.hostname, name)
    if parts.scheme == "http" and not local(parts.hostname) and not flag(fields, "insecure", False):
        raise BadRoute(
            f"`{name}` begins with http://, so that everybody on the way reads along. Use https://, or say "
            "`insecure: true` if that network is yours."
        )
    return found


def local(name: str) -> bool:
    """The host is this machine."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name.lower().removesuffix(".") == "localhost"


def mail_address(found: Any, name: str) -> str:
    """An e-mail address in ASCII: what every mail server takes, and nothing that could become a header."""
    if not isinstance(found, str) or not 3 <= len(found) <= 254:
        raise BadRoute(f"`{name}` must be an e-mail address like alerts@team.example, of at most 254 characters.")
    if not found.isascii():
        raise BadRoute(f"The e-mail address in `{name}` must be in ASCII; write its host in its `xn--` form.")
    login, at, where = found.rpartition("@")
    if not at or len(login) > 64 or not _LOCAL.fullmatch(login) or where.endswith("."):
        raise BadRoute(f"`{name}` must be an e-mail address like alerts@team.example, without a name beside it.")
    checked_host(where, name)
    return found


def _split(found: str, name: str) -> SplitResult:
    try:
        parts = urlsplit(found)
        port = parts.port
    except ValueError:
        raise BadRoute(f"`{name}` is no address; it must look like https://host.example/path.") from None
    if port == 0:
        raise BadRoute(f"`{name}` names port 0, which nobody can reach.")
    return parts
