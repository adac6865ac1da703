"""Where two people are needed: whose earlier word counts as the second one, and what asking for it costs."""

from __future__ import annotations

from datetime import timedelta

from tests.jobs.test_enrol import NEW, Enrolling
from tests.verdict.cases import REPOSITORY
from verifier.model import Act, Conduct, ConductSet

MINUTE = timedelta(minutes=1)


def guarded() -> Enrolling:
    """What is watched, in a repository where two are needed."""
    place = Enrolling()
    assert place.ask().accepted
    with place.parts.ledger.writing() as book:
        book.record(ConductSet(REPOSITORY.id, Conduct(four_eyes=True)), place.parts.now)
    place.later(MINUTE)
    return place


def roles_asked(place: Enrolling) -> int:
    return sum("/collaborators/" in path for _, path, _ in place.github.asked)


def test_github_is_not_asked_for_the_role_of_everybody_who_ever_waited() -> None:
    """Else one account that asks sixty times an hour would use up what the monitor may ask GitHub."""
    place = guarded()
    for number in range(20):
        place.ask("carol", workflows=f"publish.yml, evil{number}.yml")
        place.later(MINUTE)
    for _ in range(5):
        place.halt(Act.STOP, "carol")
        place.later(MINUTE)
    before = roles_asked(place)

    assert place.halt(Act.STOP, "dave").accepted
    assert roles_asked(place) - before == 2, "dave's, and carol's once"


def test_what_two_stopped_once_one_of_them_does_not_stop_again_alone() -> None:
    place = guarded()
    place.halt(Act.STOP, "carol")
    place.later(MINUTE)
    assert place.halt(Act.STOP, "dave").accepted
    place.later(MINUTE)
    assert place.halt(Act.RESUME, "alice").accepted
    place.later(MINUTE)

    again = place.halt(Act.STOP, "dave")
    assert (again.accepted, again.waits) == (False, True)
    place.later(timedelta(days=2))
    with place.parts.ledger.writing() as book:
        book.work.want("poll", NEW.purl, place.parts.now)
    assert place.looks()
