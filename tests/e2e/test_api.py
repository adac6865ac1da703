"""schemathesis asks the API whatever its description allows, and much that it does not: nothing breaks."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from app.api.operations import ROOT
from tests.api.site import Api
from tests.e2e.conftest import given
from tests.signin.place import served
from verifier.ledger import migrate, open_ledger
from verifier.ledger.tokens import Scope

pytestmark = pytest.mark.e2e

EXAMPLES = 40
"""How many requests schemathesis makes up for each operation and kind of test."""
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409"]

[phases.stateful]
enabled = true
"""
"""400 is also what a cursor is told that no page gave, which no schema can say."""


def test_schemathesis_finds_nothing_to_say_against_the_api(tmp_path: Path) -> None:
    """On SQLite, with a token that may act; the pace of a token is not what is looked at here."""
    database = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    migrate(database)
    api = Api(tmp_path, open_ledger(database), paced=False)
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    with served(api.client.application) as (address, _):
        ran = subprocess.run(
            [
                *(given("E2E_SCHEMATHESIS"), "--config-file", str(tmp_path / "schemathesis.toml"), "run"),
                *("--max-examples", str(EXAMPLES), "--seed", "1", "--no-color", "--suppress-health-check", "all"),
                *("-H", f"Authorization: Bearer {api.token(Scope.ACT)}"),
                f"{address}{ROOT}/openapi.json",
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
            timeout=900,
            check=False,
        )

    assert 0 == ran.returncode, ran.stdout[-8000:] + ran.stderr[-2000:]
