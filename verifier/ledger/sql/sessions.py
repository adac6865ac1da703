"""Who is logged in, in tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, or_, select, update

from verifier.ledger.codec import decode, encode
from verifier.ledger.sessions import Session
from verifier.ledger.sql.tables import sessions, spent
from verifier.ledger.sql.transaction import Transaction


class Sessions:
    """See `verifier.ledger.sessions.Sessions`. Rows are changed one by one and wait for nobody else's."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, key: str) -> Session | None:
        row = self._transaction.one(_row(key))
        return None if row is None else _session(row.body, row.used_at, row.asking_until)

    def begin(self, session: Session) -> None:
        self._transaction.upsert(
            sessions,
            {
                "key": session.key,
                "user_id": session.user_id,
                "begun_at": session.begun_at,
                "used_at": session.used_at,
                "asking_until": session.asking_until,
                "body": encode(session),
            },
        )

    def touch(self, key: str, at: datetime) -> None:
        its = sessions.c
        self._transaction.write(update(sessions).where(its.key == key, its.used_at < at).values(used_at=at))

    def claim(self, key: str, now: datetime, lease: timedelta) -> Session | None:
        session = self._held(key)
        if session is None or (session.asking_until is not None and session.asking_until > now):
            return None
        self._transaction.write(update(sessions).where(sessions.c.key == key).values(asking_until=now + lease))
        return replace(session, asking_until=now + lease)

    def renew(self, session: Session, held_until: datetime | None) -> bool:
        known = self._held(session.key)
        if known is None or known.asking_until != session.asking_until:
            return False
        changed = {"body": encode(session), "asking_until": held_until}
        self._transaction.write(update(sessions).where(sessions.c.key == session.key).values(changed))
        return True

    def drop(self, key: str) -> None:
        self._transaction.write(delete(sessions).where(sessions.c.key == key))

    def drop_of(self, user_id: int) -> int:
        ended = self._transaction.rows(select(sessions.c.key).where(sessions.c.user_id == user_id))
        for row in ended:
            self.drop(row.key)
        return len(ended)

    def sweep(self, begun_before: datetime, used_before: datetime, now: datetime) -> None:
        its = sessions.c
        self._transaction.write(delete(sessions).where(or_(its.begun_at < begun_before, its.used_at < used_before)))
        self._transaction.write(delete(spent).where(spent.c.until <= now))

    def spend(self, mark: str, until: datetime) -> bool:
        return self._transaction.insert_new(spent, {"mark": mark, "until": until})

    def _held(self, key: str) -> Session | None:
        row = self._transaction.held(_row(key))
        return None if row is None else _session(row.body, row.used_at, row.asking_until)


def _row(key: str) -> Select[tuple[str, datetime, datetime | None]]:
    its = sessions.c
    return select(its.body, its.used_at, its.asking_until).where(its.key == key)


def _session(body: str, used_at: datetime, asking_until: datetime | None) -> Session:
    return replace(decode(Session, body), used_at=used_at, asking_until=asking_until)
