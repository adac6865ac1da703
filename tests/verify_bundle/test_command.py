"""`verify-bundle`: its options, its exit codes, and what it shows to people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.main import main
from tests.evidence.private import PURL, SHA256_HEX, SHA512_HEX
from tests.verify_bundle.command import OTHER, SUBJECT, Command, attestation, npm, signed, spoilt, stranger

ONE = {"name": "one", "digest": {"sha256": "01" * 32}}
TWO = {"name": "two", "digest": {"sha256": "02" * 32}}


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("--subject", PURL), "verified"),
        (("--subject", "pkg:npm/@alice/widget@1.0.0"), "verified"),
        (("--digest", f"sha512:{SHA512_HEX}"), "verified"),
        (("--digest", f"SHA256:{SHA256_HEX.upper()}", "--subject", PURL), "verified"),
        (("--subject", "pkg:npm/%40alice/widget@1.0.1"), "failed"),
        (("--digest", f"sha256:{'ef' * 32}"), "failed"),
        (("--digest", f"sha384:{'ab' * 48}"), "failed"),
        (("--digest", f"sha512:{SHA512_HEX}", "--subject", "pkg:npm/other@1.0.0"), "failed"),
    ],
)
def test_what_is_about_something_else_fails_however_well_it_is_signed(
    command: Command, arguments: tuple[str, ...], answer: str
) -> None:
    for document in (signed(), npm(signed()), attestation(signed())):
        said, code = command.json(document, *arguments)

        assert (answer, 0 if answer == "verified" else 1) == (said["answer"], code)
        assert bool(said["reason"]) is (answer == "failed")


def test_a_subject_and_a_digest_must_be_of_one_and_the_same_file(command: Command) -> None:
    document = signed("https://slsa.dev/provenance/v1", ONE, TWO)

    own, _ = command.json(document, "--subject", "two", "--digest", f"sha256:{'02' * 32}")
    others, _ = command.json(document, "--subject", "one", "--digest", f"sha256:{'02' * 32}")

    assert ("verified", "failed") == (own["answer"], others["answer"])


@pytest.mark.parametrize("digest", ["sha256", "sha256:", "sha1:" + "ab" * 20, "sha256:" + "g" * 64, "ab" * 32])
def test_a_digest_that_cannot_be_meant_is_a_usage_error(command: Command, digest: str) -> None:
    result = command.run(command.file(signed()), "--digest", digest)

    assert 2 == result.exit_code
    assert "digest" in result.output


@pytest.fixture
def files(command: Command) -> tuple[Path, Path, Path, Path]:
    """A good one, a bad one, one of an unknown Sigstore, and one that is not there."""
    good, bad, strange = (
        command.file(document, name)
        for document, name in ((signed(), "good.json"), (spoilt(), "bad.json"), (stranger(), "strange.json"))
    )
    return good, bad, strange, good.with_name("missing.json")


def test_every_file_has_one_line_in_their_order_and_one_bad_file_stops_no_other(
    command: Command, files: tuple[Path, Path, Path, Path]
) -> None:
    good, bad, strange, missing = files
    given = [bad, missing, good.parent, strange, good]

    lines = [json.loads(line) for line in command.run("--json", *given).output.splitlines()]

    assert [str(file) for file in given] == [line["file"] for line in lines]
    answers = ["failed", "cannot_verify", "cannot_verify", "cannot_verify", "verified"]
    assert answers == [line["answer"] for line in lines]
    assert "cannot be read" in lines[1]["reason"]


def test_the_exit_code_tells_a_missing_file_from_a_failure_from_what_cannot_be_verified(
    command: Command, files: tuple[Path, Path, Path, Path]
) -> None:
    good, bad, strange, missing = files

    assert [0, 1, 3, 1, 2] == [
        command.run(*given).exit_code
        for given in ([good], [good, bad], [good, strange], [strange, bad], [bad, missing])
    ]


def test_people_are_shown_the_run_and_what_it_signed(command: Command) -> None:
    said = command.run(command.file(npm(signed()))).output

    for part in ("✔", "verified (provenance)", "alice/widget", "42", PURL, f"sha512:{SHA512_HEX}", "2026-03-01 12:00"):
        assert part in said


def test_text_from_outside_cannot_move_the_cursor_or_turn_the_line_around(command: Command) -> None:
    hostile = {**SUBJECT, "name": "pkg:npm/\u202egnp.exe"}
    path = command.file(signed("https://slsa.dev/provenance/v1", hostile), "a\x1b[31m\u202e.json")

    said = command.run(path).output

    assert not {"\x1b", "\u202e"} & set(said)


def test_without_a_trust_root_the_one_that_is_configured_counts_and_no_other_setting_is_looked_at(
    command: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(command.file(signed()))
    assert 3 == CliRunner().invoke(main, ["verify-bundle", file]).exit_code

    monkeypatch.setenv("TRUST_ROOT", str(root))
    monkeypatch.setenv("GITHUB_PRIVATE_KEY", "not a key")
    assert 0 == CliRunner().invoke(main, ["verify-bundle", file]).exit_code


def test_a_trust_root_that_is_given_comes_before_a_configured_one(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUST_ROOT", "/no/such/file")

    assert 0 == command.run(command.file(signed())).exit_code


def test_several_trust_roots_count_together(command: Command) -> None:
    another = command.file(OTHER.trusted_root(), "another.json")

    assert 0 == command.run("--trust-root", another, command.file(stranger()), command.file(signed())).exit_code


@pytest.mark.parametrize(
    "document", [b"{}", b'{"mediaType": "x", "tlogs": 7}', b"-----BEGIN PUBLIC KEY-----", b"[]", b"\xff"]
)
def test_what_is_no_trust_root_is_called_so_in_words_without_a_librarys_dump(command: Command, document: bytes) -> None:
    said = command.run("--trust-root", command.file(document, "not.json"), command.file(signed())).output

    assert "is not a Sigstore trusted_root.json" in said
    assert not any(word in said for word in ("pydantic", "validation", "TrustedRoot"))


@pytest.mark.parametrize("option", ["--trust-root", "--keys"])
def test_a_trust_root_that_cannot_be_used_is_one_line(command: Command, option: str) -> None:
    result = command.run(option, command.file(b"{}", "not.json"), command.file(signed()))

    assert 2 == result.exit_code
    assert 1 == len(result.output.splitlines())
