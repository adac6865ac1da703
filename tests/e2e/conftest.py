"""Where the real servers are: `tests/e2e/run` starts them and says so in these variables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browsing import Browser, chromium
from tests.e2e.images import LOGIN, Images
from tests.e2e.index import Index, Pulp, Shelf
from tests.e2e.monitor import Monitor, Watch
from tests.e2e.npm import Npm
from tests.e2e.pulp_images import PulpImages

_IMAGES = "; it needs docker-registry and skopeo: apt-get install docker-registry skopeo"
_CHROMIUM = "; it needs a browser: apt-get install chromium"
_RSYSLOG = "; it needs rsyslog with TLS: apt-get install rsyslog rsyslog-openssl"
_NEEDS = {
    "E2E_PULP_URL": ", with E2E_PULP=1",
    "E2E_CHROMIUM": _CHROMIUM,
    **dict.fromkeys(("E2E_RSYSLOG", "E2E_RSYSLOG_PLAIN", "E2E_RSYSLOG_TLS"), _RSYSLOG),
    **dict.fromkeys(("E2E_REGISTRY", "E2E_CLOSED_REGISTRY", "E2E_REFERRERS"), _IMAGES),
}


def given(name: str, *, optional: bool = False) -> str:
    """A variable; without it the test is skipped, or fails where `tests/e2e/run` should have set it."""
    value = os.environ.get(name, "")
    if not value and os.environ.get("E2E") and not optional:
        pytest.fail(f"{name} is not set although tests/e2e/run started the servers{_NEEDS.get(name, '')}")
    if not value:
        pytest.skip(f"{name} is not set; run `make e2e`{_NEEDS.get(name, '')}")
    return value


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Starts monitors; at the end, GitHub's own description must have accepted everything they asked of GitHub."""
    started: list[Monitor] = []

    def start(purl: str, building: str, *, log: Sequence[str] = (), **places: Any) -> Monitor:
        started.append(Monitor(tmp_path / f"monitor-{len(started)}", purl, building, log, **places))
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


@pytest.fixture
def images(tmp_path: Path) -> Images:
    """A repository in the registry that is open to everybody."""
    return Images(given("E2E_REGISTRY"), tmp_path / "images")


@pytest.fixture
def closed(tmp_path: Path) -> Images:
    """A repository in the registry that wants a login."""
    return Images(given("E2E_CLOSED_REGISTRY"), tmp_path / "images", LOGIN)


@pytest.fixture
def referrers(tmp_path: Path) -> Images:
    """A repository in the open registry behind the shim that has the referrers API."""
    return Images(given("E2E_REFERRERS"), tmp_path / "images")


@pytest.fixture
def pulp_images(tmp_path: Path) -> PulpImages:
    """A repository in the registry with tokens and pages."""
    return PulpImages(given("E2E_PULP_URL", optional=True), tmp_path / "images")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, driven by Playwright."""
    with chromium(given("E2E_PLAYWRIGHT"), given("E2E_CHROMIUM")) as running:
        yield running
