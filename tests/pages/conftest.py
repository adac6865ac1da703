"""A ledger in a file, to count what a page asks of a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.ledger import migrate


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A migrated SQLite file of this test's own."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    migrate(url)
    return url
