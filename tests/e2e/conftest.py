"""Where the real servers are: `tests/e2e/run` starts them and says so in these variables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.index import Index, Pulp, Shelf
from tests.e2e.monitor import Monitor, Watch
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
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Starts monitors; at the end, GitHub's own description must have accepted everything they asked of GitHub."""
    started: list[Monitor] = []

    def start(purl: str, building: str, *, npm: str = "", index: str = "") -> Monitor:
        started.append(Monitor(tmp_path / f"monitor-{len(started)}", purl, building, npm, index))
        return started[-1]

    yield start
    assert [] == [problem for monitor in started for problem in monitor.asked.problems]


@pytest.fixture
def npm(tmp_path: Path) -> Npm:
    """The npm client, logged in to Verdaccio."""
    return Npm(given("E2E_VERDACCIO"), tmp_path / "npm")


@pytest.fixture(params=["shelf", "pulp"])
def index(request: pytest.FixtureRequest) -> Index:
    """Each Python index that speaks JSON."""
    if request.param == "pulp":
        pulp: Pulp = request.getfixturevalue("pulp")
        return pulp
    return Shelf(given("E2E_INDEX"), Path(given("E2E_INDEX_FILES")))


@pytest.fixture
def pulp() -> Pulp:
    """The Python index with uploads, validators and provenance."""
    return Pulp(given("E2E_PULP_URL", optional=True), given("E2E_TWINE"))
