"""Where webhooks are kept until they are heard."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from verifier.ledger.rows import Delivery, GivenUp, Hearing


class Inbox(Protocol):
    """Webhooks accepted and not yet heard."""

    def keep(self, delivery: Delivery) -> bool:
        """Store it in one insert. False when this id is already known; nothing is stored then."""

    def keep_all(self, deliveries: Sequence[Delivery]) -> set[str]:
        """Store these in one insert; the ids of those that were new. Of two with one id, the first is stored."""

    def claim(self, limit: int, now: datetime, lease: timedelta) -> list[Delivery]:
        """The oldest unheard deliveries, lent until `now + lease`; oldest first."""

    def settle(self, delivery_id: str, now: datetime, problem: str = "") -> None:
        """It is heard (or, with a problem, given up and shown on the health page)."""

    def give_back(self, delivery_id: str, until: datetime) -> int:
        """Not heard: lend it again from `until` on. Returns how often it has been lent."""

    def kept(self, delivery_ids: Collection[str]) -> dict[str, Hearing]:
        """What became of those of these ids that were ever kept."""

    def waiting(self) -> int:
        """How many are not heard yet."""

    def waiting_since(self) -> datetime | None:
        """When the oldest came that is not heard yet; None: none waits."""

    def came_since(self, at: datetime) -> bool:
        """Whether one was kept that arrived after this time."""

    def drop_heard(self, before: datetime, given_up_before: datetime, limit: int) -> int:
        """Forget what was heard before the one time, or given up before the other; how many, `limit` at most."""

    def given_up(self, limit: int) -> list[tuple[str, str]]:
        """Deliveries settled with a problem: (id, problem), newest first."""

    def unread(self) -> GivenUp | None:
        """All of those together; None: there are none."""
