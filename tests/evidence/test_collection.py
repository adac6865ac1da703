"""Public bundles of 2022 to 2026, good ones and bad ones, among them cases of sigstore's conformance suite."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.evidence.shared import BAD, GOOD, INDEX, TRUSTS, document, form, present, trust
from verifier.evidence import Answer, Checked, Trust, check, judge
from verifier.evidence.claims import GITHUB_ACTIONS
from verifier.model import Attestation, Standing

pytestmark = present

NOT_HERE = {
    "no trust root given knows who issued its certificate": 5,
    "its log entry is of a kind that does not bind what would have to be checked": 4,
    "the key that it names is not among those given": 2,
}
"""Why the good ones that cannot be verified here cannot, and how many there are."""


def checked(entry, under: Trust | None = None) -> Checked:
    return check(document(entry), form(entry), under or trust(entry))


@pytest.mark.parametrize("entry", BAD, ids=lambda entry: entry["file"][-60:])
def test_a_bad_bundle_is_verified_under_no_root(entry):
    for under in TRUSTS.values():
        found = checked(entry, under)
        assert found.answer in (Answer.FAILED, Answer.CANNOT_VERIFY)
        assert found.reason


def test_good_bundles_verify_and_the_rest_says_truly_why_it_cannot():
    answers = {entry["file"]: checked(entry) for entry in GOOD}
    counts = Counter(found.answer for found in answers.values())
    assert counts == {Answer.VERIFIED: 84, Answer.CANNOT_VERIFY: 11}
    reasons = [found.reason for found in answers.values() if found.answer is Answer.CANNOT_VERIFY]
    for reason, times in NOT_HERE.items():
        assert sum(reason in said for said in reasons) == times


def test_all_good_npm_and_python_bundles_verify():
    npm = [checked(entry) for entry in GOOD if entry["ecosystem"] == "npm"]
    python = [checked(entry) for entry in GOOD if entry["ecosystem"] == "pypi"]
    assert (len(npm), len(python)) == (20, 9)
    assert {found.answer for found in npm + python} == {Answer.VERIFIED}
    assert sum(found.keyed for found in npm) == 4
    assert sum(found.promised and not found.keyed for found in npm) == 9
    assert not any(found.promised for found in python)


def test_no_good_bundles_text_contradicts_its_certificate():
    for entry in GOOD:
        assert checked(entry).disagreement == ""


def test_what_a_bundle_claims_is_what_the_index_says_of_its_certificate():
    seen = 0
    for entry in GOOD:
        signer = checked(entry).signer
        if signer is None or entry.get("oid.1.issuer_v1") != GITHUB_ACTIONS or "oid.21.run_invocation_uri" not in entry:
            continue
        seen += 1
        repository, _, run = (
            entry["oid.21.run_invocation_uri"].removeprefix("https://github.com/").partition("/actions/")
        )
        assert run == f"runs/{signer.run_id}/attempts/{signer.attempt}"
        assert repository == signer.repository
        assert entry["oid.15.source_repo_id"] == str(signer.repository_id)
        assert entry["oid.17.source_owner_id"] == str(signer.owner_id)
        assert entry["oid.18.build_config_uri"].endswith(f"{repository}/{signer.workflow}@{signer.workflow_ref}")
        assert entry["san"] == [f"https://github.com/{signer.called}@{signer.called_ref}"]
    assert seen > 50


def test_evidence_names_a_run_exactly_where_a_certificate_with_ids_proves_it():
    standings = Counter[Standing | None]()
    for entry in INDEX:
        found = checked(entry)
        evidence = judge(Attestation("a bundle", form(entry), document(entry)), found)
        standings[evidence.standing if evidence else None] += 1
        if evidence is None:
            assert found.keyed or found.statement is None or "slsa" not in found.predicate_type
        elif evidence.run is not None:
            assert evidence.proven
            assert evidence.issuer == GITHUB_ACTIONS
            assert evidence.digests
        if entry in BAD:
            assert evidence is None or not evidence.proven
    assert standings[Standing.VERIFIED] > 50
    assert standings[Standing.PROMISED] > 5
