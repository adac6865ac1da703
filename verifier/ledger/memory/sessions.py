"""Who is logged in, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.sessions import Session


class Sessions:
    """See `verifier.ledger.sessions.Sessions`."""

    def __init__(self, journal: Journal) -> None:
        self._rows: Table[str, Session] = Table(journal)
        self._spent: Table[str, datetime] = Table(journal)

    def get(self, key: str) -> Session | None:
        return self._rows.get(key)

    def begin(self, session: Session) -> None:
        self._rows.put(session.key, session)

    def touch(self, key: str, at: datetime) -> None:
        session = self._rows.get(key)
        if session is not None and session.used_at < at:
            self._rows.put(key, replace(session, used_at=at))

    def claim(self, key: str, now: datetime, lease: timedelta) -> Session | None:
        session = self._rows.get(key)
        if session is None or (session.asking_until is not None and session.asking_until > now):
            return None
        claimed = replace(session, asking_until=now + lease)
        self._rows.put(key, claimed)
        return claimed

    def renew(self, session: Session, held_until: datetime | None) -> bool:
        known = self._rows.get(session.key)
        if known is None or known.asking_until != session.asking_until:
            return False
        self._rows.put(session.key, replace(session, used_at=known.used_at, asking_until=held_until))
        return True

    def drop(self, key: str) -> None:
        self._rows.drop(key)

    def drop_of(self, user_id: int) -> int:
        ended = [session.key for session in self._rows.values() if session.user_id == user_id]
        for key in ended:
            self._rows.drop(key)
        return len(ended)

    def sweep(self, begun_before: datetime, used_before: datetime, now: datetime) -> None:
        for session in self._rows.values():
            if session.begun_at < begun_before or session.used_at < used_before:
                self._rows.drop(session.key)
        for mark, until in self._spent.items():
            if until <= now:
                self._spent.drop(mark)

    def spend(self, mark: str, until: datetime) -> bool:
        if self._spent.get(mark) is not None:
            return False
        self._spent.put(mark, until)
        return True
