"""Leads a registry's conversation in a test: every question is answered by a function, and none is endless."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from verifier.registries.base import Answer, Ask, Call, Conversation

T = TypeVar("T")
MOST = 1_000
"""More questions than any honest conversation in these tests asks."""


def talk(conversation: Conversation[T], answer: Callable[[Ask | Call], Answer]) -> T:
    """What comes of a conversation."""
    try:
        question = next(conversation)
        for _ in range(MOST):
            question = conversation.send(answer(question))
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError(f"it asks without end, last {question}")
