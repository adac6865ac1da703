"""The collection of real bundles through the command, each under its own root, as anybody else would measure it."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli.main import main
from tests.evidence.shared import BUNDLES, INDEX, present
from verifier.evidence.claims import GITHUB_ACTIONS

pytestmark = present
FILES = [entry["file"] for entry in INDEX]


def shipped_root(word: str) -> Path:
    """The root that the sigstore package ships for the instance whose address holds this word."""
    [store] = [store for store in resources.files("sigstore").joinpath("_store").iterdir() if word in store.name]
    return Path(str(store / "trusted_root.json"))


@cache
def answers() -> dict[str, dict[str, Any]]:
    """What the command says about every file."""
    staging = [e["file"] for e in INDEX if e["sigstore_python"]["root"] == "staging"]
    lines = list[str]()
    for word, files in (("sigstage", staging), ("sigstore", [file for file in FILES if file not in staging])):
        fixed = ["verify-bundle", "--json", "--trust-root", str(shipped_root(word))]
        keys = ["--keys", str(BUNDLES / "npm-keys.json")]
        lines += CliRunner().invoke(main, [*fixed, *keys, *(str(BUNDLES / file) for file in files)]).output.splitlines()
    return {Path(said["file"]).name: said for said in map(json.loads, lines)}


def test_every_file_has_an_answer() -> None:
    assert sorted(FILES) == sorted(answers())


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry["file"][-60:])
def test_no_bad_bundle_is_verified_and_no_good_one_fails_and_the_claims_are_the_certificates(
    entry: dict[str, Any],
) -> None:
    said = answers()[entry["file"]]

    assert said["answer"] != {"good": "failed", "bad": "verified"}[entry["expected_crypto"]]
    assert said["reason"] or said["answer"] == "verified"
    if said["answer"] == "verified":
        assert said["promised"] is not (entry["has_proof"] and entry["has_checkpoint"])
        subjects = {digest for subject in said["claims"]["subjects"] for digest in subject["digests"]}
        written = [(name, d.lower()) for s in entry.get("subjects", []) for name, d in s["digest"].items()]
        assert {f"{name}:{d}" for name, d in written if name.startswith(("sha2", "sha5"))} == subjects
        if said["claims"].get("issuer") == GITHUB_ACTIONS:
            assert entry.get("oid.15.source_repo_id", "None") == str(said["claims"]["repository_id"])


def test_so_many_of_the_good_ones_are_verified() -> None:
    good = [(e["ecosystem"], answers()[e["file"]]) for e in INDEX if e["expected_crypto"] == "good"]
    verified = Counter(ecosystem for ecosystem, said in good if said["answer"] == "verified")
    receipts = [said for _, said in good if said["keyed"] and said["class"] == "publish"]

    assert 84 <= verified.total()
    assert (20, 9, 4) == (verified["npm"], verified["pypi"], len(receipts))
