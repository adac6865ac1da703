"""Keys for what leaves our hands: tokens in the ledger, cookies in a browser, forms. All come from one secret.

The secret is `SESSION_SECRET` or, where that is not set, a random file in the data folder that every web process of the
machine shares. Each use has a key of its own (HKDF, RFC 5869), so that one kind of seal is never taken for another.

`cryptography` is loaded when something is closed or opened: forms need marks alone, and where nobody logs in it would
be a tenth of the web process.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.settings import BadSetting, Settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

NAME = "session.key"
_BYTES = 32
_LONGEST = 16_384
_PLACE = "for"


@dataclass(frozen=True)
class Seal:
    """Closes and opens small things, each for one purpose. What was altered, is too old, or is another's: None."""

    secret: bytes = field(repr=False)

    def close(self, purpose: str, thing: Mapping[str, Any], now: datetime, place: str = "") -> str:
        """Encrypted and signed text that holds it, good for this `place` alone: laid elsewhere it is not opened."""
        said = {**thing, _PLACE: place} if place else thing
        return self._fernet(purpose).encrypt_at_time(json.dumps(said).encode(), int(now.timestamp())).decode()

    def open(
        self, purpose: str, text: str, now: datetime, within: timedelta | None = None, place: str = ""
    ) -> dict[str, Any] | None:
        """What `close` was given, `within` that time and for this `place`; None where it is not so."""
        from cryptography.fernet import InvalidToken

        try:
            if not text.isascii() or len(text) > _LONGEST:
                return None
            fernet = self._fernet(purpose)
            seconds = int(within.total_seconds()) if within is not None else None
            plain = (
                fernet.decrypt(text) if seconds is None else fernet.decrypt_at_time(text, seconds, int(now.timestamp()))
            )
            opened = json.loads(plain)
        except (InvalidToken, ValueError):
            return None
        return opened if isinstance(opened, dict) and opened.pop(_PLACE, "") == place else None

    def mark(self, purpose: str, text: str) -> str:
        """The one mark that this text has for this purpose, in hex; nobody else can make it."""
        return hmac.new(_key(self.secret, purpose), text.encode("utf-8", "replace"), sha256).hexdigest()

    def _fernet(self, purpose: str) -> Fernet:
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(_key(self.secret, purpose)))


def seal_of_app(private_key: str) -> Seal:
    """What all workers of an App can close and open, since each has its private key."""
    return Seal(sha256(private_key.strip().encode()).digest())


def seal_of(settings: Settings) -> Seal:
    """The seal of these settings. Raises BadSetting where the key's file cannot be made or read."""
    if settings.session_secret:
        return Seal(settings.session_secret.encode())
    return _from_file(settings.data_dir)


@lru_cache(maxsize=8)
def _from_file(folder: Path) -> Seal:
    path = folder / NAME
    try:
        if not path.exists():
            _make(path)
        with path.open("rb") as file:
            mode, secret = os.fstat(file.fileno()).st_mode, file.read(_BYTES + 1)
    except OSError as error:
        raise BadSetting(f"DATA_DIR cannot hold {NAME} ({error.strerror}); set SESSION_SECRET, or mend it.") from error
    if len(secret) != _BYTES or stat.S_IMODE(mode) & 0o077:
        raise BadSetting(
            f"DATA_DIR holds a {NAME} that is damaged or that others may read; delete it (everybody logs in again)."
        )
    return Seal(secret)


def _make(path: Path) -> None:
    """A new one; where another process was faster, its."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)
        except FileExistsError:
            return
    finally:
        partial.unlink(missing_ok=True)


@lru_cache(maxsize=64)
def _key(secret: bytes, purpose: str) -> bytes:
    """HKDF with SHA-256 and no salt, whose first block is all that 32 bytes need (RFC 5869, section 2)."""
    drawn = hmac.digest(bytes(32), secret, sha256)
    return hmac.digest(drawn, f"artifact-monitor/{purpose}".encode() + b"\x01", sha256)
