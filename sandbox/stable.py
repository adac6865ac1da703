"""Numbers, commits and digests that are derived from names: the same in every play, different between names."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

_FIRST = 1_000_000_000


def number(*names: object) -> int:
    """An id for what these names name: ten digits, as GitHub's ids have today."""
    digest = hashlib.sha256("\0".join(map(str, names)).encode()).digest()
    return _FIRST + int.from_bytes(digest[:8], "big") % (9 * _FIRST)


def sha(*names: object) -> str:
    """A git commit id: 40 hex digits."""
    return hashlib.sha1("\0".join(map(str, names)).encode(), usedforsecurity=False).hexdigest()


def content(*names: object) -> bytes:
    """The bytes of a pretended file."""
    return ("\n".join(map(str, names)) + "\n").encode()


def digest(algorithm: str, data: bytes) -> str:
    """`algorithm:hex` of some bytes."""
    return f"{algorithm}:{hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()}"


def guid(*names: object) -> str:
    """A delivery id, shaped like GitHub's."""
    digits = hashlib.sha256("\0".join(map(str, names)).encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def seconds(at: datetime) -> str:
    """A moment as GitHub writes it: `2026-03-31T00:21:58Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(at: datetime) -> str:
    """A moment as npm writes it: `2026-03-31T00:21:58.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def microseconds(at: datetime) -> str:
    """A moment as PyPI writes it: `2026-03-31T00:21:58.000000Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
