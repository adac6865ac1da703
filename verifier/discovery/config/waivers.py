"""The list `waivers`: versions that somebody answers for, each bound to its exact files and with an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import yaml

from verifier.discovery.config import values
from verifier.discovery.config.keys import mapping
from verifier.discovery.strict import BadConfig, items, line, text
from verifier.model import Artifact, Version

DAY = timedelta(days=1)
LONGEST = timedelta(days=365)
"""How far ahead the day of a waiver may be."""
KEYS = ("purl", "version", "digest", "reason", "until")


@dataclass(frozen=True)
class Asked:
    """A waiver as it stands in the file. `digest` is the version's fingerprint, or that of one of its files."""

    artifact: Artifact
    number: str
    digest: str
    reason: str
    until: datetime
    """The end of the day that is written."""

    @property
    def last_day(self) -> str:
        """The day that is written."""
        return f"{self.until - DAY:%Y-%m-%d}"

    def fits(self, version: Version) -> bool:
        """It is about exactly these files."""
        held = {digest for file in version.files for digest in file.digests}
        same = (version.artifact, version.number) == (self.artifact, self.number)
        return same and self.digest in {version.fingerprint, *held}


def read(node: yaml.Node, now: datetime | None = None) -> tuple[Asked, ...]:
    """The waivers in their order. Where `now` is said, each must hold still, and end within the longest time."""
    return tuple(_asked(item, now) for item in items(node, "waivers", values.ENTRIES))


def _asked(node: yaml.Node, now: datetime | None) -> Asked:
    found = mapping(node, KEYS, "a waiver")
    for key in KEYS:
        if key not in found:
            raise BadConfig(line(node), f"a waiver needs its {key}; its keys are {', '.join(KEYS)}.")
    until = values.day(found["until"], "until")
    if now is not None and until <= now:
        raise BadConfig(line(found["until"]), "that day is over; take this waiver out, or write a later until.")
    if now is not None and until > now + LONGEST + DAY:
        raise BadConfig(
            line(found["until"]), f"a waiver lasts at most {LONGEST.days} days from today; write an earlier until."
        )
    return Asked(
        values.artifact(found["purl"]),
        text(found["version"], "version"),
        values.digest(found["digest"]),
        text(found["reason"], "reason"),
        until,
    )
