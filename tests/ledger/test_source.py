"""What GitHub says of the source, in the ledger: rewritten branches, vetted runs, compared files, proposals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.ledger.examples import (
    GADGET,
    HOUR,
    KEY,
    MINUTE,
    T0,
    WIDGET,
    comparison,
    evidence,
    forced,
    proposal,
    publisher,
    run,
    version,
    vetting,
)
from verifier.ledger import Ledger
from verifier.ledger.apply import AFTER_PUSH, version_task
from verifier.ledger.asking import LATEST, VETTED, run_task, vet_task
from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Dossier
from verifier.model import (
    ArtifactsProposed,
    EvidenceRead,
    Fact,
    File,
    ForcedPush,
    ForcedPushSeen,
    Policy,
    PublishersSet,
    Run,
    RunKey,
    RunSeen,
    RunVetted,
    SourceCompared,
    Standing,
    Version,
    VersionSeen,
    Vetting,
)

FINGERPRINT = version().fingerprint
DAY = timedelta(days=1)
SETUP: tuple[Fact, ...] = (PublishersSet(7, "server", (publisher(),)),)


def record(ledger: Ledger, *facts: Fact) -> None:
    for fact in facts:
        with ledger.writing() as book:
            book.record(fact, T0 + HOUR)


def recorded(ledger: Ledger) -> list[Fact]:
    with ledger.reading() as book:
        return [fact for _, _, fact in book.facts()]


def wanted(ledger: Ledger, step: str) -> list[str]:
    """What is wanted of this step since we looked last."""
    with ledger.writing() as book:
        tasks = book.work.claim(step, 99, T0 + 2 * HOUR, MINUTE)
        for task in tasks:
            book.work.done(task)
    return [task.key for task in tasks]


def known(ledger: Ledger, number: str = "1.0.0") -> Dossier:
    with ledger.reading() as book:
        found = book.versions.get(WIDGET, number)
    assert found is not None
    return found


def vetted(ledger: Ledger) -> Vetting | None:
    with ledger.reading() as book:
        found = book.runs.get(KEY)
    assert found is not None
    return found.vetting


def own(**changed: Any) -> Run:
    """A run on the repository's own code."""
    return run(head_repository_id=7, **changed)


def test_every_rewriting_of_a_branch_is_kept_once_oldest_first(ledger: Ledger) -> None:
    """The same commits pushed by force again later are another push: an attacker cannot date the first one anew."""
    first, again = forced(), forced(at=T0 + HOUR)
    other, elsewhere = forced(ref="refs/heads/1.x", at=T0 - HOUR), replace(first, repository_id=8)
    back = forced("c" * 40, before="d" * 40, at=T0 + MINUTE)
    record(ledger, *map(ForcedPushSeen, (again, first, back, first, other, elsewhere, again)))

    with ledger.reading() as book:
        assert [other, first, back, again] == book.refs.forced(7, T0 - HOUR, T0 + HOUR)
        assert [elsewhere] == book.refs.forced(8, T0 - HOUR, T0 + HOUR)
        assert [] == book.refs.forced(9, T0 - HOUR, T0 + HOUR)
    assert 5 == len(recorded(ledger))


def test_rewritings_are_looked_up_by_their_time(ledger: Ledger) -> None:
    """A repository may rewrite its branches for years: a verdict reads what concerns it."""
    before, first, last, after = (forced(at=T0 + n * MINUTE) for n in (-1, 0, 5, 6))
    record(ledger, *map(ForcedPushSeen, (after, last, first, before)))

    with ledger.reading() as book:
        assert [first, last] == book.refs.forced(7, T0, T0 + 5 * MINUTE)


def test_a_case_tells_the_rewritings_before_its_version_and_those_that_are_its_lines_habit(ledger: Ledger) -> None:
    """Not all that ever were; but those shortly before an earlier release say that this one's is nothing new."""
    old, new = version("1.0.0", published_at=T0 - 90 * DAY, files=()), version("1.1.0", published_at=T0, files=())
    habit, own = forced(at=T0 - 90 * DAY - HOUR), forced(at=T0 - 30 * DAY)
    others = [forced(at=T0 - 60 * DAY), forced(at=T0 - 90 * DAY + HOUR), forced(at=T0 + MINUTE)]
    record(ledger, *SETUP, VersionSeen(old), VersionSeen(new), *map(ForcedPushSeen, (habit, own, *others)))

    with ledger.reading() as book:
        watch, dossier = book.versions.watch(WIDGET), book.versions.get(WIDGET, "1.1.0")
        assert watch is not None
        assert dossier is not None
        assert (habit, own) == Cases(book, Policy()).case(dossier, watch).forced


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (T0, [version_task(WIDGET, "1.0.0")]),
        (T0 - AFTER_PUSH, [version_task(WIDGET, "1.0.0")]),
        (T0 - AFTER_PUSH - MINUTE, []),
        (T0 + MINUTE, []),
    ],
    ids=["at once", "a day before", "longer before", "after"],
)
def test_what_was_published_after_a_branch_was_rewritten_is_looked_at_again(
    ledger: Ledger, at: Any, expected: list[str]
) -> None:
    """The webhook may come after the verdict."""
    record(ledger, *SETUP, VersionSeen(version()), VersionSeen(version("9.0.0", GADGET)))
    wanted(ledger, "examine")
    record(ledger, ForcedPushSeen(forced(at=at)))

    assert expected == wanted(ledger, "examine")
    record(ledger, ForcedPushSeen(forced(at=at)))
    assert [] == wanted(ledger, "examine")


def test_what_a_repository_seems_to_publish_is_what_was_seen_last(ledger: Ledger) -> None:
    first, second = (proposal(clear=True), proposal(GADGET.purl, question="Whose is it?")), (proposal(),)
    record(ledger, ArtifactsProposed(7, first), ArtifactsProposed(7, first), ArtifactsProposed(8, second))
    with ledger.reading() as book:
        assert (first, second, ()) == tuple(book.repositories.proposals(id_) for id_ in (7, 8, 9))
    record(ledger, ArtifactsProposed(7, second), ArtifactsProposed(8, ()))
    with ledger.reading() as book:
        assert (second, ()) == (book.repositories.proposals(7), book.repositories.proposals(8))
    assert 4 == len(recorded(ledger))


def test_a_publishers_run_is_asked_about_when_it_is_first_seen_and_when_it_is_over(ledger: Ledger) -> None:
    """At once, while its branch is where it was; at the end for who approved it; and not in between."""
    requested = own(status="requested", conclusion=None, updated_at=T0)
    record(ledger, *SETUP, RunSeen(requested))
    assert [vet_task(KEY)] == wanted(ledger, "inspect")
    record(ledger, RunSeen(requested), RunSeen(replace(requested, status="in_progress")), RunVetted(KEY, vetting()))
    assert [] == wanted(ledger, "inspect")
    record(ledger, RunSeen(own()))
    assert [run_task(KEY), vet_task(KEY)] == sorted(wanted(ledger, "inspect"))
    record(ledger, RunSeen(own()), RunVetted(KEY, vetting(T0 - MINUTE)))
    assert vet_task(KEY) not in wanted(ledger, "inspect")


@pytest.mark.parametrize(
    "other",
    [
        own(workflow=".github/workflows/test.yml"),
        run(head_repository_id=8),
        run(head_repository_id=None),
        own(started_at=T0 + HOUR - VETTED, updated_at=T0 + 2 * HOUR - VETTED),
        own(repository_id=8),
    ],
    ids=["another workflow", "a fork", "a deleted fork", "old", "another repository"],
)
def test_no_other_run_is_asked_about(ledger: Ledger, other: Run) -> None:
    """A stranger's pull requests and a first look at years of history must not use up what GitHub lets us ask."""
    record(ledger, *SETUP, RunSeen(other))

    assert vet_task(other.key) not in wanted(ledger, "inspect")


def test_runs_seen_before_anyone_named_their_workflow_are_asked_about_when_somebody_does(ledger: Ledger) -> None:
    done = own(run_id=101, vetting=vetting())
    old = own(run_id=102, started_at=T0 - VETTED, updated_at=T0 - VETTED + HOUR)
    record(ledger, *map(RunSeen, (own(), done, old, own(run_id=103, workflow="other.yml"))))
    assert [] == wanted(ledger, "inspect")
    record(ledger, VersionSeen(version(published_at=old.started_at, files=())), *SETUP)

    assert [vet_task(KEY)] == [key for key in wanted(ledger, "inspect") if key.startswith("vet/")]


PAST = own(run_id=105, started_at=T0 - DAY, updated_at=T0 - DAY + MINUTE)
"""A run of history, as GitHub lists it when the App is installed."""
MADE = version(published_at=T0 - DAY, files=())
"""What it published, as the first poll shows it."""
QUESTIONS = [run_task(PAST.key), vet_task(PAST.key)]


def asked_at(ledger: Ledger) -> dict[str, datetime]:
    """What GitHub is to be asked about runs, and when."""
    with ledger.reading() as book:
        return {task.key: task.due_at for task in book.work.all("inspect")}


def test_of_history_only_what_a_known_version_hangs_on_is_asked_about(ledger: Ledger) -> None:
    """An organisation is installed with thousands of runs; GitHub answers 5,000 questions an hour."""
    elsewhen = version("0.9.0", published_at=T0 - 3 * DAY, files=())
    record(ledger, VersionSeen(elsewhen), RunSeen(PAST), *SETUP, RunSeen(replace(PAST, url="https://x.example")))

    assert {} == asked_at(ledger)


@pytest.mark.parametrize("order", [*permutations([SETUP[0], RunSeen(PAST), VersionSeen(MADE)])])
def test_the_runs_of_history_around_a_version_are_asked_about_in_whatever_order_they_become_known(
    ledger: Ledger, order: tuple[Fact, ...]
) -> None:
    """The first poll comes before or after the list of runs; what a line's releases were like is its habit."""
    record(ledger, *order)

    assert QUESTIONS == sorted(asked_at(ledger))


@pytest.mark.parametrize("evidence_first", [True, False])
def test_a_run_of_history_that_evidence_names_is_asked_about(ledger: Ledger, evidence_first: bool) -> None:
    """A staged version is approved long after the run that built it."""
    staged = version(published_at=T0, files=())
    named = replace(evidence(), run=PAST.key, standing=Standing.VERIFIED)
    read = EvidenceRead(WIDGET, "1.0.0", staged.fingerprint, (named,))
    facts = (read, RunSeen(PAST)) if evidence_first else (RunSeen(PAST), read)
    record(ledger, *SETUP, VersionSeen(staged), *facts)

    assert QUESTIONS == sorted(asked_at(ledger))


def test_live_runs_are_asked_about_before_history_and_newer_history_before_older(ledger: Ledger) -> None:
    older = own(run_id=106, started_at=T0 - 20 * DAY, updated_at=T0 - 20 * DAY)
    first = version("0.1.0", published_at=older.started_at, files=())
    record(ledger, *SETUP, *map(VersionSeen, (first, MADE)), *map(RunSeen, (older, PAST, own())))

    at = asked_at(ledger)
    assert sorted(at, key=lambda key: at[key]) == [
        *(run_task(KEY), vet_task(KEY)),
        *QUESTIONS,
        *(run_task(older.key), vet_task(older.key)),
    ]
    assert (T0 + HOUR, T0 + HOUR + LATEST) == (min(at.values()), max(at.values()))


def test_a_run_that_was_dropped_unasked_is_asked_about_when_it_is_seen_again(ledger: Ledger) -> None:
    """While the App was not installed its questions were dropped; installed again it lists the runs again."""
    record(ledger, *SETUP, RunSeen(own()))
    wanted(ledger, "inspect")
    record(ledger, RunSeen(own()))

    assert [run_task(KEY), vet_task(KEY)] == sorted(wanted(ledger, "inspect"))


def test_the_first_complete_answer_about_a_run_stands(ledger: Ledger) -> None:
    """Branches can be moved and merged afterwards; what could not be asked at first is made up for."""
    broken, good = vetting(problem="GitHub refuses."), vetting(T0 + MINUTE, approvals=())
    later = vetting(T0 + HOUR, reachable_from=(), approvals=())
    record(ledger, RunSeen(run()), RunVetted(KEY, broken))
    assert broken == vetted(ledger)
    record(ledger, RunVetted(KEY, good), RunVetted(KEY, later), RunVetted(KEY, broken))
    assert good == vetted(ledger)
    approved = replace(good, approvals=vetting().approvals)
    twice = replace(good, approvals=vetting().approvals * 2)
    record(ledger, RunVetted(KEY, approved), RunVetted(KEY, twice), RunVetted(KEY, good), RunVetted(KEY, approved))
    assert twice == vetted(ledger)
    assert 5 == len(recorded(ledger))


def test_a_later_sight_of_a_run_keeps_what_was_told_about_it(ledger: Ledger) -> None:
    record(ledger, RunSeen(run(status="queued", conclusion=None)), RunVetted(KEY, vetting()), RunSeen(run()))

    assert vetting() == vetted(ledger)


def test_an_answer_about_a_run_that_nobody_saw_is_not_kept(ledger: Ledger) -> None:
    record(ledger, RunVetted(RunKey(7, 404, 1), vetting()))

    assert [] == recorded(ledger)


def test_what_a_vetted_run_may_explain_is_looked_at_again(ledger: Ledger) -> None:
    record(ledger, *SETUP, RunSeen(own()), VersionSeen(version()))
    wanted(ledger, "examine")
    record(ledger, RunVetted(KEY, vetting()))

    assert [version_task(WIDGET, "1.0.0")] == wanted(ledger, "examine")


def test_a_comparison_counts_for_exactly_the_files_that_were_compared(ledger: Ledger) -> None:
    """A late wheel is not compared by what the sdist showed."""
    record(ledger, VersionSeen(version()))
    wanted(ledger, "examine")
    record(ledger, SourceCompared(WIDGET, "1.0.0", "sha256:other", comparison()))
    record(ledger, SourceCompared(WIDGET, "9.0.0", FINGERPRINT, comparison()))
    assert (None, [], 1) == (known(ledger).source, wanted(ledger, "examine"), len(recorded(ledger)))

    compared = SourceCompared(WIDGET, "1.0.0", FINGERPRINT, comparison())
    record(ledger, compared)
    assert (comparison(), [version_task(WIDGET, "1.0.0")]) == (known(ledger).source, wanted(ledger, "examine"))
    record(ledger, compared)
    assert ([], 2) == (wanted(ledger, "examine"), len(recorded(ledger)))

    record(ledger, VersionSeen(version(removed_at=T0 + HOUR)))
    assert comparison() == known(ledger).source
    record(ledger, VersionSeen(with_wheel()))
    assert known(ledger).source is None


def with_wheel() -> Version:
    """The version after a second file came."""
    return version(files=(*version().files, File("widget.whl", ("sha256:cd",), T0)))


def test_that_github_was_asked_for_attestations_is_remembered_until_there_are_other_files(ledger: Ledger) -> None:
    """Asking is dear, and once is enough; a file that came later was not asked about."""
    record(ledger, VersionSeen(version()), EvidenceRead(WIDGET, "1.0.0", FINGERPRINT, ()))
    assert not known(ledger).github_asked
    asked = EvidenceRead(WIDGET, "1.0.0", FINGERPRINT, (evidence(),), github=True)
    record(ledger, asked, asked)
    assert (True, (evidence(),)) == (known(ledger).github_asked, known(ledger).evidence)
    assert 3 == len(recorded(ledger))

    record(ledger, EvidenceRead(WIDGET, "1.0.0", FINGERPRINT, ()))
    assert (True, ()) == (known(ledger).github_asked, known(ledger).evidence)
    record(ledger, VersionSeen(with_wheel()))
    assert (False, None) == (known(ledger).github_asked, known(ledger).evidence)


def test_what_was_put_beside_the_facts_is_cleared_away(ledger: Ledger) -> None:
    """Deriving again gives what the facts say of rewritten branches and proposals, and nothing else."""
    record(ledger, ForcedPushSeen(forced()), ArtifactsProposed(7, (proposal(),)))
    with ledger.writing() as book:
        book.refs.put_forced(ForcedPush(7, "refs/heads/x", "", "", T0))
        book.repositories.put_proposals(8, (proposal(),))
    ledger.rebuild()

    with ledger.reading() as book:
        assert [forced()] == book.refs.forced(7, T0, T0)
        assert ((proposal(),), ()) == (book.repositories.proposals(7), book.repositories.proposals(8))
