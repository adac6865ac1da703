"""A job's log as claims: each line goes to the publish step in whose time the runner took it.

GitHub gives a step's times in whole seconds, so a second may belong to two steps. There the header decides that GitHub
prints where a step begins (`##[group]Run …`): in the first second of a step what stands before its header was the
step's before it, and in its last second a header begins the next one. A step within one second has all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from verifier.evidence.log.lines import Line, TooLarge, lines
from verifier.evidence.log.step import StepReader
from verifier.model import LogClaim, PublishStep

MOST_CLAIMS = 2_000
"""The most claims kept of one log."""
MOST_STEPS = 1_000

_HEADERS = ("##[group]Run ", "Post job cleanup.")


def read_log(text: bytes | Iterable[bytes], steps: Sequence[PublishStep]) -> tuple[LogClaim, ...]:
    """What the log of one job says that these steps of it published, in the order of time; never raises.

    Steps that did not run, or whose times are not known, have no lines. A log of more bytes or lines than are read
    (`readable`) claims nothing at all: half a log would name half of what was published.
    """
    windows = [Window(step, start, end) for step in steps if (start := step.started_at) and (end := step.completed_at)]
    windows = sorted(windows, key=lambda window: (window.first, window.last, window.step.number))[:MOST_STEPS]
    try:
        _give(lines((text,) if isinstance(text, bytes) else text), windows)
    except TooLarge:
        return ()
    return _sorted(claim for window in windows for claim in window.reader.claims())


class Window:
    """The time of one publish step, in whole seconds with both ends in it, and the reading of its lines."""

    def __init__(self, step: PublishStep, start: datetime, end: datetime) -> None:
        self.step = step
        self.first, self.last = start.replace(microsecond=0), end.replace(microsecond=0)
        self.reader = StepReader(step)
        self.over = step.conclusion == "skipped"

    def take(self, line: Line) -> bool:
        """Read a line of its time, when it is this step's."""
        if self.over:
            return False
        if line.text.startswith(_HEADERS) and self.first != self.last:
            if line.second == self.first:
                self.reader = StepReader(self.step)
            elif line.second == self.last:
                self.over = True
                return False
        self.reader.read(line)
        return True


def _give(read: Iterable[Line], windows: Sequence[Window]) -> None:
    """Each line to the earliest step that takes it."""
    for second, together in groupby(read, key=attrgetter("second")):
        open_ = [window for window in windows if window.first <= second <= window.last and not window.over]
        for line in together:
            any(window.take(line) for window in open_)


def _sorted(claims: Iterable[LogClaim]) -> tuple[LogClaim, ...]:
    """Each thing once, by time, what was skipped at the end. What one tool tells with digests and another without is
    told with them."""
    first: dict[LogClaim, LogClaim] = {}
    told = sorted(claims, key=lambda claim: (not _shown(claim), str(claim.at), claim.tool))
    with_digest = {_thing(claim) for claim in told if _shown(claim)}
    for claim in told:
        if _shown(claim) or _thing(claim) not in with_digest:
            first.setdefault(replace(claim, at=None, tool=""), claim)
    kept = sorted(first.values(), key=lambda c: (c.skipped, str(c.at), c.type, c.name, c.version, c.file))
    return tuple(kept[:MOST_CLAIMS])


def _shown(claim: LogClaim) -> bool:
    return bool(claim.digests or claim.integrity)


def _thing(claim: LogClaim) -> tuple[str, ...]:
    flags = f"{claim.staged} {claim.skipped}"
    return claim.type, claim.name, claim.version, claim.file, flags, claim.step, claim.registry
