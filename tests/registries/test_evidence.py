"""Attestations as registries serve them: taken apart one by one, and nothing that was announced gets lost."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registries.documents import (
    GITHUB_CLAIMS,
    OLD_PREDICATE,
    PUBLISH_RECEIPT,
    SAMPLE,
    SCOPED,
    SLSA_V02,
    certificate,
    npm_attestation,
    page,
    predicate,
    pypi_provenance,
    version,
)
from verifier.document import parse
from verifier.model import Attestation, Form
from verifier.registries import npm, pypi
from verifier.registries.attestations import MOST, written
from verifier.registries.base import Page

WHEEL = "sample_project-1.0-py3-none-any.whl"
ASKED = f"https://registry.example/integrity/sample-project/1.0/{WHEEL}/provenance"


def from_npm(document: object, number: str = "1.0.0") -> tuple[Attestation, ...]:
    return npm.read_evidence(version(number=number), page(document))


def from_pypi(document: object, url: str = ASKED) -> tuple[Attestation, ...]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return pypi.read_evidence(version(SAMPLE, "1.0"), Page(url, 200, body))


def test_every_bundle_that_npm_serves_is_handed_over_in_its_order() -> None:
    """npm's own receipt too: what an attestation is, only its signed text says."""
    served = [npm_attestation({"name": "x"}, PUBLISH_RECEIPT), npm_attestation(OLD_PREDICATE, SLSA_V02)]

    found = from_npm({"attestations": served})

    assert [entry["bundle"] for entry in served] == [json.loads(a.document) for a in found]
    assert {Form.BUNDLE} == {a.form for a in found}


def test_the_predicate_type_beside_a_bundle_changes_nothing() -> None:
    """It is unsigned: the registry, or who stands between, may write anything there."""
    entry = npm_attestation(predicate())

    assert from_npm({"attestations": [entry]}) == from_npm({"attestations": [{**entry, "predicateType": "x"}]})


def test_an_npm_subject_must_be_the_purl_of_exactly_this_version() -> None:
    [found] = from_npm({"attestations": [npm_attestation(predicate())]}, "1.0.0-rc.1")

    assert (f"{SCOPED.purl}@1.0.0-rc.1",) == found.names
    assert found.names[0].startswith("pkg:npm/%40alice/widget@")


def test_every_attestation_of_a_python_file_is_handed_over_whoever_its_index_names_beside_it() -> None:
    """The publisher beside them is the index's word; a run that we could see or not is the certificate's to say."""
    one, other = pypi_provenance(certificate(GITHUB_CLAIMS)), pypi_provenance(None, kind="GitLab", repository=None)
    document = {"version": 1, "attestation_bundles": one["attestation_bundles"] + other["attestation_bundles"]}

    found = from_pypi(document)

    assert [bundle["attestations"][0] for bundle in document["attestation_bundles"]] == [
        json.loads(a.document) for a in found
    ]
    assert {Form.PEP740} == {a.form for a in found}


@pytest.mark.parametrize(
    ("path", "name"),
    [(WHEEL, WHEEL), ("sample_project-1.0%2Blocal.tar.gz", "sample_project-1.0+local.tar.gz")],
)
def test_a_python_subject_must_be_the_file_that_was_asked_for(path: str, name: str) -> None:
    [found] = from_pypi(
        pypi_provenance(None), f"https://registry.example/integrity/sample-project/1.0/{path}/provenance"
    )

    assert (name,) == found.names


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "it is not JSON"),
        ([], "the document is a list where an object belongs."),
        ({}, "attestations is missing where a list belongs."),
        ({"attestations": {}}, "attestations is an object where a list belongs."),
        ({"attestations": [1] * (MOST + 1)}, f"attestations has {MOST + 1} entries; at most {MOST} are read."),
        ({"attestations": [None]}, "an attestation is missing where an object belongs."),
        ({"attestations": [{"predicateType": "x"}]}, "bundle is missing where an object belongs."),
    ],
)
def test_what_npm_serves_and_cannot_be_taken_apart_is_a_problem_never_nothing(document: object, problem: str) -> None:
    [found] = from_npm(document)

    assert (npm.SOURCE, b"") == (found.source, found.document)
    assert problem in found.problem


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "it is not JSON"),
        ({}, "attestation_bundles is missing"),
        ({"attestation_bundles": [7]}, "an attestation bundle is a number"),
        ({"attestation_bundles": [{}]}, "attestations is missing"),
        ({"attestation_bundles": [{"attestations": ["x"]}]}, "an attestation is text"),
    ],
)
def test_what_an_index_serves_and_cannot_be_taken_apart_is_a_problem_never_nothing(
    document: object, problem: str
) -> None:
    [found] = from_pypi(document)

    assert (pypi.SOURCE, b"") == (found.source, found.document)
    assert problem in found.problem


@pytest.mark.parametrize(("groups", "each"), [(2, MOST // 2 + 1), (MOST, 2), (MOST // 2, 3)])
def test_attestations_are_bounded_for_the_whole_document_however_its_index_groups_them(groups: int, each: int) -> None:
    [one] = pypi_provenance(None)["attestation_bundles"]
    group = {**one, "attestations": one["attestations"] * each}

    [found] = from_pypi({"attestation_bundles": [group] * groups})

    assert b"" == found.document
    assert f"more than {MOST} attestations" in found.problem


def test_as_many_attestations_as_are_read_are_all_handed_over() -> None:
    [one] = pypi_provenance(None)["attestation_bundles"]
    group = {**one, "attestations": one["attestations"] * (MOST // 2)}

    found = from_pypi({"attestation_bundles": [group] * 2})

    assert MOST == len(found)
    assert not any(a.problem for a in found)


def test_one_broken_attestation_hides_no_other() -> None:
    found = from_npm({"attestations": [None, npm_attestation(predicate()), 7]})

    assert [True, False, True] == [bool(a.problem) for a in found]


@pytest.mark.parametrize("depth", [50, 900, 100_000])
def test_a_bundle_nested_deep_is_whole_or_cut_or_a_problem_and_never_an_exception(depth: int) -> None:
    [found] = from_npm(b'{"attestations": [{"bundle": {"a": ' + b"[" * depth + b"]" * depth + b"}}]}")

    assert found.problem or json.loads(found.document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_an_attestation_keeps_every_value_it_was_served_with(value: dict[str, object]) -> None:
    assert value == parse(written(value))
