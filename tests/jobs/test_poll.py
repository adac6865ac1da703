"""Poll: what a registry shows becomes versions; what it does not show, or not readably, is never taken for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.jobs import poll
from app.processes.shift import AT_ONE
from tests.jobs.parts import POLL, Parts
from tests.registries.documents import NPM, SCOPED, manifest, packument, page
from tests.verdict.cases import HOUR, NOON, version
from verifier.ledger.protocol import Watch
from verifier.model import Artifact, Version
from verifier.registries.base import Absent, Ask, Page, Unreadable

UNREAD, POLLED = f"unread {SCOPED.purl}", f"poll {SCOPED.purl}"


def shows(*numbers: str, **changes: object) -> Page:
    """The registry's page with these versions."""
    return page(packument({number: manifest(number) for number in numbers}, **changes), etag='"v1"')


def held(parts: Parts) -> dict[str, Version]:
    with parts.ledger.reading() as book:
        return {dossier.version.number: dossier.version for dossier in book.versions.of(SCOPED)}


def watch(parts: Parts) -> Watch:
    with parts.ledger.reading() as book:
        found = book.versions.watch(SCOPED)
    assert found is not None
    return found


def due(parts: Parts) -> datetime:
    with parts.ledger.reading() as book:
        (task,) = book.work.all("poll")
    return task.due_at


def polled(answer: Page | Absent | Unreadable, parts: Parts | None = None) -> Parts:
    """The artifact after it was polled, when it was due, with this answer."""
    parts = parts or Parts()
    parts.now, parts.answer = max(parts.now, due(parts)), answer
    assert 1 == poll.run(parts.deps)
    return parts


def examined(parts: Parts) -> set[str]:
    with parts.ledger.reading() as book:
        return {task.key for task in book.work.all("examine")}


def test_what_the_registry_shows_is_kept_examined_and_looked_at_again_after_the_interval() -> None:
    parts = polled(shows("1.0.0", "1.1.0"))

    assert ["1.0.0", "1.1.0"] == sorted(held(parts))
    assert {f"{SCOPED.purl} 1.0.0", f"{SCOPED.purl} 1.1.0"} == examined(parts)
    assert ["examine"] == parts.woken
    assert NOON + POLL == due(parts)
    assert {} == parts.problems()


def test_the_first_pass_is_preview_and_what_stood_there_without_a_date_was_there_before() -> None:
    """Nobody is alarmed about history."""
    parts = Parts()
    assert watch(parts).preview

    polled(shows("1.0.0", time={}), parts)
    assert not watch(parts).preview
    assert held(parts)["1.0.0"].at < watch(parts).first_contact

    parts.now += HOUR
    polled(shows("1.0.0", "1.1.0", time={}), parts)
    assert held(parts)["1.1.0"].at > watch(parts).first_contact


def test_a_first_pass_that_could_not_look_stays_preview() -> None:
    assert watch(polled(Unreadable(NPM, "The registry did not answer."))).preview


def test_an_unchanged_page_keeps_what_we_know_and_asks_by_its_validator() -> None:
    parts = polled(shows("1.0.0"))
    before = held(parts)
    polled(Page(NPM, 304, b"", {"etag": '"v1"'}), parts)

    assert [None, '"v1"'] == [etag for _, etag in parts.asked]
    assert before == held(parts)
    assert (NOON + POLL, {"latest": "1.0.0"}) == (watch(parts).polled_at, dict(watch(parts).channels))
    polled(Page(NPM, 304, b"", {}), parts)
    assert '"v1"' == dict(watch(parts).validators)[parts.asked[0][0].url]


def test_a_version_that_vanished_is_marked_removed_and_kept() -> None:
    parts = polled(shows("1.0.0", "1.1.0"))
    polled(shows("1.0.0"), parts)

    assert {"1.0.0": None, "1.1.0": NOON + POLL} == {n: version.removed_at for n, version in held(parts).items()}
    assert held(parts)["1.1.0"].files


class Slow(Parts):
    """A registry that shows what there was when it was asked, and takes so long that another worker looks meanwhile."""

    meanwhile: Page | None = None
    between: Watch | None = None
    """What the other worker notes, which had begun earlier and saw no more than is known."""

    def _fetch(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        seen = super()._fetch(ask, etag)
        if self.between is not None:
            with self.ledger.writing() as book:
                book.versions.put_watch(self.between)
            self.between = None
        if self.meanwhile is not None:
            self.now += AT_ONE
            self.answer, self.meanwhile = self.meanwhile, None
            assert 1 == poll.run(self.deps)
        return seen


@pytest.mark.parametrize("late", [shows("1.0.0"), Page(NPM, 304, b"", {"etag": '"v1"'}), Absent(NPM)])
def test_a_look_that_was_overtaken_takes_away_nothing_that_it_did_not_see_yet(late: Page | Absent) -> None:
    """As one does whose worker slept, or whose lease ran out while the database was down."""
    parts = Slow()
    polled(shows("1.0.0"), parts)
    parts.meanwhile = shows("1.0.0", "1.1.0")
    polled(late, parts)

    assert {"1.0.0": None, "1.1.0": None} == {number: version.removed_at for number, version in held(parts).items()}
    assert NOON + POLL + AT_ONE == watch(parts).polled_at
    assert NOON + POLL + AT_ONE + POLL == due(parts)


def test_a_look_that_was_overtaken_is_made_anew_at_once() -> None:
    """It may have begun later than the other, and have seen what that one did not."""
    parts = Slow()
    polled(shows("1.0.0"), parts)
    with parts.ledger.reading() as book:
        before = book.versions.watch(SCOPED)
    assert before is not None
    parts.answer, parts.now = shows("1.0.0", "1.1.0"), parts.now + POLL
    parts.between = replace(before, polled_at=parts.now)

    assert 2 == poll.run(parts.deps)
    assert ["1.0.0", "1.1.0"] == sorted(held(parts))
    assert parts.now + POLL == due(parts)


def test_a_look_that_failed_takes_back_nothing_of_one_that_ended_meanwhile() -> None:
    """As a hint's look may that was refused while the first full one went on."""
    parts = Slow()
    parts.meanwhile = shows("1.0.0")
    polled(Unreadable(NPM, "The registry did not answer."), parts)

    assert (False, NOON + AT_ONE, "") == (watch(parts).preview, watch(parts).polled_at, watch(parts).problem)


def test_an_artifact_that_is_not_there_has_all_its_versions_removed() -> None:
    parts = polled(Absent(NPM), polled(shows("1.0.0")))

    assert NOON + POLL == held(parts)["1.0.0"].removed_at


@pytest.mark.parametrize(
    "answer", [Unreadable(NPM, "The registry answered 503."), page(b"<html>"), page([])], ids=["503", "html", "list"]
)
def test_what_could_not_be_read_removes_nothing_and_stands_on_the_health_page_until_it_can(answer: Page) -> None:
    parts = polled(shows("1.0.0"))
    before = held(parts)
    polled(answer, parts)

    assert before == held(parts)
    assert {POLLED} == set(parts.problems())
    assert watch(parts).problem == parts.problems()[POLLED]
    polled(shows("1.0.0"), parts)
    assert {} == parts.problems()
    assert "" == watch(parts).problem


def test_a_registry_that_does_not_answer_is_asked_again_after_longer_and_longer_waits_up_to_an_hour() -> None:
    parts = polled(Unreadable(NPM, "The registry did not answer."))
    waits = []
    for _ in range(12):
        waits.append(due(parts) - parts.now)
        polled(Unreadable(NPM, "The registry did not answer."), parts)

    assert sorted(waits) == waits
    assert waits[0] < POLL
    assert timedelta(hours=1) == waits[-1]


def test_a_registry_that_says_when_to_come_back_is_asked_then() -> None:
    parts = polled(Unreadable(NPM, "The registry answered 429.", retry_after=90))

    assert NOON + timedelta(seconds=90) == due(parts)


def test_what_of_an_answer_could_not_be_read_stands_on_the_health_page_until_all_of_it_can() -> None:
    """A version that we had to leave out must not be missed in silence."""
    odd = packument({"1.0.0": manifest("1.0.0"), "not a version\n": {}})
    parts = polled(page(odd))

    assert ["1.0.0"] == list(held(parts))
    assert {UNREAD} == set(parts.problems())
    said = parts.problems()[UNREAD]
    assert said.startswith(f"{SCOPED.purl}: ")
    assert "a name in versions" in said
    assert said.isprintable()

    polled(Page(NPM, 304, b""), parts)
    assert {UNREAD} == set(parts.problems())
    polled(shows("1.0.0"), parts)
    assert {} == parts.problems()


def test_an_answer_that_is_odd_throughout_makes_one_short_problem() -> None:
    odd: dict[str, object] = {f"odd {n}\n": {} for n in range(500)}
    said = polled(page(packument({"1.0.0": manifest("1.0.0"), **odd}))).problems()[UNREAD]

    assert " more)" in said
    assert len(said) < 2000


def test_what_is_not_watched_is_not_asked_for() -> None:
    parts = Parts()
    with parts.ledger.writing() as book:
        book.work.want("poll", "pkg:npm/other", NOON - HOUR)
        book.work.want("poll", SCOPED.purl, NOON)
    parts.answer = shows("1.0.0")
    poll.run(parts.deps)

    assert [SCOPED.name] == [
        ask.url.rpartition("/")[2].replace("%2f", "/").replace("%2F", "/") for ask, _ in parts.asked
    ]


def test_a_type_that_no_registry_is_known_for_is_said_and_waits_for_somebody_to_mend_it() -> None:
    parts = Parts()
    with parts.ledger.writing() as book:
        book.work.want("poll", "pkg:cargo/serde", NOON)
    parts.answer = shows("1.0.0")
    poll.run(parts.deps)

    assert "supported types: docker, npm, oci, pypi." in parts.problems()["poll pkg:cargo/serde"]
    with parts.ledger.reading() as book:
        refused = next(task for task in book.work.all("poll") if task.key == "pkg:cargo/serde")
    assert refused.due_at > NOON


def test_a_version_that_comes_after_the_first_pass_is_no_history_though_its_registrys_clock_is_behind() -> None:
    """Some registries cut their times to whole seconds, and clocks differ."""
    watch = Watch(Artifact("pkg:npm/widget"), first_contact=NOON, learned_at=NOON)
    before = NOON - timedelta(seconds=1)

    assert before < watch.since(version(at=before))
    assert before >= watch.since(replace(version(at=before), first_seen_at=NOON + timedelta(minutes=5)))
