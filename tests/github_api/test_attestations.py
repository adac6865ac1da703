"""GitHub's attestations of a file: what is asked, in which forms a bundle comes, and what a hostile one cannot do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.github.attestations import LIMIT, MOST, SOURCE, Held, held_for, unpacked
from app.github.installation import GitHub, Renamed
from checks.base import Permanent, Temporary
from tests.github_api.pretend import Pretend, repository_json
from verifier.document import Malformed
from verifier.model import Form, Repository
from verifier.registries.base import Absent, Ask, Page, Unreadable

AT = datetime(2026, 1, 1, tzinfo=UTC)
REPOSITORY = Repository(10, 5, "owner/name", AT, "main", installation_id=1)
DIGEST = "sha256:" + "ab" * 32
PATH = f"/repos/owner/name/attestations/{DIGEST}"
BUNDLE = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {}, "padding": "x" * 99}
PACKED = bytes(cramjam.snappy.compress_raw(json.dumps(BUNDLE).encode()))
ADDRESS = "https://bundles.example/one?sig=secret"


class Shelf:
    """Where bundles lie. `answer` is what every address gives."""

    def __init__(self, answer: bytes | str | None = PACKED) -> None:
        self.answer = answer
        self.asked: list[Ask] = []

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        self.asked.append(ask)
        match self.answer:
            case None:
                return Absent(ask.url)
            case str(problem):
                return Unreadable(ask.url, problem)
            case body:
                return Page(ask.url, 200, body)


def item(**changes: Any) -> dict[str, Any]:
    return {"repository_id": 10, "bundle": None, "bundle_url": ADDRESS, "initiator": "user", **changes}


def held(github: GitHub, shelf: Shelf | None = None) -> Held:
    return held_for(github, shelf or Shelf(), REPOSITORY, DIGEST)


def test_it_asks_once_for_provenance_of_exactly_this_digest(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", PATH, {"attestations": []})

    assert Held() == held(github)
    [request] = pretend.asked("GET", PATH)
    assert {"predicate_type": "provenance", "per_page": str(MOST)} == dict(request.url.params)


def test_a_bundle_that_stands_in_the_list_is_taken_from_there(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", PATH, {"attestations": [item(bundle=BUNDLE, bundle_url=None)]})
    shelf = Shelf()

    [found] = held(github, shelf).attestations

    assert (SOURCE, Form.BUNDLE, (), "") == (found.source, found.form, found.names, found.problem)
    assert BUNDLE == json.loads(found.document)
    assert [] == shelf.asked


@pytest.mark.parametrize("body", [PACKED, json.dumps(BUNDLE).encode()], ids=["snappy", "plain"])
def test_a_bundle_that_lies_elsewhere_is_fetched_packed_or_plain(pretend: Pretend, github: GitHub, body: bytes) -> None:
    pretend.on("GET", PATH, {"attestations": [item()]})
    shelf = Shelf(body)

    [found] = held(github, shelf).attestations

    assert BUNDLE == json.loads(found.document)
    assert [(ADDRESS, LIMIT)] == [(ask.url, ask.limit) for ask in shelf.asked]


def test_a_digest_that_github_does_not_know_has_none(pretend: Pretend, github: GitHub) -> None:
    assert Held() == held(github)


def test_a_repository_that_is_gone_is_not_one_without_attestations(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", "/repositories/10", repository_json(full_name="owner/renamed"))

    with pytest.raises(Renamed, match="owner/renamed now"):
        held(github)


def test_an_outage_is_not_a_digest_without_attestations(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", PATH, {"message": "sorry"}, status=502)

    with pytest.raises(Temporary):
        held(github)


@pytest.mark.parametrize("answer", [[], {}, {"attestations": None}, {"attestations": {}}, None])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(pretend: Pretend, github: GitHub, answer: Any) -> None:
    pretend.on("GET", PATH, answer)

    with pytest.raises(Permanent):
        held(github)


@pytest.mark.parametrize(("answer", "why"), [(None, "not there"), ("It refuses us (403).", "refuses us")])
def test_a_bundle_that_could_not_be_fetched_is_told_apart_from_one_that_is_wrong(
    pretend: Pretend, github: GitHub, answer: str | None, why: str
) -> None:
    pretend.on("GET", PATH, {"attestations": [item(), item(bundle=BUNDLE)]})

    found = held(github, Shelf(answer))

    assert 1 == len(found.attestations)
    assert why in found.unread[0]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (7, "an attestation is a number"),
        (item(bundle_url=None), "neither a bundle nor the address"),
        (item(bundle=[], bundle_url=7), "neither a bundle nor the address"),
    ],
)
def test_an_entry_that_is_none_is_a_problem_and_hides_no_other(
    pretend: Pretend, github: GitHub, entry: Any, problem: str
) -> None:
    pretend.on("GET", PATH, {"attestations": [entry, item(bundle=BUNDLE)]})

    broken, good = held(github).attestations

    assert problem in broken.problem
    assert good.document


def test_whoever_uploads_thousands_costs_no_more_than_thirty_fetches(pretend: Pretend, github: GitHub) -> None:
    pretend.on("GET", PATH, {"attestations": [item()] * 1000})
    shelf = Shelf()

    assert MOST == len(held(github, shelf).attestations) == len(shelf.asked)


def announcing(size: int) -> bytes:
    """Snappy's header for so many bytes, and little behind it."""
    header = bytearray()
    while size > 127:
        header.append(size & 127 | 128)
        size >>= 7
    return bytes((*header, size)) + b"\x00x"


def test_a_bundle_is_measured_before_it_is_unpacked() -> None:
    with pytest.raises(Malformed, match=f"at most {LIMIT}"):
        unpacked(announcing(LIMIT + 1))
    with pytest.raises(Malformed, match="bytes unpacked"):
        unpacked(announcing(2**32 - 1))


@given(st.binary(max_size=64))
def test_bytes_that_are_neither_json_nor_packed_are_refused_in_words(body: bytes) -> None:
    try:
        unpacked(body)
    except Malformed as error:
        assert str(error)


@given(st.binary(max_size=2000))
def test_what_was_packed_comes_out_as_it_went_in(content: bytes) -> None:
    packed = bytes(cramjam.snappy.compress_raw(content))

    assert content == unpacked(packed) or packed[:1] == b"{"
