"""Waivers in config files: bound to exact files, only for one's own artifacts, ended when they are taken out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.jobs.configured import DAY, FILE, GEAR, HOME, World
from tests.verdict.cases import NOON, REPOSITORY, version
from verifier.ledger.protocol import Watch
from verifier.model import (
    Artifact,
    Confidence,
    Incident,
    IncidentState,
    Member,
    Outcome,
    Publisher,
    PublishersSet,
    VersionSeen,
    Waiver,
)
from verifier.verdict.incident import standing_waiver

ODD = replace(version(), artifact=GEAR)
DIGEST = "sha512:" + "a" * 128
ODD = replace(ODD, files=(replace(ODD.files[0], digests=(DIGEST,)),))


def asks(digest: str = DIGEST, until: str = "2026-06-30", purl: str = GEAR.purl) -> str:
    return f"waivers: [{{purl: '{purl}', version: '1.2.3', digest: '{digest}', reason: CI was down, until: {until}}}]\n"


def world() -> World:
    made = World(home=True)
    made.push(FILE)
    seen(made, ODD)
    return made


def seen(of: World, published) -> None:
    member = Member(
        published.artifact, "1.2.3", "", Outcome.NON_COMPLIANT, Confidence.HIGH.word, False, (), (), (), NOON, NOON
    )
    with of.parts.ledger.writing() as book:
        book.versions.put_watch(Watch(published.artifact, NOON))
        book.record(VersionSeen(published), NOON)
        book.incidents.put(Incident("i1", REPOSITORY.id, NOON, IncidentState.OPEN, True, (member,)))


def given(of: World, artifact: Artifact = GEAR) -> list[Waiver]:
    with of.parts.ledger.reading() as book:
        return book.incidents.waivers(artifact, "1.2.3")


def holds(of: World) -> bool:
    return standing_waiver(ODD.fingerprint, given(of), of.parts.now) is not None


@pytest.mark.parametrize("digest", [DIGEST, ODD.fingerprint])
def test_the_organisation_waives_at_once_and_a_repository_after_a_day(digest: str) -> None:
    at_once, later = world(), world()
    at_once.push("version: 1\n" + asks(digest), HOME)
    at_once.wait(timedelta(minutes=1))
    later.push(FILE + asks(digest))
    early = holds(later)
    later.wait(DAY)

    assert ["config of alice/.github"] == [waiver.by for waiver in given(at_once)]
    assert holds(at_once)
    assert (False, True) == (early, holds(later))
    assert "config of alice/widget" == given(later)[0].by
    assert ODD.fingerprint == given(later)[0].fingerprint


def test_it_is_given_once_however_often_the_file_is_read() -> None:
    of = world()
    of.push("version: 1\n" + asks(), HOME)
    for _ in range(3):
        of.wait(timedelta(minutes=1))
        of.read()

    assert 1 == len(given(of))


def test_what_cannot_be_waived_is_said_and_not_given() -> None:
    of = world()
    of.push("version: 1\n" + asks("sha512:" + "b" * 128), HOME)
    of.wait(timedelta(minutes=1))

    assert [] == given(of)
    assert "other files" in of.parts.problems()[f"config {REPOSITORY.id}"]


@pytest.mark.parametrize(("until", "words"), [("2028-01-01", "at most 365 days"), ("2026-01-01", "that day is over")])
def test_a_waiver_that_ends_too_late_or_has_ended_is_refused_with_its_file(until: str, words: str) -> None:
    of = world()
    of.push(FILE + asks(until=until))

    assert words in of.parts.problems()[f"config {REPOSITORY.id}"]


def test_a_file_does_not_become_wrong_because_a_waiver_in_it_ends() -> None:
    of = world()
    of.push(FILE + asks())
    of.parts.now += 300 * DAY
    of.read()

    assert f"config {REPOSITORY.id}" not in of.parts.problems()
    assert not holds(of)


def test_nobody_waives_what_another_repository_publishes() -> None:
    other = Artifact("pkg:npm/other")
    of = world()
    seen(of, replace(ODD, artifact=other))
    with of.parts.ledger.writing() as book:
        book.record(PublishersSet(99, "config", (Publisher(other, 99, 99, ("x.yml",)),)), NOON)
    of.push(FILE + asks(purl=other.purl))
    of.wait(DAY)

    assert [] == given(of, other)


def test_taken_out_of_the_file_it_ends_at_once_and_put_back_it_waits_again() -> None:
    of = world()
    of.push(FILE + asks())
    of.wait(DAY)
    before = holds(of)
    of.push(FILE)
    of.wait(timedelta(minutes=1))
    ended = holds(of)
    of.push(FILE + asks())
    early = holds(of)
    of.wait(DAY)

    assert (True, False, False, True) == (before, ended, early, holds(of))


def test_files_that_came_later_are_not_waived_with_it() -> None:
    of = world()
    of.push("version: 1\n" + asks(), HOME)
    of.wait(timedelta(minutes=1))
    changed = replace(ODD, files=(replace(ODD.files[0], digests=("sha512:" + "c" * 128,)),))

    assert standing_waiver(changed.fingerprint, given(of), of.parts.now) is None


def test_a_waiver_of_another_author_is_not_ended_by_a_file_without_it() -> None:
    of = world()
    mine = Waiver(GEAR, "1.2.3", ODD.fingerprint, "carol", "ours", NOON, NOON + 30 * DAY)
    with of.parts.ledger.writing() as book:
        book.incidents.put_waiver(mine)
    of.push(FILE + "# more\n")

    assert [mine] == given(of)


EYES = "commands: {four_eyes: true}\n"


def test_where_two_must_agree_a_repositorys_own_file_waives_nothing_and_that_is_told() -> None:
    """A push is one person's word, a day later too."""
    of = world()
    of.push(FILE + EYES)
    of.push(FILE + EYES + asks())
    of.wait(2 * DAY)

    assert not holds(of)
    assert "is not waived by this file: with four_eyes on" in " ".join(of.bulletins[-1].sentences)


def test_where_two_must_agree_the_organisations_file_waives_still() -> None:
    of = world()
    of.push("version: 1\n" + EYES + asks(), HOME)
    of.wait(timedelta(minutes=1))

    assert holds(of)


def test_a_waiver_that_was_given_ends_when_two_must_agree_and_waits_when_they_need_not() -> None:
    of = world()
    of.push(FILE + asks())
    of.wait(DAY)
    before = holds(of)
    of.push(FILE + EYES + asks())
    of.wait(timedelta(minutes=1))
    ended = holds(of)
    of.push(FILE + asks())
    early = holds(of)
    of.wait(DAY)

    assert (True, False, False, True) == (before, ended, early, holds(of))
