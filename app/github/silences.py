"""That GitHub wants to be left alone, and how often in a row it said so, told to all workers by the one that heard it.

It lies in Redis, sealed with a key that Redis never sees: who can write there could otherwise keep the monitor from
asking for as long as they like. What they can still do is to lay an older one there again, until the time it names, and
to take one away; who heard GitHub himself forgets nothing.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.github.refusals import LONGEST_WAIT
from app.signin.seal import Seal

if TYPE_CHECKING:
    from app.redis_shelf import Shelf

_PURPOSE = "github-silence"


class Silences:
    """Those of one GitHub; the machines' clocks must agree to some seconds. Nothing here raises."""

    def __init__(self, host: str, shelf: Shelf, seal: Seal) -> None:
        self._host, self._shelf, self._seal = host, shelf, seal

    def left(self, installation_id: int) -> float:
        """Seconds for which nobody shall ask for this installation; 0 where nobody said so."""
        return self._said("silent", installation_id)[0]

    def hold(self, installation_id: int, seconds: float) -> None:
        """Nobody shall ask for so long, or longer where that was said before."""
        if self.left(installation_id) < seconds:
            self._say("silent", installation_id, seconds)

    def strikes(self, installation_id: int) -> int:
        """How often GitHub refused in a row, as far as others know."""
        return self._said("strikes", installation_id)[1]

    def strike(self, installation_id: int, count: int, seconds: float) -> None:
        """It refused so often in a row; another refusal within so many seconds is one more."""
        self._say("strikes", installation_id, seconds, count)

    def _said(self, kind: str, installation_id: int) -> tuple[float, int]:
        """Seconds for which it holds still, and how many; 0 and 0 where none of us said anything that does."""
        name = self._name(kind, installation_id)
        sealed = self._shelf.get(name)
        said = self._seal.open(_PURPOSE, sealed, datetime.now(UTC), place=name) if sealed is not None else None
        if said is None:
            return 0.0, 0
        left = min(max(float(said["until"]) - time.time(), 0.0), LONGEST_WAIT)
        return (left, int(said["count"])) if left else (0.0, 0)

    def _say(self, kind: str, installation_id: int, seconds: float, count: int = 0) -> None:
        name = self._name(kind, installation_id)
        said = {"until": time.time() + seconds, "count": count}
        self._shelf.put(name, self._seal.close(_PURPOSE, said, datetime.now(UTC), name), seconds)

    def _name(self, kind: str, installation_id: int) -> str:
        return f"am:github:{kind}:{self._host}:{installation_id}"
