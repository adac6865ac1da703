"""What is verified, what is refused and what cannot be checked here, on bundles of a private Sigstore."""

from __future__ import annotations

import base64
import copy
import json
import logging
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.sigstore import PrivateSigstore
from tests.evidence.private import (
    AT,
    RUN,
    SIGSTORE,
    TRUST,
    bundle,
    document,
    keys,
    pep740,
    receipt,
    root,
    statement,
    unlogged,
    unlogged_root,
    windowed,
)
from verifier.evidence import Answer, Checked, Trust, check, embedded_roots
from verifier.model import Form

OTHER = PrivateSigstore.make(b"somebody else's")
OTHER_ROOT = json.loads(OTHER.trusted_root())
KINDS = ("dsse", "intoto", "hashedrekord-v2")


def checked(value: object, trust: Trust = TRUST, form: Form = Form.BUNDLE) -> Checked:
    return check(document(value), form, trust)


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        (kind, media)
        for kind in KINDS
        for media in ("v0.1", "v0.2", "v0.3")
        if (kind, media) != ("hashedrekord-v2", "v0.1")
    ],
)
def test_every_kind_of_log_entry_verifies_in_every_version_of_the_format_that_allows_it(kind, media):
    """The first version needs a promise, which a log of the second generation does not give."""
    found = checked(bundle(kind=kind, media=media))
    assert (found.answer, found.reason, found.promised) == (Answer.VERIFIED, "", False)
    assert found.signer is not None
    assert (found.signer.run_id, found.signer.attempt, found.signer.repository_id) == (42, 2, 7)
    assert found.signed_at == AT + timedelta(seconds=1)
    assert found.log.count(":") == 1


def test_an_attestation_of_a_python_index_verifies():
    found = checked(pep740(), form=Form.PEP740)
    assert (found.answer, found.reason) == (Answer.VERIFIED, "")
    assert found.statement is not None
    assert found.statement.subjects[0].name == "widget-1.0.0.tar.gz"


@pytest.mark.parametrize("kind", ["dsse", "intoto"])
def test_a_log_that_only_promised_makes_weaker_evidence_and_only_in_the_first_version_of_the_format(kind):
    early = checked(bundle(kind=kind, media="v0.1", proof=False))
    assert (early.answer, early.promised) == (Answer.VERIFIED, True)
    later = checked(bundle(kind=kind, media="v0.2", proof=False))
    assert later.answer is Answer.FAILED


def test_a_promise_that_the_log_did_not_sign_is_none():
    spoiled, other = bundle(media="v0.1", proof=False), bundle(media="v0.1", proof=False)
    entry, foreign = (each["verificationMaterial"]["tlogEntries"][0] for each in (spoiled, other))
    entry["inclusionPromise"] = foreign["inclusionPromise"]
    assert checked(spoiled).answer is Answer.FAILED
    del entry["inclusionPromise"]
    assert checked(spoiled).answer is Answer.FAILED


@pytest.mark.parametrize("kind", ["dsse", "intoto"])
def test_a_promise_whose_time_was_taken_out_covers_no_position(kind):
    """Its time is stamped besides, so it needs the log's no more; the promise is not looked at without it."""
    spoiled = bundle(kind=kind, tsa=True)
    entry = spoiled["verificationMaterial"]["tlogEntries"][0]
    del entry["integratedTime"]
    entry["logIndex"] = str(int(entry["logIndex"]) + 1)
    assert checked(spoiled).answer is Answer.FAILED


def layer(made):
    """The same as cosign stored it beside an image before there were bundles."""
    entry = made["verificationMaterial"]["tlogEntries"][0]
    (certificate,) = made["verificationMaterial"]["x509CertificateChain"]["certificates"]
    pem = x509.load_der_x509_certificate(base64.b64decode(certificate["rawBytes"])).public_bytes(Encoding.PEM)
    promise = {
        "SignedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
        "Payload": {
            "body": entry["canonicalizedBody"],
            "integratedTime": int(entry["integratedTime"]),
            "logIndex": int(entry["logIndex"]),
            "logID": base64.b64decode(entry["logId"]["keyId"]).hex(),
        },
    }
    annotations = {
        "dev.sigstore.cosign/bundle": json.dumps(promise),
        "dev.sigstore.cosign/certificate": pem.decode(),
    }
    return {"layer": {"annotations": annotations}, "envelope": made["dsseEnvelope"]}


def test_what_cosign_stored_beside_an_image_is_promised_at_most():
    made = layer(bundle(media="v0.1", proof=False))
    found = checked(made)
    assert (found.answer, found.reason, found.promised) == (Answer.VERIFIED, "", True)
    for name in list(made["layer"]["annotations"]):
        spoiled = copy.deepcopy(made)
        spoiled["layer"]["annotations"][name] = layer(bundle(media="v0.1", proof=False))["layer"]["annotations"][name]
        assert checked(spoiled).answer is Answer.FAILED
        del spoiled["layer"]["annotations"][name]
        assert checked(spoiled).readable is False


@pytest.mark.parametrize("kind", KINDS)
def test_the_log_entry_of_another_bundle_is_refused(kind):
    spoiled, other = bundle(kind=kind), bundle(statement(said={}), kind=kind)
    spoiled["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]
    assert checked(spoiled).answer is Answer.FAILED


@pytest.mark.parametrize("kind", ["dsse", "intoto"])
@pytest.mark.parametrize("off", [timedelta(minutes=-1), timedelta(minutes=11)])
def test_what_was_logged_outside_the_certificates_ten_minutes_is_refused(kind, off):
    assert checked(bundle(kind=kind, logged=AT + off)).answer is Answer.FAILED


@pytest.mark.parametrize("part", ["tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities"])
@pytest.mark.parametrize(
    ("start", "end"),
    [("2020-01-01T00:00:00Z", "2026-03-01T12:00:00Z"), ("2026-03-02T00:00:00Z", "2027-01-01T00:00:00Z")],
)
def test_a_key_that_did_not_count_at_the_time_of_signing_counts_for_nothing(part, start, end):
    kind = "hashedrekord-v2" if part == "timestampAuthorities" else "dsse"
    made = bundle(kind=kind)
    assert checked(made, Trust.read([windowed(part, start, end)])).answer is Answer.FAILED
    within = windowed(part, "2026-03-01T12:00:00Z", "2026-03-01T12:00:02Z")
    assert checked(made, Trust.read([within])).answer is Answer.VERIFIED


@pytest.mark.parametrize("part", ["tlogs", "ctlogs", "timestampAuthorities"])
def test_a_trust_root_that_is_too_old_is_told_apart_from_a_bad_bundle(part):
    """Somebody else's log in the place of ours: the authority is known, the log is not."""
    kind = "hashedrekord-v2" if part == "timestampAuthorities" else "dsse"
    others = OTHER_ROOT[part] if part != "timestampAuthorities" else []
    found = checked(bundle(kind=kind), Trust.read([root(**{part: others})]))
    assert found.answer is Answer.CANNOT_VERIFY
    assert "trust root" in found.reason


def test_an_authority_that_no_trust_root_knows_cannot_be_judged():
    found = checked(bundle(), Trust.read([*embedded_roots(), OTHER.trusted_root()]))
    assert found.answer is Answer.CANNOT_VERIFY
    assert "who issued its certificate" in found.reason


def test_the_issuer_decides_which_root_counts_among_several():
    both = Trust.read([OTHER.trusted_root(), *embedded_roots(), SIGSTORE.trusted_root()])
    assert checked(bundle(), both).answer is Answer.VERIFIED
    mixed = replace(OTHER, ca=SIGSTORE.ca, ct=SIGSTORE.ct).sign(statement(), RUN, AT)
    assert checked(mixed, Trust.read([root(tlogs=OTHER_ROOT["tlogs"])])).answer is Answer.VERIFIED
    assert checked(mixed, both).answer is Answer.CANNOT_VERIFY, "our authority, their log: no root holds both"


def test_a_newer_root_beside_an_older_one_makes_its_logs_known():
    older = root(tlogs=OTHER_ROOT["tlogs"])
    assert checked(bundle(), Trust.read([older])).answer is Answer.CANNOT_VERIFY
    assert checked(bundle(), Trust.read([older, SIGSTORE.trusted_root()])).answer is Answer.VERIFIED


def test_an_instance_without_a_log_counts_under_a_root_without_logs_and_under_no_other():
    made = unlogged()
    found = checked(made, Trust.read([unlogged_root()]))
    assert (found.answer, found.reason, found.log) == (Answer.VERIFIED, "", "")
    assert checked(made).answer is Answer.FAILED
    assert checked(bundle(), Trust.read([unlogged_root()])).answer is Answer.CANNOT_VERIFY


def test_a_time_that_nobody_stamped_is_no_time():
    trust, made = Trust.read([unlogged_root()]), unlogged()
    foreign = OTHER.sign(statement(), RUN, AT, tsa=True)
    theirs = foreign["verificationMaterial"]["timestampVerificationData"]
    cases: list[object] = [None, {}, {"rfc3161Timestamps": []}, theirs]
    for stamps in cases:
        spoiled = copy.deepcopy(made)
        spoiled["verificationMaterial"]["timestampVerificationData"] = stamps
        assert checked(spoiled, trust).answer is Answer.FAILED


def test_a_stamped_time_outside_the_certificates_is_refused_without_a_log_too():
    made = bundle(tsa=True, logged=AT + timedelta(minutes=11))
    del made["verificationMaterial"]["tlogEntries"]
    assert checked(made, Trust.read([unlogged_root()])).answer is Answer.FAILED


@pytest.mark.parametrize("kind", ["dsse", "intoto"])
@pytest.mark.parametrize("proof", [True, False])
def test_npms_receipt_verifies_with_npms_key_and_is_marked_as_no_runs(kind, proof):
    found = checked(receipt(kind, proof=proof), Trust.read([SIGSTORE.trusted_root()], keys()))
    assert (found.answer, found.reason, found.keyed) == (Answer.VERIFIED, "", True)
    assert found.promised is not proof
    assert found.signer is None


def test_npms_receipt_without_npms_key_cannot_be_checked():
    assert checked(receipt()).answer is Answer.CANNOT_VERIFY
    other = Trust.read([SIGSTORE.trusted_root()], keys(keyid="SHA256:another"))
    assert checked(receipt(), other).answer is Answer.CANNOT_VERIFY


def test_npms_key_counts_until_it_expires_by_the_logs_time():
    after, before = (
        Trust.read([SIGSTORE.trusted_root()], keys(at))
        for at in ("2026-03-02T00:00:00.000Z", "2026-03-01T00:00:00.000Z")
    )
    assert checked(receipt(), after).answer is Answer.VERIFIED
    assert checked(receipt(), before).answer is Answer.FAILED


@pytest.mark.parametrize("kind", ["dsse", "intoto"])
def test_a_receipt_with_the_log_entry_of_another_is_refused(kind):
    spoiled = receipt(kind)
    spoiled["verificationMaterial"]["tlogEntries"] = bundle(kind=kind)["verificationMaterial"]["tlogEntries"]
    assert checked(spoiled, Trust.read([SIGSTORE.trusted_root()], keys())).answer is Answer.FAILED


@pytest.mark.parametrize(
    "hostile",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"mediaType": NaN}',
        b'{"mediaType":"a","mediaType":"b"}',
        b'{"x":' + b"9" * 10_000 + b"}",
        b" " * (9 * 1024 * 1024),
        b'"' + b"a" * (9 * 1024 * 1024) + b'"',
        b'{"mediaType":"\\ud800"}',
        b'{"layer": {}, "envelope": {}}',
        b"[" + b"{}," * 2_000_000 + b"{}]",
        b"[" + b"[]," * 2_000_000 + b"[]]",
    ],
)
@pytest.mark.parametrize("form", list(Form))
def test_what_has_no_shape_of_a_bundle_gets_a_clean_answer(hostile, form):
    found = check(hostile, form, TRUST)
    assert found.answer in (Answer.FAILED, Answer.NONE, Answer.CANNOT_VERIFY)
    assert found.reason.isprintable()
    assert len(found.reason) < 400


def test_no_document_is_no_attestation():
    assert check(b" \n", Form.BUNDLE, TRUST).answer is Answer.NONE


def test_a_media_type_of_the_future_cannot_be_checked_here():
    made = {**bundle(), "mediaType": "application/vnd.dev.sigstore.bundle.v0.9+json"}
    assert checked(made).answer is Answer.CANNOT_VERIFY


@pytest.mark.parametrize(
    ("part", "entries", "most"),
    [("x509CertificateChain", "certificates", 16), ("timestampVerificationData", "rfc3161Timestamps", 32)],
)
def test_lists_longer_than_any_honest_bundles_are_not_walked(part, entries, most):
    spoiled = copy.deepcopy(bundle(tsa=True, media="v0.2"))
    spoiled["verificationMaterial"][part][entries] *= most + 1
    found = checked(spoiled)
    assert (found.answer, found.readable) == (Answer.FAILED, False)
    assert f"at most {most}" in found.reason


@pytest.mark.parametrize("make", [bundle, unlogged, receipt, pep740])
def test_more_fields_than_any_honest_bundles_are_refused_before_they_are_looked_at(make):
    form = Form.PEP740 if make is pep740 else Form.BUNDLE
    found = checked({**make(), **{f"field {number}": 1 for number in range(3000)}}, form=form)
    assert (found.answer, found.readable) == (Answer.FAILED, False)
    assert "values" in found.reason


def test_a_statement_about_a_thousand_files_verifies_and_one_about_more_does_not():
    """GitHub allows 1024."""
    files = [{"name": f"file {at}", "digest": {"sha256": f"{at:064x}"}} for at in range(1025)]
    found = checked(bundle(statement(files[:1024])))
    assert found.answer is Answer.VERIFIED
    assert found.statement is not None
    assert len(found.statement.digests) == 1024
    assert checked(bundle(statement(files))).answer is Answer.FAILED


def test_nothing_is_dialled_and_nothing_is_logged(monkeypatch, caplog):
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with caplog.at_level(logging.WARNING):
        assert checked(bundle()).answer is Answer.VERIFIED
    assert caplog.records == []
