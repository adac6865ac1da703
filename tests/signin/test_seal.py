"""Keys of one secret: each purpose has its own, and they are those of the standard."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.signin.seal import Seal, _key

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("secret", [b"", b"s", b"s" * 32, b"\x00" * 200])
@pytest.mark.parametrize("purpose", ["form", "session", "é"])
def test_a_key_is_the_one_that_cryptography_derives(secret: bytes, purpose: str) -> None:
    info = f"artifact-monitor/{purpose}".encode()

    assert HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(secret) == _key(secret, purpose)


def test_a_mark_is_for_one_purpose_and_one_secret() -> None:
    """So that a form's token is never taken for anything else."""
    seal = Seal(b"s" * 32)

    assert seal.mark("form", "x") == Seal(b"s" * 32).mark("form", "x")
    assert 3 == len({seal.mark("form", "x"), seal.mark("session", "x"), Seal(b"t" * 32).mark("form", "x")})


def test_what_is_laid_in_another_place_is_not_opened() -> None:
    """Whoever can write to Redis may put one sealed text where another stood."""
    seal = Seal(b"s" * 32)
    placed, free = seal.close("turn", {"at": 1}, NOW, "npm"), seal.close("turn", {"at": 1}, NOW)

    assert {"at": 1} == seal.open("turn", placed, NOW, place="npm") == seal.open("turn", free, NOW)
    assert seal.open("turn", placed, NOW, place="pypi") is None
    assert seal.open("turn", placed, NOW) is None
    assert seal.open("turn", free, NOW, place="npm") is None
