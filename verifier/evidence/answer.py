"""What checking one bundle came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verifier.evidence.claims import Claims
from verifier.evidence.statement import Statement


class Answer(StrEnum):
    """The four things that checking an attestation can come to.

    `verified`: signature, chain, log and time hold. `failed`: it was checked and is wrong, or is no bundle at all.
    `none`: there is no attestation. `cannot_verify`: what it would be checked against is not here, or is of a kind
    that is not checked here; that says nothing against it, and nothing for it.
    """

    VERIFIED = "verified"
    FAILED = "failed"
    NONE = "none"
    CANNOT_VERIFY = "cannot_verify"


@dataclass(frozen=True)
class Checked:
    """One bundle, checked. Only when it is verified are the other fields more than what a stranger wrote."""

    answer: Answer
    reason: str = ""
    """Why it is not verified, in words that may be shown anywhere; empty when it is."""
    readable: bool = True
    """It has the shape of a bundle."""
    promised: bool = False
    """Its log only promised to take it in (bundles of early 2023)."""
    keyed: bool = False
    """Signed with one of npm's keys: the registry's word, no run's."""
    signer: Claims | None = None
    """What its certificate says; None where it has none that can be read."""
    statement: Statement | None = None
    """What it says; None where it signs an artifact's bytes without a statement."""
    signed_at: datetime | None = None
    """The earliest time that a log or a timestamp authority vouches for."""
    log: str = ""
    """Where its log holds it, `log id:index`; empty where no log does."""
    disagreement: str = ""
    """In which field its text contradicts its certificate; empty where it does not."""

    @property
    def predicate_type(self) -> str:
        """What kind of statement it makes; empty where it makes none."""
        return self.statement.predicate_type if self.statement else ""


class Failed(Exception):
    """The bundle was checked and is wrong; the message says in what."""


class CannotVerify(Exception):
    """The bundle cannot be checked with what is here; the message says what is missing."""
