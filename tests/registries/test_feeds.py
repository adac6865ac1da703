"""Feeds say where to look, and nothing that they say is taken for more."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from verifier.model import Artifact
from verifier.registries.base import Absent, Ask, Page, Unreadable
from verifier.registries.feeds import AT_ONCE, FEEDS, Changed

ADDRESS = "https://feed.example"
RSS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Newest releases</title>
<item><title>Widget_A 1.0</title><link>https://index.example/project/widget-a/1.0/</link></item>
<item><title>gadget 2.0rc1</title></item><item><title>gadget 1.9</title></item>
<item><title>&lt;b&gt; 1.0</title></item><item><title>{long} 1</title></item></channel></rss>"""


def said(document: object) -> Page:
    return Page(ADDRESS, 200, document.encode() if isinstance(document, str) else json.dumps(document).encode())


def read(
    name: str, answers: Iterable[Page | Absent | Unreadable], position: str = ""
) -> tuple[Changed | Unreadable, list[Ask]]:
    """What comes of reading, and what was asked."""
    conversation, asked = FEEDS[name](ADDRESS, position), []
    try:
        question = next(conversation)
        for answer in answers:
            assert isinstance(question, Ask)
            asked.append(question)
            question = conversation.send(answer)
    except StopIteration as end:
        return end.value, asked
    raise AssertionError("it wanted to ask more")


def changes(last: object, *ids: object) -> Page:
    return said({"results": [{"seq": 1, "id": one, "changes": []} for one in ids], "last_seq": last})


def test_without_a_position_it_begins_where_npm_stands_today() -> None:
    found, asked = read("npm", [said({"db_name": "registry", "update_seq": 12345})])

    assert Changed((), "12345") == found
    assert [f"{ADDRESS}/"] == [ask.url for ask in asked]


def test_what_changed_since_is_named_once_and_read_on_from_there() -> None:
    found, asked = read("npm", [changes(20, "widget", "@alice/gadget", "widget")], "12")

    assert Changed((Artifact("pkg:npm/widget"), Artifact("pkg:npm/%40alice/gadget")), "20") == found
    assert [f"{ADDRESS}/_changes?since=12&limit={AT_ONCE}"] == [ask.url for ask in asked]


def test_a_full_page_means_that_there_is_more() -> None:
    found, _ = read("npm", [changes(2_000, *(f"p{n}" for n in range(AT_ONCE)))], "12")

    assert isinstance(found, Changed)
    assert found.more


@pytest.mark.parametrize(
    "answer", [changes(5, "widget"), Unreadable(ADDRESS, "It answered with status 400.", status=400)]
)
def test_numbers_that_began_anew_are_begun_anew(answer: Page | Unreadable) -> None:
    assert Changed((), "") == read("npm", [answer], "12")[0]


@pytest.mark.parametrize(
    "answer",
    [
        said([]),
        said({"results": "x", "last_seq": 20}),
        said({"results": []}),
        changes(True, "widget"),
        changes("x", "widget"),
        changes("9" * 5_000, "widget"),
        said("<html>"),
        Absent(ADDRESS),
        Unreadable(ADDRESS, "It did not answer."),
    ],
)
def test_a_feed_that_cannot_be_read_says_so_and_moves_nothing(answer: Page | Absent | Unreadable) -> None:
    assert isinstance(read("npm", [answer], "12")[0], Unreadable)


@pytest.mark.parametrize("odd", [None, 5, "", "../x", "a b", "@", "x" * 10_000, "a?b#c", {"id": 1}])
def test_names_that_are_none_are_passed_over(odd: object) -> None:
    found, _ = read("npm", [changes(20, odd, "widget")], "12")

    assert isinstance(found, Changed)
    assert Artifact("pkg:npm/widget") in found.artifacts


def test_the_newest_releases_of_pypi_are_named_by_their_projects() -> None:
    found, _ = read("pypi", [said(RSS.replace("{long}", "x" * 3_000))])

    assert isinstance(found, Changed)
    assert (Artifact("pkg:pypi/widget-a"), Artifact("pkg:pypi/gadget")) == found.artifacts


def releases(*titles: str) -> Page:
    return said("".join(f"<item><title>{title}</title></item>" for title in titles))


def test_each_release_of_pypi_is_named_by_two_readings_however_long_the_feed_holds_it() -> None:
    """Once where the feed is ahead of the index would be too few, each minute would be too many."""
    told, position = [], ""
    for titles in [("a 1",), ("b 1", "a 1"), ("c 1", "b 1", "a 1"), ("c 1", "b 1", "a 1"), ("a 1", "c 1", "b 1")]:
        found, _ = read("pypi", [releases(*titles)], position)
        assert isinstance(found, Changed)
        position = found.position
        told.append("".join(artifact.name for artifact in found.artifacts))

    assert ["a", "ba", "cb", "c", ""] == told


def test_no_release_in_a_feed_of_pypi_hides_another() -> None:
    """Whoever publishes one name again and again keeps it at the top."""
    position = ""
    for number in range(4):
        found, _ = read("pypi", [releases("evil 1", f"widget {number}")], position)
        assert isinstance(found, Changed)
        position = found.position
        assert Artifact("pkg:pypi/widget") in found.artifacts
