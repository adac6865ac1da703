"""Leads a registry's conversation: asks what it wants asked, and gives it the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.deps import Deps
from app.network.budgets import Budgets
from verifier.registries.base import Answer, Ask, Call, Conversation, Page

T = TypeVar("T")

MOST_ASKED = 5_000
"""The most questions of one conversation: what answers without end ends here."""


class Endless(RuntimeError):
    """A conversation wanted to ask more than `MOST_ASKED` questions: a fault of its registry's file."""


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of a conversation, the validators of the pages that are asked for conditionally, and what it took."""

    result: T
    validators: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0


def converse(deps: Deps, conversation: Conversation[T], validators: Mapping[str, str] | None = None) -> Outcome[T]:
    """Lead it to its end. Never raises on what a registry answers.

    Who wants to be left alone is not asked: the conversation is told so, as if it had been said again.
    """
    known, fresh, budgets = validators or {}, dict[str, str](), Budgets(deps)
    asked = 0
    try:
        question = next(conversation)
        for _ in range(MOST_ASKED):
            asked += 1
            answer = _ask(deps, question, known, budgets)
            if isinstance(question, Ask) and question.conditional and isinstance(answer, Page) and answer.etag:
                fresh[question.url] = answer.etag
            question = conversation.send(answer)
    except StopIteration as end:
        return Outcome(end.value, fresh, asked)
    finally:
        budgets.keep()
    raise Endless(f"more than {MOST_ASKED} questions")


def _ask(deps: Deps, question: Ask | Call, validators: Mapping[str, str], budgets: Budgets) -> Answer:
    refusal = budgets.refusal(question)
    if refusal is not None:
        return refusal
    answer: Answer
    if isinstance(question, Call):
        answer = deps.aws(question)
    else:
        answer = deps.fetch(question, validators.get(question.url) if question.conditional else None)
    budgets.hear(question, answer)
    return answer
