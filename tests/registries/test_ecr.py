"""Amazon ECR: what a look at a private repository asks, what it sees, and what it does not believe."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registries.ecr_answers import (
    ABOUT,
    FIRST,
    HOST,
    IMAGE,
    INDEX,
    NOW,
    OCI,
    PLACE,
    POLLED,
    PUBLIC,
    digest,
    known,
    later,
    led,
    looked,
    manifests,
    page,
    shown,
)
from verifier.model import Artifact, Part, Version
from verifier.registries import ecr, ecr_public, registry_of
from verifier.registries.base import Absent, Call, Page, Snapshot, Unreadable
from verifier.registries.tags import moves


@pytest.mark.parametrize(
    ("host", "home"),
    [
        (HOST, ("123456789012", "eu-west-1")),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", ("123456789012", "us-gov-west-1")),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", ("123456789012", "cn-north-1")),
        ("123456789012.dkr-ecr.us-east-2.on.aws", ("123456789012", "us-east-2")),
    ],
)
def test_the_account_and_the_region_stand_in_the_host(host: str, home: tuple[str, str]) -> None:
    artifact = Artifact(f"pkg:oci/widget?repository_url={host}/team/widget")

    assert ecr.serves(host)
    assert ecr.Home(*home, "team/widget") == ecr.home_of(artifact)
    assert ecr is registry_of(artifact)


@pytest.mark.parametrize(
    "host",
    [
        "12345678901.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com.attacker.example",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com:5000",
        "123456789012.dkr.ecr.eu-west-1.attacker.example",
        "x.123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr.amazonaws.com",
        "123456789012.dkr.ecr.eu-west-1\n.amazonaws.com",
        "public.ecr.aws",
        "ghcr.io",
        "",
    ],
)
def test_no_other_host_is_taken_for_it(host: str) -> None:
    assert not ecr.serves(host)
    assert None is ecr.home_of(Artifact(f"pkg:oci/widget?repository_url={host}/team/widget"))


def test_the_first_look_is_one_call_and_shows_every_tag_with_its_digest_and_its_time() -> None:
    listed = page(shown(digest(1), "1.0.0", "latest"), shown(digest(2), "1.0.1-alpine", kind=INDEX))
    seen, asked = looked(FIRST, listed)

    assert [
        Call("ecr", "eu-west-1", "describe_images", {**ABOUT, "filter": {"tagStatus": "TAGGED"}, "maxResults": 1000})
    ] == asked
    assert {"1.0.0": digest(1), "latest": digest(1), "1.0.1-alpine": digest(2)} == {
        version.number: version.files[0].digests[0] for version in seen.versions
    }
    assert {POLLED} == {version.published_at for version in seen.versions}
    assert {"1.0.0": False, "latest": True, "1.0.1-alpine": False} == {v.number: v.moving for v in seen.versions}
    assert ((), (), False) == (seen.gone, seen.unread, seen.whole)


def test_an_unchanged_repository_of_a_thousand_tags_costs_one_call() -> None:
    tags = [f"1.0.{n}" for n in range(1000)]
    memory = later(*(known(tag, digest(tag)) for tag in tags))
    seen, asked = looked(memory, page(*(shown(digest(tag), tag) for tag in tags)))

    assert 1 == len(asked)
    assert [] == [v for v in moves(memory, seen, None) if v.files != memory.versions[v.number].files]


def test_pages_are_turned_to_the_last() -> None:
    seen, asked = looked(FIRST, page(shown(digest(1), "1.0.0"), token="t-1"), page(shown(digest(2), "1.0.1")))

    assert [None, "t-1"] == [call.parameters.get("nextToken") for call in asked]
    assert ["1.0.0", "1.0.1"] == [version.number for version in seen.versions]


def test_pages_without_end_are_given_up_in_a_sentence() -> None:
    pages = [page(shown(digest(n), f"1.0.{n}"), token="again") for n in range(ecr.MOST_PAGES)]
    seen, _ = led(ecr.look(IMAGE, PLACE, FIRST), *pages)

    assert isinstance(seen, Unreadable)
    assert "does not end" in seen.problem


def test_a_tag_moves_by_its_shape_or_because_its_publisher_says_so() -> None:
    listed = page(shown(digest(1), "latest", "1.0.0", "nightly-1"))
    seen, _ = looked(later(moving=("nightly-*",)), listed)

    assert {"latest": True, "1.0.0": False, "nightly-1": True} == {v.number: v.moving for v in seen.versions}


def test_a_tag_pushed_again_is_dated_by_the_push_of_its_new_digest() -> None:
    pushed = NOW - timedelta(minutes=2)
    memory = later(known("1.0.0", digest(1)))
    seen, _ = looked(memory, page(shown(digest(2), "1.0.0", pushed=pushed)))
    (moved,) = moves(memory, seen, None)

    assert (digest(2),) == moved.files[0].digests
    assert (pushed, pushed) == (moved.published_at, moved.span_of(moved.files[0]).since)


@pytest.mark.parametrize(
    ("pushed", "others"),
    [
        (NOW - timedelta(days=9), ()),
        (NOW - timedelta(minutes=8), ()),
        (NOW - timedelta(minutes=4), (known("2.0.0", digest(2)),)),
        (None, ()),
    ],
    ids=["pushed long ago", "pushed before the last look", "seen under another tag", "not dated"],
)
def test_a_tag_moved_to_an_old_digest_moved_between_two_looks(
    pushed: datetime | None, others: tuple[Version, ...]
) -> None:
    """Amazon dates the digest; when the tag was moved to it, nobody says."""
    memory = later(known("1.0.0", digest(1)), *others, seen={"1.0.0": POLLED})
    listed = [shown(digest(2), "1.0.0", *(v.number for v in others), pushed=pushed)]
    seen, _ = looked(memory, page(*listed))
    moved = next(v for v in moves(memory, seen, None) if v.number == "1.0.0")

    assert None is moved.published_at
    span = moved.span_of(moved.files[0])
    assert (POLLED, NOW) == (span.since, span.until)


def test_tags_that_are_no_longer_listed_are_gone() -> None:
    memory = later(known("1.0.0", digest(1)), known("1.0.1", digest(2)))
    seen, _ = looked(memory, page(shown(digest(1), "1.0.0")))

    assert ("1.0.1",) == seen.gone


def test_a_repository_that_is_not_there_has_no_tags() -> None:
    seen, _ = looked(later(known("1.0.0", digest(1))), Absent("aws:ecr"))

    assert ((), ("1.0.0",)) == (seen.versions, seen.gone)


def test_nothing_is_gone_while_part_of_the_list_cannot_be_read() -> None:
    memory = later(known("1.0.0", digest(1)), known("1.0.1", digest(2)))
    seen, _ = looked(memory, page(shown(digest(1), "1.0.0"), shown("sha256:short", "1.0.1")))

    assert () == seen.gone
    assert ["imageDetails[1].imageDigest is not a digest"] == list(seen.unread)


def test_a_tag_that_slips_through_between_two_pages_is_asked_for_before_it_counts_as_gone() -> None:
    """It was moved to an image of a page that was read already."""
    memory = later(*(known(f"1.0.{n}", digest(n)) for n in range(4)))
    pages = page(shown(digest(0), "1.0.0"), token="t-1"), page(shown(digest(1), "1.0.1"))
    seen, asked = looked(memory, *pages, manifests((digest(0), "{}"), failures=["1.0.3"]))

    assert [{"imageTag": "1.0.2"}, {"imageTag": "1.0.3"}] == asked[-1].parameters["imageIds"]
    assert ("1.0.3",) == seen.gone


def test_a_hint_looks_at_its_tag_alone() -> None:
    memory = later(known("1.0.0", digest(1)), known("1.0.1", digest(9)), hint="1.0.0")
    seen, asked = looked(memory, page(shown(digest(2), "1.0.0", "latest", pushed=NOW)))

    assert [Call("ecr", "eu-west-1", "describe_images", {**ABOUT, "imageIds": [{"imageTag": "1.0.0"}]})] == asked
    assert [("1.0.0", NOW)] == [(version.number, version.published_at) for version in seen.versions]
    assert () == seen.gone


def test_a_hint_at_a_tag_that_was_deleted_finds_it_gone() -> None:
    memory = later(known("1.0.0", digest(1)), known("1.0.1", digest(9)), hint="1.0.0")
    seen, _ = looked(memory, Absent("aws:ecr"))

    assert ((), ("1.0.0",)) == (seen.versions, seen.gone)


def index(*platforms: tuple[str, str]) -> str:
    """An index with one attestation beside its platforms, as BuildKit writes it."""
    entries = [
        {
            "mediaType": OCI,
            "digest": digest(p),
            "size": 7,
            "platform": dict(zip(("os", "architecture"), p, strict=True)),
        }
        for p in platforms
    ]
    attestation = {
        "mediaType": OCI,
        "digest": digest("attestation"),
        "size": 7,
        "platform": {"architecture": "unknown", "os": "unknown"},
        "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
    }
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [*entries, attestation]})


AMD, ARM = ("linux", "amd64"), ("linux", "arm64")


def test_the_platforms_of_a_new_index_are_read() -> None:
    text = index(AMD, ARM)
    which = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    memory = later(known("1.0.0", digest(1)))
    listed = page(shown(digest(1), "1.0.0", kind=INDEX), shown(which, "1.0.1", "latest", kind=INDEX, pushed=NOW))
    seen, asked = looked(memory, listed, manifests((which, text)))
    parts = (Part("linux/amd64", digest(AMD)), Part("linux/arm64", digest(ARM)))

    assert [{"imageDigest": which}] == asked[1].parameters["imageIds"]
    assert {"1.0.0": (), "1.0.1": parts, "latest": parts} == {v.number: v.files[0].parts for v in seen.versions}


def test_platforms_known_already_are_not_asked_for_again() -> None:
    parts = (Part("linux/amd64", digest(AMD)),)
    seen, asked = looked(later(known("1.0.0", digest(1), parts)), page(shown(digest(1), "1.0.0", "1.0", kind=INDEX)))

    assert 1 == len(asked)
    assert [parts, parts] == [version.files[0].parts for version in seen.versions]


def test_only_so_many_new_indexes_are_read_in_one_look() -> None:
    images = [shown(digest(n), f"1.0.{n}", kind=INDEX, pushed=NOW) for n in range(40)]
    nothing = manifests()
    _, asked = looked(later(checks=15), page(*images), nothing, nothing)

    assert [10, 5] == [len(call.parameters["imageIds"]) for call in asked[1:]]  # type: ignore[arg-type]


def test_a_manifest_whose_bytes_have_another_digest_is_not_believed() -> None:
    text, which = index(AMD), digest("another")
    seen, _ = looked(later(), page(shown(which, "1.0.0", kind=INDEX, pushed=NOW)), manifests((which, text)))

    assert [()] == [version.files[0].parts for version in seen.versions]
    assert "does not have the digest" in seen.unread[0]


def test_a_manifest_that_was_not_asked_for_is_not_believed() -> None:
    text = index(AMD)
    sent = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    seen, _ = looked(later(), page(shown(digest(1), "1.0.0", kind=INDEX, pushed=NOW)), manifests((sent, text)))

    assert "was not asked for" in seen.unread[0]


def test_without_leave_to_read_manifests_the_tags_are_seen_all_the_same() -> None:
    denied = Unreadable("aws:ecr", "Amazon does not let this login call ecr:BatchGetImage here.")
    seen, _ = looked(later(), page(shown(digest(1), "1.0.0", kind=INDEX, pushed=NOW)), denied)

    assert ["1.0.0"] == [version.number for version in seen.versions]
    assert "ecr:BatchGetImage" in seen.unread[0]


def test_tags_of_signatures_and_attestations_are_no_versions() -> None:
    kept = f"sha256-{'a' * 64}"
    seen, _ = looked(FIRST, page(shown(digest(1), kept, f"{kept}.sig", f"{kept}.att", "1.0.0")))

    assert ["1.0.0"] == [version.number for version in seen.versions]


def test_what_cannot_be_asked_is_said_as_it_was_said() -> None:
    silent = Unreadable("aws:ecr", "Amazon asks for fewer calls.", 60.0, 429)

    seen, asked = led(ecr.look(IMAGE, PLACE, FIRST), silent)

    assert (silent, 1) == (seen, len(asked))


def test_no_attestation_is_gathered_over_this_interface() -> None:
    assert ((), []) == led(ecr.gather(known("1.0.0", digest(1)), PLACE, NOW))


KEYS = [
    *("imageDetails", "imageTags", "imageDigest", "nextToken", "imageTagDetails", "images", "failures", "imageTag"),
    *("imageDetail", "imageId", "imagePushedAt", "createdAt", "registries", "aliases"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["1.0.0", digest(1), INDEX]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
BODY = st.binary(max_size=64) | JSON.map(lambda value: json.dumps(value).encode())


@given(st.lists(BODY, min_size=1, max_size=4), st.booleans(), st.booleans())
def test_any_bytes_get_an_answer(bodies: list[bytes], first: bool, public: bool) -> None:
    memory = replace(later(known("1.0.0", digest(1))), first=first, cursor="owner 123456789012")
    conversation = (ecr_public if public else ecr).look(PUBLIC if public else IMAGE, PLACE, memory)
    answers = iter([Page("aws:ecr", 200, body) for body in bodies])
    seen: object = None
    try:
        next(conversation)
        while True:
            conversation.send(next(answers, Unreadable("aws:ecr", "It is silent.")))
    except StopIteration as end:
        seen = end.value

    assert isinstance(seen, Snapshot | Unreadable)
