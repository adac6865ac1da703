"""What an artifact's last releases are known by, and what a thief of its token could do unnoticed there. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from verifier.ledger.rows import Dossier
from verifier.model import Finding, Outcome

LAST = 3
"""So many of the newest compliant versions are looked at, as for a habit."""


class Tie(IntEnum):
    """What ties a version to a run, weakest first."""

    NAME = 0
    LOG = 1
    REGISTRY = 2
    DIGEST = 3
    SIGNATURE = 4


_TIES = {
    "ref-names-version": Tie.NAME,
    "commit-names-version": Tie.NAME,
    "log-names-it": Tie.LOG,
    "version-in-log": Tie.LOG,
    "registry-names-publisher": Tie.REGISTRY,
    "digest-in-log": Tie.DIGEST,
    "provenance-verified": Tie.SIGNATURE,
    "verified-identity": Tie.SIGNATURE,
}
_WORDS = {
    Tie.NAME: "the tag or commit of a run at that time",
    Tie.LOG: "what the publish step of their run printed",
    Tie.REGISTRY: "the registry's word that a trusted publisher published them",
    Tie.DIGEST: "their digests in the log of their run",
    Tie.SIGNATURE: "provenance that verifies",
}
_RISK = (
    "Whoever holds the registry's token and is quicker than your publish step looks the same. To end that, publish "
    "with provenance, or let the step print what it publishes."
)


@dataclass(frozen=True)
class KnownBy:
    """`words` go behind “Known by”; `risk`, '' for none, is what a token alone is enough for."""

    words: str
    risk: str


def known_by(newest: Iterable[Dossier]) -> KnownBy | None:
    """By the weakest of the last compliant versions, the newest given first; None where none is.

    Tags of images that hold bytes which another tag held are passed by: that one says what they are known by.
    """
    compliant = (d.verdict.findings for d in newest if d.verdict and d.verdict.outcome is Outcome.COMPLIANT)
    ties = list(islice((tie for findings in compliant if (tie := _strongest(findings)) is not None), LAST))
    if not ties:
        return None
    weakest = min(ties)
    some = f"of the last {len(ties)}, some only by " if max(ties) > weakest else ""
    return KnownBy(f"{some}{_WORDS[weakest]}", _RISK if weakest is Tie.NAME else "")


def _strongest(findings: Iterable[Finding]) -> Tie | None:
    return max((_TIES[finding.reason] for finding in findings if finding.reason in _TIES), default=None)
