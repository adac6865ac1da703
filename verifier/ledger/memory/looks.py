"""When registries are looked at, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from verifier.ledger.looks import Load, Look, Silence
from verifier.ledger.memory.table import Journal, Table
from verifier.model import Artifact


class Looks:
    """See `verifier.ledger.looks.Looks`."""

    def __init__(self, journal: Journal) -> None:
        self._looks: Table[Artifact, Look] = Table(journal)
        self._silences: Table[str, Silence] = Table(journal)
        self._feeds: Table[str, str] = Table(journal)

    def get(self, artifact: Artifact) -> Look | None:
        return self._looks.get(artifact)

    def put(self, look: Look) -> None:
        self._looks.put(look.artifact, look)

    def load(self, now: datetime) -> Mapping[str, Load]:
        found = dict[str, Load]()
        for look in self._looks.values():
            before, hot = found.get(look.registry, Load(0, 0)), look.hot_until > now
            found[look.registry] = Load(before.hot + hot, before.quiet + (not hot))
        return found

    def watched(self, artifacts: Collection[Artifact]) -> list[Artifact]:
        return sorted(artifact for artifact in set(artifacts) if self._looks.get(artifact) is not None)

    def may_ask(self, registry: str, now: datetime) -> bool:
        silence = self._silences.get(registry)
        if silence is None or not silence.silent:
            return True
        if silence.waits(now):
            return False
        self._silences.put(registry, silence.trying(now))
        return True

    def silence(self, registry: str) -> Silence | None:
        return self._silences.get(registry)

    def silences(self) -> list[Silence]:
        return sorted(self._silences.values(), key=lambda silence: silence.registry)

    def put_silence(self, silence: Silence) -> None:
        self._silences.put(silence.registry, silence)

    def end_silence(self, registry: str) -> None:
        self._silences.drop(registry)

    def feed(self, name: str) -> str:
        return self._feeds.get(name) or ""

    def put_feed(self, name: str, position: str) -> None:
        self._feeds.put(name, position)
