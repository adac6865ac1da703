"""What the log of a publish step says it published. A claim of the run's own, never more than that run's word."""

from __future__ import annotations

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
    """One thing that a publish step's log says was published: for real, not as a dry run.

    `type` is the purl type (`npm`, `pypi`, `docker`, `oci`, …). `name` is written as the tool writes it (a package's
    name, a file's name for uploads to Python indexes, an image's repository), '' where the log gives only a digest.
    `version` is '' where it is not said. `digests` are `algorithm:lowercase-hex` in full length.
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
    tool: str = ""
    """What printed it: `npm`, `twine`, `buildx`, …"""
    step: str = ""
    at: datetime | None = None
