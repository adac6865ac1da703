"""What an attestation proves of a version: by its certificate alone, for the names and digests its statement lists."""

from __future__ import annotations

import pytest

from tests.evidence.private import (
    AT,
    CALLED,
    COMMIT,
    PUBLISH,
    PURL,
    RUN,
    SHA256_HEX,
    SHA512_HEX,
    SIGSTORE,
    TRUST,
    bundle,
    claims,
    document,
    keys,
    pep740,
    predicate,
    receipt,
    statement,
)
from verifier.evidence import Trust, embedded_roots, verify
from verifier.model import Attestation, Evidence, Form, RunKey, Standing

SOURCE = "npm attestation"
GITLAB = claims(issuer="https://gitlab.com", identity="https://gitlab.com/alice/widget//.gitlab-ci.yml@refs/tags/v1")


def served(value: object, *names: str, form: Form = Form.BUNDLE) -> Attestation:
    return Attestation(SOURCE, form, document(value), names)


def evidence(value: object, *names: str, trust: Trust = TRUST) -> Evidence:
    found = verify(served(value, *names), trust)
    assert found is not None
    return found


def test_verified_provenance_names_the_attempt_and_everything_its_certificate_says():
    found = evidence(bundle(), PURL)
    assert found.signed_at is not None
    assert found.signed_at.timestamp() == AT.timestamp() + 1
    assert found.log.endswith(":" + str(int(found.log.partition(":")[2])))
    assert found == Evidence(
        Standing.VERIFIED,
        SOURCE,
        run=RunKey(7, 42, 2),
        repository="alice/widget",
        repository_id=7,
        owner_id=70,
        workflow=".github/workflows/release.yml",
        ref="refs/tags/v1.0.0",
        event="push",
        commit=COMMIT,
        digests=(f"sha512:{SHA512_HEX}",),
        issuer=RUN.issuer,
        identity=CALLED,
        called="octo/shared/.github/workflows/publish.yml",
        runner="github-hosted",
        signed_at=found.signed_at,
        log=found.log,
    )


def test_what_the_log_only_promised_is_promised():
    assert evidence(bundle(media="v0.1", proof=False)).standing is Standing.PROMISED


def test_what_cannot_be_checked_here_is_stated_and_names_no_run():
    found = evidence(bundle(), trust=Trust.read(embedded_roots()))
    assert (found.standing, found.run, found.repository_id, found.owner_id) == (Standing.STATED, None, None, None)
    assert (found.repository, found.digests) == ("alice/widget", (f"sha512:{SHA512_HEX}",))
    assert "who issued its certificate" in found.problem


def test_what_is_wrong_has_failed_and_says_in_what():
    spoiled = bundle()
    spoiled["dsseEnvelope"]["payload"] = bundle(statement(said={}))["dsseEnvelope"]["payload"]
    found = evidence(spoiled)
    assert (found.standing, found.run) == (Standing.FAILED, None)
    assert "signature" in found.problem


def test_what_cannot_be_read_is_unreadable():
    assert evidence("not a bundle").standing is Standing.UNREADABLE
    announced = Attestation(SOURCE, problem="it was announced and is not there")
    found = verify(announced, TRUST)
    assert found == Evidence(Standing.UNREADABLE, SOURCE, problem=announced.problem)


@pytest.mark.parametrize("missing", [(15,), (17,), (21,), (18,), (15, 17, 18, 21)])
def test_a_certificate_without_ids_proves_no_identity_although_it_verifies(missing):
    found = evidence(bundle(signer=claims(without=missing)))
    assert (found.standing, found.run, found.repository_id) == (Standing.STATED, None, None)
    assert "identity not provable" in found.problem


@pytest.mark.parametrize(
    "issuer",
    [
        "https://gitlab.com",
        "https://token.actions.githubusercontent.com/hammer-time",
        "https://token.actions.acme.ghe.com",
        "https://token.actions.githubusercontent.com.evil.example",
    ],
)
def test_another_issuers_certificate_is_verified_and_names_no_run_of_githubs(issuer):
    found = evidence(bundle(signer=claims(issuer=issuer, identity=CALLED)))
    assert (found.standing, found.issuer, found.identity) == (Standing.VERIFIED, issuer, CALLED)
    assert (found.run, found.repository, found.repository_id, found.workflow) == (None, "", None, "")


def test_a_text_that_contradicts_its_certificate_has_failed_and_says_in_what():
    said = predicate()
    said["buildDefinition"]["externalParameters"]["workflow"]["repository"] = "https://github.com/mallory/widget"
    found = evidence(bundle(statement(said=said)))
    assert found.standing is Standing.FAILED
    assert "mallory/widget" in found.problem
    assert "alice/widget" in found.problem
    assert found.run is None


def test_a_text_that_says_nothing_contradicts_nothing():
    assert evidence(bundle(statement(said={}))).standing is Standing.VERIFIED


@pytest.mark.parametrize(
    "kind",
    ["https://spdx.dev/Document/v2.3", "https://in-toto.io/attestation/release/v0.1", "https://cyclonedx.org/bom"],
)
def test_a_list_of_parts_or_a_release_notice_is_no_build_evidence(kind):
    assert verify(served(bundle(statement(predicate_type=kind))), TRUST) is None


def test_npms_receipt_is_no_build_evidence_with_or_without_its_key():
    for trust in (TRUST, Trust.read([SIGSTORE.trusted_root()], keys())):
        assert verify(served(receipt()), trust) is None


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        (PURL, PURL),
        ("pkg:npm/@alice/widget@1.0.0", PURL),
        ("pkg:npm/%40alice%2Fwidget@1.0.0", PURL),
        ("My_Widget-1.0.0.tar.gz", "my-widget-1.0.tar.gz"),
        ("my.widget-1.0.0-py3-none-any.whl", "my_widget-1.0.0-py3-none-any.whl"),
        ("anything", ""),
    ],
)
def test_a_subject_is_found_under_the_spellings_of_its_name(subject, name):
    subjects = [
        {"name": "another", "digest": {"sha256": "00" * 32}},
        {"name": subject, "digest": {"sha256": SHA256_HEX}},
    ]
    found = evidence(bundle(statement(subjects)), *filter(None, [name]))
    assert found.standing is Standing.VERIFIED
    assert found.digests == (f"sha256:{'00' * 32}", f"sha256:{SHA256_HEX}")


@pytest.mark.parametrize(
    "name",
    [
        "pkg:npm/%40alice/widget@1.0.1",
        "pkg:npm/widget@1.0.0",
        "pkg:npm/%40ALICE/widget@1.0.0",
        "pkg:npm/%40alice/widget@1.0.0?repository_url=https://registry.example",
        "widget-1.0.0.tar.gz",
    ],
)
def test_what_was_served_for_something_else_has_failed(name):
    assert evidence(bundle(), name).standing is Standing.FAILED


def test_a_python_file_is_attested_by_its_own_statement_only():
    attestation = served(pep740(), "widget-1.0.0.tar.gz", form=Form.PEP740)
    found = verify(attestation, TRUST)
    assert found is not None
    assert (found.standing, found.digests) == (Standing.VERIFIED, (f"sha256:{SHA256_HEX}",))
    wheel = served(pep740(), "widget-1.0.0-py3-none-any.whl", form=Form.PEP740)
    found = verify(wheel, TRUST)
    assert found is not None
    assert found.standing is Standing.FAILED


def test_a_weak_digest_binds_no_file():
    subjects = [{"name": PURL, "digest": {"sha1": "ab" * 20, "gitCommit": COMMIT, "sha256": SHA256_HEX.upper()}}]
    assert evidence(bundle(statement(subjects, PUBLISH))).digests == (f"sha256:{SHA256_HEX}",)
    weak = [{"name": PURL, "digest": {"sha1": "ab" * 20}}]
    assert evidence(bundle(statement(weak))).digests == ()


def test_gitlabs_identity_is_shown_as_it_is():
    assert evidence(bundle(signer=GITLAB)).identity == GITLAB.identity
