"""No change to a good bundle makes a bundle that is accepted and says anything else.

A fixed share of all mutants is tried; all of them with ALL_MUTANTS=1, and where CI is set.
"""

from __future__ import annotations

import json
import os

import pytest

from tests.evidence.mutants import mutants
from tests.evidence.private import SIGSTORE, TRUST, bundle, keys, pep740, receipt, unlogged, unlogged_root
from tests.evidence.shared import GOOD, document, form, present, trust
from verifier.evidence import Answer, Checked, Trust, check
from verifier.model import Form

EVERY = 1 if os.environ.get("ALL_MUTANTS") or os.environ.get("CI") else 11
"""A prime, so that no kind of change is left out because it stands at a multiple."""

KEYED = Trust.read([SIGSTORE.trusted_root()], keys())
UNLOGGED = Trust.read([unlogged_root()])
PRIVATE = {
    "npm 11": (bundle(), Form.BUNDLE, TRUST),
    "npm 10": (bundle(kind="intoto", media="v0.2"), Form.BUNDLE, TRUST),
    "npm 9": (bundle(kind="intoto", media="v0.1", proof=False), Form.BUNDLE, TRUST),
    "v0.1 with proof": (bundle(media="v0.1"), Form.BUNDLE, TRUST),
    "both times": (bundle(tsa=True), Form.BUNDLE, TRUST),
    "both times, intoto": (bundle(kind="intoto", tsa=True), Form.BUNDLE, TRUST),
    "Rekor v2": (bundle(kind="hashedrekord-v2"), Form.BUNDLE, TRUST),
    "Python index": (pep740(), Form.PEP740, TRUST),
    "npm's receipt": (receipt("dsse"), Form.BUNDLE, KEYED),
    "npm's receipt of 2023": (receipt(proof=False), Form.BUNDLE, KEYED),
    "no log": (unlogged(), Form.BUNDLE, UNLOGGED),
}


def said(found: Checked) -> tuple[object, ...]:
    """All that must not change: payload, identity, time, position in the log."""
    return found.statement, found.signer, found.signed_at, found.log, found.keyed


def tried(good: bytes, how: Form, under: Trust) -> int:
    """How many mutants were tried, all of them as they must be."""
    original, count = check(good, how, under), 0
    assert original.answer is Answer.VERIFIED, original.reason
    for at, (change, mutant) in enumerate(mutants(json.loads(good))):
        if at % EVERY:
            continue
        count += 1
        found = check(mutant, how, under)
        assert found.answer in Answer
        assert found.reason.isprintable(), change
        if found.answer is Answer.VERIFIED:
            assert said(found) == said(original), change
            assert found.promised or not original.promised, change
    return count


@pytest.mark.parametrize("name", PRIVATE)
def test_no_change_to_a_bundle_of_any_kind_is_accepted_as_something_else(name):
    value, how, under = PRIVATE[name]
    assert tried(json.dumps(value).encode(), how, under) > 150 / EVERY


@present
def test_no_change_to_ten_public_bundles_is_accepted_as_something_else():
    chosen: dict[tuple[object, ...], dict[str, object]] = {}
    for entry in GOOD:
        if check(document(entry), form(entry), trust(entry)).answer is Answer.VERIFIED:
            kind = (entry["format"], entry["media_type"], entry["tlog_kind"], entry["keying"], entry.get("has_proof"))
            chosen.setdefault(kind, entry)
    assert len(chosen) >= 10
    for entry in list(chosen.values())[:12]:
        assert tried(document(entry), form(entry), trust(entry)) > 150 / EVERY
