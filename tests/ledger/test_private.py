"""A ledger in a file holds the names of private repositories: nobody else on the machine may read it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.ledger import migrate, open_ledger


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """As most accounts are set up: everybody may read what is made."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_ledger_and_its_folder_are_the_accounts_own(tmp_path: Path) -> None:
    file = tmp_path / "data" / "ledger.sqlite3"
    url = f"sqlite:///{file}"
    migrate(url)
    ledger = open_ledger(url)
    with ledger.writing() as book:
        book.inbox.kept([])
        found = {path.name: mode(path) for path in file.parent.iterdir()}

    assert 0o700 == mode(file.parent)
    assert {"ledger.sqlite3", "ledger.sqlite3-wal"} <= set(found)
    assert {0o600} == set(found.values())
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


def test_a_mode_that_somebody_chose_stays(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite3"
    file.touch()
    file.chmod(0o640)
    migrate(f"sqlite:///{file}")

    assert 0o640 == mode(file)
