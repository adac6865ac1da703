"""What people look at, computed from the shelves in memory with every question."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from verifier.ledger.deeds import Subject, deed_of, subject_of
from verifier.ledger.good import DEEP, asked_about, by_height, highest, seems_good
from verifier.ledger.order import by_start, folded
from verifier.ledger.paging import DEEDS, INCIDENTS, RELEASES, RUNS, TAGS, VERSIONS, List, size
from verifier.ledger.protocol import Dossier
from verifier.ledger.summing import allowed, asked_for, home
from verifier.ledger.views import Deed, Page, Sees, Sort, Summary, Totals, Wanted
from verifier.model import Artifact, Fact, Incident, IncidentState, Publisher, Ref, Release, Run, RunKey
from verifier.model.standing import Standing

if TYPE_CHECKING:
    from verifier.ledger.memory import MemoryBook

T = TypeVar("T")


class Views:
    """See `verifier.ledger.views.Views`."""

    def __init__(self, book: MemoryBook) -> None:
        self._book = book

    def totals(self, sees: Sees) -> Totals:
        summaries = self._summaries(sees, sees)
        versions: Counter[Standing] = Counter()
        for summary in summaries:
            versions.update(summary.counts)
        artifacts = Counter(s.standing for s in summaries)
        return Totals(dict(artifacts), dict(versions), sum(s.odd for s in summaries))

    def unreached(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for summary in self._summaries(None, None):
            found[summary.artifact.type] += summary.problem != ""
        return dict(found)

    def artifacts(self, sees: Sees, wanted: Wanted, total: int | None = None) -> Page[Summary]:
        found = [s for s in self._summaries(allowed(sees, wanted.repository_id), sees) if _is_wanted(s, wanted)]
        found.sort(key=lambda s: (folded(s.artifact.label), s.artifact.purl))
        by = _SORTS[wanted.sort]
        known = sorted((s for s in found if by(s) is not None), key=by, reverse=wanted.descending)
        found = known + [s for s in found if by(s) is None]
        start = max(0, wanted.offset)
        return Page(tuple(found[start : start + size(wanted.limit)]), total=len(found) if total is None else total)

    def artifact(self, sees: Sees, artifact: Artifact) -> Summary | None:
        return next((s for s in self._summaries(sees, sees) if s.artifact == artifact), None)

    def versions(
        self, artifact: Artifact, after: str = "", limit: int = 50, standing: Standing | None = None
    ) -> Page[Dossier]:
        shown = (d for d in self._book.versions.of(artifact) if not d.version.placeholder)
        return _page(VERSIONS, (d for d in shown if standing in (None, d.standing)), after, limit)

    def good(self, before: Mapping[Artifact, datetime]) -> dict[Artifact, str]:
        found = {}
        for artifact, at in asked_about(before).items():
            seem = (d for d in self._book.versions.of(artifact) if seems_good(d, at))
            found[artifact] = highest(sorted(seem, key=by_height, reverse=True)[:DEEP], at)
        return {artifact: number for artifact, number in found.items() if number is not None}

    def incidents(
        self, sees: Sees, states: tuple[IncidentState, ...] = (), after: str = "", limit: int = 50
    ) -> Page[Incident]:
        shown = (i for i in self._book.incidents.all() if sees is None or i.repository_id in sees)
        return _page(INCIDENTS, (i for i in shown if not states or i.state in states), after, limit)

    def runs(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Run]:
        may = allowed(sees, repository_id)
        return _page(RUNS, (r for r in self._book.runs.every() if _in(r.key.repository_id, may)), after, limit)

    def attempts(self, sees: Sees, keys: Collection[RunKey]) -> list[Run]:
        wanted = asked_for(sees, keys)
        return sorted((run for run in self._book.runs.every() if run.key in wanted), key=by_start)

    def tags(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Ref]:
        may = allowed(sees, repository_id)
        return _page(TAGS, (r for r in self._book.refs.every_tag() if _in(r.repository_id, may)), after, limit)

    def releases(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Release]:
        may = allowed(sees, repository_id)
        return _page(RELEASES, (r for r in self._book.refs.every_release() if _in(r.repository_id, may)), after, limit)

    def deeds(self, sees: Sees, after: str = "", limit: int = 50) -> Page[Deed]:
        publish = {(id_, publisher.artifact) for _, id_, _, publisher in self._book.repositories.said()}
        artifacts = {artifact for id_, artifact in publish if _in(id_, sees)}

        def shown(subject: Subject) -> bool:
            return sees is None or subject.repository_id in sees or subject.artifact in artifacts

        facts = ((*row, subject_of(row[2])) for row in self._book.facts())
        seen = (
            self._deed(sequence, at, fact, subject)
            for sequence, at, fact, subject in facts
            if subject is not None and shown(subject)
        )
        return _page(DEEDS, seen, after, limit)

    def _deed(self, sequence: int, at: datetime, fact: Fact, subject: Subject) -> Deed:
        answer = self._book.incidents.answer_to(subject.command_id) if subject.command_id is not None else None
        return deed_of(sequence, at, fact, answer)

    def _summaries(self, within: Sees, sees: Sees) -> list[Summary]:
        """Those that one of the repositories `within` publishes, as somebody sees them who sees `sees`."""
        said: dict[Artifact, list[tuple[int, Publisher]]] = defaultdict(list)
        for _, repository_id, _, publisher in self._book.repositories.said():
            said[publisher.artifact].append((repository_id, publisher))
        watches = {watch.artifact: watch for watch in self._book.versions.watches()}
        shown = [a for a in watches if within is None or any(id_ in within for id_, _ in said[a])]
        summaries = []
        for artifact in shown:
            dossiers = [d for d in self._book.versions.of(artifact) if not d.version.placeholder]
            first, workflows = home(said[artifact], sees)
            summaries.append(
                Summary(
                    artifact,
                    first,
                    workflows,
                    dict(Counter(d.standing for d in dossiers)),
                    sum(d.odd for d in dossiers),
                    max((d.version.at for d in dossiers), default=None),
                    watches[artifact].polled_at,
                    watches[artifact].problem,
                )
            )
        return summaries


_SORTS: dict[Sort, Callable[[Summary], Any]] = {
    Sort.NAME: lambda summary: folded(summary.artifact.label),
    Sort.WORST: lambda summary: summary.standing.rank,
    Sort.PUBLISHED: lambda summary: summary.published_at,
    Sort.POLLED: lambda summary: summary.polled_at,
    Sort.VERSIONS: lambda summary: summary.versions,
}


def _is_wanted(summary: Summary, wanted: Wanted) -> bool:
    return (
        folded(wanted.text) in folded(summary.artifact.label)
        and wanted.type in ("", summary.artifact.type)
        and wanted.standing in (None, summary.standing)
    )


def _in(repository_id: int, sees: Sees) -> bool:
    return sees is None or repository_id in sees


def _page(listing: List[T], items: Iterable[T], after: str, limit: int) -> Page[T]:
    last = listing.after(after)
    found = sorted((item for item in items if last is None or listing.key(item) < last), key=listing.key, reverse=True)
    return listing.page(found[: size(limit) + 1], limit)
