"""The trust root in force: which files it is read from, and anew whenever they change.

Nothing here imports sigstore before a root is needed: the web process never needs one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings
from checks.base import Permanent

if TYPE_CHECKING:
    from verifier.evidence import Trust

COPY = "trusted_root.json"
"""Sigstore's public trust root by its name in the TUF repository, and in our folder."""

_LIMIT = 4 * 1024 * 1024


def folder(settings: Settings) -> Path:
    """Where the clock keeps its copy of the trust root, with what TUF needs to renew it."""
    return settings.data_dir / "trust"


def trust_of(settings: Settings) -> Callable[[], Trust]:
    """The trust root as the settings say, read at each call, so that a renewed file counts at once.

    The call raises Permanent where a file cannot be used.
    """
    return lambda: read(roots_of(settings), settings.npm_keys)


def roots_of(settings: Settings) -> tuple[Path, ...]:
    """The files with trust roots: those pinned by hand, else the copy that TUF renewed; empty: the shipped one."""
    copy = folder(settings) / COPY
    return settings.trust_root or ((copy,) if copy.is_file() else ())


def read(roots: Sequence[Path], keys: Path | None) -> Trust:
    """Trust in these files; without roots, in the one that came with the sigstore package. Raises Permanent."""
    return _trust(tuple(_content(path) for path in roots), None if keys is None else _content(keys))


def shipped() -> Trust:
    """Trust in the root that came with the sigstore package."""
    return read((), None)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LIMIT + 1)
    except OSError as error:
        raise Permanent(f"The trust root {path} cannot be read ({error.strerror}).") from error
    if len(content) > _LIMIT:
        raise Permanent(f"The trust root {path} is larger than {_LIMIT} bytes.")
    return content


@lru_cache(maxsize=4)
def _trust(roots: tuple[bytes, ...], keys: bytes | None) -> Trust:
    from verifier.evidence import BadTrust, Trust, embedded_roots

    try:
        return Trust.read(roots or embedded_roots(), keys)
    except BadTrust as error:
        raise Permanent(f"The trust root cannot be used: {error}") from error
