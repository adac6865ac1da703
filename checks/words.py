"""All that we say to people about a reason: title, why it matters, what to do now, how to silence it and until when.

Plain Markdown, calm, for a maintainer at two in the morning. What to type at a registry is in `checks.commands`.
"""

from __future__ import annotations

from checks.phrases import ASK, WAIVER, Words
from checks.words_against import AGAINST
from checks.words_for import FOR
from verifier.model import Weight
from verifier.verdict.reasons import REASONS

__all__ = ["ASK", "WORDS", "Words", "alarms", "contradicts", "explains", "words"]

WORDS: dict[str, Words] = FOR | AGAINST

UNKNOWN = Words(
    "A reason without words",
    "The check that found this is newer than its explanation.",
    ASK,
    (WAIVER,),
)


def words(reason: str) -> Words:
    """The words of a reason; general ones for an id that is not in the list (kept by a newer version)."""
    return WORDS.get(reason, UNKNOWN)


def alarms(reason: str) -> bool:
    """The reason speaks against a version; one that is not in the list is taken to."""
    against = (Weight.CONTRADICTS, Weight.ABSENT, Weight.SUSPECTS)
    return reason not in REASONS or REASONS[reason].weight in against


def contradicts(reason: str) -> bool:
    """The reason is positive proof against a version, not only that nothing accounts for it."""
    return reason in REASONS and REASONS[reason].weight is Weight.CONTRADICTS


def explains(reason: str) -> bool:
    """The reason accounts for a version."""
    return reason in REASONS and REASONS[reason].weight is Weight.EXPLAINS
