"""Attestations as registries serve them: what they name, and what becomes of those that cannot be read."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.registries import documents
from tests.registries.documents import (
    COMMIT,
    GITHUB_CLAIMS,
    LEGACY_CLAIMS,
    OLD_PREDICATE,
    PUBLISH_RECEIPT,
    SAMPLE,
    SHA256,
    SHA512,
    SLSA_V02,
    WORKFLOW,
    certificate,
    npm_attestation,
    page,
    predicate,
    pypi_provenance,
    statement,
    version,
)
from verifier.model import Evidence, RunKey, Standing
from verifier.registries import npm, pypi

BUNDLES = Path(__file__).parents[2].parent / "shared" / "bundles"

NPM_EVIDENCE = Evidence(
    Standing.STATED,
    npm.SOURCE,
    run=RunKey(7, 42, 2),
    repository="alice/widget",
    repository_id=7,
    owner_id=70,
    workflow=WORKFLOW,
    ref="refs/tags/v1.0.0",
    event="push",
    commit=COMMIT,
    digests=(f"sha512:{SHA512}",),
)


def from_npm(*attestations: object) -> tuple[Evidence, ...]:
    return npm.read_evidence(version(), page({"attestations": list(attestations)}))


def from_pypi(document: object) -> tuple[Evidence, ...]:
    return pypi.read_evidence(version(SAMPLE, "1.0"), page(document))


@pytest.mark.parametrize("signed", [None, certificate(GITHUB_CLAIMS), certificate(LEGACY_CLAIMS)])
def test_npm_provenance_names_the_attempt_of_the_run_and_the_file(signed):
    assert (NPM_EVIDENCE,) == from_npm(npm_attestation(predicate(), certificate=signed))


@pytest.mark.parametrize("signed", [None, certificate(GITHUB_CLAIMS), certificate(LEGACY_CLAIMS)])
def test_older_npm_provenance_names_the_same(signed):
    assert (NPM_EVIDENCE,) == from_npm(npm_attestation(OLD_PREDICATE, SLSA_V02, signed))


def test_npms_own_publish_attestation_is_no_evidence_of_origin():
    receipt = npm_attestation({"name": "x", "version": "1.0.0"}, PUBLISH_RECEIPT)

    assert (NPM_EVIDENCE,) == from_npm(receipt, npm_attestation(predicate()))


def test_provenance_that_names_no_repository_id_names_no_run():
    """A name can be taken by another repository later; without the id it is only a name."""
    [found] = from_npm(npm_attestation(predicate(github={"event_name": "push"})))

    assert (Standing.STATED, None, None, "alice/widget") == (
        found.standing,
        found.run,
        found.repository_id,
        found.repository,
    )


def test_the_certificate_is_believed_before_the_text_that_it_signs():
    """The text is the publisher's own; the certificate was made from the token of the run that really signed."""
    elsewhere = {
        **GITHUB_CLAIMS,
        12: "https://github.com/mallory/copy",
        15: "666",
        18: f"https://github.com/mallory/copy/{WORKFLOW}@refs/heads/main",
        21: "https://github.com/mallory/copy/actions/runs/9/attempts/1",
    }

    [found] = from_npm(npm_attestation(predicate(), certificate=certificate(elsewhere)))

    assert ("mallory/copy", 666, RunKey(666, 9, 1)) == (found.repository, found.repository_id, found.run)


def test_an_old_certificate_of_another_repository_lends_its_name_and_no_id():
    [found] = from_npm(npm_attestation(predicate(), certificate=certificate({**LEGACY_CLAIMS, 5: "mallory/copy"})))

    assert ("mallory/copy", None, None) == (found.repository, found.repository_id, found.run)


def test_a_certificate_of_another_ci_lends_no_ids():
    """Another server's repository 7 is not GitHub's repository 7."""
    gitlab = {8: "https://gitlab.example", 12: "https://gitlab.example/alice/widget", 15: "7"}

    [found] = from_npm(npm_attestation(predicate(), certificate=certificate(gitlab)))

    assert ("https://gitlab.example/alice/widget", None, None) == (found.repository, found.repository_id, found.run)


def test_provenance_of_another_server_lends_no_ids():
    away = predicate(
        workflow={"repository": "https://git.example/alice/widget"},
        invocation="https://git.example/alice/widget/actions/runs/42/attempts/2",
    )

    [found] = from_npm(npm_attestation(away))

    assert ("https://git.example/alice/widget", None, None) == (found.repository, found.repository_id, found.run)


def test_a_workflow_of_another_repository_keeps_that_repositorys_name():
    """Else a required workflow elsewhere would pass for the file of the same path here."""
    required = {**GITHUB_CLAIMS, 18: f"https://github.com/alice/rules/{WORKFLOW}@refs/heads/main"}

    [found] = from_npm(npm_attestation(predicate(), certificate=certificate(required)))

    assert f"alice/rules/{WORKFLOW}" == found.workflow


NO_SUBJECT = statement(predicate(), subject=[])
WRONG_DIGEST = statement(predicate(), subject=[{"name": "x", "digest": {"sha512": "zz"}}])
NOT_A_STATEMENT = base64.b64encode(b'{"_type":"x"}').decode()


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (None, "an attestation is missing where an object belongs."),
        ({"predicateType": "x"}, "bundle is missing where an object belongs."),
        (npm_attestation(predicate(), "https://example.com/other"), "predicateType https://example.com/other is not"),
        (npm_attestation(predicate(), predicateType=PUBLISH_RECEIPT), "predicateType is not that of the statement"),
        (npm_attestation(predicate(), payload="???"), "payload is not Base64"),
        (npm_attestation(predicate(), payload=base64.b64encode(b"\x00").decode()), "it is not JSON"),
        (npm_attestation(predicate(), payload=NOT_A_STATEMENT), "payload is not an in-toto statement"),
        (npm_attestation(predicate(), payload=NO_SUBJECT), "subject names no digest"),
        (npm_attestation(predicate(), payload=WRONG_DIGEST), "subject[0].digest.sha512 is not a hexadecimal digest"),
        (npm_attestation(None), "predicate is missing where an object belongs"),
        (npm_attestation({"buildDefinition": 7}), "predicate.buildDefinition is a number where an object belongs"),
        (npm_attestation({}), "it names no repository"),
        (npm_attestation(predicate(github={"repository_id": "x"})), "repository_id is not an id"),
        (npm_attestation(predicate(github={"repository_id": 2**64})), "repository_id is not an id"),
        (npm_attestation(predicate(invocation="https://github.com/x")), "invocationId is not the address"),
        (
            npm_attestation(predicate(invocation="https://github.com/mallory/copy/actions/runs/1/attempts/1")),
            "invocationId names a run of another repository",
        ),
        (npm_attestation(predicate(), certificate=b"no certificate"), "the certificate is not a certificate"),
        (
            npm_attestation(predicate(), certificate=certificate({**GITHUB_CLAIMS, 15: "x"})),
            "the certificate extension 15 is not an id",
        ),
    ],
)
def test_an_attestation_that_cannot_be_read_is_unreadable_never_absent(entry, problem):
    [found] = from_npm(entry)

    assert (Standing.UNREADABLE, npm.SOURCE, None) == (found.standing, found.source, found.run)
    assert problem in found.problem


@pytest.mark.parametrize("document", [b"", {}, {"attestations": {}}, {"attestations": []}, {"attestations": [1] * 65}])
def test_an_answer_without_provenance_is_unreadable_never_absent(document):
    """The registry said that there is some."""
    found = npm.read_evidence(version(), page(document))

    assert [Standing.UNREADABLE] == [evidence.standing for evidence in found]


def test_a_python_files_provenance_names_the_attempt_of_the_run():
    [found] = from_pypi(pypi_provenance(certificate(GITHUB_CLAIMS)))

    assert (Standing.STATED, pypi.SOURCE, RunKey(7, 42, 2), 70) == (
        found.standing,
        found.source,
        found.run,
        found.owner_id,
    )
    assert (WORKFLOW, "refs/tags/v1.0.0", "push", COMMIT) == (found.workflow, found.ref, found.event, found.commit)
    assert (f"sha256:{SHA256}",) == found.digests


def test_without_a_certificate_the_publisher_that_the_index_names_is_all_there_is():
    [found] = from_pypi(pypi_provenance(None))

    assert ("alice/widget", WORKFLOW, None, None) == (
        found.repository,
        found.workflow,
        found.repository_id,
        found.run,
    )


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "it is not JSON"),
        ({}, "attestation_bundles is missing"),
        ({"attestation_bundles": []}, "The index announces provenance and serves none."),
        ({"attestation_bundles": [7]}, "an attestation bundle is a number"),
        (pypi_provenance(None, kind="GitLab"), "publisher.kind is 'GitLab'"),
        (pypi_provenance(None, repository=None), "publisher.repository is missing"),
        (pypi_provenance(b"no certificate"), "the certificate is not a certificate"),
    ],
)
def test_python_provenance_that_cannot_be_read_is_unreadable_never_absent(document, problem):
    [found] = from_pypi(document)

    assert (Standing.UNREADABLE, pypi.SOURCE) == (found.standing, found.source)
    assert problem in found.problem


def test_a_certificate_with_a_byte_changed_anywhere_never_raises():
    """Whatever it then says, reading it ends in evidence."""
    good = certificate(GITHUB_CLAIMS)

    for at in range(len(good)):
        broken = good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :]
        [found] = from_pypi(pypi_provenance(broken))
        assert found.standing in (Standing.STATED, Standing.UNREADABLE)


def collected(ecosystem: str) -> list[dict[str, str]]:
    """The collected bundles that registries really served, with what is known of each."""
    if not (BUNDLES / "index.json").is_file():
        return []
    entries = json.loads((BUNDLES / "index.json").read_text())
    formats = {"npm": "bundle", "pypi": "pep740"}
    return [e for e in entries if (e["ecosystem"], e["format"]) == (ecosystem, formats[ecosystem])]


needs_bundles = pytest.mark.skipif(
    not BUNDLES.is_dir(), reason="needs the collection of real bundles beside the checkout, which is not part of it"
)


@needs_bundles
@pytest.mark.parametrize("entry", collected("npm"), ids=lambda e: e["file"][:80])
def test_real_npm_bundles_name_the_run_that_their_certificate_names(entry):
    bundle = json.loads((BUNDLES / entry["file"]).read_text())
    [found] = from_npm({"predicateType": entry["predicate_type"], "bundle": bundle})

    if found.standing is Standing.UNREADABLE:
        assert "mismatch" in entry["file"] or not entry["predicate_type"].startswith("https://slsa.dev/provenance/")
    else:
        assert found.run is not None
        named = f"https://github.com/{found.repository}/actions/runs/{found.run.run_id}/attempts/{found.run.attempt}"
        assert entry.get("oid.21.run_invocation_uri", named) == named
        assert entry.get("oid.15.source_repo_id", str(found.repository_id)) == str(found.repository_id)
        assert entry["oid.5.gh_repository"] == found.repository
        assert {f"sha512:{s['digest']['sha512']}" for s in entry["subjects"]} == set(found.digests)


@needs_bundles
@pytest.mark.parametrize("entry", collected("pypi"), ids=lambda e: e["file"][:80])
def test_real_python_attestations_name_the_run_that_their_certificate_names(entry):
    attestation = json.loads((BUNDLES / entry["file"]).read_text())
    document = documents.pypi_provenance(None)
    document["attestation_bundles"][0]["attestations"] = [attestation]

    [found] = from_pypi(document)

    if found.standing is Standing.UNREADABLE:
        assert "oid.12.source_repo_uri" not in entry
    elif found.run is None:
        assert not entry["oid.12.source_repo_uri"].startswith("https://github.com/")
    else:
        named = f"https://github.com/{found.repository}/actions/runs/{found.run.run_id}/attempts/{found.run.attempt}"
        assert entry["oid.21.run_invocation_uri"] == named
        assert entry["oid.15.source_repo_id"] == str(found.run.repository_id)


@needs_bundles
def test_the_collection_holds_both_kinds():
    assert collected("npm")
    assert collected("pypi")
