"""Waive: an authorised person answers for exactly one version as it is now, with a reason and until a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.deps import Deps
from verifier import purls
from verifier.model import Waiver, WaiverGiven

LONGEST_DAYS = 365


@dataclass(frozen=True)
class Wanted:
    """What was typed: which version, who says so, why, and for how many days."""

    purl: str
    number: str
    by: str
    reason: str
    days: int


def waive(deps: Deps, said: Wanted) -> str:
    """Record it. It is bound to the digests of the files as they are now and never changes the verdict.

    Raises ValueError for a version that is not known here, an empty name or reason, or a span that is too long.
    """
    artifact, now = purls.artifact(said.purl), deps.now()
    if not said.by.strip() or not said.reason.strip():
        raise ValueError("A waiver names who gives it and why: --by and --reason.")
    if not 1 <= said.days <= LONGEST_DAYS:
        raise ValueError(f"A waiver lasts 1 to {LONGEST_DAYS} days.")
    with deps.ledger.writing() as book:
        dossier = book.versions.get(artifact, said.number)
        if dossier is None:
            raise ValueError(f"{artifact.purl} has no version {said.number!r} here; nothing was waived.")
        account = dossier.version.account
        if account is not None and account.name.lower() == said.by.strip().lower():
            raise ValueError(f"{said.by!r} is the account that published it; somebody else must waive it.")
        until = now + timedelta(days=said.days)
        fingerprint = dossier.version.fingerprint
        waiver = Waiver(artifact, said.number, fingerprint, said.by.strip(), said.reason.strip(), now, until)
        book.record(WaiverGiven(waiver), now)
    deps.wake.wake("examine")
    return (
        f"{dossier.version} is waived by {waiver.by} until {until:%Y-%m-%d}: its incident is closed when nothing "
        "else stands open in it. The verdict stays as it is."
    )
