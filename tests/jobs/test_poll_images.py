"""Poll, of images: what a registry's tags show becomes versions, one after another under the same number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from app.deps import Deps
from app.jobs import poll
from tests.jobs.parts import POLL, Parts
from tests.registries.shelf import BASE, HUB, IMAGE, HubShelf, Shelf, one
from tests.verdict.cases import HOUR, NOON, REPOSITORY
from verifier.ledger.protocol import Dossier
from verifier.model import Artifact, Publisher, PublishersSet, Version
from verifier.registries.base import Absent, Ask, Page, Unreadable

WORKFLOW = ".github/workflows/publish.yml"


@dataclass
class Monitor:
    """A monitor that watches one image in a pretend registry since noon."""

    shelf: Shelf
    artifact: Artifact = IMAGE
    moving: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.parts = Parts()
        publisher = Publisher(self.artifact, REPOSITORY.id, REPOSITORY.owner_id, (WORKFLOW,), moving=self.moving)
        with self.parts.ledger.writing() as book:
            book.record(PublishersSet(REPOSITORY.id, "server", (publisher,)), NOON)

    @property
    def deps(self) -> Deps:
        settings = replace(self.parts.deps.settings, docker_hub=f"{BASE}/api", docker_registry=BASE)
        return replace(self.parts.deps, settings=settings, fetch=self._fetch)

    def _fetch(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        return Absent(ask.url) if "widget" in ask.url else self.shelf(ask)

    def polled(self, after: timedelta = POLL) -> Monitor:
        """So much later, the artifact was polled."""
        self.parts.now += after
        poll.run(self.deps)
        assert not [said for said in self.parts.problems().values() if "AssertionError" in said]
        return self

    def hinted(self, tag: str, after: timedelta = timedelta(minutes=1)) -> Monitor:
        """Somebody said that the tag was pushed."""
        self.parts.now += after
        with self.parts.ledger.writing() as book:
            book.work.want("poll", f"{self.artifact.purl} {tag}", self.parts.now)
        poll.run(self.deps)
        return self

    def held(self, tag: str) -> Version:
        """The tag as it stands in the ledger."""
        with self.parts.ledger.reading() as book:
            found = book.versions.get(self.artifact, tag)
        assert found is not None
        return found.version

    def before(self, tag: str) -> list[Dossier]:
        """What it held before."""
        with self.parts.ledger.reading() as book:
            return book.versions.earlier(self.artifact, tag)

    def due(self) -> dict[str, datetime]:
        """When the artifact is polled next, and hints."""
        with self.parts.ledger.reading() as book:
            return {task.key: task.due_at for task in book.work.all("poll") if self.artifact.purl in task.key}


def digest(version: Version) -> str:
    return version.files[0].digests[0]


def test_a_tag_that_points_at_other_bytes_keeps_what_it_held_and_when_it_was_last_seen_so() -> None:
    shelf = Shelf()
    old = shelf.push("1.2.3", one("honest"))
    monitor = Monitor(shelf).polled().polled()
    new = shelf.push("1.2.3", one("rogue"))
    monitor.polled()
    (before,), now = monitor.before("1.2.3"), monitor.held("1.2.3")

    assert (new, NOON + 3 * POLL, NOON + 2 * POLL) == (digest(now), now.first_seen_at, now.unseen_at)
    assert (old, NOON + 2 * POLL) == (digest(before.version), before.version.seen_at)
    assert now.at > NOON > before.version.at


def test_what_stood_there_at_first_contact_was_there_before_and_what_comes_later_was_not() -> None:
    """Nobody is alarmed about history."""
    shelf = Shelf()
    shelf.push("1.0.0")
    monitor = Monitor(shelf).polled()
    shelf.push("1.1.0")
    monitor.polled()

    assert monitor.held("1.0.0").at < NOON < monitor.held("1.1.0").at
    assert (NOON + POLL, NOON + 2 * POLL) == (monitor.held("1.1.0").unseen_at, monitor.held("1.1.0").first_seen_at)


def test_a_tag_that_is_gone_stays_and_one_that_comes_back_with_other_bytes_came_after_it_was_gone() -> None:
    shelf = Shelf()
    shelf.push("1.2.3", one("honest"))
    monitor = Monitor(shelf).polled()
    del shelf.tags["1.2.3"]
    monitor.polled()
    assert NOON + 2 * POLL == monitor.held("1.2.3").removed_at

    shelf.push("1.2.3", one("rogue"))
    monitor.polled()
    now = monitor.held("1.2.3")
    assert (None, NOON + 2 * POLL) == (now.removed_at, now.unseen_at)
    assert 1 == len(monitor.before("1.2.3"))


def test_a_hint_looks_at_its_tag_alone_and_leaves_the_poll_due_as_it_was() -> None:
    shelf = Shelf()
    shelf.push("1.2.3", one("honest"))
    monitor = Monitor(shelf).polled()
    due, _ = monitor.due(), shelf.requests()
    new = shelf.push("1.2.3", one("rogue"))
    monitor.hinted("1.2.3")

    assert new == digest(monitor.held("1.2.3"))
    assert due == monitor.due()
    assert not [asked for asked in shelf.requests() if "tags/list" in asked]


def test_a_hint_before_the_first_look_makes_nothing_new_of_what_was_there() -> None:
    """A webhook that is quicker than the first pass must not turn history into news."""
    shelf = Shelf()
    shelf.push("1.2.3")
    monitor = Monitor(shelf)
    monitor.hinted("1.2.3", timedelta())
    monitor.polled()

    assert monitor.held("1.2.3").at < NOON


def test_a_registry_that_does_not_answer_removes_nothing() -> None:
    shelf = Shelf()
    shelf.push("1.2.3")
    monitor = Monitor(shelf).polled()
    shelf.odd["tags/list?n=1000"] = Unreadable(BASE, "It has a problem of its own (500).", status=500)
    monitor.polled()

    assert monitor.held("1.2.3").removed_at is None
    assert f"poll {IMAGE.purl}" in monitor.parts.problems()


def test_patterns_of_the_configuration_reach_the_registry() -> None:
    shelf = Shelf()
    shelf.push("weekly-7")
    monitor = Monitor(shelf, moving=("weekly-*",)).polled()

    assert monitor.held("weekly-7").moving


@pytest.mark.parametrize("again", [NOON - HOUR, NOON + 2 * POLL])
def test_the_same_bytes_pushed_again_are_nothing_new(again: datetime) -> None:
    """Docker Hub's time moves with each push; what the tag holds, and since when, does not."""
    shelf = HubShelf()
    shelf.pushed("1.2.3", NOON - HOUR, one("honest"))
    monitor = Monitor(shelf, HUB).polled()
    first = monitor.held("1.2.3")
    shelf.pushed("1.2.3", again, one("honest"))
    monitor.polled()

    assert first == monitor.held("1.2.3")
    assert [] == monitor.before("1.2.3")


def test_docker_hub_tells_when_and_by_whom_a_tag_was_pushed() -> None:
    shelf = HubShelf()
    shelf.pushed("1.2.3", NOON - HOUR, one("honest"), by="ci")
    monitor = Monitor(shelf, HUB).polled()
    shelf.pushed("1.2.3", NOON + POLL + timedelta(minutes=2), one("rogue"), by="mallory")
    monitor.polled()
    now = monitor.held("1.2.3")

    assert (NOON + POLL + timedelta(minutes=2), "mallory") == (now.published_at, now.account and now.account.name)
    assert ["ci"] == [d.version.account.name for d in monitor.before("1.2.3") if d.version.account]
