"""What the private Sigstore signs is real: stock sigstore-python accepts it under its trust root, and nothing less."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy
from sigstore_models.trustroot.v1 import TrustedRoot as Root

from sandbox import provenance
from sandbox.events import Attested, File
from sandbox.sigstore import Claims, PrivateSigstore
from sandbox.sigstore.ca import LIFETIME
from sandbox.sigstore.merkle import Inclusion, Tree
from sandbox.sigstore.private import bundle
from sandbox.sigstore.signature import signed
from sandbox.sigstore.wire import b64, sha256
from verifier.evidence import embedded_roots

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
STATEMENT = b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"n":1}}'
WORKFLOW = "https://github.com/octo/widget/.github/workflows/publish.yml@refs/tags/v1.4.0"
ISSUER = "https://token.actions.githubusercontent.com"
CLAIMS = Claims(ISSUER, WORKFLOW, {9: WORKFLOW, 15: "4711", 17: "42", 20: "push"})

OURS = PrivateSigstore.make(b"ours")
OTHER = PrivateSigstore.make(b"other")


def verifier(root: bytes) -> Verifier:
    return Verifier(trusted_root=TrustedRoot(Root.from_json(root)))


VERIFIER = verifier(OURS.trusted_root())


def payload(document: dict[str, Any], by: Verifier = VERIFIER, who: policy.VerificationPolicy | None = None) -> bytes:
    """What stock sigstore-python says was signed. Raises for anything it does not believe."""
    return by.verify_dsse(Bundle.from_json(json.dumps(document)), who or policy.UnsafeNoOp())[1]


@pytest.mark.parametrize("year", [2018, 2023, 2026])
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"media": "v0.1"},
        {"media": "v0.2"},
        {"tsa": True},
        {"kind": "hashedrekord-v2"},
        {"kind": "hashedrekord-v2", "media": "v0.2"},
    ],
    ids=str,
)
def test_every_form_it_writes_is_accepted_whenever_it_was_signed(form: dict[str, Any], year: int) -> None:
    assert STATEMENT == payload(OURS.sign(STATEMENT, CLAIMS, AT.replace(year=year), **form))


def test_every_claim_stands_in_the_certificate_as_fulcio_writes_it() -> None:
    asked: list[policy.VerificationPolicy] = [
        policy.Identity(identity=WORKFLOW, issuer=ISSUER),
        policy.OIDCIssuer(ISSUER),
        policy.OIDCIssuerV2(ISSUER),
        policy.OIDCBuildSignerURI(WORKFLOW),
        policy.OIDCSourceRepositoryIdentifier("4711"),
        policy.OIDCSourceRepositoryOwnerIdentifier("42"),
        policy.OIDCBuildTrigger("push"),
    ]

    assert STATEMENT == payload(OURS.sign(STATEMENT, CLAIMS, AT), who=policy.AllOf(asked))


def test_the_same_secret_gives_the_same_trust_root_so_that_processes_share_it() -> None:
    again = PrivateSigstore.make(b"ours")

    assert OURS.trusted_root() == again.trusted_root() != OTHER.trusted_root()
    assert STATEMENT == payload(again.sign(STATEMENT, CLAIMS, AT))


def test_of_a_hundred_entries_every_one_is_proven_to_be_in() -> None:
    store = PrivateSigstore.make(b"many")
    trusting = verifier(store.trusted_root())

    for number in range(100):
        statement = f'{{"n":{number}}}'.encode()
        assert statement == payload(store.sign(statement, CLAIMS, AT), trusting)


def edited(change: Callable[[dict[str, Any], dict[str, Any]], object]) -> Callable[[], dict[str, Any]]:
    """A good bundle after `change(document, log entry)`."""

    def make() -> dict[str, Any]:
        document = OURS.sign(STATEMENT, CLAIMS, AT)
        change(document, document["verificationMaterial"]["tlogEntries"][0])
        return document

    return make


def made(**parts: Any) -> Callable[[], dict[str, Any]]:
    """A bundle of an instance whose `parts` are not ours."""
    return lambda: replace(OURS, **parts).sign(STATEMENT, CLAIMS, AT)


def written(**how: Any) -> Callable[[], dict[str, Any]]:
    return lambda: OURS.sign(STATEMENT, CLAIMS, AT, **how)


def foreign_entry() -> dict[str, Any]:
    return deepcopy(OURS.sign(b'{"another":1}', CLAIMS, AT)["verificationMaterial"]["tlogEntries"][0])


def logged_for_another_statement() -> dict[str, Any]:
    """The log holds this key's signature of another statement (as in CVE-2022-36056)."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = OURS.ca.issue(key.public_key(), CLAIMS, AT, OURS.ct)
    mine, other = signed(STATEMENT, key, certificate), signed(b"{}", key, certificate)
    return bundle(mine, OURS.rekor.dsse(other, AT), "v0.3", [])


def flipped(text: str) -> str:
    """Base64 of the same length with one bit turned in the middle."""
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return b64(bytes(data))


def relabelled(material: dict[str, Any]) -> str:
    """Its certificate with another trigger (20) in it."""
    certificate = base64.b64decode(material["certificate"]["rawBytes"])
    assert 1 == certificate.count(b"push")
    return b64(certificate.replace(b"push", b"pull"))


def flip(holder: Any, key: Any) -> None:
    holder[key] = flipped(holder[key])


BAD: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "payload edited": (
        "invalid signature",
        edited(lambda d, e: d["dsseEnvelope"].update(payload=b64(STATEMENT.replace(b"1}", b"2}")))),
    ),
    "payload type edited": (
        "invalid signature",
        edited(lambda d, e: d["dsseEnvelope"].update(payloadType="text/plain")),
    ),
    "signature edited": ("invalid signature", edited(lambda d, e: flip(d["dsseEnvelope"]["signatures"][0], "sig"))),
    "signed twice": (
        "exactly one signature",
        edited(lambda d, e: d["dsseEnvelope"]["signatures"].append(d["dsseEnvelope"]["signatures"][0])),
    ),
    "not signed": ("exactly one signature", edited(lambda d, e: d["dsseEnvelope"].update(signatures=[]))),
    "certificate edited": (
        "signature does not match",
        edited(
            lambda d, e: d["verificationMaterial"]["certificate"].update(rawBytes=relabelled(d["verificationMaterial"]))
        ),
    ),
    "certificate of another bundle": (
        "invalid signature",
        edited(
            lambda d, e: d["verificationMaterial"].update(
                certificate=written()()["verificationMaterial"]["certificate"]
            )
        ),
    ),
    "entry of another bundle": (
        "does not match bundle",
        edited(lambda d, e: d["verificationMaterial"].update(tlogEntries=[foreign_entry()])),
    ),
    "entry for another statement": ("does not match bundle", logged_for_another_statement),
    "entry's body edited": ("invalid root hash", edited(lambda d, e: flip(e, "canonicalizedBody"))),
    "no entry": ("exactly one log entry", edited(lambda d, e: d["verificationMaterial"].update(tlogEntries=[]))),
    "proof's hash edited": ("invalid root hash", edited(lambda d, e: flip(e["inclusionProof"]["hashes"], 0))),
    "proof's root edited": ("invalid root hash", edited(lambda d, e: flip(e["inclusionProof"], "rootHash"))),
    "proof's index edited": ("inclusion proof", edited(lambda d, e: e["inclusionProof"].update(logIndex="0"))),
    "proof's size edited": ("inclusion proof", edited(lambda d, e: e["inclusionProof"].update(treeSize="1000000"))),
    "proof too short": ("inclusion proof", edited(lambda d, e: e["inclusionProof"]["hashes"].pop())),
    "no proof": ("inclusionProof", written(proof=False, media="v0.1")),
    "checkpoint edited": (
        "checkpoint",
        edited(
            lambda d, e: e["inclusionProof"]["checkpoint"].update(
                envelope=e["inclusionProof"]["checkpoint"]["envelope"].replace("rekor", "rokor", 1)
            )
        ),
    ),
    "checkpoint of another entry": (
        "invalid root hash signature",
        edited(lambda d, e: e["inclusionProof"].update(checkpoint=foreign_entry()["inclusionProof"]["checkpoint"])),
    ),
    "promise edited": ("inclusion promise", edited(lambda d, e: flip(e["inclusionPromise"], "signedEntryTimestamp"))),
    "promised time edited": (
        "inclusion promise",
        edited(lambda d, e: e.update(integratedTime=str(int(e["integratedTime"]) + 1))),
    ),
    "promised place edited": ("inclusion promise", edited(lambda d, e: e.update(logIndex="1"))),
    "nobody vouches for the time": (
        "inclusion promise or signed timestamp",
        edited(lambda d, e: e.pop("inclusionPromise")),
    ),
    "no certificate transparency": ("SCT", made(ct=None)),
    "another certificate transparency log": ("SCT", made(ct=OTHER.ct)),
    "another CA": ("signature does not match", made(ca=OTHER.ca)),
    "another log": ("checkpoint", made(rekor=OTHER.rekor)),
    "another Sigstore": ("signature does not match", lambda: OTHER.sign(STATEMENT, CLAIMS, AT)),
    "another second log": (
        "checkpoint",
        lambda: replace(OURS, rekor2=OTHER.rekor2).sign(STATEMENT, CLAIMS, AT, kind="hashedrekord-v2"),
    ),
    "another timestamp authority": (
        "verified time",
        lambda: replace(OURS, tsa=OTHER.tsa).sign(STATEMENT, CLAIMS, AT, kind="hashedrekord-v2"),
    ),
    "logged after the certificate": (
        "not valid at validation time",
        written(logged=AT + LIFETIME + timedelta(minutes=1)),
    ),
    "logged before the certificate": ("not valid at validation time", written(logged=AT - timedelta(minutes=1))),
    "stamped after the certificate": (
        "not valid at validation time",
        written(kind="hashedrekord-v2", logged=AT + LIFETIME + timedelta(minutes=1)),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_as_it_was_signed_and_logged_is_rejected(name: str) -> None:
    for _ in range(2):
        OURS.sign(STATEMENT, CLAIMS, AT)  # the log holds something before it, so that proofs have hashes

    why, make = BAD[name]
    document = make()

    with pytest.raises(Exception, match=why):  # stock sigstore-python raises whatever it meets
        payload(document)


def test_a_stamp_for_other_bytes_is_rejected() -> None:
    document, other = (OURS.sign(STATEMENT, CLAIMS, AT, kind="hashedrekord-v2") for _ in range(2))
    stamps = "timestampVerificationData"
    document["verificationMaterial"][stamps] = other["verificationMaterial"][stamps]

    with pytest.raises(Exception, match="not enough sources of verified time"):
        payload(document)


def test_nothing_of_it_is_believed_under_the_public_root() -> None:
    with pytest.raises(Exception, match="chain"):
        payload(OURS.sign(STATEMENT, CLAIMS, AT), verifier(embedded_roots()[0]))


def leads_to_the_root(entry: bytes, proof: Inclusion) -> bool:
    """RFC 9162, 2.1.3.2: the check, written down independently of how the proof is made."""
    index, last, here = proof.index, proof.size - 1, sha256(b"\0" + entry)
    for step in proof.path:
        if last == 0:
            return False
        if index % 2 or index == last:
            here = sha256(b"\1" + step + here)
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            here = sha256(b"\1" + here + step)
        index, last = index >> 1, last >> 1
    return last == 0 and here == proof.root


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70))
def test_every_inclusion_proof_leads_to_the_root(entries: list[bytes]) -> None:
    tree = Tree()

    for number, entry in enumerate(entries):
        proof = tree.add(entry)
        assert (number, number + 1) == (proof.index, proof.size)
        assert leads_to_the_root(entry, proof)
        assert not leads_to_the_root(entry + b"!", proof)


FILE = File("widget-1.4.0.tgz", AT, ("sha1:" + "a" * 40, "sha512:" + "b" * 128))
ATTESTED = Attested(
    run=100,
    attempt=2,
    repository="octo/widget",
    repository_id=4711,
    owner_id=42,
    workflow=".github/workflows/publish.yml",
    ref="refs/tags/v1.4.0",
    event="push",
    sha="c" * 40,
)


def provenance_of(**changes: Any) -> tuple[dict[str, Any], bytes]:
    """The bundle of this provenance, and its statement if stock sigstore-python believes it."""
    document = provenance.bundle(provenance.sign("pkg:npm/widget@1.4.0", FILE, replace(ATTESTED, **changes), "o/w"))
    return document, payload(document, verifier(provenance.trust_root()))


def logged_at(document: dict[str, Any]) -> datetime:
    (entry,) = document["verificationMaterial"]["tlogEntries"]
    return datetime.fromtimestamp(int(entry["integratedTime"]), UTC)


def test_the_provenance_of_a_scenario_verifies_and_names_file_digest_and_run() -> None:
    document, statement = provenance_of()
    said = json.loads(statement)

    assert [{"name": "pkg:npm/widget@1.4.0", "digest": {"sha512": "b" * 128}}] == said["subject"]
    assert "https://github.com/o/w/actions/runs/100/attempts/2" in statement.decode()
    assert document["mediaType"].endswith("v0.3+json")


def test_the_called_workflow_signs_and_the_calling_one_stands_beside_it() -> None:
    called = "octo/ci/.github/workflows/pub.yml@refs/tags/v3"
    document, _ = provenance_of(called=called, runner="self-hosted")
    asked: list[policy.VerificationPolicy] = [
        policy.Identity(identity=f"https://github.com/{called}"),
        policy.OIDCBuildSignerURI(f"https://github.com/{called}"),
        policy.OIDCBuildConfigURI("https://github.com/o/w/.github/workflows/publish.yml@refs/tags/v1.4.0"),
        policy.OIDCRunnerEnvironment("self-hosted"),
    ]

    assert payload(document, verifier(provenance.trust_root()), policy.AllOf(asked))


def test_what_another_ci_system_signed_names_its_issuer_and_no_run_of_github() -> None:
    identity = "https://gitlab.example/o/w//.gitlab-ci.yml@refs/tags/v1.4.0"
    document, statement = provenance_of(issuer="https://gitlab.example", identity=identity, run=0)
    who = policy.Identity(identity=identity, issuer="https://gitlab.example")

    assert payload(document, verifier(provenance.trust_root()), who)
    assert b"github" not in statement


def test_it_is_signed_shortly_before_the_upload_and_while_its_run_runs() -> None:
    hour, upload = timedelta(hours=1), FILE.at
    usual, _ = provenance_of()
    staged, _ = provenance_of(starts=upload - 2 * hour, ends=upload - hour)
    later, _ = provenance_of(starts=upload + hour, ends=upload + 2 * hour)
    said, _ = provenance_of(starts=upload - hour, ends=upload, signed_at=upload + hour)

    assert upload - timedelta(seconds=5) < logged_at(usual) < upload
    assert upload - 2 * hour < logged_at(staged) < upload - hour
    assert upload + hour <= logged_at(later) < upload + 2 * hour
    assert upload + hour <= logged_at(said)


def test_junk_in_the_place_of_a_signature_is_rejected() -> None:
    with pytest.raises(Exception, match="signature"):
        provenance_of(signed=False)


@pytest.mark.parametrize(("kind", "entry"), [("intoto", "intoto/0.0.2"), ("promised", "intoto/0.0.2")])
def test_older_npm_logged_another_kind_of_entry(kind: str, entry: str) -> None:
    """Stock sigstore-python cannot judge these; the monitor can (tests/evidence)."""
    document = provenance.bundle(provenance.sign("x", FILE, replace(ATTESTED, kind=kind), "o/w"))
    (logged,) = document["verificationMaterial"]["tlogEntries"]

    assert entry == "{kind}/{version}".format(**logged["kindVersion"])
    assert (kind == "promised") == ("inclusionProof" not in logged)


def test_pep_740_carries_the_same_certificate_statement_signature_and_entry() -> None:
    """Its own library turns it back into a bundle that is believed."""
    from pypi_attestations import Attestation

    signed_ = provenance.sign("widget-1.4.0-py3-none-any.whl", FILE, ATTESTED, "o/w")
    bundled = Attestation.model_validate(provenance.attestation(signed_)).to_bundle()
    statement = verifier(provenance.trust_root()).verify_dsse(bundled, policy.UnsafeNoOp())[1]

    assert "widget-1.4.0-py3-none-any.whl" == json.loads(statement)["subject"][0]["name"]
