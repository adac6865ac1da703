"""What is read from hostile text: statements, predicates, names. It is read, refused in words, or passed over."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.private import (
    CALLED,
    COMMIT,
    EXTENSIONS,
    PURL,
    SLSA,
    TRUST,
    bundle,
    claims,
    document,
    predicate,
    statement,
)
from verifier.document import Malformed, strict
from verifier.evidence import Answer, check
from verifier.evidence.claims import GITHUB_ACTIONS, Claims
from verifier.evidence.names import named
from verifier.evidence.predicate import disagreement
from verifier.evidence.statement import Statement, Subject, read
from verifier.model import Form

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
SIGNER = Claims(
    issuer=GITHUB_ACTIONS,
    identity=CALLED,
    repository="alice/widget",
    repository_id=7,
    owner_id=70,
    workflow=".github/workflows/release.yml",
    workflow_ref="refs/tags/v1.0.0",
    ref="refs/tags/v1.0.0",
    event="push",
    commit=COMMIT,
    run_id=42,
    attempt=2,
)
OLD = {
    "invocation": {
        "configSource": {
            "uri": "git+https://github.com/alice/widget@refs/tags/v1.0.0",
            "digest": {"sha1": COMMIT},
            "entryPoint": ".github/workflows/release.yml",
        },
        "environment": {
            "GITHUB_REPOSITORY": "Alice/Widget",
            "GITHUB_REPOSITORY_ID": "7",
            "GITHUB_RUN_ID": 42,
            "github_run_attempt": "2",
            "GITHUB_WORKFLOW_REF": "alice/widget/.github/workflows/release.yml@refs/tags/v1.0.0",
        },
    }
}


def about(said: object, kind: str = SLSA) -> Statement:
    return Statement(kind, said, (Subject(PURL, ()),))


@pytest.mark.parametrize("said", [predicate(), OLD, {}, None, []])
def test_a_text_that_agrees_contradicts_nothing(said):
    assert disagreement(about(said), SIGNER) == ""


@pytest.mark.parametrize(
    ("path", "lie"),
    [
        (("buildDefinition", "externalParameters", "workflow", "repository"), "https://github.com/alice/widget2"),
        (("buildDefinition", "externalParameters", "workflow", "path"), ".github/workflows/test.yml"),
        (("buildDefinition", "externalParameters", "workflow", "ref"), "refs/heads/main"),
        (("buildDefinition", "internalParameters", "github", "event_name"), "release"),
        (("buildDefinition", "internalParameters", "github", "repository_id"), "8"),
        (("buildDefinition", "internalParameters", "github", "repository_owner_id"), 71),
        (("buildDefinition", "resolvedDependencies", 0, "uri"), "git+https://github.com/alice/widget@refs/heads/x"),
        (("buildDefinition", "resolvedDependencies", 0, "digest", "gitCommit"), "d2" * 20),
        (("runDetails", "metadata", "invocationId"), "https://github.com/alice/widget/actions/runs/42/attempts/1"),
    ],
)
def test_every_field_of_new_provenance_that_lies_is_found(path, lie):
    assert disagreement(about(changed(predicate(), path, lie)), SIGNER)


@pytest.mark.parametrize(
    ("path", "lie"),
    [
        (("invocation", "configSource", "uri"), "git+https://github.com/mallory/widget@refs/tags/v1.0.0"),
        (("invocation", "configSource", "digest", "sha1"), "d2" * 20),
        (("invocation", "configSource", "entryPoint"), "alice/widget/.github/workflows/test.yml@refs/heads/main"),
        (("invocation", "environment", "GITHUB_REPOSITORY"), "mallory/widget"),
        (("invocation", "environment", "GITHUB_REPOSITORY_ID"), 8),
        (("invocation", "environment", "GITHUB_RUN_ID"), "43"),
        (("invocation", "environment", "github_run_attempt"), "1"),
        (("invocation", "environment", "GITHUB_WORKFLOW_REF"), "alice/widget/.github/workflows/x.yml@refs/tags/v1.0.0"),
    ],
)
def test_every_field_of_old_provenance_that_lies_is_found(path, lie):
    assert disagreement(about(changed(OLD, path, lie)), SIGNER)


def changed(said, path, lie):
    found = copy.deepcopy(said)
    at = found
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = lie
    return found


def test_only_what_the_certificate_says_too_is_compared():
    assert disagreement(about(predicate()), Claims(issuer=GITHUB_ACTIONS, repository="alice/widget")) == ""
    elsewhere = Claims(issuer="https://gitlab.com", repository="bob/widget")
    assert disagreement(about(predicate()), elsewhere) == ""


@given(ANYTHING)
def test_any_predicate_is_compared_or_passed_over(said):
    assert isinstance(disagreement(about(said), SIGNER), str)


@given(st.binary(max_size=200) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_payload_is_read_or_refused_in_words(payload):
    try:
        found = read(payload)
    except Malformed as refused:
        assert str(refused)
    else:
        assert found.subjects


@given(st.dictionaries(st.sampled_from(["_type", "subject", "predicateType", "predicate"]), ANYTHING))
def test_a_statement_with_any_fields_is_read_or_refused_in_words(fields):
    try:
        read(json.dumps({**json.loads(statement()), **fields}).encode())
    except Malformed as refused:
        assert str(refused)


@given(st.lists(st.text(max_size=40)), st.lists(st.text(max_size=40)))
def test_a_name_is_compared_whatever_it_is(subjects, names):
    found = named(Statement(SLSA, None, tuple(Subject(name, ()) for name in subjects)), names)
    assert found or not set(subjects) & set(names)
    assert found is True or names


@pytest.mark.parametrize(
    "spoiled",
    [
        b'{"a": 1, "a": 2}',
        b'[{"x": {"a": 1, "a": 1}}]',
        b'{"a": Infinity}',
        b'{"a": NaN}',
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b"",
        b"[" * 50_000,
        b"9" * 5000,
    ],
)
def test_text_that_two_readers_could_read_differently_is_refused(spoiled):
    with pytest.raises(Malformed):
        strict(spoiled, 100_000)


def test_text_that_is_too_long_is_refused_before_it_is_read():
    assert strict(b"[1]", 3) == [1]
    with pytest.raises(Malformed, match="at most 2"):
        strict(b"[1]", 2)


@given(ANYTHING)
def test_what_a_json_writer_wrote_is_read_as_it_was(value):
    assert strict(json.dumps(value).encode(), 1_000_000) == value


@pytest.mark.parametrize(
    "lie",
    [
        {15: "0"},
        {15: "seven"},
        {17: "9" * 19},
        {12: "https://gitlab.com/alice/widget"},
        {18: "https://github.com/mallory/widget/.github/workflows/release.yml@refs/heads/main"},
        {21: "https://github.com/mallory/widget/actions/runs/42/attempts/2"},
        {21: "https://github.com/alice/widget/actions/runs/42"},
        {1: "https://gitlab.com"},
    ],
)
def test_a_certificate_that_contradicts_itself_is_believed_in_nothing(lie):
    assert set(EXTENSIONS) >= set(lie) - {1}, "each of these stands in a good certificate"
    found = check(document(bundle(signer=claims(lie))), Form.BUNDLE, TRUST)
    assert (found.answer, found.signer) == (Answer.FAILED, None)
    assert "certificate" in found.reason
