"""npm's own client asked about the corpus: that it can find something, and that the page shows what it says."""

from __future__ import annotations

import base64
import copy
import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sandbox.corpus import page
from sandbox.corpus.npm_audit.__main__ import BEGINS, main
from sandbox.corpus.npm_audit.asked import Asked, asked, rounds
from sandbox.corpus.npm_audit.client import CannotAsk, Npm, Said
from sandbox.corpus.npm_audit.figures import Answer, markdown
from sandbox.corpus.npm_audit.registry import KEYS, Key, documents
from sandbox.corpus.npm_audit.run import audit
from sandbox.scenario import load, scenarios_in
from tests.documents import document, table

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIOS = ROOT / "scenarios"


@pytest.fixture
def npm(tmp_path: Path) -> None:
    """Skips where there is no npm, or an old one."""
    program = shutil.which("npm")
    if program is None:
        pytest.skip("there is no npm")
    try:
        Npm(program, tmp_path, "http://127.0.0.1:1", b"").version()
    except CannotAsk as why:
        pytest.skip(str(why))


@cache
def of(scenario: str) -> tuple[Asked, ...]:
    return tuple(asked(load(SCENARIOS / scenario)))


def forged(this: Asked) -> Asked:
    """With provenance whose signature is one of another text."""
    attestations = copy.deepcopy(list(this.attestations))
    key = ec.generate_private_key(ec.SECP256R1())
    signature = base64.b64encode(key.sign(b"another text", ec.ECDSA(SHA256()))).decode()
    attestations[0]["bundle"]["dsseEnvelope"]["signatures"][0]["sig"] = signature
    return replace(this, attestations=attestations)


@pytest.mark.usefixtures("npm")
def test_npm_verifies_what_was_signed_and_flags_what_was_not() -> None:
    key, stranger = Key(), Key()
    thiefs, other_text, other_key, unsigned, *_ = of("xrpl-2025")
    strangers, other_bytes = of("trap-n09-other-repository")
    honest = next(this for this in of("npm-intoto-provenance") if this.attestations and not this.rogue)
    forgery = forged(of("tanstack-2026")[0])
    served = {
        other_text.spec: [key.sign("another text")],
        other_key.spec: [stranger.signatures(other_key)[0] | {"keyid": key.id}],
        unsigned.spec: [],
    }
    everything = [thiefs, other_text, other_key, unsigned, strangers, other_bytes, honest, forgery]
    _, answers = audit(everything, key, lambda this: served.get(this.spec, key.signatures(this)))

    assert {
        thiefs.spec: Said.VERIFIED,
        other_text.spec: Said.SIGNATURE,
        other_key.spec: Said.SIGNATURE,
        unsigned.spec: Said.MISSING,
        strangers.spec: Said.VERIFIED,
        other_bytes.spec: Said.STOPPED,
        honest.spec: Said.VERIFIED,
        forgery.spec: Said.ATTESTATION,
    } == {answer.asked.spec: answer.said for answer in answers}
    assert thiefs.rogue
    assert strangers.rogue
    assert not thiefs.attestations
    assert strangers.attestations
    assert honest.attestations


@pytest.mark.usefixtures("npm")
@pytest.mark.e2e
def test_the_page_shows_what_npm_says_today(tmp_path: Path) -> None:
    copied = tmp_path / "corpus.md"
    copied.write_text((ROOT / "docs/corpus.md").read_text())
    answered = CliRunner().invoke(main, ["--page", str(copied)])

    assert 0 == answered.exit_code, answered.output
    shown, today = (
        re.sub(r"^npm \S+,", "npm,", page.tables_of(text.read_text(), BEGINS))
        for text in (ROOT / "docs/corpus.md", copied)
    )
    assert today == shown


def test_the_page_counts_every_npm_publication_of_the_corpus() -> None:
    everything = [this for directory in scenarios_in([SCENARIOS]) for this in of(directory.name)]
    counts = Counter(
        f"{'rogue' if this.rogue else 'honest'}, {'with' if this.attestations else 'without'} provenance"
        for this in everything
    )

    assert counts == {row[0]: int(row[1]) for row in table(document("docs/corpus.md"), "publications")}
    assert f"asked about {len(everything)} publications" in document("docs/corpus.md")


def test_the_registry_signs_name_version_and_integrity_of_everything() -> None:
    key, (this, *_) = Key(), of("xrpl-2025")
    served = {path: json.loads(body) for path, body in documents([this], key).items()}
    (shown,) = served[KEYS]["keys"]
    dist = served["/xrpl"]["versions"][this.version]["dist"]
    (signature,) = dist["signatures"]
    public = load_der_public_key(base64.b64decode(shown["key"]))

    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(
        base64.b64decode(signature["sig"]), f"xrpl@{this.version}:{dist['integrity']}".encode(), ec.ECDSA(SHA256())
    )
    assert key.id == shown["keyid"] == signature["keyid"]


def test_a_version_that_several_scenarios_tell_of_is_asked_about_in_a_round_of_its_own() -> None:
    both = [*of("xrpl-2025"), *of("xrpl-2025-configured")]
    made = rounds(both)

    assert [list(of("xrpl-2025")), list(of("xrpl-2025-configured"))] == made


def test_what_npm_flags_is_named_with_its_scenario() -> None:
    thiefs, then, *_ = of("xrpl-2025")
    told = markdown("11.0.0", [Answer(thiefs, Said.MISSING), Answer(then, Said.VERIFIED)], 7)

    assert "npm 11.0.0, asked about 2 publications" in told
    assert "it flags 1 of 2 rogue ones and 0 of 0 honest ones" in told
    assert f"Flagged: {thiefs.spec} in xrpl-2025 (missing signature). Not asked: 7" in told


def test_an_npm_that_is_too_old_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "npm"
    old.write_text("#!/bin/sh\necho 11.0.0\n")
    old.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    answered = CliRunner().invoke(main, [str(SCENARIOS / "axios-2026")])

    assert 1 == answered.exit_code
    assert "it is npm 11.0.0, and 11.17 or newer is needed" in answered.output


def test_without_npm_the_command_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answered = CliRunner().invoke(main, [str(SCENARIOS / "axios-2026")])

    assert 1 == answered.exit_code
    assert "npm cannot be asked: it is not installed" in answered.output
