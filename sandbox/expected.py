"""The table at the end of the demo: what was expected of each scenario's versions, and what the monitor said."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sandbox.judged import words
from sandbox.results import Result, State

ALIKE = 3
"""More versions than this with the same answer are counted, not listed."""
ANSWER = len("non-compliant")
_AROUND = 16
"""The columns of a terminal that the table needs beside names and answers."""


def show(console: Console, results: Iterable[Result]) -> None:
    """Expected against got: below each scenario the versions that it says something about, a line each.

    The answers are what wraps on a narrow terminal, never a name; of one that alone is too long its end is shown.
    """
    table = Table(title="Expected and got", title_justify="left")
    table.add_column("version", no_wrap=True)
    for heading in ("expected", "got"):
        table.add_column(heading, min_width=ANSWER)
    table.add_column("")
    room, held = max(console.width - 2 * ANSWER - _AROUND, ANSWER), list(results)
    for result in held:
        table.add_section()
        table.add_row(f"[bold]{escape(result.scenario.name)}[/]")
        for (wanted, got, sign), names in _rows(result).items():
            more = [f"… {len(names)} versions"] if len(names) > ALIKE else []
            lines = "\n".join(f"  {_end(name, room)}" for name in (*names[:ALIKE], *more))
            table.add_row(*(escape(text) for text in (lines, wanted, got)), sign)
    console.print(table)
    for result in held:
        if result.state is State.FAILED:
            for sentence in (*result.mismatches, *result.problems):
                console.print(f"[red]✘[/] {escape(result.scenario.name)}: {escape(sentence)}")


def _rows(result: Result) -> dict[tuple[str, str, str], list[str]]:
    """Versions by what was expected of them, what came, and whether that is right."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    known = {(told.artifact, told.version): told for told in result.versions}
    for expect in (expect for expect in result.scenario.expect if expect.at is None):
        told = known.get((expect.artifact, expect.version))
        final = told.final if told is not None else None
        got = words(final.outcome, final.suspect) if final is not None else "nothing was said"
        named = expect.artifact.versioned(expect.version)
        wrong = any(sentence.startswith((f"{named}:", f"{named} ")) for sentence in result.mismatches)
        sign = "[yellow]waits[/]" if result.state is State.WAITS else "[red]✘[/]" if wrong else "[green]✔[/]"
        rows.setdefault((words(expect.outcome, bool(expect.suspect)), got, sign), []).append(named)
    return rows


def _end(name: str, room: int) -> str:
    return name if len(name) <= room else f"…{name[1 - room :]}"
