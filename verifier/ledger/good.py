"""Which version of an artifact is good to go back to: one place, so that both twins of the ledger answer alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from verifier.ledger.order import key_of, place_of
from verifier.ledger.rows import Dossier
from verifier.ledger.views import MOST
from verifier.model import Artifact
from verifier.model.standing import Standing

SURE = frozenset(
    {"provenance-verified", "verified-identity", "digest-in-log", "registry-names-publisher", "version-in-log"}
)
"""The reasons of which one must account for it."""
DEEP = 5
"""So many of an artifact's highest versions that seem good are looked at: a few that were taken down are passed by."""


def asked_about(before: Mapping[Artifact, datetime]) -> dict[Artifact, datetime]:
    """The artifacts that are looked for: of many the first `MOST`."""
    return dict(islice(before.items(), MOST))


def seems_good(dossier: Dossier, before: datetime) -> bool:
    """As far as a table's columns tell: compliant, nothing odd, no pre-release by its number, from before that time."""
    version = dossier.version
    stands = dossier.standing is Standing.COMPLIANT and not dossier.odd and not version.placeholder
    return stands and "-" not in key_of(version.number) and version.at < before


def by_height(dossier: Dossier) -> tuple[str, datetime, str]:
    """The artifact's own version order; of one rank the later one is the higher."""
    version = dossier.version
    return place_of(version.rank), version.at, key_of(version.number)


def highest(dossiers: Iterable[Dossier], before: datetime) -> str | None:
    """The number of the first that is good; None where none is. `dossiers` come in the order of height, highest first.

    By height and not by time: a release of an old line, however late, never stands for the newest line.
    """
    return next((dossier.version.number for dossier in dossiers if _is_good(dossier, before)), None)


def _is_good(dossier: Dossier, before: datetime) -> bool:
    """Our verdict about exactly these files is `compliant` without a but, and the registry hands all of them out.

    It rests on more than a name and a time: who holds a stolen token can have those.
    """
    version, verdict = dossier.version, dossier.verdict
    well = dossier.standing is Standing.COMPLIANT and verdict is not None and not verdict.anomalies
    sure = verdict is not None and any(finding.reason in SURE for finding in verdict.reasons)
    judged = dossier.judged == version.fingerprint and version.last_at < before
    there = version.removed_at is None and not version.quarantined
    whole = not any(file.yanked or file.removed for file in version.files)
    return well and sure and judged and there and whole and version.line.channel == "release"
