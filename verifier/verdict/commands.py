"""What a command of a maintainer is bound to, and which of them take effect. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from verifier.model import Incident, Member

CODE = 12
"""How many hexadecimal digits bind a command to the files that were shown: nobody makes other files with the same."""


def code_of(incident: Incident) -> str:
    """The code of everything that stands open in the incident now. Other files, or one version more: another code."""
    return _code(member for member in incident.members if member.open)


def _code(members: Iterable[Member]) -> str:
    lines = sorted(f"{member.artifact.purl} {member.number} {member.fingerprint}" for member in members)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:CODE]
