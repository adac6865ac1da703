"""The list of an image's tags: paged, incomplete, endless, or leading somewhere else."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registries.documents import READ_AT
from tests.registries.shelf import (
    LIST,
    POLL,
    Shelf,
    Watcher,
    document,
    filled,
    watched,
)
from verifier.registries.base import Absent, Page, Snapshot, Unreadable
from verifier.registries.distribution import bookmark, tag_list
from verifier.registries.distribution.bookmark import Bookmark

HOUR = timedelta(hours=1)


def test_a_list_without_a_link_is_complete_however_long_and_unsorted_it_is() -> None:
    shelf = filled(1200, size=None)
    watcher = watched(shelf)
    del shelf.tags["1.3.7"]
    seen = watcher.look()

    assert (("1.3.7",), 1) == (seen.gone, sum("tags/list" in asked for asked in shelf.requests()))


def test_ten_thousand_tags_are_paged_at_first_and_then_one_page_in_each_look() -> None:
    shelf = filled(10_000)
    watcher = Watcher(shelf)
    assert 10_000 == len(watcher.look().versions)
    assert 10 == sum("tags/list" in asked for asked in shelf.requests())

    pages = []
    for _ in range(11):
        watcher.look()
        asked = shelf.requests()
        pages += [each for each in asked if "tags/list" in each]
        assert (1, 50) == tuple(sum(kind in each for each in asked) for kind in ("tags/list", "HEAD"))
    assert 10 == len(set(pages))
    assert pages[0] == pages[10]


def test_a_new_tag_on_a_page_that_takes_turns_was_pushed_since_the_last_whole_turn_began() -> None:
    shelf = filled(290, size=100)
    watcher = watched(shelf)
    watcher.look()
    shelf.push("1.2.50-new")
    watcher.look()
    assert "1.2.50-new" not in watcher.memory.versions

    watcher.look()
    assert READ_AT == watcher.version("1.2.50-new").unseen_at
    for _ in range(5):
        watcher.look()
    shelf.push("1.2.51-new")
    watcher.look()
    assert READ_AT + 4 * POLL == watcher.version("1.2.51-new").unseen_at


def test_only_tags_that_would_stand_on_the_page_are_gone() -> None:
    shelf = filled(300, size=100)
    watcher = watched(shelf, checks=1)
    for tag in ("1.0.50", "1.1.50", "1.2.50"):
        del shelf.tags[tag]
    gone = [watcher.look(checks=1).gone for _ in range(3)]

    assert [{"1.0.50"}, {"1.1.50"}, {"1.2.50"}] == [set(each) for each in gone]


def test_a_page_in_an_order_of_its_own_says_nothing_about_what_is_gone() -> None:
    shelf = filled(300, size=100)
    watcher = watched(shelf, checks=1)
    told = json.dumps({"tags": sorted(shelf.tags, reverse=True)[200:]}).encode()
    shelf.odd["n=1000"] = Page(LIST, 200, told, {"link": '</v2/alice/app/tags/list?last=x>; rel="next"'})
    del shelf.tags["1.0.50"]

    assert () == watcher.look(checks=1).gone


def test_an_image_that_is_not_there_has_all_its_tags_removed() -> None:
    shelf = filled(3)
    watcher = watched(shelf)
    shelf.odd["n=1000"] = Absent(LIST)

    assert ("1.0.0", "1.0.1", "1.0.2") == watcher.look().gone


def test_a_list_that_cannot_be_read_is_a_look_that_could_not_be_had() -> None:
    shelf = filled(10)
    watcher = watched(shelf)
    for answer in (Unreadable(LIST, "It is down.", status=503), Page(LIST, 200, b"<html>"), Page(LIST, 304, b"")):
        shelf.odd["n=1000"] = answer
        assert isinstance(watcher.ask(), Unreadable)
        assert isinstance(watcher.ask(first=True), Unreadable)


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("<https://elsewhere.example/v2/alice/app/tags/list?last=x>; rel=next", "leads somewhere else"),
        ("<http://registry.example/v2/alice/app/tags/list?last=x>; rel=next", "leads somewhere else"),
        ("<https://registry.example:8443/v2/alice/app/tags/list?last=x>; rel=next", "leads somewhere else"),
        ("<//169.254.169.254/latest/meta-data?x>; rel=next", "leads somewhere else"),
        ("</v2/mallory/app/tags/list?last=x>; rel=next", "leads somewhere else"),
        ("</v2/alice/app/tags/list>; rel=next", "leads nowhere"),
        ("</v2/alice/app/tags/list?n=1000>; rel=next", "leads nowhere"),
        ("<https://[>; rel=next", "is no address"),
        ("</v2/alice/app/tags/list?last=a b>; rel=next", "leads nowhere"),
        *((f"</v2/alice/app/tags/list?last={'x' * size}>; rel=next", "leads nowhere") for size in (2048, 4500, 60_000)),
        ("<a>; rel=prev, " * 400 + "<//elsewhere.example/>; rel=next", "leads somewhere else"),
    ],
)
def test_a_next_page_that_is_somewhere_else_is_not_asked_for_and_said(link: str, said: str) -> None:
    shelf = filled(3)
    shelf.odd["n=1000"] = Page(LIST, 200, document({"tags": list(shelf.tags)}), {"link": link})
    watcher = Watcher(shelf)
    first, later = watcher.look(), watcher.look()

    assert 2 == sum("tags/list" in asked for asked in shelf.requests())
    for seen in (first, later):
        assert [True] == [said in sentence for sentence in seen.unread], seen.unread
    assert 3 == len(first.versions)


@pytest.mark.parametrize("link", ["", "nonsense", "<x>", "<x>; rel=prev", "<" * 4000, "<a>" * 4000])
def test_a_link_that_names_no_next_page_ends_the_list(link: str) -> None:
    shelf = filled(3)
    shelf.odd["n=1000"] = Page(LIST, 200, document({"tags": list(shelf.tags)}), {"link": link})
    seen = Watcher(shelf).look()

    assert ((), 3) == (seen.unread, len(seen.versions))


def test_pages_that_lead_in_a_circle_end_in_one_sentence() -> None:
    shelf = Shelf()
    there = '</v2/alice/app/tags/list?last=b>; rel="next"'
    back = '</v2/alice/app/tags/list?last=a>; rel="next"'
    shelf.odd = {
        "n=1000": Page(LIST, 200, b'{"tags":["a"]}', {"link": back}),
        "last=a": Page(LIST, 200, b'{"tags":["b"]}', {"link": there}),
        "last=b": Page(LIST, 200, b'{"tags":[]}', {"link": back}),
    }
    watcher = Watcher(shelf)

    assert ["The list of tags leads back to a page that was read; the tags after it were not."] == list(
        watcher.look().unread
    )
    assert 3 == sum("tags/list" in asked for asked in shelf.requests())


class Endless(Shelf):
    """A registry whose list never ends."""

    pages = count()

    def _tags(self, ask: object, name: str, query: object) -> Page:
        link = f'</v2/alice/app/tags/list?last={next(self.pages)}>; rel="next"'
        return Page(LIST, 200, b'{"tags":[]}', {"link": link})


def test_a_list_without_end_is_read_so_far_and_said_in_every_look() -> None:
    shelf = Endless()
    watcher = Watcher(shelf)
    seen = watcher.look()

    assert (tag_list.CUT,) == seen.unread
    assert tag_list.PAGES == len(shelf.requests())
    for _ in range(tag_list.PAGES + 2):
        assert (tag_list.CUT,) == watcher.look().unread
        assert 1 == len(shelf.requests())


def test_a_page_that_the_registry_no_longer_knows_the_way_to_begins_the_turn_anew() -> None:
    shelf = filled(300, size=100)
    watcher = watched(shelf)
    watcher.look()
    shelf.requests()
    for answer in (Absent(LIST), Unreadable(LIST, "No such page token.", status=400)):
        shelf.odd["last=1.0.99&n=100"] = answer
        seen = watcher.ask()
        assert isinstance(seen, Snapshot)
        assert 2 == sum("tags/list" in asked for asked in shelf.requests())
        assert () == seen.gone
    shelf.odd["last=1.0.99&n=100"] = Unreadable(LIST, "It is down.", status=503)
    assert shelf.odd["last=1.0.99&n=100"] == watcher.ask()


def test_a_bookmark_is_read_as_it_was_written() -> None:
    mark = Bookmark("1.2.3", "last=x&n=5", "w", 7, READ_AT, READ_AT + HOUR, True)

    assert mark == bookmark.read(bookmark.write(mark))
    assert Bookmark() == bookmark.read(bookmark.write(Bookmark()))


def test_a_bookmark_too_long_to_be_read_again_begins_the_turn_anew_and_says_so() -> None:
    """A registry names its next page as it likes."""
    mark = Bookmark("1.2.3", "last=" + "\\" * 2040, "w" * 128, 7, READ_AT, READ_AT + HOUR, True)
    text, said = bookmark.noted(mark)

    assert (Bookmark("1.2.3", since=READ_AT, cut=True), (bookmark.TOO_LONG,)) == (bookmark.read(text), said)
    assert (mark.at, ()) == (bookmark.read(bookmark.noted(Bookmark("1.2.3"))[0]).at, bookmark.noted(Bookmark())[1])


def test_a_look_says_that_it_cannot_note_where_the_next_page_is() -> None:
    shelf = filled(300, size=100)
    watcher = watched(shelf)
    link = "</v2/alice/app/tags/list?last=" + "\\" * 2010 + '>; rel="next"'
    tags = document({"tags": sorted(shelf.tags)[:100]})
    shelf.odd["tags/list?n=1000"] = Page(LIST, 200, tags, {"link": link})

    for _ in range(2):
        seen = watcher.look()
        assert (bookmark.TOO_LONG, "") == (seen.unread[-1], bookmark.read(seen.cursor).query)


@given(
    st.text(max_size=50) | st.builds(lambda value: json.dumps({"page": value, "at": value, "since": value}), st.none())
)
def test_any_text_in_the_place_of_a_bookmark_begins_anew(text: str) -> None:
    assert isinstance(bookmark.read(text), Bookmark)
