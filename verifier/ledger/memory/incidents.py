"""Incidents, notices, what people decided about them, posts and bulletins, in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_giving, by_opening
from verifier.ledger.protocol import Posted
from verifier.model import Answer, Artifact, Bulletin, Command, Incident, Mute, Notice, Waiver


class Incidents:
    """See `protocol.Incidents`."""

    def __init__(self, journal: Journal) -> None:
        self._incidents: Table[str, Incident] = Table(journal)
        self._notices: Table[str, tuple[Notice, ...]] = Table(journal)
        self._posted: Table[tuple[str, str], Posted] = Table(journal)
        self._waivers: Table[Waiver, Waiver] = Table(journal)
        self._mutes: Table[Artifact, tuple[Mute, ...]] = Table(journal)
        self._commands: Table[str, Command] = Table(journal)
        self._answers: Table[str, Answer] = Table(journal)
        self._bulletins: Table[str, Bulletin] = Table(journal)

    def get(self, incident_id: str) -> Incident | None:
        return self._incidents.get(incident_id)

    def put(self, incident: Incident) -> None:
        self._incidents.put(incident.id, incident)

    def all(self) -> list[Incident]:
        return sorted(self._incidents.values(), key=by_opening, reverse=True)

    def some(self, ids: Collection[str]) -> list[Incident]:
        return [incident for incident in self.all() if incident.id in ids]

    def recent(self, repository_id: int, since: datetime) -> list[Incident]:
        return [i for i in self.all() if i.repository_id == repository_id and i.opened_at >= since]

    def add_notice(self, notice: Notice) -> None:
        before = self._notices.get(notice.incident_id) or ()
        self._notices.put(notice.incident_id, (*before, notice))

    def notices(self, incident_id: str) -> list[Notice]:
        return list(self._notices.get(incident_id) or ())

    def last_said(self, incident_ids: Collection[str]) -> dict[str, datetime]:
        return {id_: max(n.at for n in said) for id_ in incident_ids if (said := self.notices(id_))}

    def posted(self, incident_id: str, channel: str) -> Posted | None:
        return self._posted.get((incident_id, channel))

    def put_posted(self, posted: Posted) -> None:
        self._posted.put((posted.incident_id, posted.channel), posted)

    def drop_posted(self, prefix: str, before: str, limit: int) -> int:
        old = [
            key for key in self._posted if key[0].startswith(prefix) and len(key[0]) == len(before) and key[0] < before
        ]
        for key in sorted(old)[:limit]:
            self._posted.drop(key)
        return min(len(old), limit)

    def all_posted(self, incident_id: str) -> list[Posted]:
        return sorted((p for p in self._posted.values() if p.incident_id == incident_id), key=lambda p: p.channel)

    def posted_as(self, channel: str, ref: str) -> list[Posted]:
        found = (p for p in self._posted.values() if (p.channel, p.ref) == (channel, ref))
        return sorted(found, key=lambda p: p.incident_id)

    def put_waiver(self, waiver: Waiver) -> None:
        self._waivers.put(waiver, waiver)

    def waivers(self, artifact: Artifact, number: str) -> list[Waiver]:
        given = [w for w in self._waivers.values() if (w.artifact, w.number) == (artifact, number)]
        return sorted(given, key=lambda w: (w.given_at, w.by, w.fingerprint, w.reason, w.expires_at))

    def put_mute(self, mute: Mute) -> None:
        self._mutes.put(mute.artifact, (*self.mutes(mute.artifact), mute))

    def mutes(self, artifact: Artifact) -> list[Mute]:
        return list(self._mutes.get(artifact) or ())

    def put_command(self, command: Command) -> bool:
        if self._commands.get(command.id) is not None:
            return False
        self._commands.put(command.id, command)
        return True

    def commands(self, incident_id: str) -> list[Command]:
        return sorted((c for c in self._commands.values() if c.incident_id == incident_id), key=by_giving)

    def put_answer(self, answer: Answer) -> None:
        self._answers.put(answer.command_id, answer)

    def answers(self, incident_id: str) -> dict[str, Answer]:
        return {a.command_id: a for a in self._answers.values() if a.incident_id == incident_id}

    def answer_to(self, command_id: str) -> Answer | None:
        """The answer to one command."""
        return self._answers.get(command_id)

    def put_bulletin(self, bulletin: Bulletin) -> bool:
        if self._bulletins.get(bulletin.id) is not None:
            return False
        self._bulletins.put(bulletin.id, bulletin)
        return True

    def bulletin(self, bulletin_id: str) -> Bulletin | None:
        return self._bulletins.get(bulletin_id)

    def bulletins(self, since: datetime, of: str = "", limit: int | None = None) -> list[Bulletin]:
        found = [b for b in self._bulletins.values() if b.at >= since and of in ("", b.incident_id)]
        return sorted(found, key=lambda b: (b.at, b.id), reverse=True)[:limit]

    def empty(self) -> None:
        """Drop what facts give again: waivers, mutes, commands and answers. What was said stays."""
        for table in (self._waivers, self._mutes, self._commands, self._answers):
            table.clear()
