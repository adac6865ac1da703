"""An artifact that another repository claimed first, until the operator says whose it is: whose alert it is then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.deeds.claims import CONFIG, SERVER, withdraw_elsewhere
from app.jobs.telling import speak
from tests.jobs.commanded import ROGUE, Told
from tests.registries.documents import SCOPED
from tests.verdict.cases import DAY, REPOSITORY, WORKFLOW
from tests.verdict.cases import version as example
from verifier.ledger.protocol import Watch
from verifier.model import Artifact, IncidentState, Publisher, PublishersSet, RepositorySeen, Verb
from verifier.verdict.incident import member_of

OWNER = 8
MINE = Publisher(SCOPED, OWNER, 80, (WORKFLOW,))


def settled(told: Told) -> None:
    """The repository with the incident had claimed it in its file; now the operator says that it is another's."""
    parts = told.parts
    with parts.ledger.writing() as book:
        squat = replace(MINE, repository_id=REPOSITORY.id, owner_id=REPOSITORY.owner_id)
        book.record(PublishersSet(REPOSITORY.id, CONFIG, (squat,)), parts.now)
        book.versions.put_watch(Watch(SCOPED, told.parts.now - 400 * DAY, preview=False))
        book.record(RepositorySeen(replace(REPOSITORY, id=OWNER, owner_id=80, full_name="true/owner")), parts.now)
        withdraw_elsewhere(book, MINE, (CONFIG, SERVER), parts.now)
        book.record(PublishersSet(OWNER, SERVER, (MINE,)), parts.now)


def examined(told: Told) -> str | None:
    """Speak of the version anew, as examining it does; the incident it is in."""
    with told.parts.ledger.writing() as book:
        dossier = book.versions.get(SCOPED, "1.2.3")
        assert dossier is not None
        speak.about(book, dossier, told.parts.now)
    with told.parts.ledger.reading() as book:
        dossier = book.versions.get(SCOPED, "1.2.3")
    assert dossier is not None
    return dossier.incident_id


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_rogue_version_is_told_to_whom_the_operator_says_it_belongs(told: Told) -> None:
    settled(told)
    moved = examined(told)

    assert moved not in (None, told.id)
    with told.parts.ledger.reading() as book:
        incident = book.incidents.get(str(moved))
        assert incident is not None
        assert (OWNER, IncidentState.OPEN) == (incident.repository_id, incident.state)
        assert book.work.get("tell", incident.id) is not None
    assert moved == examined(told)


@pytest.mark.parametrize("verb", [Verb.MINE, Verb.MUTE])
def test_who_claimed_it_first_silences_nothing_of_it_any_more(told: Told, verb: Verb) -> None:
    settled(told)
    told.say(verb, "carol")
    told.say(verb, "dave")

    assert [] == told.waivers()
    with told.parts.ledger.reading() as book:
        assert [] == book.incidents.mutes(SCOPED)


def test_what_else_stood_in_that_incident_stays_there_alone(told: Told) -> None:
    other = replace(example("2.0.0"), artifact=Artifact("pkg:npm/other"))
    more = member_of(other, ROGUE, told.parts.now, told.parts.now, waived=False)
    both = replace(told.incident, members=(*told.incident.members, more))
    with told.parts.ledger.writing() as book:
        book.incidents.put(both)
    settled(told)
    examined(told)

    assert [other.artifact] == [member.artifact for member in told.incident.members]
    assert IncidentState.OPEN is told.incident.state


def test_whoever_still_publishes_it_keeps_its_incident(told: Told) -> None:
    with told.parts.ledger.writing() as book:
        book.versions.put_watch(Watch(SCOPED, told.parts.now - 400 * DAY, preview=False))
        mine = replace(MINE, repository_id=REPOSITORY.id)
        book.record(PublishersSet(REPOSITORY.id, CONFIG, (mine,)), told.parts.now)
        book.record(PublishersSet(OWNER, SERVER, (MINE,)), told.parts.now)

    assert told.id == examined(told)
    told.say(Verb.MINE, "carol")
    assert ["carol"] == [waiver.by for waiver in told.waivers()]
