"""One thing to do, and the commands for it: the shape of every registry's answer to "what now?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.document import fit

ROOM = 10_000
"""The most bytes of commands shown in one step."""


@dataclass(frozen=True)
class Step:
    """One thing to do: a sentence in Markdown, and commands to paste (already safe for a shell).

    `access`: it is about who may publish, and of no use where the project's own run published.
    """

    sentence: str
    commands: tuple[str, ...] = ()
    access: bool = False


def cut(lines: Sequence[str]) -> tuple[str, ...]:
    """The commands, as far as there is room; how many more there are is said in a comment."""
    return tuple(fit(list(dict.fromkeys(lines)), ROOM, more))


def more(number: int) -> str:
    """The comment in place of so many commands."""
    return f"# and {number} more"
