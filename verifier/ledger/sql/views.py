"""What people look at, in tables: a fixed number of queries for every question, each by an index or over summaries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select

from verifier.ledger.codec import decode, decode_fact
from verifier.ledger.deeds import deed_of
from verifier.ledger.good import DEEP, asked_about, highest
from verifier.ledger.order import by_source, by_start, folded, key_of
from verifier.ledger.paging import DEEDS, INCIDENTS, RELEASES, RUNS, TAGS, VERSIONS, size
from verifier.ledger.protocol import Dossier
from verifier.ledger.sql import newest as lists
from verifier.ledger.sql import tables
from verifier.ledger.sql.newest import FEW, before, first, newest
from verifier.ledger.sql.summaries import counts_of
from verifier.ledger.sql.tables import incidents, publishers, runs, summaries, versions
from verifier.ledger.sql.transaction import Transaction
from verifier.ledger.summing import allowed, asked_for, home
from verifier.ledger.views import Deed, Page, Sees, Sort, Summary, Totals, Wanted
from verifier.model import Answer, Artifact, Incident, IncidentState, Publisher, Ref, Release, Run, RunKey
from verifier.model.standing import Standing

LONGEST_OFFSET = 10**9


class Views:
    """See `verifier.ledger.views.Views`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def totals(self, sees: Sees) -> Totals:
        columns = summaries.c
        sums = [func.sum(columns[standing.value]).label(standing.value) for standing in Standing]
        rows = self._transaction.rows(
            select(columns.standing, func.count().label("number"), func.sum(columns.odd).label("odd"), *sums)
            .where(columns.watched.is_(True), *self._published(columns.artifact, sees))
            .group_by(columns.standing)
        )
        counted: Counter[Standing] = Counter()
        for row in rows:
            counted.update(counts_of(row))
        artifacts = {list(Standing)[row.standing]: row.number for row in rows}
        return Totals(artifacts, dict(counted), sum(row.odd for row in rows))

    def unreached(self) -> dict[str, int]:
        columns = summaries.c
        failing = func.count(case((columns.problem != "", 1)))
        rows = self._transaction.rows(
            select(columns.type, failing.label("number")).where(columns.watched.is_(True)).group_by(columns.type)
        )
        return {row.type: row.number for row in rows}

    def artifacts(self, sees: Sees, wanted: Wanted, total: int | None = None) -> Page[Summary]:
        conditions = self._wanted(sees, wanted)
        if total is None:
            total = self._transaction.rows(select(func.count()).select_from(summaries).where(*conditions))[0][0]
        rows = self._transaction.rows(
            select(summaries)
            .where(*conditions)
            .order_by(*_sorted(wanted))
            .offset(min(max(0, wanted.offset), LONGEST_OFFSET))
            .limit(size(wanted.limit))
        )
        return Page(self._summed(rows, sees), total=total)

    def artifact(self, sees: Sees, artifact: Artifact) -> Summary | None:
        columns = summaries.c
        row = self._transaction.one(
            select(summaries).where(
                columns.artifact == artifact.purl,
                columns.watched.is_(True),
                *self._published(columns.artifact, sees, publishers.c.artifact == artifact.purl),
            )
        )
        return self._summed([row], sees)[0] if row else None

    def versions(
        self, artifact: Artifact, after: str = "", limit: int = 50, standing: Standing | None = None
    ) -> Page[Dossier]:
        columns = versions.c
        key = (columns.at, columns.place, columns.number)
        stands = columns.standing != "" if standing is None else columns.standing == standing.value
        query = select(columns.body).where(columns.artifact == artifact.purl, stands)
        rows = self._transaction.rows(first(before(query, key, VERSIONS.after(after)), key, limit))
        return VERSIONS.page((decode(Dossier, row.body) for row in rows), limit)

    def good(self, before: Mapping[Artifact, datetime]) -> dict[Artifact, str]:
        asked = {key_of(artifact.purl): (artifact, at) for artifact, at in asked_about(before).items()}
        if not asked:
            return {}
        columns = versions.c
        height = columns.place.desc(), columns.at.desc(), columns.number.desc()
        seem = (
            select(
                columns.artifact,
                columns.number,
                func.row_number().over(partition_by=columns.artifact, order_by=height).label("nth"),
            )
            .where(
                columns.standing == Standing.COMPLIANT.value,
                columns.odd == 0,
                ~self._transaction.has(columns.number, "-"),
                or_(*(and_(columns.artifact == artifact.purl, columns.at < at) for artifact, at in asked.values())),
            )
            .subquery()
        )
        rows = self._transaction.rows(
            select(columns.artifact, columns.body)
            .join(seem, and_(columns.artifact == seem.c.artifact, columns.number == seem.c.number))
            .where(seem.c.nth <= DEEP)
            .order_by(columns.artifact, seem.c.nth)
        )
        found = {
            asked[key][0]: highest((decode(Dossier, row.body) for row in ours), asked[key][1])
            for key, ours in groupby(rows, key=lambda row: row.artifact)
        }
        return {artifact: number for artifact, number in found.items() if number is not None}

    def incidents(
        self, sees: Sees, states: tuple[IncidentState, ...] = (), after: str = "", limit: int = 50
    ) -> Page[Incident]:
        those = [incidents.c.state.in_([state.value for state in states])] if states else []
        return newest(self._transaction, INCIDENTS, Incident, lists.INCIDENTS, sees, after, limit, *those)

    def runs(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Run]:
        may = allowed(sees, repository_id)
        return newest(self._transaction, RUNS, Run, lists.RUNS, may, after, limit)

    def attempts(self, sees: Sees, keys: Collection[RunKey]) -> list[Run]:
        wanted, among = asked_for(sees, keys), self._transaction.among
        of = among(runs.c.repository_id, {key.repository_id for key in wanted})
        rows = self._transaction.rows(select(runs.c.body).where(of, among(runs.c.run_id, {k.run_id for k in wanted})))
        found = (decode(Run, row.body) for row in rows)
        return sorted((run for run in found if run.key in wanted), key=by_start)

    def tags(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Ref]:
        may = allowed(sees, repository_id)
        return newest(self._transaction, TAGS, Ref, lists.TAGS, may, after, limit)

    def releases(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Release]:
        may = allowed(sees, repository_id)
        return newest(self._transaction, RELEASES, Release, lists.RELEASES, may, after, limit)

    def deeds(self, sees: Sees, after: str = "", limit: int = 50) -> Page[Deed]:
        deeds, facts, answers = tables.deeds.c, tables.facts.c, tables.answers.c
        query = (
            select(deeds.sequence, facts.recorded_at, facts.kind, facts.body, answers.body.label("answer"))
            .join(tables.facts, facts.sequence == deeds.sequence)
            .outerjoin(tables.answers, answers.command_id == deeds.command_id)
        )
        if sees is not None:
            by = self._transaction.among(deeds.repository_id, sees)
            query = query.where(or_(by, *self._published(deeds.artifact, sees)))
        key = (deeds.sequence,)
        rows = self._transaction.rows(first(before(query, key, DEEDS.after(after)), key, limit))
        return DEEDS.page((_deed(row) for row in rows), limit)

    def _published(
        self, artifact: ColumnElement[Any], sees: Sees, *only: ColumnElement[bool]
    ) -> list[ColumnElement[bool]]:
        """The artifact is published by a repository that may be seen. `only`: which publishers are looked at."""
        if sees is None:
            return []
        seen = select(publishers.c.artifact).where(self._transaction.among(publishers.c.repository_id, sees), *only)
        # What many repositories publish is a good part of everything: quicker sieved out than looked up one by one.
        shown = self._transaction.sieve(artifact) if len(sees) > FEW and not only else artifact
        return [shown.in_(seen)]

    def _wanted(self, sees: Sees, wanted: Wanted) -> list[ColumnElement[bool]]:
        columns = summaries.c
        conditions: list[ColumnElement[bool]] = [columns.watched.is_(True)]
        conditions += self._published(columns.artifact, allowed(sees, wanted.repository_id))
        if wanted.text:
            conditions.append(self._transaction.has(columns.folded, folded(wanted.text)))
        if wanted.type:
            conditions.append(columns.type == wanted.type)
        if wanted.standing is not None:
            conditions.append(columns.standing == wanted.standing.rank)
        return conditions

    def _summed(self, rows: Iterable[Row[Any]], sees: Sees) -> tuple[Summary, ...]:
        rows = tuple(rows)
        columns = publishers.c
        chosen = columns.artifact.in_([row.purl for row in rows])
        said = [(r.source, r.repository_id, r.place, decode(Publisher, r.body)) for r in self._said(chosen, sees)]
        of: dict[str, list[tuple[int, Publisher]]] = defaultdict(list)
        for _, repository_id, _, publisher in sorted(said, key=by_source):
            of[publisher.artifact.purl].append((repository_id, publisher))
        return tuple(_summary(row, *home(of[row.purl], sees)) for row in rows)

    def _said(self, chosen: ColumnElement[bool], sees: Sees) -> Iterable[Row[Any]]:
        seen = [] if sees is None else [self._transaction.among(publishers.c.repository_id, sees)]
        return self._transaction.rows(select(publishers).where(chosen, *seen))


def _sorted(wanted: Wanted) -> list[ColumnElement[Any]]:
    """What is not known comes last, whichever way; ties by name."""
    columns = summaries.c
    by: ColumnElement[Any] = {
        Sort.WORST: columns.standing,
        Sort.NAME: columns.folded,
        Sort.PUBLISHED: columns.published_at,
        Sort.POLLED: columns.polled_at,
        Sort.VERSIONS: columns.versions,
    }[wanted.sort]
    way = by.desc() if wanted.descending else by.asc()
    known = [by.is_(None)] if wanted.sort in (Sort.PUBLISHED, Sort.POLLED) else []  # else no index would serve
    return [*known, way, columns.folded, columns.artifact]


def _summary(row: Row[Any], repository_id: int | None, workflows: tuple[str, ...]) -> Summary:
    return Summary(
        Artifact(row.purl),
        repository_id,
        workflows,
        counts_of(row),
        row.odd,
        row.published_at,
        row.polled_at,
        row.problem,
    )


def _deed(row: Row[Any]) -> Deed:
    answer = decode(Answer, row.answer) if row.answer is not None else None
    return deed_of(row.sequence, row.recorded_at, decode_fact(row.kind, row.body), answer)
