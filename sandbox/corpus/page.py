"""The part of a page that a command writes, between two marks."""

BEGINS = "<!-- from here on written by `make corpus` -->\n"
ENDS = "<!-- until here -->\n"


def written(page: str, tables: str, begins: str = BEGINS) -> str:
    """The page with these tables between its marks. Raises ValueError when it has no marks."""
    before, begun, rest = page.partition(begins)
    _, ends, after = rest.partition(ENDS)
    if not begun or not ends:
        raise ValueError(f"the page needs the lines {begins.strip()!r} and {ENDS.strip()!r}")
    return f"{before}{begins}\n{tables}\n{ENDS}{after}"


def tables_of(page: str, begins: str = BEGINS) -> str:
    """What stands between the marks of a page."""
    return page.partition(begins)[2].partition(ENDS)[0].strip("\n") + "\n"
