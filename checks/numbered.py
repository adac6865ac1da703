"""What to do now as numbered Markdown: with every command in view, with long blocks folded away, or in short. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checks.document import fit, folded
from checks.steps import Step, more

FEW = 10
"""Up to this many commands of a step always stand in view."""
FIRST = 5
"""So many of more are shown where the others stand elsewhere."""

_MORE = re.compile(re.escape(more(0)).replace("0", r"(\d+)"))


def whole(steps: Sequence[Step]) -> tuple[str, ...]:
    """Every step with every command in view."""
    return tuple(line for number, step in enumerate(steps, 1) for line in _lines(number, step.sentence, step.commands))


def folding(steps: Sequence[Step], room: int = 36_000) -> tuple[str, ...]:
    """Every step; more than a few commands are folded away, for GitHub's Markdown. They stay one block to copy.

    Long blocks share `room` bytes evenly; how many more commands there are is said in a comment.
    """
    found = list[str]()
    each = room // max(1, sum(map(_is_long, steps)))
    for number, step in enumerate(steps, 1):
        if _is_long(step):
            left = _left(number)
            block = folded(f"{_size(step)} commands", _fence(_fitted(step, each)).split("\n")).split("\n")
            found += [f"{number}. {step.sentence}", "\n".join(left + line if line else "" for line in block)]
        else:
            found += _lines(number, step.sentence, step.commands)
    return tuple(found)


def brief(steps: Sequence[Step]) -> tuple[str, ...]:
    """Every step; of more than a few commands the first ones, and how many more there are."""
    return tuple(line for number, step in enumerate(steps, 1) for line in _lines(number, step.sentence, _begun(step)))


def long_ones(steps: Sequence[Step]) -> tuple[str, ...]:
    """The commands of which `brief` shows the first ones, each step's as one block to copy."""
    return tuple(
        f"- Step {number}, {_size(step)} commands:\n{_indented('  ', step.commands)}"
        for number, step in enumerate(steps, 1)
        if _is_long(step)
    )


def _lines(number: int, sentence: str, commands: Sequence[str]) -> list[str]:
    return [f"{number}. {sentence}", *([_indented(_left(number), commands)] if commands else [])]


def _left(number: int) -> str:
    """What puts a line inside that item of the list."""
    return " " * len(f"{number}. ")


def _indented(left: str, commands: Sequence[str]) -> str:
    return "\n".join(left + line for line in _fence(commands).split("\n"))


def _fence(commands: Sequence[str]) -> str:
    return "\n".join(("```sh", *commands, "```"))


def _is_long(step: Step) -> bool:
    return len(step.commands) > FEW


def _size(step: Step) -> int:
    """How many commands there are, with those that had no room."""
    cut = _MORE.fullmatch(step.commands[-1])
    return len(step.commands) - 1 + int(cut[1]) if cut else len(step.commands)


def _fitted(step: Step, room: int) -> Sequence[str]:
    """Its commands as far as there is room."""
    shown = [line for line in step.commands if not _MORE.fullmatch(line)]
    hidden = _size(step) - len(shown)
    kept = fit(shown, room, lambda left: more(left + hidden))
    return [*kept, more(hidden)] if hidden and kept == shown else kept


def _begun(step: Step) -> tuple[str, ...]:
    return (*step.commands[:FIRST], more(_size(step) - FIRST)) if _is_long(step) else step.commands
