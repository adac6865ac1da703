"""The other versions of an artifact, in the order of their publication, found without looking at each.

An artifact may have a hundred thousand versions, and each of their cases tells of all others. So all cases of one look
share one order and its indexes; what differs from case to case is which one is left out, and whose verdict stands by
then. Nothing here changes once it is made: `judged` makes another one, which shares all but a few of the parts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import overload

from verifier.model.artifact import File, Line
from verifier.model.evidence import named_runs
from verifier.model.github import RunKey
from verifier.model.source import Vetting
from verifier.model.verdict import Judged

PART = 128
"""How many versions share one part; a verdict that changes costs a copy of one, and of the list of all."""


class Order:
    """What no verdict changes about versions in the order of their publication: their times, lines, evidence."""

    def __init__(self, versions: Sequence[Judged]) -> None:
        self._versions = versions
        self.times = [judged.version.at for judged in versions]

    @cached_property
    def lines(self) -> dict[Line, list[int]]:
        """Where the versions of each line stand."""
        found: dict[Line, list[int]] = {}
        for place, judged in enumerate(self._versions):
            found.setdefault(judged.version.line, []).append(place)
        return found

    @cached_property
    def proven(self) -> list[int]:
        """Where versions with proven evidence stand."""
        return [n for n, judged in enumerate(self._versions) if any(e.proven for e in judged.evidence)]

    @cached_property
    def proven_lines(self) -> dict[Line, list[int]]:
        """The same, by line."""
        found: dict[Line, list[int]] = {}
        for place in self.proven:
            found.setdefault(self._versions[place].version.line, []).append(place)
        return found

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each number stands."""
        return {judged.version.number: place for place, judged in enumerate(self._versions)}

    @cached_property
    def named(self) -> dict[RunKey, list[int]]:
        """Where the versions stand whose evidence names a run."""
        found: dict[RunKey, list[int]] = {}
        for place, judged in enumerate(self._versions):
            for key in named_runs(judged.evidence):
                found.setdefault(key, []).append(place)
        return found

    @cached_property
    def staged(self) -> list[int]:
        """Where the versions stand that a person approved, at any time after they were staged."""
        accounts = ((n, judged.version.account) for n, judged in enumerate(self._versions))
        return [place for place, account in accounts if account is not None and account.approver is not None]

    @cached_property
    def spans(self) -> tuple[list[datetime], list[tuple[datetime, int]], timedelta]:
        """When each file can have been published: the beginnings in order, with them the end and the place; and how
        long the longest is."""
        found = sorted(
            {
                (span.since, span.until, place)
                for place, judged in enumerate(self._versions)
                for span in map(judged.version.span_of, judged.version.files or (File(""),))
            }
        )
        longest = max((until - since for since, until, _ in found), default=timedelta(0))
        return [since for since, _, _ in found], [(until, place) for _, until, place in found], longest


class Siblings(Sequence[Judged]):
    """Versions in the order of their publication, without the one that is under judgement.

    `without` is the place that is left out; `vettings` what GitHub said of the runs of a few, by their places.
    """

    def __init__(
        self,
        order: Order,
        parts: tuple[tuple[Judged, ...], ...],
        without: int | None = None,
        vettings: Mapping[int, Vetting | None] | None = None,
    ) -> None:
        self._order, self._parts, self._without = order, parts, without
        self._vettings = vettings

    @staticmethod
    def of(versions: Iterable[Judged]) -> Siblings:
        """These versions."""
        inorder = sorted(versions, key=lambda judged: (judged.version.at, judged.version.number))
        parts = tuple(tuple(inorder[at : at + PART]) for at in range(0, len(inorder), PART))
        return Siblings(Order(inorder), parts)

    def judged(self, number: str, now: Judged) -> Siblings:
        """The same with another verdict about one of them; its version and evidence are the same as before."""
        place = self._order.places[number]
        at, within = divmod(place, PART)
        part = (*self._parts[at][:within], now, *self._parts[at][within + 1 :])
        return Siblings(self._order, (*self._parts[:at], part, *self._parts[at + 1 :]), self._without, self._vettings)

    def about(self, number: str, vettings: Mapping[str, Vetting | None]) -> Siblings:
        """As the case of this version tells of the others, with what GitHub said of the runs of a few."""
        places = self._order.places
        known = {places[of]: vetting for of, vetting in vettings.items()}
        return Siblings(self._order, self._parts, places.get(number), known)

    def before(self, at: datetime, line: Line | None = None, *, proven: bool = False) -> Iterator[Judged]:
        """Those published before this time, the newest first: all, or those of a line; or only those of them that have
        proven evidence."""
        return map(self._at, self._before(at, line, proven))

    def _before(self, at: datetime, line: Line | None, proven: bool) -> Iterator[int]:
        order = self._order
        end = bisect_left(order.times, at)
        if line is None and not proven:
            return (place for place in range(end - 1, -1, -1) if place != self._without)
        lines = order.proven_lines if proven else order.lines
        of = order.proven if line is None else lines.get(line, [])
        return (of[n] for n in range(bisect_left(of, end) - 1, -1, -1) if of[n] != self._without)

    def within(self, since: datetime, until: datetime) -> Iterator[Judged]:
        """Those published from then until then, oldest first."""
        times = self._order.times
        places = range(bisect_left(times, since), bisect_right(times, until))
        return (self._at(place) for place in places if place != self._without)

    def newer(self, at: datetime) -> int:
        """How many were published after this time."""
        times = self._order.times
        after = bisect_right(times, at)
        return len(times) - after - (self._without is not None and self._without >= after)

    def published(self, since: datetime, until: datetime) -> Iterator[Judged]:
        """Those of which a file can have been published in this time; and those that a person approved, whenever."""
        beginnings, ends, longest = self._order.spans
        first, last = bisect_left(beginnings, since - longest), bisect_right(beginnings, until)
        meeting = {place for end, place in ends[first:last] if end >= since}
        return (self._at(place) for place in sorted(meeting | set(self._order.staged)) if place != self._without)

    def naming(self, run: RunKey) -> Iterator[Judged]:
        """Those whose evidence names this run."""
        return (self._at(place) for place in self._order.named.get(run, ()) if place != self._without)

    @cached_property
    def vetted(self) -> tuple[Judged, ...]:
        """Those of whose runs it is known what GitHub said about their commits, oldest first."""
        if self._vettings is None:
            return tuple(judged for judged in self if judged.vetting is not None)
        places = sorted(place for place, vetting in self._vettings.items() if vetting is not None)
        return tuple(self._at(place) for place in places if place != self._without)

    def _at(self, place: int) -> Judged:
        judged = self._parts[place // PART][place % PART]
        vetting = self._vettings.get(place) if self._vettings is not None else None
        return judged if vetting is None else replace(judged, vetting=vetting)

    def __len__(self) -> int:
        return len(self._order.times) - (self._without is not None)

    def __iter__(self) -> Iterator[Judged]:
        return (self._at(place) for place in range(len(self._order.times)) if place != self._without)

    @overload
    def __getitem__(self, index: int) -> Judged: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Judged, ...]: ...
    def __getitem__(self, index: int | slice) -> Judged | tuple[Judged, ...]:
        return tuple(self)[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Siblings) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Siblings.of({tuple(self)!r})"
