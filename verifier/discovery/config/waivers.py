"""The list `waivers`: versions that somebody answers for, each bound to its exact files and with an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import yaml

from verifier.discovery.config import values
from verifier.discovery.config.keys import mapping
from verifier.discovery.strict import BadConfig, items, line, text
from verifier.model import Artifact, Version

KEYS = ("purl", "version", "digest", "reason", "until")


@dataclass(frozen=True)
class Asked:
    """A waiver as it stands in the file. `digest` is the version's fingerprint, or that of one of its files."""

    artifact: Artifact
    number: str
    digest: str
    reason: str
    until: datetime

    def fits(self, version: Version) -> bool:
        """It is about exactly these files."""
        held = {digest for file in version.files for digest in file.digests}
        same = (version.artifact, version.number) == (self.artifact, self.number)
        return same and self.digest in {version.fingerprint, *held}


def read(node: yaml.Node) -> tuple[Asked, ...]:
    """The waivers in their order."""
    return tuple(_asked(item) for item in items(node, "waivers", values.ENTRIES))


def _asked(node: yaml.Node) -> Asked:
    found = mapping(node, KEYS, "a waiver")
    for key in KEYS:
        if key not in found:
            raise BadConfig(line(node), f"a waiver needs its {key}; its keys are {', '.join(KEYS)}.")
    return Asked(
        values.artifact(found["purl"]),
        text(found["version"], "version"),
        values.digest(found["digest"]),
        text(found["reason"], "reason"),
        values.day(found["until"], "until"),
    )
