from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.site import Api
from tests.ledger.conftest import migrated_file, sqlite_url

__all__ = ["migrated_file", "sqlite_url"]


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return Api(tmp_path)
