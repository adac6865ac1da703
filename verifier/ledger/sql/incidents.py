"""Incidents, notices, what people decided about them, posts and bulletins, in tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, delete, func, insert, select, type_coerce

from verifier.ledger.codec import decode, encode
from verifier.ledger.order import by_giving, by_opening
from verifier.ledger.protocol import Posted
from verifier.ledger.sql import tables
from verifier.ledger.sql.tables import incidents, waivers
from verifier.ledger.sql.transaction import Transaction
from verifier.model import Answer, Artifact, Bulletin, Command, Incident, Mute, Notice, Waiver


class Incidents:
    """See `protocol.Incidents`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, incident_id: str) -> Incident | None:
        found = self._where(incidents.c.id == incident_id)
        return found[0] if found else None

    def put(self, incident: Incident) -> None:
        self._transaction.upsert(incidents, incident_row(incident))

    def all(self) -> list[Incident]:
        return self._where()

    def some(self, ids: Collection[str]) -> list[Incident]:
        return self._where(incidents.c.id.in_(sorted(ids)))

    def recent(self, repository_id: int, since: datetime) -> list[Incident]:
        return self._where(incidents.c.repository_id == repository_id, incidents.c.opened_at >= since)

    def add_notice(self, notice: Notice) -> None:
        row = {"incident_id": notice.incident_id, "body": encode(notice)}
        self._transaction.write(insert(tables.notices).values(row))

    def notices(self, incident_id: str) -> list[Notice]:
        columns = tables.notices.c
        rows = self._transaction.rows(
            select(columns.body).where(columns.incident_id == incident_id).order_by(columns.id)
        )
        return [decode(Notice, row.body) for row in rows]

    def last_said(self, incident_ids: Collection[str]) -> dict[str, datetime]:
        columns = tables.notices.c
        rows = self._transaction.rows(select(columns.body).where(columns.incident_id.in_(list(incident_ids))))
        said = [decode(Notice, row.body) for row in rows]
        return {n.incident_id: n.at for n in sorted(said, key=lambda notice: notice.at)}

    def posted(self, incident_id: str, channel: str) -> Posted | None:
        columns = tables.posted.c
        row = self._transaction.one(
            select(columns.body).where(columns.incident_id == incident_id, columns.channel == channel)
        )
        return decode(Posted, row.body) if row else None

    def put_posted(self, posted: Posted) -> None:
        row = {"incident_id": posted.incident_id, "channel": posted.channel, "ref": posted.ref}
        self._transaction.upsert(tables.posted, row | {"body": encode(posted)})

    def drop_posted(self, prefix: str, before: str, limit: int) -> int:
        key, channel = tables.posted.c.incident_id, tables.posted.c.channel
        text = type_coerce(key, Text)
        alike = func.substr(text, 1, len(prefix)) == prefix, func.length(text) == len(before), text < before
        old: Any = select(text.label("key"), type_coerce(channel, Text).label("channel"))
        rows = self._transaction.free_rows(old.where(*alike).order_by(text).limit(limit))
        for row in rows:
            self._transaction.write(
                delete(tables.posted).where(text == row.key, type_coerce(channel, Text) == row.channel)
            )
        return len(rows)

    def all_posted(self, incident_id: str) -> list[Posted]:
        columns = tables.posted.c
        rows = self._transaction.rows(select(columns.body).where(columns.incident_id == incident_id))
        return sorted((decode(Posted, row.body) for row in rows), key=lambda posted: posted.channel)

    def posted_as(self, channel: str, ref: str) -> list[Posted]:
        columns = tables.posted.c
        rows = self._transaction.rows(select(columns.body).where(columns.ref == ref, columns.channel == channel))
        return sorted((decode(Posted, row.body) for row in rows), key=lambda posted: posted.incident_id)

    def put_waiver(self, waiver: Waiver) -> None:
        body = encode(waiver)
        row = {"artifact": waiver.artifact.purl, "number": waiver.number, "body": body}
        self._transaction.upsert(waivers, row | {"digest": hashlib.sha256(body.encode()).hexdigest()})

    def waivers(self, artifact: Artifact, number: str) -> list[Waiver]:
        rows = self._transaction.rows(
            select(waivers.c.body).where(waivers.c.artifact == artifact.purl, waivers.c.number == number)
        )
        given = [decode(Waiver, row.body) for row in rows]
        return sorted(given, key=lambda w: (w.given_at, w.by, w.fingerprint, w.reason, w.expires_at))

    def put_mute(self, mute: Mute) -> None:
        self._transaction.write(insert(tables.mutes).values(artifact=mute.artifact.purl, body=encode(mute)))

    def mutes(self, artifact: Artifact) -> list[Mute]:
        columns = tables.mutes.c
        rows = self._transaction.rows(
            select(columns.body).where(columns.artifact == artifact.purl).order_by(columns.id)
        )
        return [decode(Mute, row.body) for row in rows]

    def put_command(self, command: Command) -> bool:
        columns = tables.commands.c
        if self._transaction.one(select(columns.incident_id).where(columns.id == command.id)):
            return False
        row = {"id": command.id, "incident_id": command.incident_id, "at": command.at, "body": encode(command)}
        self._transaction.upsert(tables.commands, row)
        return True

    def commands(self, incident_id: str) -> list[Command]:
        columns = tables.commands.c
        rows = self._transaction.rows(select(columns.body).where(columns.incident_id == incident_id))
        return sorted((decode(Command, row.body) for row in rows), key=by_giving)

    def put_answer(self, answer: Answer) -> None:
        row = {"command_id": answer.command_id, "incident_id": answer.incident_id, "body": encode(answer)}
        self._transaction.upsert(tables.answers, row)

    def answers(self, incident_id: str) -> dict[str, Answer]:
        columns = tables.answers.c
        rows = self._transaction.rows(select(columns.body).where(columns.incident_id == incident_id))
        return {answer.command_id: answer for answer in (decode(Answer, row.body) for row in rows)}

    def put_bulletin(self, bulletin: Bulletin) -> bool:
        if self.bulletin(bulletin.id) is not None:
            return False
        row = {"id": bulletin.id, "at": bulletin.at, "body": encode(bulletin)}
        self._transaction.upsert(tables.bulletins, row)
        return True

    def bulletin(self, bulletin_id: str) -> Bulletin | None:
        row = self._transaction.one(select(tables.bulletins.c.body).where(tables.bulletins.c.id == bulletin_id))
        return decode(Bulletin, row.body) if row else None

    def bulletins(self, since: datetime, of: str = "", limit: int | None = None) -> list[Bulletin]:
        columns = tables.bulletins.c
        query = select(columns.body).where(columns.at >= since).order_by(columns.at.desc(), columns.id.desc())
        if of:
            # As the codec writes it. What somebody else put into a text has its quotation marks escaped.
            named = json.dumps({"incident_id": of}, separators=(",", ":"))[1:-1]
            query = query.where(self._transaction.has(columns.body, named))
        return [decode(Bulletin, row.body) for row in self._transaction.rows(query.limit(limit))]

    def empty(self) -> None:
        """Drop what facts give again: waivers, mutes, commands and answers. What was said stays."""
        for table in (waivers, tables.mutes, tables.commands, tables.answers):
            self._transaction.write(delete(table))

    def _where(self, *conditions: ColumnElement[bool]) -> list[Incident]:
        rows = self._transaction.rows(select(incidents.c.body).where(*conditions))
        return sorted((decode(Incident, row.body) for row in rows), key=by_opening, reverse=True)


def incident_row(incident: Incident) -> dict[str, Any]:
    """What the table holds of one incident."""
    return {
        "id": incident.id,
        "repository_id": incident.repository_id,
        "opened_at": incident.opened_at,
        "state": incident.state.value,
        "body": encode(incident),
    }
