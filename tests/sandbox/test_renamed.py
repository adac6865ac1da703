"""A repository that is renamed or transferred keeps its history: everything hangs on GitHub's number for it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from app.jobs.telling import speak
from sandbox import people
from sandbox.events import Move
from sandbox.state import Webhook
from tests.sandbox.living import Living, at, rogue
from verifier.model import Acknowledgement, Artifact, IncidentState, Outcome

WIDGET = Artifact("pkg:npm/%40octo/widget")
RENAMED = Move(at(2, 12), "octo/widget", "octo/gadget")
TRANSFERRED = Move(at(2, 12), "octo/widget", "new-home/gadget", owner_id=77)
BOTH = pytest.mark.parametrize("move", [RENAMED, TRANSFERRED], ids=["renamed", "transferred"])
LOST = pytest.mark.parametrize("lost", [False, True], ids=["webhook heard", "webhook lost"])


def moved(webhook: Webhook) -> bool:
    return webhook.event == "repository"


def lived(move: Move, lost: bool = False) -> Living:
    """The rogue version stands, then the repository moves."""
    living = Living(rogue(move), heard=lambda webhook: not (lost and moved(webhook)))
    living.until(at(2, 13))
    return living


def command(living: Living, words: str) -> None:
    """A maintainer comments on the issue, and the monitor does what is due."""
    living.repo.roles["carol"] = "maintain"
    (issue,) = living.repo.issues
    people.comment(living.world, living.repo, issue["number"], "carol", f"/artifact-monitor {words}")
    living.until(at(2, 14))


@BOTH
@LOST
def test_runs_publishers_and_verdicts_are_those_of_before(move: Move, lost: bool) -> None:
    before = Living(rogue())
    before.until(at(2, 11))
    after = lived(move, lost)

    def held(living: Living) -> tuple[object, ...]:
        with living.ledger.reading() as book:
            (repository,) = book.repositories.all()
            return (
                repository.id,
                [publisher.workflows for publisher in book.repositories.publishers(repository.id)],
                [run.key for run in book.runs.between(repository.id, at(1, 0), at(2, 0))],
                [(d.version.number, d.verdict.outcome if d.verdict else None) for d in book.versions.of(WIDGET)],
                [incident.id for incident in book.incidents.all()],
            )

    assert held(before) == held(after)


@BOTH
@LOST
def test_an_incident_of_before_is_commanded_from_its_issue_and_settled_where_that_is_now(
    move: Move, lost: bool
) -> None:
    """One issue, one check run, the waiver is the version's, and nothing is opened anew under the new name."""
    living = lived(move, lost)
    (issue,) = living.repo.issues
    (code,) = re.findall(r"/artifact-monitor mine ([0-9a-f]{15}) ", issue["body"])
    command(living, f"mine {code} an emergency")

    with living.ledger.reading() as book:
        (incident,) = book.incidents.all()
        assert len(book.incidents.waivers(WIDGET, "1.4.1")) == 1
    assert incident.state is not IncidentState.OPEN
    assert ["closed"] == [issue["state"] for issue in living.repo.issues]
    checks = [check for check in living.repo.checks if check["external_id"] == f"incident/{incident.id}"]
    assert ["success"] == [check["conclusion"] for check in checks]
    assert ["closed"] == [advisory["state"] for advisory in living.repo.advisories]
    assert [] == living.stage.problems()


@BOTH
def test_pages_and_texts_name_it_as_it_is_called_now(move: Move) -> None:
    living = lived(move)
    with living.ledger.reading() as book:
        (incident,) = book.incidents.all()
        known = book.repositories.get(incident.repository_id)
    assert known is not None
    assert move.to == known.full_name
    assert (move.owner_id or known.owner_id) == known.owner_id
    command(living, "recheck")

    assert [] == living.stage.problems()


@BOTH
@LOST
def test_a_release_after_the_move_is_explained_by_its_run(move: Move, lost: bool) -> None:
    """Its provenance names the repository by number; an honest release must not alarm."""
    living = lived(move, lost)
    with living.ledger.reading() as book:
        dossier = book.versions.get(WIDGET, "1.4.0")
    assert dossier is not None
    assert dossier.verdict is not None
    assert dossier.verdict.outcome is Outcome.COMPLIANT


@pytest.mark.parametrize("first", ["list", "report"])
def test_a_stranger_who_takes_the_old_name_is_never_read_or_written_in_its_place(first: str) -> None:
    """The webhook was lost, and somebody made another repository of the old name: its runs are not ours."""
    living = lived(RENAMED, lost=True)
    repo = living.repo
    (mine,) = repo.issues
    with living.world.lock:
        stranger = replace(repo, id=999, full_name="octo/widget", issues=[], checks=[], advisories=[], runs={})
        living.world.repos[999] = stranger
        living.world.names["octo/widget"] = 999
        living.world.installations[living.installation].repositories.add(999)
    with living.ledger.writing() as book:
        (incident,) = book.incidents.all()
        if first == "list":
            book.work.want("inspect", f"list/{repo.id}", living.world.now)
        else:
            given = Acknowledgement("carol", "at work", at(2, 13), at(9, 13))
            speak.acknowledge(book, incident, given, living.world.now)
    living.until(at(2, 15))

    assert [mine] == repo.issues
    assert ([], [], []) == (stranger.issues, stranger.checks, stranger.advisories)
    with living.ledger.reading() as book:
        assert "octo/gadget" == book.repositories.get(repo.id).full_name  # type: ignore[union-attr]  # it is known
