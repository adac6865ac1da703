"""Images in a pretend Amazon ECR, read by the real boto3: what is pushed, moved or deleted, the monitor finds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import given
from tests.e2e.ecr import LOGIN, Ecr
from tests.e2e.images import pushed
from tests.e2e.layout import Layout
from tests.e2e.monitor import Monitor, Watch
from verifier.model import Part

pytestmark = pytest.mark.e2e
HISTORY = ("1.0.0", "1.0.1")
GRACE = timedelta(minutes=10)
"""Longer than any grace that a test waits for."""


@pytest.fixture
def ecr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ecr:
    """A repository with a history, and the login where boto3 looks for one."""
    address = given("E2E_MOTO")
    for name, value in {**LOGIN, "AWS_ENDPOINT_URL": address}.items():
        monkeypatch.setenv(name, value)
    made = Ecr(address, tmp_path / "images")
    made.publish(*HISTORY)
    return made


def start(ecr: Ecr, watch: Watch, *built: tuple[str, Layout]) -> Monitor:
    """A monitor whose repository's run pushes these tags."""
    return watch(ecr.purl, "1.1.0", log=pushed(ecr.name, built) if built else ())


def held(monitor: Monitor) -> dict[str, str]:
    """What each tag points at, as the monitor has it."""
    return {number: dossier.version.files[0].digests[0] for number, dossier in monitor.known().items()}


def test_the_tags_before_installation_are_learned_with_their_times_and_nobody_is_alarmed(
    ecr: Ecr, watch: Watch
) -> None:
    monitor = start(ecr, watch)

    assert dict.fromkeys(HISTORY, "unverifiable") == monitor.outcomes()
    assert all(version.published_at and version.published_at < monitor.time for version in monitor.versions())
    assert ([], [], []) == monitor.filed()


def test_a_tag_from_the_run_is_accounted_for_and_one_by_hand_is_reported(ecr: Ecr, watch: Watch) -> None:
    built = ecr.build("1.1.0", "linux/amd64", "linux/arm64")
    monitor = start(ecr, watch, ("1.1.0", built))
    ecr.push(built, "1.1.0")
    ecr.push(ecr.build("by hand"), "1.1.1")
    monitor.after_the_build()

    parts = tuple(sorted(Part(platform, digest) for platform, digest in built.platforms.items()))
    assert parts == monitor.known()["1.1.0"].version.files[0].parts
    assert ("compliant", "non_compliant") == (monitor.outcomes()["1.1.0"], monitor.outcomes()["1.1.1"])


def test_a_tag_pushed_again_by_hand_is_found_within_one_poll_and_reported(ecr: Ecr, watch: Watch) -> None:
    built, other = ecr.build("1.1.0"), ecr.build("something else")
    monitor = start(ecr, watch, ("1.1.0", built))
    ecr.push(built, "1.1.0")
    monitor.after_the_build()
    assert ("compliant", built.digest) == (monitor.outcomes()["1.1.0"], held(monitor)["1.1.0"])
    ecr.push(other, "1.1.0")
    monitor.poll()

    assert other.digest == held(monitor)["1.1.0"]
    monitor.until(monitor.time + GRACE)
    assert "non_compliant" == monitor.outcomes()["1.1.0"]
    assert (["open"], ["failure"], ["draft"]) == monitor.filed()


def test_a_deleted_tag_is_found_gone_and_what_was_seen_of_it_stays(ecr: Ecr, watch: Watch) -> None:
    monitor = start(ecr, watch)
    before = held(monitor)
    ecr.untag("1.0.0")
    monitor.poll()

    assert {"1.0.0"} == {v.number for v in monitor.versions() if v.removed_at is not None}
    assert before == held(monitor)


def test_a_repository_that_was_deleted_is_not_mistaken_for_silence(ecr: Ecr, watch: Watch) -> None:
    monitor = start(ecr, watch)
    ecr.delete()
    monitor.poll()

    assert [monitor.time] * len(HISTORY) == [version.removed_at for version in monitor.versions()]
    assert [] == monitor.problems()
