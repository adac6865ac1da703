"""A project on a real Python index: what is uploaded, yanked and taken down there, the monitor finds."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import provenance
from sandbox.events import File
from tests.e2e import dist
from tests.e2e.conftest import given
from tests.e2e.index import Index, Pulp, publish, twine
from tests.e2e.monitor import RUN, Monitor, Watch
from verifier.model import RunKey, Standing

pytestmark = pytest.mark.e2e
HISTORY = ("1.0", "1.1")


@pytest.fixture
def project(index: Index, tmp_path: Path) -> str:
    """A project of this test's own, with two releases of a wheel and an sdist each."""
    project = f"gear-box-{uuid.uuid4().hex[:8]}"
    publish(index, tmp_path, project, *HISTORY)
    return project


def start(index: Index, project: str, watch: Watch) -> Monitor:
    return watch(f"pkg:pypi/{project}", "1.2", pypi_index=index.url)


def test_every_file_has_its_own_digest_and_time(index: Index, project: str, watch: Watch, tmp_path: Path) -> None:
    """PEP 691 and 700: both files of both releases, uploaded within the last minutes, before we came."""
    monitor = start(index, project, watch)
    known = monitor.known()
    here = {path.name: sha256(path) for path in tmp_path.iterdir() if path.is_file()}
    files = [file for number in HISTORY for file in known[number].version.files]

    assert dict.fromkeys(HISTORY, "unverifiable") == monitor.outcomes()
    assert {name: (f"sha256:{digest}",) for name, digest in here.items()} == {f.name: f.digests for f in files}
    for file in files:
        assert file.published_at is not None
        assert monitor.installed - timedelta(minutes=10) < file.published_at < monitor.installed
    assert ([], [], []) == monitor.filed()


def test_a_release_from_the_workflow_is_accounted_for_and_one_by_hand_is_reported(
    index: Index, project: str, watch: Watch, tmp_path: Path
) -> None:
    monitor = start(index, project, watch)
    publish(index, tmp_path, project, "1.2")
    monitor.poll()
    assert "pending" == monitor.outcomes()["1.2"]
    publish(index, tmp_path, project, "1.3")
    monitor.after_the_build()

    assert ("compliant", "non_compliant") == (monitor.outcomes()["1.2"], monitor.outcomes()["1.3"])
    assert (["open"], ["failure"], ["draft"]) == monitor.filed()


def test_a_file_added_to_an_old_release_is_seen_with_its_own_time(
    index: Index, project: str, watch: Watch, tmp_path: Path
) -> None:
    monitor = start(index, project, watch)
    before = monitor.known()["1.0"].version
    late = dist.wheel(tmp_path, project, "1.0", build="2")
    index.upload(late)
    monitor.poll()
    after = monitor.known()["1.0"].version
    (added,) = set(after.files) - set(before.files)

    assert late.name == added.name
    assert added.published_at is not None
    assert added.published_at >= monitor.installed
    assert (before.published_at, before.first_seen_at) == (after.published_at, after.first_seen_at)
    assert before.fingerprint != after.fingerprint


def test_a_yank_is_seen_and_is_no_removal(index: Index, project: str, watch: Watch) -> None:
    monitor = start(index, project, watch)
    assert [False, False] == [file.yanked for file in monitor.known()["1.1"].version.files]
    index.yank(project, "1.1", "broken")
    monitor.poll()
    known = monitor.known()

    assert [True, True] == [file.yanked for file in known["1.1"].version.files]
    assert [False, False] == [file.yanked for file in known["1.0"].version.files]
    assert [None, None] == [known[number].version.removed_at for number in HISTORY]


def test_a_release_that_is_taken_down_is_found_gone_and_everything_seen_of_it_stays(
    index: Index, project: str, watch: Watch
) -> None:
    monitor = start(index, project, watch)
    before = monitor.known()["1.1"].version
    index.delete(project, "1.1")
    monitor.poll()
    after = monitor.known()

    assert (None, monitor.time) == (after["1.0"].version.removed_at, after["1.1"].version.removed_at)
    assert (before.published_at, before.first_seen_at, before.files) == (
        after["1.1"].version.published_at,
        after["1.1"].version.first_seen_at,
        after["1.1"].version.files,
    )


def test_an_unchanged_page_is_answered_304(pulp: Pulp, watch: Watch, tmp_path: Path) -> None:
    """Of the two indexes only Pulp sends validators."""
    project = f"gear-box-{uuid.uuid4().hex[:8]}"
    publish(pulp, tmp_path, project, "1.0")
    monitor = start(pulp, project, watch)
    versions = monitor.versions()
    monitor.poll()

    assert [200, 304] == monitor.fetch.statuses
    assert versions == monitor.versions()


def test_provenance_added_at_the_index_is_read_and_names_its_run(pulp: Pulp, watch: Watch, tmp_path: Path) -> None:
    """PEP 740: what it states is read from each file that announces it; the other file stays without."""
    project = f"gear-box-{uuid.uuid4().hex[:8]}"
    publish(pulp, tmp_path, project, "1.0")
    monitor = start(pulp, project, watch)
    monitor.poll()  # the run begins
    wheel = dist.wheel(tmp_path, project, "1.2")
    pulp.upload(wheel, dist.sdist(tmp_path, project, "1.2"))
    pulp.attest(project, wheel, statement(monitor, wheel))
    monitor.poll()
    dossier = monitor.known()["1.2"]
    (evidence,) = dossier.evidence or ()

    assert {".whl": True, ".gz": False} == {Path(f.name).suffix: f.attested for f in dossier.version.files}
    assert (Standing.VERIFIED, RunKey(monitor.repository.id, RUN, 1)) == (evidence.standing, evidence.run)
    assert (f"sha256:{sha256(wheel)}",) == evidence.digests


def statement(monitor: Monitor, wheel: Path) -> dict[str, Any]:
    """What the workflow's run would have said about this file."""
    attested, repository = monitor.attested(), monitor.repository
    file = File(wheel.name, monitor.time, (f"sha256:{sha256(wheel)}",), attested)
    signed = provenance.attestation(provenance.sign(wheel.name, file, attested, repository.full_name))
    named = {"kind": "GitHub", "repository": repository.full_name, "workflow": Path(attested.workflow).name}
    publisher = {**named, "environment": None, "claims": None}
    return {"version": 1, "attestation_bundles": [{"publisher": publisher, "attestations": [signed]}]}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_index_that_speaks_only_html_is_said_to_be_unusable_and_nothing_is_made_of_it(
    watch: Watch, tmp_path: Path
) -> None:
    """twine uploads to it as to any other; but its page has no times, so the health page says what to set."""
    root, project = given("E2E_HTML_INDEX"), f"gear-box-{uuid.uuid4().hex[:8]}"
    twine(given("E2E_TWINE"), f"{root}/", ("anybody", "anything"), dist.wheel(tmp_path, project, "1.0"))
    monitor = watch(f"pkg:pypi/{project}", "1.2", pypi_index=f"{root}/simple/")

    assert {} == monitor.known()
    assert [200] == monitor.fetch.statuses

    assert [True] == ["PEP 691" in problem for problem in monitor.problems()]
