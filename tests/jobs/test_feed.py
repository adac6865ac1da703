"""Feeds bring a look forward; without them, or with a false one, nothing is lost but time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.jobs import poll
from app.polling.wanted import want_feeds
from app.settings import read
from tests.jobs.parts import Parts
from tests.registries.documents import NPM, SCOPED
from tests.verdict.cases import NOON
from verifier.registries.base import Absent, Ask, Page, Unreadable

FEED = "https://feed.example"
MINUTE = timedelta(minutes=1)


class Fed:
    """A monitor that watches one package, and reads npm's feed. `changes` are the names that the feed says next."""

    def __init__(self) -> None:
        self.parts, self.changes, self.looked = Parts(), list[str](), 0
        self.broken = False
        settings = replace(
            self.parts.deps.settings, npm_feed=FEED, poll_interval=timedelta(hours=1), host_interval=timedelta()
        )
        self.deps = replace(self.parts.deps, settings=settings, fetch=self._fetch)
        self.round()
        with self.parts.ledger.writing() as book:
            want_feeds(book, settings, NOON)
        self.round()

    def _fetch(self, ask: Ask, etag: str | None = None) -> Any:
        if ask.url.startswith(NPM):
            self.looked += 1
            return Absent(NPM)
        if self.broken:
            return Unreadable(FEED, "It did not answer.")
        rows = [{"id": name} for name in self.changes]
        return Page(FEED, 200, json.dumps({"update_seq": 5, "last_seq": 9, "results": rows}).encode())

    def round(self) -> int:
        """What a worker does now; how often it looked at the package."""
        before = self.looked
        while poll.run(self.deps):
            pass
        return self.looked - before


def test_what_a_feed_names_is_looked_at_now() -> None:
    fed = Fed()
    fed.changes, fed.parts.now = ["other", SCOPED.name], NOON + 2 * MINUTE

    assert fed.round() == 1


def test_what_it_does_not_name_is_looked_at_when_it_is_due() -> None:
    fed = Fed()
    fed.changes, fed.parts.now = ["other"], NOON + 2 * MINUTE
    assert fed.round() == 0

    fed.parts.now = NOON + timedelta(hours=1)
    assert fed.round() == 1


def test_a_feed_that_names_it_again_and_again_makes_it_be_looked_at_once_a_minute_at_most() -> None:
    fed, looks = Fed(), 0
    fed.changes = [SCOPED.name]
    for second in range(10, 601, 10):
        fed.parts.now = NOON + timedelta(seconds=second)
        looks += fed.round()

    assert 1 < looks <= 10


def test_a_feed_that_cannot_be_read_stands_on_the_health_page_and_stops_nothing() -> None:
    fed = Fed()
    fed.broken, fed.parts.now = True, NOON + timedelta(hours=1)

    assert fed.round() == 1
    assert "quiet artifacts are seen later" in fed.parts.problems()["poll feed npm"]


def test_only_feeds_of_registries_that_are_watched_are_read_and_once() -> None:
    parts = Parts()
    settings = replace(parts.deps.settings, npm_feed=FEED, pypi_feed=f"{FEED}/rss")
    with parts.ledger.writing() as book:
        want_feeds(book, settings, NOON)
        assert [SCOPED.purl] == [task.key for task in book.work.all("poll")]

    fed = Fed()
    with fed.parts.ledger.writing() as book:
        for _ in range(2):
            want_feeds(book, settings, NOON)
        assert ["feed npm", SCOPED.purl] == sorted(task.key for task in book.work.all("poll"))


def test_a_feed_that_is_set_no_more_is_read_no_more() -> None:
    fed = Fed()
    fed.deps = replace(fed.deps, settings=replace(fed.deps.settings, npm_feed=""))
    fed.parts.now = NOON + 2 * MINUTE
    fed.round()

    with fed.parts.ledger.reading() as book:
        assert [SCOPED.purl] == [task.key for task in book.work.all("poll")]


def test_the_feed_of_pypi_is_known_only_where_pypi_itself_is_asked() -> None:
    assert ["pypi"] == [name for name, _ in read({}).feeds]
    assert () == read({"PYPI_INDEX": "https://index.example/simple"}).feeds
    assert () == read({"PYPI_FEED": "off"}).feeds
    assert (("npm", FEED),) == read({"PYPI_FEED": "off", "NPM_FEED": FEED}).feeds
