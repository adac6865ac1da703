"""Lists that go on, from the newest to older ones, by the cursor that the last page ended with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

LONGEST = 4_000
"""The longest cursor that is looked at, in characters."""


@dataclass(frozen=True)
class Tab:
    """One of several lists on a page."""

    label: str
    url: str
    here: bool


def tabs(name: str, labels: Mapping[str, str], here: str, **also: str) -> tuple[Tab, ...]:
    """The lists that a page has, the first as it opens; `also` is what holds for all of them."""
    first = next(iter(labels))
    return tuple(
        Tab(label, address(**{name: "" if value == first else value}, **also), value == here)
        for value, label in labels.items()
    )


def after(query: Mapping[str, str]) -> str:
    """The cursor in an address; '' for none, and for what is too long to be one of ours."""
    given = query.get("after", "")
    return given if len(given) <= LONGEST else ""


def address(**said: str) -> str:
    """The query with what is said, with its `?`; a lone `?` for the list as it opens."""
    return f"?{urlencode({name: value for name, value in said.items() if value})}"
