"""Which repository a registry says a package comes from: a claim of whoever published it, never proof.

Source: docs of npm (`repository` in package.json) and of Python's JSON API (`info.project_urls`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from verifier.discovery.documents import from_json, part

LINKS = 100
"""The most addresses of one project that are looked at."""
LONGEST = 1024

_SHORT = re.compile(r"(?:github:)?([A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100})")
_SOURCE = re.compile(r"source|repo|code|git", re.IGNORECASE)
_NOT_OWNERS = frozenset({"sponsors", "orgs", "apps", "marketplace", "features", "topics", "settings", "login"})


class Word(StrEnum):
    """What the registry says about whose the package is."""

    AGREES = "agrees"
    ABSENT = "absent"
    OTHER = "other"
    SILENT = "silent"
    UNASKED = "unasked"


@dataclass(frozen=True)
class Said:
    """The registry's word. `detail` names the other repository, or says why nobody could tell."""

    word: Word
    detail: str = ""


UNASKED = Said(Word.UNASKED)


def compare(claims: tuple[str, ...], full_name: str) -> Said:
    """These repositories (`owner/name`, the strongest claims first) against ours; capital letters do not matter."""
    if not claims:
        return Said(Word.SILENT, "names no repository")
    if full_name.lower() in {claim.lower() for claim in claims}:
        return Said(Word.AGREES)
    return Said(Word.OTHER, claims[0])


def repository(address: object, host: str = "github.com") -> str | None:
    """`owner/name` of an address on that host, in any form that package managers take; None for any other."""
    if not isinstance(address, str) or len(address) > LONGEST:
        return None
    short = _SHORT.fullmatch(address.strip())
    if short is not None:
        return short[1].removesuffix(".git")
    found = re.match(
        rf"(?:(?:git\+)?(?:https?|ssh|git)://(?:[^/@\s]{{1,64}}@)?(?:www\.)?{re.escape(host)}(?::\d{{1,5}})?[/:]"
        rf"|[\w.-]{{1,64}}@{re.escape(host)}:)([A-Za-z0-9-]{{1,39}})/([A-Za-z0-9._-]{{1,100}})",
        address.strip(),
        re.IGNORECASE,
    )
    if found is None or found[1].lower() in _NOT_OWNERS:
        return None
    return f"{found[1]}/{found[2].removesuffix('.git')}"


def python_claims(body: bytes, host: str = "github.com") -> tuple[str, ...]:
    """The repositories that a Python project's links name: those under a label like "Source", else those of any."""
    info = part(from_json(body), "info")
    links = part(info, "project_urls")
    labelled = list(links.items())[:LINKS] if isinstance(links, dict) else []
    strong = [repository(address, host) for label, address in labelled if _SOURCE.search(str(label)[:100])]
    weak = [repository(address, host) for _, address in labelled] + [repository(part(info, "home_page"), host)]
    return tuple(dict.fromkeys(claim for claim in strong if claim)) or tuple(
        dict.fromkeys(claim for claim in weak if claim)
    )
