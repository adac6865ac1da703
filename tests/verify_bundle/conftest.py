from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence.private import SIGSTORE
from tests.verify_bundle.command import Command


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TRUST_ROOT", "NPM_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "trusted_root.json"
    path.write_bytes(SIGSTORE.trusted_root())
    return path


@pytest.fixture
def command(tmp_path: Path, root: Path) -> Command:
    return Command(tmp_path, root)
