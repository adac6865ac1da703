"""What people look at: totals, artifacts in one line, lists by pages, who sees what. On every twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, event, insert

from tests.ledger.examples import (
    GADGET,
    HOUR,
    MINUTE,
    T0,
    WIDGET,
    answer,
    incident,
    mute,
    publisher,
    release,
    run,
    tag,
    verdict,
    version,
    waiver,
)
from tests.ledger.examples import command as mine
from tests.ledger.upgraded import upgrade
from verifier.ledger import Book, Ledger, migrate, open_ledger
from verifier.ledger.chain import GENESIS, chained
from verifier.ledger.codec import encode_fact
from verifier.ledger.protocol import Dossier, Watch
from verifier.ledger.sql import tables
from verifier.ledger.sql.engine import engine
from verifier.ledger.sql.incidents import incident_row
from verifier.ledger.sql.refs import release_row, tag_row
from verifier.ledger.sql.versions import version_row, watch_row
from verifier.ledger.views import BadCursor, DeedKind, Sort, Wanted
from verifier.model import (
    Artifact,
    CommandAnswered,
    CommandGiven,
    Conduct,
    ConductSet,
    Fact,
    IncidentState,
    LineMuted,
    Outcome,
    PublishersSet,
    VersionSeen,
    WaiverGiven,
)
from verifier.model.standing import Standing

IMAGE = Artifact("pkg:docker/acme/widget")
DEEDS: list[Fact] = [
    PublishersSet(7, "config", (publisher(),)),
    WaiverGiven(waiver()),
    LineMuted(mute()),
    ConductSet(7, Conduct(four_eyes=True, labels=())),
    CommandGiven(mine()),
    CommandAnswered(answer()),
]
BAD = ["x", "!", "W10", "WyJydW5zIl0", "W" * 5000, "é", "WyJ2ZXJzaW9ucyIsMSwiIiwiIl0="]


def watch(book: Book, artifact: Artifact, *repositories: int) -> None:
    book.versions.put_watch(Watch(artifact, T0, polled_at=T0))
    for id_ in repositories:
        said = list(book.repositories.publishers_from(id_, "config"))
        path = f".github/workflows/{id_}.yml"
        said.append(publisher(artifact, repository_id=id_, workflows=(path,)))
        book.repositories.put_publishers(id_, "config", tuple(said))


def put(book: Book, number: str, outcome: Outcome | None = None, **changed: Any) -> None:
    waived = changed.pop("waived", False)
    judged = verdict(outcome) if outcome is not None else None
    book.versions.put(Dossier(version(number, **changed), verdict=judged, waived=waived))


def fill(book: Book) -> None:
    """Widget is published by 7 and 8 and is non-compliant; gadget by 8, all well."""
    watch(book, WIDGET, 7, 8)
    watch(book, GADGET, 8)
    put(book, "1.0.0", Outcome.COMPLIANT)
    put(book, "1.1.0", Outcome.NON_COMPLIANT, published_at=T0 + HOUR)
    put(book, "1.2.0", Outcome.NON_COMPLIANT, waived=True)
    put(book, "0.0.1-security", placeholder=True, published_at=T0 + 9 * HOUR)
    put(book, "2.0.0", Outcome.COMPLIANT, artifact=GADGET)
    put(book, "3.0.0", Outcome.NON_COMPLIANT, artifact=GADGET, waived=True)
    for n, id_ in enumerate((7, 8, 8)):
        book.runs.put(run(100 + n, repository_id=id_, started_at=T0 + n * MINUTE))
        book.refs.put_tag(replace(tag(f"v{n}", seen_at=T0 + n * MINUTE), repository_id=id_))
        book.refs.put_release(replace(release(n, updated_at=T0 + n * MINUTE), repository_id=id_))
        state = IncidentState.OPEN if n else IncidentState.RESOLVED
        book.incidents.put(replace(incident(f"i{n}", T0 + n * MINUTE), repository_id=id_, state=state))


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    with ledger.writing() as book:
        fill(book)
    return ledger


def test_an_artifact_stands_as_its_worst_version_and_placeholders_are_not_counted(filled: Ledger) -> None:
    with filled.reading() as book:
        widget, gadget = book.views.artifact(None, WIDGET), book.views.artifact(None, GADGET)
        totals = book.views.totals(None)

    assert widget is not None
    assert gadget is not None
    assert {Standing.COMPLIANT: 1, Standing.NON_COMPLIANT: 1, Standing.WAIVED: 1} == widget.counts
    assert (Standing.NON_COMPLIANT, T0 + HOUR, T0) == (widget.standing, widget.published_at, widget.polled_at)
    assert Standing.COMPLIANT is gadget.standing
    assert {Standing.COMPLIANT: 1, Standing.NON_COMPLIANT: 1} == totals.artifacts
    assert {Standing.COMPLIANT: 2, Standing.NON_COMPLIANT: 1, Standing.WAIVED: 2} == totals.versions


def test_who_sees_one_of_its_repositories_sees_an_artifact_and_nothing_of_the_others(filled: Ledger) -> None:
    """An artifact of two repositories is shown as that one's whose repository may be seen."""
    with filled.reading() as book:
        seen = [book.views.artifact(sees, WIDGET) for sees in (None, frozenset({7, 8}), frozenset({8}))]
        unseen = [book.views.artifact(frozenset(ids), WIDGET) for ids in ((), (9,))]
        lists = [book.views.artifacts(frozenset({7}), Wanted()), book.views.artifacts(frozenset({9}), Wanted())]
        other = book.views.artifacts(frozenset({7}), Wanted(repository_id=8))
        totals = book.views.totals(frozenset({7}))

    assert [7, 7, 8] == [summary.repository_id for summary in seen if summary]
    assert [".github/workflows/8.yml"] == [path for summary in seen[2:] if summary for path in summary.workflows]
    assert [None, None] == unseen
    assert [1, 0] == [page.total for page in lists]
    assert () == other.items
    assert 1 == sum(totals.artifacts.values())


def test_an_images_old_tags_that_nobody_examines_are_unverifiable(ledger: Ledger) -> None:
    """They were there before we looked; what came later and is not judged is pending."""
    with ledger.writing() as book:
        watch(book, IMAGE, 7)
        put(book, "1.0.0", artifact=IMAGE, unseen_at=None)
        put(book, "1.1.0", artifact=IMAGE, unseen_at=T0)
        summary = book.views.artifact(None, IMAGE)

    assert summary is not None
    assert {Standing.UNVERIFIABLE: 1, Standing.PENDING: 1} == summary.counts


def test_an_artifact_without_versions_or_publisher_is_there_for_the_operator_alone(ledger: Ledger) -> None:
    with ledger.writing() as book:
        watch(book, WIDGET)
        everything = book.views.artifacts(None, Wanted())
        nothing = book.views.artifacts(frozenset({7}), Wanted())

    assert [(WIDGET, None, Standing.PENDING)] == [(s.artifact, s.repository_id, s.standing) for s in everything.items]
    assert () == nothing.items


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [WIDGET, GADGET]),
        (Wanted(descending=True), [GADGET, WIDGET]),
        (Wanted(sort=Sort.NAME, descending=True), [GADGET, WIDGET]),
        (Wanted(sort=Sort.VERSIONS), [GADGET, WIDGET]),
        (Wanted(text="WIDG"), [WIDGET]),
        (Wanted(text="nothing"), []),
        (Wanted(type="pypi"), [GADGET]),
        (Wanted(standing=Standing.NON_COMPLIANT), [WIDGET]),
        (Wanted(repository_id=7), [WIDGET]),
        (Wanted(limit=1, offset=1), [GADGET]),
    ],
)
def test_artifacts_are_found_and_sorted(filled: Ledger, wanted: Wanted, expected: list[Artifact]) -> None:
    with filled.reading() as book:
        page = book.views.artifacts(None, wanted)

    assert expected == [summary.artifact for summary in page.items]


def test_lists_show_what_may_be_seen_newest_first_by_pages(filled: Ledger) -> None:
    """A page says where the next begins; what comes in meanwhile moves nothing."""
    with filled.writing() as book:
        views = book.views
        first = views.runs(None, limit=2)
        book.runs.put(run(999, started_at=T0 + HOUR))
        second = views.runs(None, after=first.next, limit=2)
        seen = [len(each(frozenset({8})).items) for each in (views.runs, views.tags, views.releases, views.incidents)]
        open_ = views.incidents(None, (IncidentState.OPEN,))

    assert [102, 101, 100] == [r.key.run_id for r in (*first.items, *second.items)]
    assert "" == second.next
    assert [2, 2, 2, 2] == seen
    assert ["i2", "i1"] == [i.id for i in open_.items]


def test_attempts_are_found_by_their_keys_as_far_as_they_may_be_seen(filled: Ledger) -> None:
    with filled.reading() as book:
        mine, theirs = run(100).key, run(101, repository_id=8).key
        keys = [theirs, mine, run(100, 2).key, run(101).key]
        found = [[r.key for r in book.views.attempts(sees, keys)] for sees in (None, frozenset({8}), frozenset())]

    assert [[mine, theirs], [theirs], []] == found


def test_versions_of_one_time_are_in_version_order(ledger: Ledger) -> None:
    """A registry of images gives no times: a thousand tags were first seen at once."""
    with ledger.writing() as book:
        for minor in (9, 10, 2):
            put(book, f"1.{minor}", rank=(1, minor))
        pages = [book.views.versions(WIDGET, limit=2)]
        pages.append(book.views.versions(WIDGET, pages[0].next, limit=2))

    assert ["1.10", "1.9", "1.2"] == [d.version.number for page in pages for d in page.items]


def test_a_page_is_never_longer_than_the_most(ledger: Ledger) -> None:
    with ledger.writing() as book:
        for n in range(203):
            book.refs.put_tag(tag(f"v{n}"))
        lengths = [len(book.views.tags(None, limit=limit).items) for limit in (10**9, 0, -5)]

    assert [200, 1, 1] == lengths


@pytest.mark.parametrize("cursor", BAD)
def test_a_cursor_that_is_not_ours_is_refused(filled: Ledger, cursor: str) -> None:
    with filled.reading() as book:
        views = book.views
        foreign = views.runs(None, limit=1).next
        for ask in (views.tags, views.releases, views.incidents, views.deeds):
            for wrong in (cursor, foreign):
                with pytest.raises(BadCursor):
                    ask(None, after=wrong)
        with pytest.raises(BadCursor):
            views.versions(WIDGET, cursor)


def test_what_people_decided_is_listed_with_what_became_of_it(ledger: Ledger) -> None:
    """A command is one line with its answer; a stranger sees nothing of it."""
    with ledger.writing() as book:
        for fact in (*DEEDS, VersionSeen(version())):
            book.record(fact, T0)
        deeds = book.views.deeds(None).items
        theirs = [book.views.deeds(frozenset({id_})).items for id_ in (7, 8)]

    kinds = [DeedKind.COMMANDED, DeedKind.CONDUCT, DeedKind.MUTED, DeedKind.WAIVED, DeedKind.PUBLISHERS]
    assert [(5 - n, kind) for n, kind in enumerate(kinds)] == [(deed.id, deed.kind) for deed in deeds]
    assert "Asked: mine: by hand. Waived." == deeds[0].sentence
    assert "Changed how the repository is spoken to: labels none, four_eyes on." == deeds[1].sentence
    assert "Waived 1.0.0 until 2026-03-02 12:00 UTC: published by hand." == deeds[3].sentence
    assert [deeds, ()] == theirs


def test_a_waiver_holds_for_exactly_these_files_and_is_kept_when_all_is_derived_again(ledger: Ledger) -> None:
    with ledger.writing() as book:
        watch(book, WIDGET, 7)
        book.record(VersionSeen(version()), T0)
        dossier = book.versions.get(WIDGET, "1.0.0")
        assert dossier is not None
        book.versions.put(replace(dossier, waived=True))
    ledger.rebuild()
    with ledger.writing() as book:
        kept = book.versions.get(WIDGET, "1.0.0")
        book.record(VersionSeen(version(files=())), T0)
        changed = book.versions.get(WIDGET, "1.0.0")

    assert [True, False] == [d.waived for d in (kept, changed) if d]


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that is run meanwhile."""
    statements: list[str] = []

    def note(_c: Connection, _r: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SELECT set_config", "SELECT pg_")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


ASKS: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "totals": (1, lambda v, sees: v.totals(sees)),
    "artifacts": (3, lambda v, sees: v.artifacts(sees, Wanted(text="g", sort=Sort.PUBLISHED))),
    "artifact": (2, lambda v, sees: v.artifact(sees, WIDGET)),
    "versions": (1, lambda v, _: v.versions(WIDGET)),
    "good": (1, lambda v, _: v.good({WIDGET: T0 + HOUR, GADGET: T0 + HOUR})),
    "incidents": (1, lambda v, sees: v.incidents(sees, (IncidentState.OPEN,))),
    "runs": (1, lambda v, sees: v.runs(sees)),
    "attempts": (1, lambda v, sees: v.attempts(sees, [run(n).key for n in range(500)])),
    "tags": (1, lambda v, sees: v.tags(sees, 8)),
    "releases": (1, lambda v, sees: v.releases(sees)),
    "deeds": (1, lambda v, sees: v.deeds(sees)),
}


@pytest.mark.parametrize("sees", [None, frozenset({7, 8}), frozenset(range(200))], ids=["all", "few", "many"])
@pytest.mark.parametrize("ask", ASKS)
def test_a_page_costs_a_fixed_number_of_queries(url: str, ask: str, sees: frozenset[int] | None) -> None:
    """However much there is, and however much somebody sees."""
    number, question = ASKS[ask]
    ledger = open_ledger(url)
    with ledger.writing() as book:
        fill(book)
        for n in range(30):
            watch(book, Artifact(f"pkg:npm/more-{n}"), 8)
            put(book, f"1.0.{n}", Outcome.COMPLIANT)
        for fact in DEEDS[1:]:
            book.record(fact, T0)
    with ledger.reading() as book:
        views = book.views
        with counted() as statements:
            question(views, sees)

    assert number == len(statements)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


def test_a_ledger_of_before_is_summed_up_by_the_migration(empty_url: str) -> None:
    """What was there before the sums were kept is counted, ordered and listed as if it had been put today."""
    upgrade(empty_url, "0004")
    dossiers = [Dossier(version(n, a), verdict=v) for n, a, v in OLD]
    with engine(empty_url).begin() as connection:
        old(connection, tables.versions, *map(version_row, dossiers))
        old(connection, tables.watches, *(watch_row(Watch(a, T0, polled_at=T0, problem="ü")) for a in (WIDGET, IMAGE)))
        old(connection, tables.tags, tag_row(tag("v1")), tag_row(tag("v2", seen_at=T0 + HOUR)))
        old(connection, tables.releases, release_row(release(1)), release_row(release(2, updated_at=T0 + HOUR)))
        old(connection, tables.incidents, incident_row(incident()))
        previous = GENESIS
        for sequence, fact in enumerate(DEEDS, start=1):
            link = chained(previous, sequence, T0, *encode_fact(fact))
            previous = link.hash
            old(connection, tables.facts, vars(link))
    migrate(empty_url)

    ledger = open_ledger(empty_url)
    with ledger.writing() as book:
        moved = looked(book)
        for dossier in dossiers:
            book.versions.put(replace(dossier, version=replace(dossier.version, placeholder=True)))
            book.versions.put(dossier)
        assert moved == looked(book)
        assert {Standing.COMPLIANT: 1, Standing.SUSPECT: 1, Standing.NON_COMPLIANT: 1} == moved[0].counts
        assert ["v2", "v1"] == [ref.name for ref in book.views.tags(None).items]
        assert [2, 1] == [r.id for r in book.views.releases(None).items]
        assert ["i1"] == [i.id for i in book.views.incidents(None, (IncidentState.OPEN,)).items]
        assert [5, 4, 3, 2, 1] == [deed.id for deed in book.views.deeds(None).items]
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


SUSPECT = replace(verdict(Outcome.UNVERIFIABLE), suspect=True)
OLD = [
    ("1.0.0", WIDGET, verdict(Outcome.COMPLIANT)),
    ("1.1.0", WIDGET, SUSPECT),
    ("1.2.0", WIDGET, verdict()),
    ("1.0", IMAGE, None),
    ("9.0.0", GADGET, None),
]


def looked(book: Book) -> list[Any]:
    found = [book.views.artifact(None, artifact) for artifact in (WIDGET, IMAGE, GADGET)]
    return [*found, book.views.versions(WIDGET), book.views.totals(None)]


def old(connection: Connection, table: Table, *rows: dict[str, Any]) -> None:
    """Rows as they were written before."""
    new = {"versions": ("place", "standing", "odd"), "tags": ("at",), "releases": ("at",), "incidents": ("state",)}
    for row in rows:
        connection.execute(insert(table).values({k: v for k, v in row.items() if k not in new.get(table.name, ())}))
