"""Rules (case → findings), `decide` (case, now → verdict) and the closed list of reasons. Pure."""

from datetime import datetime

from verifier.model import Case, Verdict
from verifier.verdict.reasons import REASONS, Reason


def decide(case: Case, now: datetime) -> Verdict:
    """What `verifier.verdict.decision` says, which is loaded when first asked: who only shows verdicts does without."""
    from verifier.verdict import decision

    return decision.decide(case, now)


__all__ = ["REASONS", "Reason", "decide"]
