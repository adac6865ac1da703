"""Who is told outside GitHub, for the health page: the routes, and what came of a test message through them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.notify import Tried, hears
from app.pages.words import shown
from checks.outside import Route


@dataclass(frozen=True)
class Row:
    """One route, without its address and its secrets. `answer` is what came of the test, '' where none was made."""

    name: str
    kind: str
    hears: str
    ok: bool
    answer: str


def rows(routes: Sequence[Route], tried: Sequence[Tried] = ()) -> tuple[Row, ...]:
    """Every route, in the order of its file."""
    of = {each.route: each for each in tried}
    found = ((route, of.get(route.name)) for route in routes)
    return tuple(
        Row(
            route.name,
            route.kind,
            shown(hears(route), 300),
            said is not None and said.ok,
            shown(said.sentence, 600) if said is not None else "",
        )
        for route, said in found
    )
