"""What the log of a publish step says it published. A claim of the run's own, never more than that run's word."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LogState(StrEnum):
    """Whether we have read the logs of an attempt's publish steps.

    `unread`: not yet. `gone`: GitHub says they are expired or deleted. `refused`: too large or not text; nothing of
    it counts. `read`: read to its end.
    """

    UNREAD = "unread"
    GONE = "gone"
    REFUSED = "refused"
    READ = "read"


@dataclass(frozen=True, order=True)
class LogClaim:
    """One thing that a publish step's log says was published: for real, not as a dry run; or was there before.

    `type` is the purl type (`npm`, `pypi`, `docker`, `oci`, …). `name` is the package or the image's repository as
    the tool writes it; of a file uploaded to a Python index, the project that the file's name bears. `version` is
    '' where it is not said. `digests` are `algorithm:lowercase-hex` in full length.
    """

    type: str
    name: str
    version: str = ""
    file: str = ""
    """The file's name, for tools that upload files one by one."""
    digests: tuple[str, ...] = ()
    integrity: str = ""
    """npm's shortened form as printed: `sha512-<13 characters>[...]<15 characters>`; '' otherwise."""
    staged: bool = False
    """Staged for a person to approve, not published yet."""
    skipped: bool = False
    """The tool found it in the registry and published nothing of it."""
    tool: str = ""
    """What printed it: `npm`, `twine`, `buildx`, …"""
    step: str = ""
    at: datetime | None = None
    registry: str = ""
    """Where to, as printed: an address, or the tool's name for it; '' where the log does not say. In images' names."""


_STRONG = ("sha256", "sha384", "sha512")
_SHORTENED = re.compile(r"(sha512-[A-Za-z0-9+/]{13})\[\.\.\.\]([A-Za-z0-9+/=]{15})")


def same_bytes(claim: LogClaim, digests: tuple[str, ...]) -> bool | None:
    """Whether the log shows the digest of the very file that has these; None where nothing can be compared.

    False: any digest that both have differs. True: one of sha256 or stronger is equal, or sha1 together with npm's
    shortened integrity; sha1 alone can be made to collide by whoever makes both files, and is None.
    """
    held = {algorithm: value for algorithm, _, value in (digest.partition(":") for digest in digests)}
    equal = set()
    for algorithm, _, value in (digest.partition(":") for digest in claim.digests):
        if algorithm in held:
            if held[algorithm] != value:
                return False
            equal.add(algorithm)
    ends = _SHORTENED.fullmatch(claim.integrity)
    whole = _sri(held.get("sha512", ""))
    if ends and whole:
        if not (whole.startswith(ends[1]) and whole.endswith(ends[2])):
            return False
        equal.add("integrity")
    return True if equal.intersection(_STRONG) or {"sha1", "integrity"} <= equal else None


def _sri(sha512: str) -> str:
    """As npm writes it; '' when it is no sha512."""
    try:
        raw = bytes.fromhex(sha512)
    except ValueError:
        return ""
    return f"sha512-{base64.b64encode(raw).decode()}" if len(raw) == 64 else ""
