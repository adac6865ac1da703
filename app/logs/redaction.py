"""What must not stand in a log, and how it is taken out of every event, exceptions and nested values included.

Two nets: secrets that look like one (tokens of GitHub, npm, PyPI, Docker, Slack and Amazon, logins, keys in PEM, JWTs,
addresses that are secrets themselves), and the values of our own settings wherever they stand. Bounded: what is longer
or deeper than a line of a log has any use for is cut before it is looked through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from structlog.typing import EventDict, WrappedLogger

if TYPE_CHECKING:
    from app.settings import Settings

HIDDEN = "[hidden]"
CUT = "[cut]"

SHORTEST = 6
"""The fewest characters of a setting's value that is looked for: a shorter one would stand in every other word."""
LONGEST = 32 * 1024
"""The most characters of one text that are kept."""
DEEPEST = 6
MOST = 1000
"""The most values of one event, at whatever depth."""

_SECRET_KEY = re.compile(
    r"secret|token|passw|private_?key|authorization|cookie|signature|credential|api_?key|\bjwt\b|\bpem\b", re.I
)
_PUBLIC = ("registry_ca_file", "outbound_ca_file")
"""Settings that are left out of `repr` for their length."""

_WHOLE = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)"
    r"|\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_.-]{16,}"
    r"|\bnpm_[A-Za-z0-9]{20,}"
    r"|\bpypi-AgE[A-Za-z0-9_-]{16,}"
    r"|\bdckr_[a-z]{1,4}_[A-Za-z0-9_-]{16,}"
    r"|\bxox[a-z]-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{8,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    re.DOTALL,
)
"""Secrets by their look. Source: the prefixes that GitHub's secret scanning and the issuers document."""

_LOGIN_IN_URL = re.compile(r"(?<=://)[^/\s?#\"'<>]+@")
"""Up to the last @ before the path: a password may hold one."""

_AFTER = re.compile(
    r"((?:"
    # headers and schemes of authorisation
    r"\b(?:proxy-)?authorization[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?:[a-z]{3,12}\s+)?"
    r"|\b(?:bearer|basic|splunk)\s+(?=[A-Za-z0-9+/._~-]{16})"
    # fields that hold one, in a query, a form, a file of settings or JSON
    r"|\b(?:aws_secret_access_key|aws_session_token|client_secret|access_token|refresh_token|identitytoken"
    r"|password|passwd|x-amz-(?:signature|security-token|credential))[\"']?\s{0,4}[=:]\s{0,4}[\"']?"
    r"|[?&](?:token|sig|signature|code|secret|key)="
    # addresses that are secrets themselves
    r"|\bhooks\.slack(?:-gov)?\.com/|\bdiscord(?:app)?\.com/api/webhooks/|\.webhook\.office\.com/"
    r"|/subscriptions/[^/\s]{1,100}/"
    r"))([^\s\"'<>,;&]+)",
    re.IGNORECASE,
)
"""What comes before a secret, and the secret."""


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The values that no event may hold: what is kept out of `repr`, whole and by its passwords."""
    found: list[str] = []
    for each in fields(settings):
        value = getattr(settings, each.name)
        if each.repr or each.name in _PUBLIC or not value:
            continue
        found += [value] if isinstance(value, str) else [getattr(value, "password", "")]
    parted = [part for value in found if "://" in value for part in _password(value)]
    return tuple(sorted({*found, *parted} - {""}))


class Redaction:
    """A processor of structlog: the event without secrets. `secrets` are values to be taken out wherever they stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST}
        longest_first = sorted(known, key=len, reverse=True)
        self._own = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """The event as it may be written."""
        left = iter(range(MOST))
        return {self.text(str(key)): self._clean(str(key), value, DEEPEST, left) for key, value in event.items()}

    def text(self, text: str) -> str:
        """One text without secrets, cut where it is too long."""
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]} {CUT}"
        if self._own is not None:
            text = self._own.sub(HIDDEN, text)
        text = _LOGIN_IN_URL.sub(f"{HIDDEN}@", _WHOLE.sub(HIDDEN, text))
        return _AFTER.sub(rf"\1{HIDDEN}", text)

    def _clean(self, key: str, value: Any, depth: int, left: Iterator[int]) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return HIDDEN if value and not isinstance(value, bool) and _SECRET_KEY.search(key) else value
        if next(left, None) is None or not depth:
            return CUT
        if _SECRET_KEY.search(key):
            return HIDDEN if value else value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(k)): self._clean(str(k), v, depth - 1, left) for k, v in _some(value.items())}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean("", item, depth - 1, left) for item in _some(value)]
        return self.text(_shown(value))


def _some(values: Iterable[Any]) -> Iterator[Any]:
    for number, value in enumerate(values):
        if number >= MOST:
            return
        yield value


def _shown(value: object) -> str:
    """What a renderer would make of it. An object that cannot be shown must not cost the line."""
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"


def _password(address: str) -> Iterator[str]:
    try:
        password = urlsplit(address).password or ""
    except ValueError:
        return
    yield password
    yield unquote(password)


def _forms(secret: str) -> Iterator[str]:
    """A secret as it stands, within an address, and within the text of a Python or JSON value."""
    yield secret
    yield quote(secret, safe="")
    yield secret.encode("unicode_escape").decode("ascii")
