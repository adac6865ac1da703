"""Evidence: what is kept of the attestations that a registry and GitHub hold, and what of them counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.deps import Deps
from app.jobs.evidence import MOST_FILES, ask_github, read_evidence
from app.trust.root import read as read_trust
from checks.base import Gone, Permanent, Temporary
from sandbox.sigstore import PrivateSigstore
from tests.evidence.private import AT, PURL, RUN, SIGSTORE, SLSA, bundle, claims, receipt, statement
from tests.jobs.parts import Parts
from tests.registries.documents import NPM, SAMPLE, SCOPED, SHA256, SHA512, version
from tests.verdict.cases import NOON, REPOSITORY
from verifier.ledger.protocol import Dossier
from verifier.model import (
    Artifact,
    Case,
    Evidence,
    File,
    Publisher,
    PublishersSet,
    RunKey,
    Standing,
    VersionSeen,
)
from verifier.registries.base import Absent, Page, Unreadable
from verifier.registries.documents import SETTLES_WITHIN

WORKFLOW = ".github/workflows/release.yml"
ANOTHER = PrivateSigstore.make(b"another")
WHEEL = "sample_project-1.0-py3-none-any.whl"
PARTS = "https://spdx.dev/Document"
MALLORY = claims(
    {
        12: "https://github.com/mallory/copy",
        15: "666",
        18: f"https://github.com/mallory/copy/{WORKFLOW}@refs/heads/main",
        21: "https://github.com/mallory/copy/actions/runs/42/attempts/2",
    }
)
"""Another repository's run."""


def about(name: str = PURL, kind: str = SLSA, **digests: str) -> bytes:
    """A statement about one file."""
    return statement([{"name": name, "digest": digests or {"sha256": SHA256, "sha512": SHA512}}], kind, {})


def npm(*bundles: object) -> Page:
    return Page(f"{NPM}/x", 200, json.dumps({"attestations": [{"bundle": one} for one in bundles]}).encode())


class OnGitHub:
    """A GitHub that holds these bundles for each digest."""

    def __init__(self, **bundles: Any) -> None:
        self.held = {f"sha256:{digest}": listed for digest, listed in bundles.items()}
        self.asked: list[str] = []

    def call(self, method: str, path: str) -> Any:
        digest = path.rsplit("/", 1)[1].partition("?")[0]
        self.asked.append(digest)
        if digest not in self.held:
            raise Gone("It is not there (404).")
        return {"attestations": self.held[digest]}

    def still_there(self, repository: object) -> None:
        """It is."""


class Monitor:
    """A monitor that watches one artifact, trusts a private Sigstore, and has seen one version."""

    def __init__(self, tmp_path: Any, artifact: Artifact = SCOPED, number: str = "1.0.0", *files: File) -> None:
        self.parts = Parts()
        root = tmp_path / "root.json"
        root.write_bytes(SIGSTORE.trusted_root())
        self.trust = lambda: read_trust((root,), None)
        attested = (File("widget-1.0.0.tgz", (f"sha512:{SHA512}",), NOON, attested=True),)
        self.version = version(artifact, number, files=files or attested, published_at=NOON)
        self.publisher = Publisher(artifact, REPOSITORY.id, REPOSITORY.owner_id, (WORKFLOW,))
        with self.parts.ledger.writing() as book:
            book.record(PublishersSet(REPOSITORY.id, "server", (self.publisher,)), NOON)
            book.record(VersionSeen(self.version), NOON)

    @property
    def deps(self) -> Deps:
        return replace(self.parts.deps, trust=self.trust)

    def read(self, answer: Page | Absent | Unreadable, after: timedelta = timedelta()) -> str:
        self.parts.answer, self.parts.now = answer, NOON + after
        return read_evidence(self.deps, self.version)

    def ask(self, github: OnGitHub, *known: Evidence) -> None:
        self.parts.github = github
        ask_github(self.deps, Case(self.version, NOON, (self.publisher,), evidence=known))

    @property
    def dossier(self) -> Dossier:
        with self.parts.ledger.reading() as book:
            found = book.versions.get(self.version.artifact, self.version.number)
        assert found is not None
        return found

    @property
    def standings(self) -> list[Standing]:
        return [e.standing for e in self.dossier.evidence or ()]


@pytest.fixture
def monitor(tmp_path: Any) -> Monitor:
    return Monitor(tmp_path)


@pytest.fixture
def python(tmp_path: Any) -> Monitor:
    """The same for a Python release of one file, which no index has provenance of."""
    return Monitor(tmp_path, SAMPLE, "1.0", File(WHEEL, (f"sha256:{SHA256}",), NOON))


def test_provenance_that_verifies_names_its_run(monitor: Monitor) -> None:
    assert "" == monitor.read(npm(bundle(about())))

    [found] = monitor.dossier.evidence or ()
    assert (Standing.VERIFIED, RunKey(REPOSITORY.id, 42, 2), WORKFLOW) == (found.standing, found.run, found.workflow)
    assert f"sha512:{SHA512}" in found.digests
    assert not monitor.dossier.github_asked


def test_the_registrys_own_receipt_is_no_evidence_beside_provenance_and_none_alone(monitor: Monitor) -> None:
    monitor.read(npm(receipt(), bundle(about())))
    assert [Standing.VERIFIED] == monitor.standings

    monitor.read(npm(receipt()))
    assert [Standing.UNREADABLE] == monitor.standings


@pytest.mark.parametrize(
    ("answer", "standing"),
    [
        (npm(bundle(about("pkg:npm/other@1.0.0"))), Standing.FAILED),
        (npm(ANOTHER.sign(about(), RUN, AT)), Standing.STATED),
        (npm({"mediaType": "x"}), Standing.STATED),
        (npm(7), Standing.UNREADABLE),
        (npm(), Standing.UNREADABLE),
        (Page(NPM, 200, b"<html>"), Standing.UNREADABLE),
    ],
)
def test_what_does_not_verify_is_kept_as_what_it_is_and_proves_nothing(
    monitor: Monitor, answer: Page, standing: Standing
) -> None:
    assert "" == monitor.read(answer)

    [found] = monitor.dossier.evidence or ()
    assert (standing, None) == (found.standing, found.run)
    assert found.problem


def test_attestations_that_are_announced_may_arrive_within_the_hour_and_are_missing_after_it(monitor: Monitor) -> None:
    assert "does not serve them yet" in monitor.read(Absent(NPM), SETTLES_WITHIN - timedelta(seconds=1))
    assert monitor.dossier.evidence is None

    assert "" == monitor.read(Absent(NPM), SETTLES_WITHIN)
    assert [Standing.UNREADABLE] == monitor.standings


def test_a_registry_that_does_not_answer_leaves_the_question_open(monitor: Monitor) -> None:
    assert "it is down" == monitor.read(Unreadable(NPM, "it is down"))
    assert monitor.dossier.evidence is None


def test_a_trust_root_that_cannot_be_used_leaves_the_question_open(monitor: Monitor) -> None:
    """Neither proof nor alarm: nobody could look."""

    def unusable() -> Any:
        raise Permanent("The trust root cannot be used.")

    monitor.trust = unusable

    assert "The trust root cannot be used." == monitor.read(npm(bundle(about())))
    assert monitor.dossier.evidence is None


def test_provenance_that_only_github_holds_is_found_by_the_files_digest(python: Monitor) -> None:
    github = OnGitHub(**{SHA256: [{"bundle": bundle(about("any name"))}]})

    python.ask(github)

    [found] = python.dossier.evidence or ()
    assert (Standing.VERIFIED, RunKey(REPOSITORY.id, 42, 2), "GitHub attestation") == (
        found.standing,
        found.run,
        found.source,
    )
    assert python.dossier.github_asked
    assert [f"sha256:{SHA256}"] == github.asked


@pytest.mark.parametrize(
    "stranger",
    [
        bundle(about(sha256="ef" * 32)),
        bundle(about(), MALLORY),
        ANOTHER.sign(about(), RUN, AT),
        bundle(about(kind=PARTS)),
        {"mediaType": "x"},
        None,
    ],
    ids=["another file", "another repository", "another Sigstore", "no provenance", "no bundle", "nothing"],
)
def test_what_anyone_may_upload_counts_neither_for_nor_against_and_hides_nothing(
    python: Monitor, stranger: dict[str, Any] | None
) -> None:
    python.ask(OnGitHub(**{SHA256: [{"bundle": stranger}]}))
    assert () == python.dossier.evidence
    assert python.dossier.github_asked

    python.ask(OnGitHub(**{SHA256: [{"bundle": stranger}, {"bundle": bundle(about())}]}))
    assert [Standing.VERIFIED] == python.standings


def test_that_github_holds_nothing_is_kept_too_so_that_it_is_asked_once(python: Monitor) -> None:
    python.ask(OnGitHub())

    assert ((), True) == (python.dossier.evidence, python.dossier.github_asked)


def test_files_without_a_sha256_digest_are_not_asked_about(monitor: Monitor) -> None:
    github = OnGitHub()
    monitor.ask(github)

    assert [] == github.asked
    assert monitor.dossier.github_asked


def test_what_the_registry_holds_stays_beside_what_github_holds(python: Monitor) -> None:
    known = Evidence(Standing.FAILED, "PEP 740 attestation", problem="wrong")
    github = OnGitHub(**{SHA256: [{"bundle": bundle(about())}]})
    python.ask(github, known)
    python.ask(github, *python.dossier.evidence or ())

    assert [Standing.FAILED, Standing.VERIFIED] == python.standings


def test_a_bundle_that_could_not_be_fetched_leaves_the_question_open_unless_another_settles_it(python: Monitor) -> None:
    elsewhere = {"bundle": None, "bundle_url": "https://bundles.example/x"}

    with pytest.raises(Temporary, match="could not be fetched"):
        python.ask(OnGitHub(**{SHA256: [elsewhere]}))
    assert not python.dossier.github_asked

    python.ask(OnGitHub(**{SHA256: [elsewhere, {"bundle": bundle(about())}]}))
    assert [Standing.VERIFIED] == python.standings


def test_a_version_of_endless_files_is_not_asked_about_one_by_one(tmp_path: Any) -> None:
    files = [File(f"f{n}", (f"sha256:{n:064x}",), NOON) for n in range(MOST_FILES + 1)]
    endless, github = Monitor(tmp_path, SAMPLE, "1.0", *files), OnGitHub()

    with pytest.raises(Permanent, match="files"):
        endless.ask(github)
    assert [] == github.asked


def test_attestations_of_the_registry_that_are_not_read_yet_are_never_taken_for_none(python: Monitor) -> None:
    python.parts.github = OnGitHub()

    ask_github(python.deps, Case(python.version, NOON, (python.publisher,), evidence=None))

    assert [] == python.parts.github.asked
