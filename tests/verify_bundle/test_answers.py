"""`verify-bundle`: one answer for each file, and only what a signature proves is called a claim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.trust.root import shipped
from app.trust.verify_bundle import LIMIT, LINES, Expected, look
from tests.evidence.private import (
    AT,
    PURL,
    RUN,
    SHA256_HEX,
    SHA512_HEX,
    SIGSTORE,
    keys,
    pep740,
    receipt,
    statement,
)
from tests.verify_bundle.command import PARTS, Command, attestation, npm, provenance, signed, spoilt, stranger


@pytest.mark.parametrize(
    "document",
    [
        signed(),
        signed("https://slsa.dev/provenance/v0.2"),
        signed(media="v0.2"),
        attestation(signed()),
        npm(signed()),
        npm(signed(), signed()),
        provenance(attestation(signed())),
    ],
    ids=["bundle", "slsa-0.2", "bundle-0.2", "pep740", "npm", "npm-two", "provenance"],
)
def test_good_provenance_is_verified_in_whatever_document_it_comes(command: Command, document: Any) -> None:
    said, code = command.json(document)

    assert ("verified", "", "provenance", False, 0) == (
        *(said[key] for key in ("answer", "reason", "class", "promised")),
        code,
    )
    claims = said["claims"]
    assert {"repository": "alice/widget", "repository_id": 7, "owner_id": 70, "run_id": 42, "attempt": 2} == {
        key: claims[key] for key in ("repository", "repository_id", "owner_id", "run_id", "attempt")
    }
    assert (RUN.issuer, RUN.identity, "push", "github-hosted") == tuple(
        claims[key] for key in ("issuer", "identity", "event", "runner")
    )
    assert [{"name": PURL, "digests": [f"sha256:{SHA256_HEX}", f"sha512:{SHA512_HEX}"]}] == claims["subjects"]


@pytest.mark.parametrize(("kind", "media"), [("intoto", "v0.2"), ("hashedrekord-v2", "v0.3")])
def test_every_kind_of_log_entry_is_verified(command: Command, kind: Any, media: Any) -> None:
    said, _ = command.json(SIGSTORE.sign(statement(), RUN, AT, kind, media))

    assert ("verified", False) == (said["answer"], said["promised"])


def test_what_a_run_published_to_a_python_index_is_its_word_too(command: Command) -> None:
    said, _ = command.json(provenance(pep740()))

    assert ("verified", "publish", False) == (said["answer"], said["class"], said["keyed"])
    assert 42 == said["claims"]["run_id"]


def test_what_the_log_only_promised_to_take_in_is_marked(command: Command) -> None:
    promised = signed(media="v0.1", proof=False)

    said, code = command.json(promised)

    assert ("verified", True, 0) == (said["answer"], said["promised"], code)
    assert "only promised by its log" in command.run(command.file(promised)).output


@pytest.mark.parametrize(
    ("document", "answer", "code"),
    [
        (spoilt(), "failed", 1),
        (stranger(), "cannot_verify", 3),
        (b"", "none", 1),
        (npm(), "none", 1),
        (provenance(), "none", 1),
        (b"no json", "failed", 1),
        ([], "failed", 1),
        ({}, "failed", 1),
        ({"attestations": 7}, "failed", 1),
        ({"attestations": [7]}, "failed", 1),
        (b"\xff" * 100, "failed", 1),
        (b" " + b"[" * 200_000, "failed", 1),
        (b"1" * (8 * 1024 * 1024), "failed", 1),
        (b"1" * (8 * 1024 * 1024 + 1), "cannot_verify", 2),
        (json.dumps(signed()).replace("{", '{"mediaType": "x",', 1).encode(), "failed", 1),
    ],
)
def test_everything_else_has_its_own_answer_a_reason_and_no_claims(
    command: Command, document: object, answer: str, code: int
) -> None:
    said, exited = command.json(document)

    assert (answer, code, {}) == (said["answer"], exited, said["claims"])
    assert said["reason"]


def test_a_file_that_is_too_large_is_said_to_be_and_nothing_of_it_is_called_wrong(command: Command) -> None:
    said, _ = command.json(json.dumps(signed()).encode() + b" " * LIMIT)

    assert ("cannot_verify", "unknown") == (said["answer"], said["class"])
    assert "more than 8388608 bytes" in said["reason"]


def json_lines(*documents: object, end: str = "\n") -> bytes:
    """As `gh attestation download` writes them: a bundle on each line."""
    return "".join(json.dumps(one) + end for one in documents).encode()


@pytest.mark.parametrize(
    ("documents", "answer", "code"),
    [
        ((signed(), signed()), "verified", 0),
        ((signed(), attestation(signed())), "verified", 0),
        ((signed(), signed(PARTS)), "verified", 0),
        ((signed(), stranger()), "cannot_verify", 3),
        ((signed(), stranger(), spoilt()), "failed", 1),
        ((signed(), 7), "failed", 1),
        ((signed(), {}), "failed", 1),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n \n"])
def test_json_lines_are_as_good_as_the_worst_of_their_build_evidence(
    command: Command, documents: tuple[object, ...], answer: str, code: int, end: str
) -> None:
    said, exited = command.json(json_lines(*documents, end=end))

    assert (answer, code) == (said["answer"], exited)
    assert len(documents) == len(said["attestations"])


def test_a_line_cut_in_the_middle_fails_the_file(command: Command) -> None:
    assert "failed" == command.json(json_lines(signed(), signed())[:-9])[0]["answer"]


def test_one_line_is_the_bundle_itself(command: Command) -> None:
    said, code = command.json(json_lines(signed()))

    assert ("verified", 0) == (said["answer"], code)
    assert "attestations" not in said


@pytest.mark.parametrize(
    ("count", "answer"), [(LINES, "failed"), (LINES + 1, "cannot_verify"), (500_000, "cannot_verify")]
)
def test_only_so_many_lines_are_read_and_more_are_not_verified_in_part(
    command: Command, count: int, answer: str
) -> None:
    said, _ = command.json(b'{"a":1}\n' * count)

    assert answer == said["answer"]
    assert len(said.get("attestations", [])) == (count if answer == "failed" else 0)


def test_what_is_not_verified_is_shown_as_what_it_says_of_itself_and_never_as_a_claim(command: Command) -> None:
    said, _ = command.json(stranger())

    assert ({}, "alice/widget", "unknown") == (said["claims"], said["unproven"]["repository"], said["class"])
    assert "only what it says of itself" in command.run(command.file(stranger())).output
    assert {} == command.json(signed())[0]["unproven"]


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        (npm(signed(), spoilt()), "failed"),
        (npm(stranger(), signed()), "cannot_verify"),
        (npm(stranger(), spoilt(), signed()), "failed"),
        (npm(signed(), signed(PARTS)), "verified"),
        (npm(signed(PARTS)), "verified"),
        (npm(signed(PARTS), spoilt()), "failed"),
        (provenance(attestation(signed()), attestation(stranger())), "cannot_verify"),
        (provenance(attestation(signed()), {}), "failed"),
    ],
)
def test_a_document_of_several_is_as_good_as_the_worst_of_its_build_evidence(
    command: Command, document: dict[str, Any], answer: str
) -> None:
    said, _ = command.json(document)
    held = document.get("attestations") or document["attestation_bundles"][0]["attestations"]

    assert answer == said["answer"]
    assert len(held) == len(said["attestations"])


def test_a_registrys_receipt_never_makes_a_document_verified_provenance(command: Command) -> None:
    """It says that the registry accepted a version, not where that was built."""
    given = ("--keys", command.file(keys(), "keys.json"))

    alone, _ = command.json(npm(receipt()), *given)
    assert ("verified", "publish", True) == (alone["answer"], alone["class"], alone["keyed"])
    for beside, answer in ((spoilt(), "failed"), (stranger(), "cannot_verify"), (signed(), "verified")):
        said, _ = command.json(npm(receipt(), beside), *given)
        assert (answer, False) == (said["answer"], said["keyed"])
        assert ["verified", answer] == [one["answer"] for one in said["attestations"]]


def test_a_receipt_without_the_registrys_keys_leaves_the_provenance_beside_it_as_good_as_it_is(
    command: Command,
) -> None:
    said, code = command.json(npm(receipt(), signed()))

    assert ("verified", "provenance", 0) == (said["answer"], said["class"], code)
    alone, code = command.json(npm(receipt()))
    assert ("cannot_verify", 3) == (alone["answer"], code)


def test_a_word_that_is_no_provenance_is_never_called_so(command: Command) -> None:
    said, _ = command.json(npm(signed(PARTS)))

    assert ("verified", "other") == (said["answer"], said["class"])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300)
    | st.from_regex(rb"(\{(\"a\": ?[\[\]1])?\}?[\r\n]*){1,5}")
    | st.from_regex(rb"\{\"(attestations|attestation_bundles|envelope)\": [\[\]{}1,]*\}")
)
def test_any_bytes_have_an_answer(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)

    assert look(path, shipped(), Expected()).deciding.answer in ("failed", "none", "cannot_verify")
