"""A package in a real npm registry: what the real npm client does there, the monitor finds."""

from __future__ import annotations

import hashlib
import uuid
from urllib.parse import quote

import pytest
import requests

from tests.e2e.monitor import Monitor, Watch
from tests.e2e.npm import Npm
from verifier.document import moment
from verifier.model import Outcome

pytestmark = pytest.mark.e2e
HISTORY = ("1.0.0", "1.1.0", "1.2.0")


@pytest.fixture
def name(npm: Npm) -> str:
    """A scoped package of this test's own, with three versions."""
    name = f"@octo/widget-{uuid.uuid4().hex[:8]}"
    npm.publish(name, *HISTORY)
    return name


def start(npm: Npm, name: str, watch: Watch) -> Monitor:
    return watch(f"pkg:npm/{quote(name, safe='/')}", "1.3.0", npm_registry=npm.registry)


def test_the_versions_before_installation_are_learned_as_they_are_and_nobody_is_alarmed(
    npm: Npm, name: str, watch: Watch
) -> None:
    monitor = start(npm, name, watch)
    known = monitor.known()
    times = npm.document(name)["time"]
    assert isinstance(times, dict)

    assert dict.fromkeys(HISTORY, Outcome.UNVERIFIABLE.value) == monitor.outcomes()
    assert {v: moment(times[v], v) for v in HISTORY} == {v: known[v].version.published_at for v in HISTORY}
    assert ([], [], []) == monitor.filed()


def test_the_digest_is_that_of_the_tarball_the_registry_serves(npm: Npm, name: str, watch: Watch) -> None:
    (file,) = start(npm, name, watch).known()["1.0.0"].version.files
    versions = npm.document(name)["versions"]
    assert isinstance(versions, dict)
    tarball = requests.get(versions["1.0.0"]["dist"]["tarball"], timeout=30).content

    assert f"sha512:{hashlib.sha512(tarball).hexdigest()}" in file.digests


def test_an_unchanged_document_is_answered_304_and_nothing_is_recorded(npm: Npm, name: str, watch: Watch) -> None:
    monitor = start(npm, name, watch)
    versions = monitor.versions()
    monitor.poll()
    monitor.poll()

    assert [200, 304, 304] == monitor.fetch.statuses
    assert b"" == getattr(monitor.fetch.noted[-1].answer, "body", None)
    assert versions == monitor.versions()


def test_a_version_from_the_workflow_is_accounted_for_and_one_by_hand_is_reported(
    npm: Npm, name: str, watch: Watch
) -> None:
    """The rogue one makes one issue, one red check run and one draft advisory, and more polls make no more."""
    monitor = start(npm, name, watch)
    npm.publish(name, "1.3.0")
    monitor.poll()
    assert "pending" == monitor.outcomes()["1.3.0"]
    npm.publish(name, "1.3.1", says="stolen token")
    monitor.poll()
    assert {"1.3.0", "1.3.1"} < set(monitor.known())
    monitor.after_the_build()

    assert ("compliant", "non_compliant") == (monitor.outcomes()["1.3.0"], monitor.outcomes()["1.3.1"])
    assert (["open"], ["failure"], ["draft"]) == monitor.filed()
    (issue,) = monitor.repository.issues
    assert "1.3.1" in issue["title"] + issue["body"]
    assert "1.3.0" not in issue["title"]


def test_an_unpublished_version_is_found_gone_and_everything_seen_of_it_stays(
    npm: Npm, name: str, watch: Watch
) -> None:
    """This registry forgets the version and its time; the ledger does not."""
    monitor = start(npm, name, watch)
    npm.publish(name, "1.3.1", says="stolen token")
    monitor.after_the_build()
    before = monitor.known()["1.3.1"].version
    npm.unpublish(name, "1.3.1")
    shown = npm.document(name)
    assert [False, False] == ["1.3.1" in str(shown["versions"]), "1.3.1" in str(shown["time"])]
    monitor.poll()
    after = monitor.known()["1.3.1"].version

    assert (None, monitor.time) == (before.removed_at, after.removed_at)
    assert before.published_at is not None
    assert (before.published_at, before.first_seen_at, before.fingerprint, before.files) == (
        after.published_at,
        after.first_seen_at,
        after.fingerprint,
        after.files,
    )
    assert "non_compliant" == monitor.outcomes()["1.3.1"]
    assert (["open"], ["failure"], ["draft"]) == monitor.filed()
    assert set(HISTORY) == {number for number, d in monitor.known().items() if d.version.removed_at is None}


def test_a_version_published_again_with_other_content_is_judged_anew_and_the_old_verdict_stays(
    npm: Npm, name: str, watch: Watch
) -> None:
    """The first content came within the run that was to publish it; the second came by hand, an hour later."""
    monitor = start(npm, name, watch)
    npm.publish(name, "1.3.0")
    monitor.after_the_build()
    first = monitor.known()["1.3.0"].version
    npm.unpublish(name, "1.3.0")
    npm.publish(name, "1.3.0", says="something else")
    monitor.poll()
    second = monitor.known()["1.3.0"].version

    assert first.fingerprint != second.fingerprint
    assert (first.first_seen_at, None) == (second.first_seen_at, second.removed_at)
    assert (first.fingerprint, "compliant") in monitor.judged("1.3.0")
    assert second.fingerprint == monitor.judged("1.3.0")[-1][0]


def test_a_package_taken_down_whole_is_not_mistaken_for_a_registry_that_is_silent(
    npm: Npm, name: str, watch: Watch
) -> None:
    monitor = start(npm, name, watch)
    npm.unpublish_all(name)
    monitor.poll()

    assert "Absent" == monitor.fetch.statuses[-1]
    assert [monitor.time] * 3 == [dossier.version.removed_at for dossier in monitor.known().values()]
