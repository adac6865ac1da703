"""Where the real servers are: `tests/e2e/run` starts them and says so in these variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.index import Index, Pulp, Shelf
from tests.e2e.npm import Npm


def given(name: str, *, optional: bool = False) -> str:
    """A variable; without it the test is skipped, or fails where `tests/e2e/run` should have set it."""
    value = os.environ.get(name, "")
    if not value and os.environ.get("E2E") and not optional:
        pytest.fail(f"{name} is not set although tests/e2e/run started the servers")
    if not value:
        pytest.skip(f"{name} is not set; run `make e2e`" + (", with E2E_PULP=1" if "PULP" in name else ""))
    return value


@pytest.fixture
def npm(tmp_path: Path) -> Npm:
    """The npm client, logged in to Verdaccio."""
    return Npm(given("E2E_VERDACCIO"), tmp_path / "npm")


@pytest.fixture(params=["shelf", "pulp"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    """Each Python index that speaks JSON."""
    if request.param == "pulp":
        return pulp_at(given("E2E_PULP_URL", optional=True), tmp_path)
    return Shelf(given("E2E_INDEX"), Path(given("E2E_INDEX_FILES")), tmp_path)


@pytest.fixture
def pulp(tmp_path: Path) -> Pulp:
    """The Python index with validators and provenance."""
    return pulp_at(given("E2E_PULP_URL", optional=True), tmp_path)


def pulp_at(url: str, folder: Path) -> Pulp:
    """Pulp's index, to which twine uploads."""
    return Pulp(url, given("E2E_TWINE"), folder)
