"""Tags of images: which are versions, their order and lines, and which are made to move."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier import tag_names
from verifier.model import Line
from verifier.registries.versions import image_tags
from verifier.registries.versions.order import LARGEST

HEX = "a" * 64
IN_ORDER = [
    "latest",
    "nightly-2024-01-30",
    "nightly-2024-01-31",
    "0.9.9",
    "1.2.3-dev",
    "1.2.3-alpha.1",
    "1.2.3-alpha2",
    "1.2.3-beta1",
    "1.2.3-rc.9",
    "v1.2.3-rc10",
    "1.2.3",
    "1.2.3-1",
    "1.2.3-2",
    "1.2.4",
    "1.2.10-rc1-alpine",
    "1.2.10",
    "1.3",
    "1.3.0",
    "v2",
    "v2.0.0",
    "10.0.0",
    "2024.01.31",
]
LINES = [
    ("1.2.3", Line("release", 1)),
    ("v1.2.3", Line("release", 1)),
    ("V2", Line("release", 2)),
    ("1.2.3-alpine3.18", Line("alpine", 1)),
    ("3.4-alpine", Line("alpine", 3)),
    ("1.2.3-rc1", Line("rc", 1)),
    ("1.2.3-rc.1-alpine", Line("rc", 1)),
    ("1.2.3beta2", Line("beta", 1)),
    ("1.2.3-amd64", Line("amd", 1)),
    ("1.2.3-debian-11-r0", Line("debian", 1)),
    ("1.2.3-7", Line("release", 1)),
    ("1.2.3-5-g1f2e3d4", Line("commit", 1)),
    ("1.2.3-release", Line("other", 1)),
    ("latest", Line("latest", -1)),
    ("Main", Line("main", -1)),
    ("sha-1f2e3d4", Line("sha", -1)),
    ("nightly-20240131", Line("nightly", -1)),
    ("alpine3.18", Line("alpine", -1)),
    ("1f2e3d4c", Line("commit", -1)),
    ("20240131", Line("date", -1)),
    ("2024-01-31", Line("date", -1)),
    ("48151623", Line("build", -1)),
    ("release-7", Line("other", -1)),
    ("unknown", Line("other", -1)),
    ("___", Line("build", -1)),
]
MOVING = [
    *("latest", "main", "stable", "edge", "3", "v3", "3.4", "v3.4-alpine", "3-slim", "3.13-rc", "3.x", "0"),
    *("latest-amd64", "latest-arm64", "main-x86_64", "main-x86-64", "nightly-py3", "edge-arm64v8", "latest_s390x"),
    *("latest-cuda12", "Latest-ARM64", "main-linux-ppc64le", "edge-py311-slim", "latest-ltsc2022"),
]
STAYING = [
    *("3.4.0", "v3.4.0-alpine", "1.2.3.4", "3.4-rc1", "3.4rc1", "20240131", "2024-01-31", "2024.01.31", "48151623"),
    *("sha-1f2e3d4", "sha-abcdefa", "1f2e3d4", "deadbeef", "main-1f2e3d4", "3.4-1f2e3d4", "3.4-20240131", "pr-45"),
    *("nightly-2024-01-31", "alpine3.18", "pr-123", "nightly-20240131", "build-7", "main-48151623", "release-1.2"),
    *("sha-1f2e3d", "main-g1f2e3d4", "x86_64-7", "arm64-latest", "pr123", "main-r48151623", "main-64", "edge-rc1"),
    *("latest-arm64-1f2e3d4", "latest-arm64-20240131", "main-arm64-7", "sha-1234567", "main-x86_64-7"),
]
VERSIONS = {
    "3.4.0": (3, 4, 0),
    "v3.4.0-alpine": (3, 4, 0),
    "3": (3,),
    "1.2.3-4": (1, 2, 3),
    "2024.01.31": (2024, 1, 31),
}
NO_VERSIONS = ["latest", "sha-1f2e3d4", "1f2e3d4", "20240131", "2024-01-31", "48151623", "8u292", "1.", "1..2", "", "v"]
texts = st.text(max_size=140) | st.text("0123456789abcv.-_+²٣\n", max_size=140)


def test_versions_are_in_the_order_of_their_numbers_and_prereleases_before_their_release() -> None:
    mixed = random.Random(7).sample(IN_ORDER, len(IN_ORDER))

    assert IN_ORDER == sorted(mixed, key=image_tags.rank)


@pytest.mark.parametrize(("tag", "line"), LINES)
def test_a_tag_is_on_the_line_of_its_major_number_and_its_first_word(tag: str, line: Line) -> None:
    assert line == image_tags.line(tag)


@pytest.mark.parametrize("tag", MOVING)
def test_tags_without_a_full_version_are_made_to_move(tag: str) -> None:
    assert tag_names.moves(tag)


@pytest.mark.parametrize("tag", STAYING)
def test_tags_that_name_a_release_a_day_or_a_commit_stay_where_they_are(tag: str) -> None:
    assert not tag_names.moves(tag)


def test_a_publishers_patterns_make_other_tags_move() -> None:
    assert [True, False, True] == [image_tags.made_to_move(tag, ("pr-*",)) for tag in ("pr-45", "1.2.3", "latest")]


def test_the_core_of_a_tag_is_the_release_it_names() -> None:
    assert VERSIONS == {tag: tag_names.core(tag) for tag in VERSIONS}


@pytest.mark.parametrize("tag", NO_VERSIONS)
def test_a_tag_that_names_no_release_has_no_core(tag: str) -> None:
    assert tag_names.core(tag) is None


@pytest.mark.parametrize("end", ["", ".sig", ".att", ".sbom"])
def test_where_signatures_of_an_image_are_kept_is_no_version(end: str) -> None:
    assert not image_tags.is_version(f"sha256-{HEX}{end}")


@pytest.mark.parametrize(
    ("tag", "version"),
    [("1.2.3", True), ("sha256-abc", True), (f"sha256-{HEX}.txt", True), ("a b", False), ("", False), (".x", False)],
)
def test_any_other_tag_is_one(tag: str, version: bool) -> None:
    assert version == image_tags.is_version(tag)


def test_the_digest_whose_attestations_a_tag_keeps() -> None:
    tags = (f"sha256-{HEX}", f"sha256-{HEX}.att", f"sha256-{HEX}.sig", "latest")

    assert [f"sha256:{HEX}", f"sha256:{HEX}", "", ""] == [image_tags.attested_by(tag) for tag in tags]


@given(texts)
def test_any_text_has_a_line_and_a_rank_that_fit_a_column(text: str) -> None:
    line, rank = image_tags.line(text), image_tags.rank(text)

    assert line.channel
    assert all(-1 <= value <= LARGEST for value in (line.major, *rank))
    assert isinstance(tag_names.moves(text), bool)
    assert (tag_names.core(text) is None) == (line.major == -1)


@given(st.lists(st.sampled_from([*IN_ORDER, *MOVING, *STAYING]), max_size=8))
def test_no_rank_begins_another(tags: list[str]) -> None:
    ranks = {image_tags.rank(tag) for tag in tags}

    assert not any(one != other and other[: len(one)] == one for one in ranks for other in ranks)
