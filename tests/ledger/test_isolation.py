"""What others do changes nothing of what somebody sees: every view of a ledger with them equals one without them.

Stronger than to look for names: no count, order or place in a list may tell of a repository that may not be seen.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.examples import HOUR, T0, incident, mute, publisher, release, run, tag
from tests.ledger.populations import ARTIFACTS, Step, dossiers, times
from tests.ledger.test_views_twins import undone, walk
from verifier.ledger import Book, memory_ledger, open_ledger
from verifier.ledger.protocol import Watch
from verifier.ledger.sql import SqlLedger
from verifier.ledger.views import Deed, Page, Sort, Views, Wanted
from verifier.model import (
    Command,
    CommandGiven,
    Conduct,
    ConductSet,
    IncidentState,
    LineMuted,
    PublishersSet,
    Verb,
    Waiver,
    WaiverGiven,
)
from verifier.model.backfill import Gap
from verifier.model.standing import Standing

MINE, THEIRS = 1, 2
SEES = frozenset({MINE})
OURS = ARTIFACTS[:3]
"""What may be published by both; the rest is published by them alone."""


@st.composite
def steps(draw: st.DrawFn) -> tuple[int, Step]:
    """One change of the ledger, and whose it is; 0: of an artifact that both may see."""
    repository_id, at = draw(st.sampled_from((MINE, THEIRS))), draw(times)
    number = draw(st.integers(0, 2))
    id_ = f"{repository_id}-{number}"
    about = draw(st.sampled_from(OURS if repository_id == MINE else ARTIFACTS))
    alone = draw(st.sampled_from(ARTIFACTS[3:]))
    said = tuple(
        publisher(a, repository_id=repository_id, workflows=(f"{repository_id}.yml",))
        for a in draw(st.lists(st.sampled_from(OURS if repository_id == MINE else ARTIFACTS), max_size=3))
    )
    command = Command(f"c/{id_}", f"i{id_}", repository_id, draw(st.sampled_from(Verb)), 5, "bob", at, "")
    held = replace(incident(f"i{id_}", at), repository_id=repository_id, state=draw(st.sampled_from(IncidentState)))
    waived = about if repository_id == MINE else alone
    made: list[Step] = [
        partial(_record, fact=PublishersSet(repository_id, "config", said)),
        partial(_record, fact=ConductSet(repository_id, Conduct(issues=draw(st.booleans())))),
        partial(_record, fact=CommandGiven(command)),
        partial(_record, fact=WaiverGiven(Waiver(waived, "1.0.0", "sha256:0", "bob", "by hand.", at, at + HOUR))),
        partial(_record, fact=LineMuted(replace(mute(), artifact=waived))),
        lambda book: book.runs.put(run(100 + number, repository_id=repository_id, started_at=at)),
        lambda book: book.refs.put_tag(replace(tag(f"v{number}", seen_at=at), repository_id=repository_id)),
        lambda book: book.refs.put_release(replace(release(number, updated_at=at), repository_id=repository_id)),
        lambda book: book.incidents.put(held),
        lambda book: book.repositories.put_gap(repository_id, Gap(at, at)),
    ]
    seen = draw(dossiers())
    artifact = seen.version.artifact
    shared = artifact in OURS
    of_artifact: list[Step] = [
        lambda book: book.versions.put(seen),
        lambda book: book.versions.put_watch(Watch(artifact, T0, polled_at=at)),
    ]
    if draw(st.booleans()):
        return (0 if shared else THEIRS), draw(st.sampled_from(of_artifact))
    return repository_id, draw(st.sampled_from(made))


def _record(book: Book, fact: Any) -> None:
    book.record(fact, T0)


def shown(book: Book, wanted: Wanted) -> list[Any]:
    """Everything that who sees our repository alone is shown, whatever they ask for."""
    views: Views = book.views
    found: list[Any] = [views.totals(SEES), views.artifacts(SEES, wanted), views.artifacts(SEES, Wanted())]
    found += [views.artifacts(SEES, replace(wanted, repository_id=number)) for number in (MINE, THEIRS)]
    found += [views.artifact(SEES, artifact) for artifact in ARTIFACTS]
    found += [[_unnumbered(page) for page in walk(lambda after: views.deeds(SEES, after, 2))]]
    found += [walk(lambda after: views.incidents(SEES, (), after, 2))]
    found += [views.incidents(SEES, (state,)) for state in IncidentState]
    for listed in (views.runs, views.tags, views.releases):
        for number in (None, MINE, THEIRS):
            found += [walk(partial(_listed, listed, number))]
    found.append(views.attempts(SEES, [attempt.key for attempt in views.runs(None).items]))
    return found


def _listed(listed: Any, repository_id: int | None, after: str) -> Page[Any]:
    made: Page[Any] = listed(SEES, repository_id, after, 2)
    return made


def _unnumbered(page: Page[Deed]) -> list[Deed]:
    """A deed's number is its fact's, of which there is one count for all: how many there are is no secret."""
    return [replace(deed, id=0) for deed in page.items]


wants = st.builds(
    Wanted,
    text=st.sampled_from(["", "widget", "gadget", "a"]),
    standing=st.none() | st.sampled_from(Standing),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
    limit=st.sampled_from([1, 50]),
)
MANY = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(st.lists(steps(), min_size=4, max_size=24), wants)
def test_in_memory_nobody_learns_anything_of_what_they_may_not_see(
    story: list[tuple[int, Step]], wanted: Wanted
) -> None:
    found = []
    for told in (story, [each for each in story if each[0] != THEIRS]):
        with memory_ledger().writing() as book:
            for _, step in told:
                step(book)
            found.append(shown(book, wanted))

    assert found[1] == found[0]


def test_in_tables_nobody_learns_anything_of_what_they_may_not_see(url: str) -> None:
    opened = open_ledger(url)
    assert isinstance(opened, SqlLedger)

    @settings(MANY, max_examples=30)
    @given(st.lists(steps(), min_size=4, max_size=16), wants)
    def holds(story: list[tuple[int, Step]], wanted: Wanted) -> None:
        found = []
        for told in (story, [each for each in story if each[0] != THEIRS]):
            with undone(opened) as book:
                for _, step in told:
                    step(book)
                found.append(shown(book, wanted))
        assert found[1] == found[0]

    holds()
    opened.close()
