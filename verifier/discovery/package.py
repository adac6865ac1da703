"""What a manifest says it makes, or why it is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from verifier import purls
from verifier.model import Artifact

_NPM = re.compile(r"(?:@[a-z0-9._~-]{1,214}/)?[a-z0-9_~-][a-z0-9._~-]{0,213}")
_PYPI = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?")
# npm's few names with capital letters are other packages than the same in small ones, and no purl can tell them apart.
_NAMES = {"npm": _NPM, "pypi": _PYPI}


@dataclass(frozen=True)
class Package:
    """An artifact that something in the repository names as its own. `found_in` says what: a path, or a run's log.

    `member`: it stands at the repository's root, or a workspace lists it; any other may be somebody else's code kept
    here, or nothing that is published. `workflows`: the only ones that can publish it, where `found_in` tells.
    """

    artifact: Artifact
    found_in: str
    member: bool = False
    workflows: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A manifest whose package is not published from here, or cannot be told, and why, in words for people."""

    found_in: str
    reason: str


def artifact(type_: str, name: object) -> Artifact | None:
    """The artifact of a manifest's name; None for what is no name at that registry, or none that a purl can tell."""
    if not isinstance(name, str) or not _NAMES[type_].fullmatch(name):
        return None
    try:
        return purls.artifact(f"pkg:{type_}/{quote(name, safe='/')}")
    except ValueError:
        return None
