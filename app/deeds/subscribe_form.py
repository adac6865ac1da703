"""What somebody typed into the form, read strictly: every field bounded, nothing kept that a mail or a page could obey.

Pure. What is refused is refused in one sentence beside its field, and never repeated in a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verifier import purls
from verifier.model import OUTCOMES, Filter
from verifier.verdict.audience import PUBLIC_OUTCOMES, Audience, audience_of

FIELDS = ("address", "organisations", "repositories", "artifacts", "outcomes", "pace")
MOST = 10
"""The most names in one field."""
LONGEST = 254
"""The longest address in characters, as RFC 5321 allows it."""

_LONGEST_NAME = 200
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~](?:\.?[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]){0,63}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
"""An address without quotes and comments: nobody's in daily use has them, and headers are safe from it."""
_PATTERNS = {
    "organisations": (re.compile(r"[A-Za-z0-9*?-]{1,100}"), "an organisation, like octo-org or octo-*"),
    "repositories": (re.compile(r"[A-Za-z0-9*?-]{1,100}/[A-Za-z0-9._*?-]{1,100}"), "a repository, like octo-org/*"),
    "artifacts": (re.compile(r"pkg:[A-Za-z0-9.+*?-]{1,30}/[A-Za-z0-9._~%@:/?=&*+-]{1,200}"), "a purl, like pkg:npm/*"),
}


class Refused(ValueError):
    """Something in the form cannot be meant; says in which field, and what to write instead."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    address: str
    filter: Filter
    weekly: bool


def read(form: Mapping[str, Sequence[str]], domains: Iterable[str]) -> Wish:
    """The wish. The public is noted down for what it may hear, whatever it ticked. Raises Refused."""
    address = _address(_single(form, "address"))
    audience = audience_of(address, domains)
    if audience is Audience.NOBODY:
        raise Refused("address", "Addresses of this domain cannot subscribe here.")
    asked = tuple(dict.fromkeys(form.get("outcomes", ())))
    if not asked or any(outcome not in OUTCOMES for outcome in asked):
        raise Refused("outcomes", "Tick at least one of these.")
    pace = _single(form, "pace")
    if pace not in ("", "once", "weekly"):
        raise Refused("pace", "Choose one of the two.")
    outcomes = asked if audience is Audience.INSIDE else PUBLIC_OUTCOMES
    organisations, repositories, artifacts = (_names(field, _single(form, field)) for field in _PATTERNS)
    wanted = Filter(organisations, repositories, artifacts, tuple(sorted(outcomes)))
    return Wish(address, wanted, pace == "weekly")


def _single(form: Mapping[str, Sequence[str]], field: str) -> str:
    given = form.get(field, ())
    if len(given) > 1:
        raise Refused(field, "This was sent more than once; use the form on this page.")
    return given[0].strip(" ") if given else ""


def _address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if len(text) > LONGEST or len(local) > 64 or not _ADDRESS.fullmatch(text):
        raise Refused("address", "This is not a plain mail address; write it like alice@people.example.")
    return f"{local}@{domain.lower()}"


def _names(field: str, text: str) -> tuple[str, ...]:
    pattern, words = _PATTERNS[field]
    if len(text) > MOST * _LONGEST_NAME:
        raise Refused(field, f"This is too long: at most {MOST} names of {_LONGEST_NAME} characters.")
    found = tuple(dict.fromkeys(part for part in re.split(r"[ ,]+", text) if part))
    if len(found) > MOST:
        raise Refused(field, f"At most {MOST} names; subscribe once more for others.")
    if any(len(name) > _LONGEST_NAME or not pattern.fullmatch(name) for name in found):
        raise Refused(field, f"Each of these must be {words}; * stands for any characters.")
    return tuple(_canonical(name) for name in found) if field == "artifacts" else found


def _canonical(name: str) -> str:
    """A purl as artifacts are named here; a pattern with its scope's @ encoded, as it is in names."""
    try:
        return purls.artifact(name).purl if "*" not in name else name.replace("/@", "/%40")
    except ValueError as error:
        raise Refused("artifacts", "One of these is no purl; write it without a version.") from error
