"""What registries promise that show everything in one document, the same for each of them."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registries.anything import ANYTHING, places, quick, replaced
from tests.registries.documents import (
    GITHUB_CLAIMS,
    NPM,
    PYPI,
    READ_AT,
    SAMPLE,
    SCOPED,
    certificate,
    file,
    manifest,
    npm_attestation,
    packument,
    page,
    predicate,
    project,
    pypi_provenance,
    version,
)
from verifier.model import Artifact
from verifier.registries import npm, pypi
from verifier.registries.base import (
    Snapshot,
    Unreadable,
)

WHEEL = "sample_project-1.0-py3-none-any.whl"
MEMBERS: dict[str, tuple[ModuleType, Artifact, str, Any, Any]] = {
    "npm": (
        npm,
        SCOPED,
        NPM,
        packument({"1.0.0": manifest("1.0.0", dist={"attestations": {"url": "x"}}), "1.0.1-rc.1": manifest("1")}),
        {"attestations": [npm_attestation(predicate(), certificate=certificate(GITHUB_CLAIMS))]},
    ),
    "pypi": (
        pypi,
        SAMPLE,
        PYPI,
        project(file(WHEEL, provenance="x"), file("sample_project-1.1rc1.tar.gz"), versions=["1.0", "1.1rc1", "2"]),
        pypi_provenance(certificate(GITHUB_CLAIMS)),
    ),
}
each = pytest.mark.parametrize("name", list(MEMBERS))


@each
def test_it_asks_its_own_base_for_the_artifact_and_bounds_the_answer(name):
    registry, artifact, base, _, _ = MEMBERS[name]
    ask = registry.ask(artifact, base)

    assert ask.url.startswith("https://registry.example/")
    assert 0 < ask.limit <= 100 * 1024 * 1024


@each
def test_a_good_document_is_read_without_complaint(name):
    registry, artifact, _, document, _ = MEMBERS[name]
    found = registry.read(artifact, page(document), READ_AT)

    assert isinstance(found, Snapshot)
    assert () == found.unread
    assert 2 == len(found.versions)
    assert all(v.first_seen_at == READ_AT and v.published_at and v.files for v in found.versions)


@each
def test_a_prerelease_ranks_before_its_release(name):
    registry, artifact, _, document, _ = MEMBERS[name]
    first, candidate = registry.read(artifact, page(document), READ_AT).versions

    assert first.rank < candidate.rank
    assert ("release", "rc") == (first.line.channel, candidate.line.channel)


@each
def test_only_what_is_attested_is_asked_about_and_only_on_its_own_base(name):
    registry, artifact, base, document, _ = MEMBERS[name]
    attested, plain = registry.read(artifact, page(document), READ_AT).versions

    assert () == registry.ask_evidence(plain, base)
    [ask] = registry.ask_evidence(attested, base)
    assert ask.url.startswith("https://registry.example/")


@each
def test_an_attestation_is_handed_over_whole_with_the_name_that_its_subject_must_have(name):
    registry, artifact, _, _, evidence = MEMBERS[name]
    [found] = registry.read_evidence(version(artifact), page(evidence))

    assert (registry.SOURCE, "") == (found.source, found.problem)
    assert isinstance(json.loads(found.document), dict)
    assert 1 == len(found.names)


def check(name: str, body: bytes) -> None:
    """The promise to hold for any bytes: an answer, never an exception, and nothing that cannot be stored."""
    registry, artifact, _, _, _ = MEMBERS[name]
    found = registry.read(artifact, page(body), READ_AT)
    assert isinstance(found, (Snapshot, Unreadable))
    if isinstance(found, Unreadable):
        assert found.problem
    else:
        numbers = [v.number for v in (*found.versions, *found.removed)]
        assert len(numbers) == len(set(numbers))
        for each_version in (*found.versions, *found.removed):
            assert each_version.fingerprint
            assert each_version.number.isprintable()
            each_version.number.encode()
    for attestation in registry.read_evidence(version(artifact), page(body)):
        assert bool(attestation.problem) is not bool(attestation.document)


@each
@quick
@given(body=st.binary(max_size=200))
def test_any_bytes_get_an_answer(name, body):
    check(name, body)


@each
@quick
@given(data=st.data())
def test_a_document_cut_off_or_changed_anywhere_gets_an_answer(name, data):
    for document in MEMBERS[name][3:]:
        body = bytearray(json.dumps(document).encode())
        at = data.draw(st.integers(0, len(body) - 1))
        check(name, bytes(body[:at]))
        body[at] = data.draw(st.integers(0, 255))
        check(name, bytes(body))


@each
@settings(parent=quick, max_examples=200)
@given(data=st.data())
def test_a_document_with_anything_in_any_place_gets_an_answer(name, data):
    for document in MEMBERS[name][3:]:
        place = data.draw(st.sampled_from(places(document)))
        wrong = replaced(document, place, data.draw(ANYTHING))
        check(name, json.dumps(wrong).encode())


@each
@pytest.mark.parametrize("opening", ["[", '{"versions":', '{"files":[', '{"attestations":['])
def test_nesting_without_end_gets_an_answer(name, opening):
    check(name, opening.encode() * 50_000)
