"""Rules (case → findings), `decide` (case, now → verdict) and the closed list of reasons. Pure."""

from verifier.verdict.decide import decide
from verifier.verdict.reasons import REASONS, Reason

__all__ = ["REASONS", "Reason", "decide"]
