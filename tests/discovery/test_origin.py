"""Whose a package is, as its registry says: forms of addresses, and what of several counts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.discovery.origin import Said, Word, compare, python_claims, repository


@pytest.mark.parametrize(
    "address",
    [
        "alice/widget",
        "github:alice/widget",
        "https://github.com/alice/widget",
        "https://www.github.com/alice/widget/",
        "git+https://github.com/alice/widget.git",
        "git+ssh://git@github.com/alice/widget.git#main",
        "git@github.com:alice/widget.git",
        "git://github.com/alice/widget.git",
        "https://user@github.com/alice/widget/tree/main/packages/a",
    ],
)
def test_every_form_of_an_address_names_the_same_repository(address):
    assert "alice/widget" == repository(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        None,
        {"url": "x"},
        "https://gitlab.com/alice/widget",
        "https://github.com.evil.example/alice/widget",
        "https://evil.example/github.com/alice/widget",
        "https://gist.github.com/alice/1234",
        "https://github.com/alice",
        "https://github.com/sponsors/alice",
        "a" * 5_000,
    ],
)
def test_what_is_no_repository_on_github_names_none(address):
    assert repository(address) is None


def test_a_server_of_ones_own_is_the_only_one_that_counts_there():
    assert "alice/widget" == repository("https://git.corp.example/alice/widget", "git.corp.example")
    assert repository("https://github.com/alice/widget", "git.corp.example") is None


def project(urls: dict[str, str] | None, home: str | None = None) -> bytes:
    return json.dumps({"info": {"project_urls": urls, "home_page": home}}).encode()


@pytest.mark.parametrize(
    ("body", "claims"),
    [
        (
            project({"Source Code": "https://github.com/alice/widget", "Docs": "https://github.com/alice/docs"}),
            ("alice/widget",),
        ),
        (
            project({"Homepage": "https://github.com/alice/widget", "Sponsor": "https://github.com/sponsors/alice"}),
            ("alice/widget",),
        ),
        (project(None, "https://github.com/alice/widget"), ("alice/widget",)),
        (project({"Homepage": "https://widget.example"}), ()),
        (b"{", ()),
        (b'{"info": []}', ()),
    ],
)
def test_a_python_project_names_its_source_first_and_any_link_else(body, claims):
    assert claims == python_claims(body)


def test_a_package_agrees_when_it_names_the_repository_in_any_case():
    assert Said(Word.AGREES) == compare(("Alice/Widget",), "alice/widget")


def test_a_package_that_names_another_repository_is_not_ours_and_one_that_names_none_is_silent():
    assert Said(Word.OTHER, "bob/widget") == compare(("bob/widget",), "alice/widget")
    assert Word.SILENT is compare((), "alice/widget").word


@given(st.text(max_size=300) | st.binary(max_size=100))
def test_hostile_addresses_and_documents_never_raise(text):
    named = repository(text)

    assert named is None or named.count("/") == 1
    assert isinstance(python_claims(text if isinstance(text, bytes) else text.encode()), tuple)
