"""Docker Hub: what its own API tells of each tag, in how few requests, and how a deletion is noticed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registries.documents import READ_AT
from tests.registries.shelf import BASE, HUB, HUB_PLACE, POLL, HubShelf, Watcher, child, document, index, one, sha256
from tests.registries.talk import talk
from verifier.model import Account, AccountKind, Attestation, Form, Part, Version
from verifier.registries import docker_hub
from verifier.registries.base import Absent, Answer, Page, Unreadable
from verifier.registries.hub import listing, recount

DAY = timedelta(days=1)
SIGNED = "sha256-" + "a" * 64
PAGE_ONE = "?page_size=100&ordering=last_updated&page=1"


def filled(tags: int) -> HubShelf:
    """Docker Hub with so many tags, one pushed each hour, the last a day ago."""
    shelf = HubShelf()
    for number in range(tags):
        shelf.pushed(f"1.{number // 100}.{number % 100}", READ_AT - DAY - timedelta(hours=tags - number))
    return shelf


def watched(shelf: HubShelf) -> Watcher:
    """The same after the first look."""
    watcher = Watcher.of_hub(shelf)
    watcher.look()
    shelf.requests()
    return watcher


def standing(watcher: Watcher) -> dict[str, str]:
    return {tag: watcher.digest(tag) for tag, version in watcher.memory.versions.items() if version.removed_at is None}


def only(shelf: HubShelf, **changes: object) -> tuple[Version, tuple[str, ...]]:
    """The one tag of a page with its entry changed, and what of it could not be read."""
    [tag] = shelf.tags
    page = {"count": 1, "next": None, "results": [shelf.entry(tag, **changes)]}
    shelf.odd["page=1"] = Page(BASE, 200, document(page))
    seen = Watcher.of_hub(shelf).look()
    [version] = seen.versions
    return version, seen.unread


def test_a_tag_is_shown_with_its_digest_platforms_time_and_who_moved_it() -> None:
    shelf = HubShelf()
    body = index(child("linux/arm64/v8", "a"), child("linux/amd64", "b"), child("unknown/unknown", "c"))
    digest = shelf.pushed("1.0.0", READ_AT - DAY, body, by="mallory")
    [version] = Watcher.of_hub(shelf).look().versions

    parts = (Part("linux/amd64", sha256(one("b"))), Part("linux/arm64/v8", sha256(one("a"))))
    assert ((digest,), parts) == (version.files[0].digests, version.files[0].parts)
    assert (READ_AT - DAY, READ_AT - DAY) == (version.published_at, version.files[0].published_at)
    assert Account("mallory", AccountKind.PERSON) == version.account


def test_an_old_entry_that_does_not_name_its_digest_is_its_only_image() -> None:
    shelf = HubShelf()
    digest = shelf.pushed("1.0.0", READ_AT - DAY)
    version, unread = only(shelf, digest=None)

    assert ((digest,), (), ()) == (version.files[0].digests, version.files[0].parts, unread)


def test_an_old_index_whose_digest_nobody_names_is_known_by_its_tag() -> None:
    shelf = HubShelf()
    shelf.pushed("1.0.0", READ_AT - DAY, index(child("linux/amd64", "a"), child("linux/arm64", "b")))
    version, unread = only(shelf, digest=None)

    assert ((), ()) == (version.files, unread)


def test_where_a_push_has_no_time_the_last_change_has_one() -> None:
    shelf = HubShelf()
    shelf.pushed("1.0.0", READ_AT - DAY)

    assert READ_AT - DAY == only(shelf, tag_last_pushed=None)[0].published_at


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"digest": "sha256:x"}, "results['1.0.0'].digest is not a digest"),
        ({"tag_last_pushed": "yesterday"}, "results['1.0.0'].tag_last_pushed is not a time"),
        ({"last_updater_username": "a\nb"}, "results['1.0.0'].last_updater_username holds characters"),
        ({"images": 7}, "results['1.0.0'].images is a number where a list belongs"),
        ({"images": [{"os": "linux", "architecture": 7, "digest": "x"}]}, "architecture is a number"),
    ],
)
def test_a_field_that_cannot_be_read_costs_that_field(changes: dict[str, object], said: str) -> None:
    shelf = HubShelf()
    shelf.pushed("1.0.0", READ_AT - DAY, index(child("linux/amd64", "a")))
    version, unread = only(shelf, **changes)

    assert ("1.0.0", [True]) == (version.number, [said in sentence for sentence in unread])


def test_an_unchanged_image_of_1000_tags_costs_one_request() -> None:
    """Counted in docs/registries.md."""
    shelf = filled(1000)
    watcher = Watcher.of_hub(shelf)
    watcher.look()
    assert 10 == len(shelf.requests())
    for _ in range(3):
        watcher.look()
        assert [f"{PAGE_ONE}"] == shelf.requests()
    assert shelf.tags == standing(watcher)


def test_tags_that_keep_signatures_do_not_make_a_look_read_on() -> None:
    """cosign pushes one beside each image: here the thousand newest entries are signatures."""
    shelf = filled(250)
    for number in range(1000):
        shelf.pushed(f"sha256-{number:064x}.sig", READ_AT - timedelta(hours=1, seconds=number))
    watcher = watched(shelf)
    watcher.look()

    assert [PAGE_ONE] == shelf.requests()


def test_a_replaced_tag_is_on_the_newest_page_with_who_replaced_it() -> None:
    """Kong, December 2024: a stolen token moved a tag that had been released days before."""
    shelf = filled(1000)
    watcher = watched(shelf)
    digest = shelf.pushed("1.0.7", watcher.memory.now - timedelta(minutes=2), one("rogue"), by="stolen")
    watcher.look()
    version = watcher.version("1.0.7")

    assert (digest, Account("stolen", AccountKind.PERSON)) == (watcher.digest("1.0.7"), version.account)
    assert watcher.memory.now - POLL - timedelta(minutes=2) == version.published_at
    assert 1 == len(shelf.requests())


def test_more_new_tags_than_a_page_holds_are_read_until_what_was_seen_before() -> None:
    shelf = filled(500)
    watcher = watched(shelf)
    for number in range(250):
        shelf.pushed(f"2.0.{number}", watcher.memory.now - timedelta(seconds=number))
    watcher.look()

    assert shelf.tags == standing(watcher)
    assert 3 == len(shelf.requests())


def test_what_is_new_after_the_first_look_is_asked_once_for_attestations() -> None:
    shelf = filled(3)
    watcher = watched(shelf)
    shelf.pushed("2.0.0", watcher.memory.now)
    shelf.pushed("3", watcher.memory.now, shelf.held[shelf.tags["1.0.1"]])
    watcher.look()

    assert {"1.0.0": False, "1.0.1": False, "2.0.0": True, "3": False} == {
        tag: watcher.version(tag).attested for tag in ("1.0.0", "1.0.1", "2.0.0", "3")
    }


def test_no_manifest_is_ever_asked_for_in_a_look() -> None:
    """Each counts against the pull limit."""
    shelf = filled(300)
    watcher = watched(shelf)
    shelf.pushed("2.0.0", watcher.memory.now)
    shelf.delete("1.0.0")
    for _ in range(5):
        watcher.look()
    watcher.look(hint="2.0.0")

    assert all(asked.startswith(("?", "/")) for asked in shelf.requests())


def test_next_pages_are_asked_for_at_our_own_address() -> None:
    """The pretended API names another host for each."""
    shelf = filled(250)
    watched(shelf)

    assert all(ask.url.startswith(f"{BASE}/api/v2/namespaces/alice/repositories/app/tags") for ask in shelf.asked)


def test_a_deletion_is_noticed_by_the_number_of_tags_and_found_in_one_turn_through_the_pages() -> None:
    shelf = filled(1000)
    watcher = watched(shelf)
    shelf.delete("1.0.7")
    gone, requests = set[str](), list[int]()
    for _ in range(9):
        gone |= set(watcher.look().gone)
        requests.append(len(shelf.requests()))

    assert {"1.0.7"} == gone
    assert [2, 2, 2, 2, 2, 2, 2, 2, 3] == requests
    watcher.look()
    assert 1 == len(shelf.requests())


def test_a_deletion_and_a_new_tag_at_once_are_noticed_too() -> None:
    shelf = filled(300)
    watcher = watched(shelf)
    shelf.delete("1.0.7")
    shelf.pushed("2.0.0", watcher.memory.now)
    for _ in range(4):
        watcher.look()

    assert shelf.tags == standing(watcher)


def test_tags_that_moved_to_another_page_while_the_pages_were_read_are_not_gone() -> None:
    """Each is asked about by name before it is said to be gone."""
    shelf = filled(400)
    watcher = watched(shelf)
    shelf.delete("1.0.7")
    watcher.look()
    for number in range(5):
        shelf.delete(f"1.3.{number}")
        watcher.look()
    for _ in range(8):
        watcher.look()

    assert shelf.tags == standing(watcher)


def test_a_mass_deletion_is_found_as_fast_as_tags_may_be_asked_about() -> None:
    shelf = filled(400)
    watcher = watched(shelf)
    for tag in [tag for tag in shelf.tags if not tag.startswith("1.3")]:
        shelf.delete(tag)
    gone = watcher.look().gone

    assert 300 == len(gone)
    assert 1 == len(shelf.requests())


def test_signatures_beside_the_versions_are_counted_and_start_nothing() -> None:
    shelf = filled(300)
    shelf.pushed(f"{SIGNED}.sig", READ_AT - DAY)
    watcher = watched(shelf)
    watcher.look()
    assert 1 == len(shelf.requests())

    shelf.pushed("2.0.0", watcher.memory.now)
    shelf.pushed("sha256-" + "b" * 64, watcher.memory.now)
    for _ in range(3):
        watcher.look()
    assert 3 == len(shelf.requests())
    assert SIGNED not in standing(watcher)


def test_an_attestation_tag_beside_a_version_says_that_there_is_one() -> None:
    shelf = HubShelf()
    digest = shelf.pushed("1.0.0", READ_AT - DAY)
    shelf.pushed(digest.replace(":", "-") + ".att", READ_AT - DAY)
    [version] = Watcher.of_hub(shelf).look().versions

    assert version.attested


def test_an_image_that_is_not_there_has_all_its_tags_removed() -> None:
    shelf = filled(3)
    watcher = watched(shelf)
    shelf.odd["page=1"] = Absent(BASE)

    assert ("1.0.0", "1.0.1", "1.0.2") == watcher.look().gone


def test_a_page_that_is_announced_and_not_there_removes_nothing() -> None:
    shelf = filled(300)
    watcher = watched(shelf)
    for tag in shelf.tags:
        shelf.times[tag] = watcher.memory.now
    shelf.odd["page=2"] = Absent(BASE)

    assert () == watcher.look().gone
    assert 300 == len(standing(watcher))


@pytest.mark.parametrize(
    "answer",
    [
        Unreadable(BASE, "It asks for fewer requests (429).", 60.0, 429),
        Page(BASE, 200, b"<html>"),
        Page(BASE, 304, b""),
    ],
)
def test_a_page_that_cannot_be_read_is_a_look_that_could_not_be_had(answer: Answer) -> None:
    shelf = filled(300)
    watcher = watched(shelf)
    shelf.delete("1.0.7")
    for page in ("page=1", "page=2"):
        shelf.odd = {page: answer}
        assert isinstance(watcher.ask(), Unreadable)
        assert isinstance(watcher.ask(first=True), Unreadable)


def test_more_pages_than_are_read_are_said_in_every_look() -> None:
    shelf = filled(listing.PAGES * 100 + 50)
    watcher = Watcher.of_hub(shelf)
    assert (docker_hub.CUT,) == watcher.look().unread
    assert listing.PAGES == len(shelf.requests())

    assert (docker_hub.CUT,) == watcher.look().unread
    assert 1 == len(shelf.requests())


def test_an_api_that_keeps_another_order_is_read_in_turn_and_that_is_said() -> None:
    shelf = filled(300)
    watcher = watched(shelf)
    backwards = [shelf.entry(tag) for tag in sorted(shelf.tags, key=lambda tag: shelf.times[tag])[:100]]
    page = {"count": 300, "next": "x", "results": backwards}
    shelf.odd["page=1"] = Page(BASE, 200, document(page))
    seen = watcher.look()

    assert ([True], 2) == (["newest tags first" in sentence for sentence in seen.unread], len(shelf.requests()))


def test_a_hint_asks_about_that_one_tag() -> None:
    shelf = filled(300)
    watcher = watched(shelf)
    digest = shelf.pushed("1.0.7", watcher.memory.now, one("rogue"))
    seen = watcher.look(hint="1.0.7")

    assert (["1.0.7"], digest) == ([version.number for version in seen.versions], watcher.digest("1.0.7"))
    shelf.delete("1.0.8")
    assert ("1.0.8",) == watcher.look(hint="1.0.8").gone
    assert () == watcher.look(hint=SIGNED).gone
    assert ["/1.0.7", "/1.0.8"] == shelf.requests()


def test_a_page_of_another_tag_is_not_what_was_asked_for() -> None:
    shelf = filled(3)
    watcher = watched(shelf)
    shelf.odd["/1.0.1"] = Page(BASE, 200, document(shelf.entry("1.0.2")))

    assert isinstance(watcher.ask(hint="1.0.1"), Unreadable)


def gathered(shelf: HubShelf, version: Version, now: datetime) -> object:
    return talk(docker_hub.gather(version, HUB_PLACE, now), shelf)


def test_attestations_are_asked_of_the_registry_behind_the_api() -> None:
    shelf = filled(3)
    watcher = watched(shelf)
    at = watcher.memory.now
    digest = shelf.pushed("2.0.0", at)
    watcher.look()
    version = watcher.version("2.0.0")

    assert () == gathered(shelf, version, at)
    shelf.attest(digest, b'{"a":1}')
    assert (Attestation(docker_hub.SOURCE, Form.BUNDLE, b'{"a":1}'),) == gathered(shelf, version, at)


def test_a_recount_is_read_as_it_was_written() -> None:
    for kept in (
        recount.Recount(),
        recount.Recount(7, cut=True),
        recount.Recount(-7, 1, 3, READ_AT),
        recount.Recount(0, -3, 0, READ_AT, asking=True, cut=True),
    ):
        assert kept == recount.read(recount.write(kept))


@given(st.text(max_size=50) | st.builds(lambda v: json.dumps({"page": v, "began": v, "beside": v}), st.integers()))
def test_any_text_in_the_place_of_a_recount_begins_anew(text: str) -> None:
    assert isinstance(recount.read(text), recount.Recount)


TAGS = st.sampled_from(["1.0.0", "1.0.1", "1.2.50", "1.0.50", "2.0.0-rc1", "latest", "1", SIGNED])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TAGS, st.integers(0, 3)), max_size=20), st.sampled_from([0, 250]), st.integers(1, 5))
def test_whatever_is_pushed_and_deleted_is_known_soon_after(
    changes: list[tuple[str, int]], tags: int, checks: int
) -> None:
    """0 deletes; anything else is another manifest."""
    shelf = filled(tags)
    watcher = Watcher.of_hub(shelf)
    watcher.look()
    for tag, what in changes:
        if what:
            shelf.pushed(tag, watcher.memory.now - timedelta(seconds=30), one(str(what)))
        elif tag in shelf.tags:
            shelf.delete(tag)
        watcher.look(checks=checks)
    for _ in range(16):
        watcher.look(checks=checks)

    assert {tag: digest for tag, digest in shelf.tags.items() if tag != SIGNED} == standing(watcher)


def test_the_image_is_called_by_its_namespace_and_name() -> None:
    assert f"{BASE}/api/v2/namespaces/alice/repositories/app/tags/x" == listing.Hub(HUB_PLACE.api, HUB).ask("/x").url
