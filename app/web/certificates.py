"""The certificates that Amazon SNS signs with: kept, and fetched so seldom that no stranger makes us dial at will."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.web.allowance import Allowance
from verifier.registries.base import Ask, Page

if TYPE_CHECKING:
    from app.deps import Fetch  # names githubkit's client, which the web side does not load

KEPT = timedelta(days=1)
MOST = 16
"""The most certificates kept; each region signs with one at a time."""

_LIMIT = 16 * 1024


class Unavailable(Exception):
    """The certificate could not be had now; the sender shall try again."""


@dataclass
class Certificates:
    """The files by their addresses, for all threads of this process."""

    allowance: Allowance = field(default_factory=lambda: Allowance(10, timedelta(hours=1)))
    _kept: dict[str, tuple[datetime, bytes]] = field(default_factory=dict)

    def through(self, fetch: Fetch, now: datetime) -> Callable[[str], bytes]:
        """What gives the file at an address that was found to be SNS's own. It raises Unavailable."""

        def certificate(address: str) -> bytes:
            kept = self._kept.get(address)
            if kept is not None and now - kept[0] < KEPT:
                return kept[1]
            if not self.allowance.take(now):
                if kept is not None:  # whoever used them up shall not silence SNS; its own dates are checked as ever
                    return kept[1]
                raise Unavailable("Too many certificates were asked for within the hour.")
            answer = fetch(Ask(address, "application/x-pem-file, */*", _LIMIT))
            if not isinstance(answer, Page):
                raise Unavailable("Its certificate could not be fetched.")
            others = [(known, held) for known, held in self._kept.items() if known != address]
            self._kept = dict([*others[-MOST + 1 :], (address, (now, answer.body))])
            return answer.body

        return certificate
