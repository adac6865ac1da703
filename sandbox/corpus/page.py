"""The part of a page that a command writes, between two marks."""

BEGINS = "<!-- from here on written by `make corpus` -->\n"
ENDS = "<!-- until here -->\n"


def written(page: str, tables: str) -> str:
    """The page with these tables between its marks. Raises ValueError when it has no marks."""
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ValueError(f"the page needs the lines {BEGINS.strip()!r} and {ENDS.strip()!r}")
    return f"{before}{BEGINS}\n{tables}\n{ENDS}{after}"


def tables_of(page: str) -> str:
    """What stands between the marks of a page."""
    return page.partition(BEGINS)[2].partition(ENDS)[0].strip("\n") + "\n"
