"""What people look at is the same from every ledger, whatever was put into it: sums kept by steps, lists by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.examples import MINUTE, T0
from tests.ledger.populations import ARTIFACTS, REPOSITORIES, Step, stories
from verifier.ledger import Book, memory_ledger
from verifier.ledger.protocol import Watch
from verifier.ledger.rebuild import derive_again
from verifier.ledger.sql import SqlLedger
from verifier.ledger.views import Page, Sees, Sort, Views, Wanted
from verifier.model import Artifact, IncidentState
from verifier.model.standing import Standing

SEES: tuple[Sees, ...] = (None, frozenset(), frozenset({1}), frozenset({2, 3}), frozenset(range(2, 150)))
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


class Undone(Exception):
    """Takes the transaction back."""


@dataclass(frozen=True)
class Asked:
    """By whom and for what."""

    sees: Sees
    wanted: Wanted
    states: tuple[IncidentState, ...]
    repository_id: int | None
    limit: int


@contextmanager
def undone(ledger: SqlLedger) -> Iterator[Any]:
    """A book whose changes are not kept."""
    try:
        with ledger.writing() as book:
            yield book
            raise Undone
    except Undone:
        pass


def walk(page: Callable[[str], Page[Any]]) -> list[Page[Any]]:
    """Every page, to the end."""
    pages = [page("")]
    while pages[-1].next:
        pages.append(page(pages[-1].next))
    return pages


def shown(views: Views, asked: Asked) -> list[Any]:
    """Everything that somebody may see of it."""
    sees, limit = asked.sees, asked.limit
    found: list[Any] = [views.totals(sees), views.artifacts(sees, asked.wanted), views.artifacts(sees, Wanted())]
    found += [views.artifact(sees, artifact) for artifact in ARTIFACTS]
    found += [walk(lambda after: views.deeds(sees, after, limit))]
    found += [walk(lambda after: views.incidents(sees, asked.states, after, limit))]
    for listed in (views.runs, views.tags, views.releases):
        found += [walk(partial(_listed, listed, asked))]
    found.append(views.attempts(sees, [run.key for run in views.runs(None).items]))
    found.append(views.good(dict.fromkeys(ARTIFACTS, T0 + MINUTE)))
    for artifact in ARTIFACTS:
        found += [walk(partial(_versions, views, artifact, asked))]
    return found


def _listed(listed: Callable[..., Page[Any]], asked: Asked, after: str) -> Page[Any]:
    return listed(asked.sees, asked.repository_id, after, asked.limit)


def _versions(views: Views, artifact: Artifact, asked: Asked, after: str) -> Page[Any]:
    return views.versions(artifact, after, asked.limit, asked.wanted.standing)


wanteds = st.builds(
    Wanted,
    text=st.sampled_from(["", "WIDGET", "get", "ss", "e\0", "Z", "a", "\\"]),
    type=st.sampled_from(["", "npm", "docker"]),
    standing=st.none() | st.sampled_from(Standing),
    repository_id=st.none() | st.sampled_from(REPOSITORIES),
    sort=st.sampled_from(Sort),
    descending=st.booleans(),
    offset=st.sampled_from([-1, 0, 1, 2, 10**30]),
    limit=st.sampled_from([-1, 1, 2, 50, 10**30]),
)
asked = st.builds(
    Asked,
    st.sampled_from(SEES),
    wanteds,
    st.sampled_from([(), (IncidentState.OPEN,), (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)]),
    st.none() | st.sampled_from(REPOSITORIES),
    st.integers(1, 3),
)


def told(story: list[Step], book: Book) -> Views:
    for artifact in ARTIFACTS[:3]:
        book.versions.put_watch(Watch(artifact, T0))
    for step in story:
        step(book)
    return book.views


def test_both_twins_show_the_same(url: str) -> None:
    """Whatever was put, every total, list, page and cursor is that of the ledger which counts everything anew."""
    ledger = SqlLedger(url)

    @QUICK
    @given(stories(), asked)
    def holds(story: list[Step], question: Asked) -> None:
        with memory_ledger().writing() as plain, undone(ledger) as book:
            assert shown(told(story, plain), question) == shown(told(story, book), question)

    holds()
    ledger.close()


def test_they_do_after_everything_was_derived_again(url: str) -> None:
    """Rebuilding leaves no count behind of what no fact gives again, and goes on from there."""
    ledger = SqlLedger(url)

    @QUICK
    @given(stories(), stories(), asked)
    def holds(story: list[Step], more: list[Step], question: Asked) -> None:
        with memory_ledger().writing() as plain, undone(ledger) as book:
            for each in (plain, book):
                told(story, each)
                derive_again(each)  # type: ignore[arg-type]  # both can be emptied; the protocol does not say so
            assert shown(plain.views, question) == shown(book.views, question)
            assert shown(told(more, plain), question) == shown(told(more, book), question)

    holds()
    ledger.close()
