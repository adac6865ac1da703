"""How a registry says where to get a token, and the token's own answer. Pure; every word of it is the other side's.

Source: RFC 9110, section 11.6.1; distribution/distribution, docs/spec/auth/token.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from verifier.document import Malformed, mapping, parse

LONGEST = 4096
"""The longest challenge that is read, in characters."""
LIMIT = 64 * 1024
"""The largest answer with a token, in bytes."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}+"  # noqa: S105 - RFC 9110 calls a bare word a token
_ITEM = re.compile(
    rf'[\s,]*+(?:(?P<name>{_TOKEN})\s*+=\s*+(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<bare>[^\s,"]*+))(?=[\s,]|$)'
    rf"|(?P<scheme>{_TOKEN})(?=[\s,]|$))"
)
_PART_LONGEST = 2048
_CREDENTIAL = re.compile(r"[!-~]{1,16384}")
_DEFAULT, _LONGEST_LIFE = timedelta(seconds=60), timedelta(days=1)


@dataclass(frozen=True)
class Challenge:
    """Where to ask for a token (`realm`), and for which service and what the registry wants it to be good for."""

    realm: str
    service: str = ""
    scope: str = ""


@dataclass(frozen=True)
class Token:
    """A token, good until then. Its text is kept out of `repr`."""

    text: str = field(repr=False)
    until: datetime


def read(header: str) -> Challenge | None:
    """The first Bearer challenge that names a realm; None where there is none. Never raises."""
    for scheme, parameters in _challenges(header):
        if scheme == "bearer" and parameters.get("realm"):
            return Challenge(parameters["realm"], parameters.get("service", ""), parameters.get("scope", ""))
    return None


def basic(header: str) -> bool:
    """Whether the registry takes a name and a password with every request. Never raises."""
    return any(scheme == "basic" for scheme, _ in _challenges(header))


def token(body: bytes, now: datetime) -> Token:
    """The token in a realm's answer. Raises Malformed; the message never repeats what was sent."""
    fields = mapping(parse(body), "the answer")
    found = fields.get("token") or fields.get("access_token")
    if not isinstance(found, str) or not _CREDENTIAL.fullmatch(found):
        raise Malformed("the answer holds no token that could be sent")
    seconds = fields.get("expires_in")
    lives = _DEFAULT
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 1:
        lives = timedelta(seconds=min(seconds, _LONGEST_LIFE.total_seconds()))
    return Token(found, now + lives)


def _challenges(header: str) -> list[tuple[str, dict[str, str]]]:
    """Every challenge with its parameters; what is out of shape ends it. Of two equal names the first counts."""
    found = list[tuple[str, dict[str, str]]]()
    at = 0
    while len(header) <= LONGEST and (item := _ITEM.match(header, at)):
        at = item.end()
        if item["scheme"]:
            found.append((item["scheme"].lower(), {}))
        elif found:
            value = item["bare"] if item["quoted"] is None else re.sub(r"\\(.)", r"\1", item["quoted"])
            if len(value) <= _PART_LONGEST and value.isprintable():
                found[-1][1].setdefault(item["name"].lower(), value)
    return found
