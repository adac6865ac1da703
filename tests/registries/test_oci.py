"""Any registry of the distribution specification: what a look asks, sees and says, and what it leaves for the next."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registries.documents import READ_AT
from tests.registries.shelf import (
    IMAGE,
    POLL,
    Shelf,
    Watcher,
    child,
    filled,
    index,
    one,
    sha256,
    watched,
)
from verifier.model import File, Part
from verifier.registries.base import Snapshot
from verifier.registries.distribution import turns

WHOLE_TURN = 25
"""Looks until 997 tags were asked about: the 10 newest in each, and 40 of the others."""


def test_the_first_look_shows_every_tag_as_a_version_with_what_it_points_at() -> None:
    shelf = Shelf()
    digest = shelf.push("1.2.3", index(child("linux/amd64", "a"), child("linux/arm64/v8", "b")))
    shelf.push("latest", shelf.held[digest])
    seen = Watcher(shelf).look()

    parts = (Part("linux/amd64", sha256(one("a"))), Part("linux/arm64/v8", sha256(one("b"))))
    assert {"1.2.3": (File("image", (digest,), parts=parts),), "latest": (File("image", (digest,), parts=parts),)} == {
        version.number: version.files for version in seen.versions
    }
    assert ({"1.2.3": False, "latest": True}, False, ()) == (
        {version.number: version.moving for version in seen.versions},
        seen.whole,
        seen.unread,
    )


def test_one_digest_is_read_once_however_many_tags_point_at_it() -> None:
    shelf = Shelf()
    for tag in ("1.2.3", "1.2", "1", "latest"):
        shelf.push(tag, one("same"))
    Watcher(shelf).look()

    assert 1 == sum(asked.startswith("GET manifests/") for asked in shelf.requests())


def test_signatures_and_attestations_of_an_image_are_no_versions() -> None:
    shelf = Shelf()
    name = shelf.push("1.0.0").replace(":", "-")
    for tag in (name, f"{name}.sig", f"{name}.att", f"{name}.sbom"):
        shelf.push(tag)
    seen = Watcher(shelf).look()

    assert [("1.0.0", True)] == [(version.number, version.attested) for version in seen.versions]


def test_the_first_look_reads_moving_tags_and_the_newest_and_knows_the_rest_by_name() -> None:
    shelf = filled(200)
    shelf.push("latest")
    watcher = Watcher(shelf)
    seen = watcher.look(checks=5)

    assert 201 == len(seen.versions)
    assert {"latest", *(f"1.1.{n}" for n in range(95, 100))} == {v.number for v in seen.versions if v.files}
    assert (1, (1, 1, 0, 7, -1, 4, 0)) == (watcher.version("1.0.7").line.major, watcher.version("1.0.7").rank)


def test_patterns_of_the_publisher_make_tags_move() -> None:
    shelf = filled(20)
    shelf.push("nightly-1")
    watcher = watched(shelf, checks=2, moving=("nightly-*",))
    assert watcher.version("nightly-1").moving

    watcher.look(checks=2, moving=("nightly-*",))
    assert "nightly-1" in shelf.heads()


def test_an_unchanged_image_of_1000_tags_costs_one_page_and_the_moving_tags_and_the_tags_in_turn() -> None:
    """Counted in docs/registries.md: 1 page, 3 moving tags, 50 of the others (TAG_CHECKS)."""
    shelf = filled(997)
    for tag in ("latest", "1", "1.9"):
        shelf.push(tag, one("same"))
    watcher = watched(shelf)
    for _ in range(WHOLE_TURN):
        watcher.look()
    shelf.requests()
    watcher.look()
    asked = shelf.requests()

    assert "GET tags/list?n=1000" == asked[0]
    assert {"HEAD"} == {each.split()[0] for each in asked[1:]}
    assert 1 + 3 + 50 == len(asked)


def test_the_first_look_asks_a_bounded_number_of_questions_whatever_is_there() -> None:
    shelf = filled(2000)
    for number in range(500):
        shelf.push(f"{number}")
    Watcher(shelf).look()
    kinds = [asked.partition("/")[0] for asked in shelf.requests()]

    asked = turns.MOVING + 50
    assert {"GET tags": 3, "HEAD manifests": asked, "GET manifests": asked} == {
        kind: kinds.count(kind) for kind in sorted(set(kinds), key=kinds.index)
    }


def test_more_moving_tags_than_are_asked_about_in_every_look_take_turns() -> None:
    shelf = filled(0)
    for number in range(turns.MOVING + 60):
        shelf.push(f"{number}")
    shelf.push("latest")
    watcher = watched(shelf)
    asked = [set(look) for look in ((watcher.look(), shelf.heads())[1] for _ in range(4))]

    assert {turns.MOVING + 50} == {len(look) for look in asked}
    assert "latest" in set.intersection(*asked)
    assert shelf.tags.keys() == set.union(*asked)


def test_every_tag_has_its_turn_and_a_replaced_one_is_found_in_the_first_whole_turn() -> None:
    shelf = filled(997)
    watcher = watched(shelf)
    for tag in list(shelf.tags):
        shelf.push(tag, one(tag + "replaced"))
    for _ in range(WHOLE_TURN):
        watcher.look()

    assert shelf.tags == {tag: watcher.digest(tag) for tag in shelf.tags}


def test_an_image_with_no_more_tags_than_are_asked_about_is_seen_whole_in_every_look() -> None:
    shelf = filled(50)
    watcher = watched(shelf)
    digest = shelf.push("1.0.3", one("replaced"))
    seen = watcher.look()

    assert 50 == len(seen.versions)
    assert digest == watcher.digest("1.0.3")
    assert READ_AT == watcher.version("1.0.3").unseen_at


def test_a_tag_that_is_read_for_the_first_time_was_not_replaced() -> None:
    shelf = filled(100)
    watcher = watched(shelf, checks=5)
    before = {tag for tag in shelf.tags if not watcher.digest(tag)}
    for _ in range(40):
        watcher.look(checks=5)

    assert 95 == len(before)
    assert {(READ_AT - timedelta(seconds=1), None)} == {
        (watcher.version(tag).first_seen_at, watcher.version(tag).unseen_at) for tag in before
    }
    assert shelf.tags == {tag: watcher.digest(tag) for tag in shelf.tags}


def test_a_new_tag_is_read_at_once_and_was_pushed_since_the_last_look() -> None:
    shelf = filled(200)
    watcher = watched(shelf)
    digest = shelf.push("2.0.0")
    watcher.look()

    assert (digest, READ_AT) == (watcher.digest("2.0.0"), watcher.version("2.0.0").unseen_at)
    assert READ_AT + POLL == watcher.version("2.0.0").first_seen_at


def test_more_new_tags_than_one_look_asks_about_are_read_by_the_next_and_keep_when_they_came() -> None:
    shelf = filled(1)
    watcher = watched(shelf)
    for number in range(turns.NEW + 10):
        shelf.push(f"2.0.{number}")
    watcher.look()
    assert 10 == sum(not watcher.digest(tag) for tag in shelf.tags)

    watcher.look()
    assert shelf.tags == {tag: watcher.digest(tag) for tag in shelf.tags}
    assert {(READ_AT, READ_AT + POLL)} == {
        (watcher.version(tag).unseen_at, watcher.version(tag).first_seen_at) for tag in shelf.tags if tag[0] == "2"
    }


def test_a_tag_that_comes_back_is_read_at_once() -> None:
    shelf = filled(3)
    watcher = watched(shelf)
    body = shelf.held[shelf.tags.pop("1.0.1")]
    watcher.look()
    assert watcher.version("1.0.1").removed_at is not None

    shelf.push("1.0.1", body)
    watcher.look()
    assert watcher.version("1.0.1").removed_at is None


def test_a_hint_asks_about_that_one_tag() -> None:
    shelf = filled(100)
    watcher = watched(shelf)
    digest = shelf.push("1.0.7", one("replaced"))
    cursor = watcher.memory.cursor
    seen = watcher.look(hint="1.0.7")

    assert ["HEAD manifests/1.0.7", f"GET manifests/{digest}", f"GET referrers/{digest}"] == shelf.requests()[:3]
    assert (["1.0.7"], digest, cursor) == ([v.number for v in seen.versions], watcher.digest("1.0.7"), seen.cursor)


def test_a_hint_at_a_tag_that_is_gone_says_so_and_one_at_a_signature_asks_nothing() -> None:
    shelf = filled(3)
    watcher = watched(shelf)
    del shelf.tags["1.0.1"]
    assert ("1.0.1",) == watcher.look(hint="1.0.1").gone
    shelf.requests()

    assert ((), ()) == ((seen := watcher.look(hint="sha256-" + "a" * 64)).versions, seen.gone)
    assert [] == shelf.requests()


TAGS = st.sampled_from(["1.0.0", "1.0.1", "1.1.0", "2.0.0-rc1", "latest", "1", "main", "sha-1f2e3d4", "B", "a"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TAGS, st.integers(0, 3)), max_size=25),
    st.sampled_from([None, 1, 3, 1000]),
    st.integers(1, 5),
)
def test_whatever_is_pushed_and_deleted_is_known_once_everything_had_its_turn(
    changes: list[tuple[str, int]], size: int | None, checks: int
) -> None:
    """0 deletes; anything else is another manifest."""
    shelf = Shelf(size)
    watcher = watched(shelf)
    for tag, what in changes:
        if what:
            shelf.push(tag, one(str(what)))
        else:
            shelf.tags.pop(tag, None)
        watcher.look(checks=checks)
    for _ in range(24):
        watcher.look(checks=checks)

    standing = {tag for tag, version in watcher.memory.versions.items() if version.removed_at is None}
    assert shelf.tags == {tag: watcher.digest(tag) for tag in standing}
    for version in watcher.memory.versions.values():
        assert version.unseen_at is None or version.unseen_at < version.first_seen_at


def test_the_image_is_asked_for_at_its_own_base_also_below_a_path() -> None:
    shelf = filled(1)
    watcher = watched(shelf)

    assert IMAGE.image.endswith("/alice/app")
    assert isinstance(watcher.ask(), Snapshot)
    assert "https://registry.example/v2/alice/app/tags/list?n=1000" == shelf.asked[0].url
