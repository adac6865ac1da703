"""Who is logged in: sessions of people in front of the dashboard. Not derived from facts, and not kept for long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True)
class Right:
    """What GitHub lets somebody do in one repository: `read`, `write`, `maintain` or `admin`."""

    repository_id: int
    role: str


@dataclass(frozen=True)
class Session:
    """One login in one browser. `key` is the SHA-256 of the cookie, in hex: who reads the ledger cannot log in with it.

    `tokens` are sealed with a key that the ledger does not hold. `rights` are what GitHub said at `asked_at`.
    """

    key: str
    user_id: int
    login: str
    tokens: str = field(repr=False)
    begun_at: datetime
    used_at: datetime
    asked_at: datetime
    rights: tuple[Right, ...] = ()
    asking_until: datetime | None = None
    """Until then somebody is asking GitHub for this session; it also names the lease."""


class Sessions(Protocol):
    """Who is logged in. A session that was dropped never comes back, whoever still works on it."""

    def get(self, key: str) -> Session | None:
        """The session of this key."""

    def begin(self, session: Session) -> None:
        """Keep a new one."""

    def touch(self, key: str, at: datetime) -> None:
        """It was used then; earlier times change nothing."""

    def claim(self, key: str, now: datetime, lease: timedelta) -> Session | None:
        """The right to ask GitHub for it until `now + lease`; None while another has it, or when it is gone."""

    def renew(self, session: Session, held_until: datetime | None) -> bool:
        """Keep its tokens, login and rights as they are now, for whoever claimed it; False: the lease has passed on.

        `held_until`: the lease goes on until then; None: it ends.
        """

    def drop(self, key: str) -> None:
        """End it."""

    def drop_of(self, user_id: int) -> int:
        """End every session of one account; how many there were."""

    def sweep(self, begun_before: datetime, used_before: datetime, now: datetime) -> None:
        """Forget what has run out: sessions begun or used last before these times, and what was spent until now."""

    def spend(self, mark: str, until: datetime) -> bool:
        """Use something up that may be used once; False: it was. It is remembered until then."""
