"""A storm: when too much is to be said at a place that people read, it is put together. Pure.

The first messages come one by one and at once. What comes then is gathered into one message, and the next one of that
kind waits a little, so that a thousand alerts are a handful of messages however they are spread over an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from verifier.ledger.protocol import Posted

ALONE = 5
"""The most messages of one lane that come one by one within `WINDOW`."""
WINDOW = timedelta(minutes=10)
GATHERED = timedelta(minutes=2)
"""The least time between two messages that were put together."""
MOST = 1000
"""The most alerts that one message puts together."""
KEY = "lane"
"""Under which a lane's pace is kept beside what it posted."""


@dataclass(frozen=True)
class Pace:
    """What a lane said lately: the times of its single messages, and when it last put some together."""

    alone: tuple[datetime, ...] = ()
    together: datetime | None = None

    def lately(self, now: datetime) -> Pace:
        """Without what was said so long ago that it counts no more; a clock that was set back counts nothing twice."""
        return Pace(
            tuple(at for at in self.alone if now - WINDOW < at <= now),
            self.together if self.together is not None and self.together <= now else None,
        )

    def may_speak_alone(self, now: datetime) -> bool:
        """One more message of its own is no flood."""
        return len(self.lately(now).alone) < ALONE

    def together_from(self, now: datetime) -> datetime:
        """From when on the rest may be said in one message."""
        last = self.lately(now).together
        return now if last is None else max(now, last + GATHERED)

    def spoke(self, now: datetime, *, alone: bool) -> Pace:
        """The pace after one more message."""
        before = self.lately(now)
        return Pace((*before.alone, now), before.together) if alone else Pace(before.alone, now)


def read(posted: Posted | None) -> Pace:
    """A lane's pace as it was kept."""
    if posted is None:
        return Pace()
    alone = tuple(datetime.fromtimestamp(float(at), UTC) for at in posted.ref.split())
    return Pace(alone, posted.posted_at if posted.open else None)


def kept(pace: Pace, channel: str, now: datetime) -> Posted:
    """A lane's pace as it is kept, so that neither another worker nor a new start forgets it."""
    ref = " ".join(f"{at.timestamp():.6f}" for at in pace.alone)
    return Posted(KEY, channel, ref, "", "", pace.together is not None, pace.together or now)
