"""Facts: what is appended, what it changes, the chain, and deriving everything again. On every twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.ledger.examples import (
    HOUR,
    KEY,
    MINUTE,
    READ,
    STEP,
    T0,
    WIDGET,
    answer,
    command,
    comparison,
    derived,
    evidence,
    forced,
    mute,
    proposal,
    publisher,
    release,
    repository,
    run,
    tag,
    verdict,
    version,
    vetting,
    waiver,
)
from tests.ledger.test_enrolments import enrolment
from verifier.ledger import Ledger
from verifier.ledger.apply import version_task
from verifier.ledger.asking import run_task
from verifier.ledger.chain import broken
from verifier.ledger.protocol import Link
from verifier.model import (
    ArtifactsProposed,
    CommandAnswered,
    CommandGiven,
    Conduct,
    ConductSet,
    EnrolmentAnswered,
    EnrolmentAsked,
    EvidenceRead,
    Fact,
    File,
    ForcedPushSeen,
    Installation,
    InstallationSeen,
    JobsState,
    LineMuted,
    PublishersSet,
    RefSeen,
    ReleaseSeen,
    Reply,
    RepositorySeen,
    RunRead,
    RunSeen,
    RunsListed,
    RunVetted,
    SourceCompared,
    VerdictReached,
    VersionSeen,
    WaiverGiven,
)
from verifier.model.backfill import Gap

FINGERPRINT = version().fingerprint
WISH = enrolment()
STORY: list[Fact] = [
    InstallationSeen(Installation(1, 70, "acme", T0)),
    RepositorySeen(repository()),
    PublishersSet(7, "server", (publisher(),)),
    RunRead(KEY, READ, (STEP,), T0),
    RunSeen(run()),
    RunVetted(KEY, vetting()),
    RunsListed(7, T0 - HOUR, T0 + HOUR),
    RefSeen(tag()),
    ForcedPushSeen(forced()),
    ReleaseSeen(release()),
    VersionSeen(version()),
    EvidenceRead(WIDGET, "1.0.0", FINGERPRINT, (evidence(),)),
    SourceCompared(WIDGET, "1.0.0", FINGERPRINT, comparison()),
    ArtifactsProposed(7, (proposal(),)),
    VerdictReached(WIDGET, "1.0.0", FINGERPRINT, verdict(), T0 + MINUTE),
    WaiverGiven(waiver()),
    LineMuted(mute()),
    ConductSet(7, Conduct(four_eyes=True)),
    CommandGiven(command()),
    CommandAnswered(answer()),
    EnrolmentAsked(WISH),
    EnrolmentAnswered(WISH, Reply(WISH.id, True, "It is watched.", T0, acts_at=T0, repository_ids=(7,))),
]
HISTORY = (VerdictReached, WaiverGiven, LineMuted, CommandAnswered)


def record(ledger: Ledger, *facts: Fact) -> None:
    for fact in facts:
        with ledger.writing() as book:
            book.record(fact, T0 + HOUR)


def recorded(ledger: Ledger) -> list[Fact]:
    with ledger.reading() as book:
        return [fact for _, _, fact in book.facts()]


def test_facts_are_kept_as_they_came(ledger: Ledger) -> None:
    """Facts come back whole, numbered from 1 without a gap, with the time they were recorded."""
    record(ledger, *STORY)

    with ledger.reading() as book:
        assert [(n, T0 + HOUR, fact) for n, fact in enumerate(STORY, start=1)] == list(book.facts())


def test_a_fact_that_changes_nothing_is_not_repeated(ledger: Ledger) -> None:
    """Seen again, a fact is neither appended nor is any work wanted for it; verdicts and waivers are history."""
    record(ledger, *STORY)
    with ledger.reading() as book:
        before = [book.work.all(step) for step in ("poll", "examine", "inspect")]
    record(ledger, *(fact for fact in STORY if not isinstance(fact, HISTORY)))

    assert STORY == recorded(ledger)
    with ledger.reading() as book:
        assert before == [book.work.all(step) for step in ("poll", "examine", "inspect")]
    record(ledger, *(fact for fact in STORY if isinstance(fact, HISTORY)))
    assert len(STORY) + len(HISTORY) == len(recorded(ledger))


@pytest.mark.parametrize(
    "older",
    [
        InstallationSeen(Installation(1, 70, "old", T0 - HOUR)),
        RepositorySeen(repository(name="acme/old", named_at=T0 - HOUR)),
        RunSeen(run(status="queued", conclusion=None)),
        RunRead(KEY, JobsState.GONE, (), T0 + HOUR),
        RunVetted(KEY, vetting(T0 + HOUR, reachable_from=())),
        RunVetted(KEY, vetting(T0 - HOUR, problem="GitHub refuses.")),
        RunVetted(KEY, vetting(approvals=())),
        RunsListed(7, T0, T0 + MINUTE),
        RefSeen(tag(seen_at=T0 - HOUR, sha="b" * 40)),
        ReleaseSeen(release(updated_at=T0 - HOUR, tag="old")),
    ],
)
def test_what_comes_late_turns_nothing_back(ledger: Ledger, older: Fact) -> None:
    """An older or weaker sight of what is known changes nothing and is not kept."""
    record(ledger, *STORY)
    with ledger.reading() as book:
        before = derived(book)
    record(ledger, older)

    assert STORY == recorded(ledger)
    with ledger.reading() as book:
        assert before == derived(book)


@pytest.mark.parametrize("fact", [EvidenceRead(WIDGET, "1.0.0", "sha256:other", ()), EvidenceRead(WIDGET, "9", "", ())])
def test_evidence_about_other_files_is_not_taken(ledger: Ledger, fact: Fact) -> None:
    """Evidence counts for exactly the files it was read for."""
    record(ledger, *STORY, fact)

    assert STORY == recorded(ledger)


def test_provenance_that_comes_later_is_read(ledger: Ledger) -> None:
    """When the registry gets provenance for a file that had none, the evidence is to be read anew."""
    bare = version(files=(File("widget.tgz", ("sha512:ab",), T0, attested=False),))
    record(ledger, VersionSeen(bare), EvidenceRead(WIDGET, "1.0.0", FINGERPRINT, ()))
    with ledger.reading() as book:
        assert [()] == [dossier.evidence for dossier in book.versions.of(WIDGET)]

    record(ledger, VersionSeen(version()))
    with ledger.reading() as book:
        assert [None] == [dossier.evidence for dossier in book.versions.of(WIDGET)]


def test_a_late_run_makes_its_versions_be_looked_at_again(ledger: Ledger) -> None:
    """A webhook that comes after the version was judged heals the verdict: jobs are read, the version examined."""
    record(ledger, PublishersSet(7, "server", (publisher(),)), VersionSeen(version()))
    with ledger.writing() as book:
        for task in book.work.claim("examine", 9, T0 + HOUR, MINUTE):
            book.work.done(task)
    record(ledger, RunSeen(run()))

    with ledger.reading() as book:
        assert [version_task(WIDGET, "1.0.0")] == [task.key for task in book.work.all("examine")]
        assert [run_task(KEY)] == [task.key for task in book.work.all("inspect")]


def test_everything_can_be_derived_again(ledger: Ledger) -> None:
    """Rebuilding gives the same shelves and touches nothing that does not come from facts."""
    record(ledger, *STORY, *STORY)
    with ledger.writing() as book:
        dossier = book.versions.get(WIDGET, "1.0.0")
        assert dossier is not None
        book.versions.put(replace(dossier, incident_id="i1"))
        book.repositories.put_gap(7, Gap(T0, T0))
        book.health.report("github", "no answer", T0)
    with ledger.reading() as book:
        before = derived(book)
        kept = [book.work.all("examine"), book.versions.watches(), book.repositories.gap_since(7)]
        facts = list(book.facts())

    ledger.rebuild()

    with ledger.reading() as book:
        assert before == derived(book)
        assert kept == [book.work.all("examine"), book.versions.watches(), book.repositories.gap_since(7)]
        assert facts == list(book.facts())
        assert ["github"] == [problem.subject for problem in book.health.problems()]


def test_what_was_put_beside_the_facts_is_cleared_away(ledger: Ledger) -> None:
    """Rebuilding derives from the facts alone: what no fact says is not there afterwards."""
    record(ledger, RepositorySeen(repository()))
    with ledger.writing() as book:
        book.repositories.put(repository(8, "acme/nowhere"))
        book.runs.put(run())
        book.refs.put_tag(tag())
        book.incidents.put_waiver(waiver())

    ledger.rebuild()

    with ledger.reading() as book:
        assert [repository()] == book.repositories.all()
        assert None is book.runs.get(KEY)
        assert [] == book.refs.tags(7)
        assert [] == book.incidents.waivers(WIDGET, "1.0.0")


def test_the_facts_are_chained(ledger: Ledger) -> None:
    """The chain of what was recorded holds, and every link names the one before it."""
    record(ledger, *STORY)

    with ledger.reading() as book:
        links = list(book.chain())
    assert "" == broken(links)
    assert len(STORY) == len(links)
    assert [link.hash for link in links[:-1]] == [link.previous for link in links[1:]]


@pytest.mark.parametrize(
    ("forge", "expected"),
    [
        (lambda links: [*links[:2], *links[3:]], "fact 3 is missing: fact 4 follows fact 2"),
        (lambda links: [replace(links[0], body="{}"), *links[1:]], "fact 1 was altered after it was recorded"),
        (lambda links: [replace(links[0], recorded_at=T0), *links[1:]], "fact 1 was altered after it was recorded"),
        (lambda links: [*links[:1], replace(links[1], previous="0" * 64)], "fact 2 does not follow the fact before it"),
    ],
)
def test_a_forged_chain_does_not_hold(ledger: Ledger, forge: Callable[[list[Link]], list[Link]], expected: str) -> None:
    """A fact taken out, altered, dated otherwise or put on another one is found, and said which."""
    record(ledger, *STORY)
    with ledger.reading() as book:
        links = list(book.chain())

    assert expected == broken(forge(links))
