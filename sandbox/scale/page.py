"""The part of docs/scale.md that the command writes: tables of what was played."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sandbox.scale.parameters import sources

BEGINS = "<!-- from here on written by `make scale` -->\n"
ENDS = "<!-- until here -->\n"
_UNITS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def written(page: str, tables: str) -> str:
    """The page with these tables between its marks. Raises ValueError when it has no marks."""
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ValueError(f"the page needs the lines {BEGINS.strip()!r} and {ENDS.strip()!r}")
    return f"{before}{BEGINS}\n{tables}\n{ENDS}{after}"


def tables(plays: Sequence[dict[str, Any]], validation: dict[str, Any]) -> str:
    """All of them, in Markdown."""
    parts = [_played(plays), _hosts(plays), _latencies(plays), _github(plays), _work(plays), _database(plays)]
    return "\n".join([*parts, _validation(validation), _sources()])


def span(seconds: float | None) -> str:
    """As people say it; None is later than the play lasted."""
    if seconds is None:
        return "not seen"
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size), _UNITS[-1])
    return f"{seconds / size:.1f} {unit}" if seconds / size < 10 else f"{seconds / size:.0f} {unit}"


def _name(play: dict[str, Any]) -> str:
    return f"{play['artifacts']:,}; feeds: {', '.join(play['feeds']) or 'none'}; 1 in {play['factor']:g}"


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"### {title}", "", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows), ""])


def _played(plays: Sequence[dict[str, Any]]) -> str:
    head = ("play", "days before counting", "days counted", "seed")
    return _table("What was played", head, [(_name(p), p["warm_days"], p["days"], p["seed"]) for p in plays])


def _hosts(plays: Sequence[dict[str, Any]]) -> str:
    head = (
        *("play", "host", "artifacts", "hot", "requests/s of 5", "most in 10 s", "every 5 min would take"),
        *("late p50", "late p99", "looks by feed/s", "first look at all"),
    )
    return _table(
        "Registries",
        head,
        [
            (
                *(_name(play), name.partition("/")[0], f"{host['watched']:,}", f"{host['hot']:,}"),
                *(host["requests_per_s"], host["most_per_s_in_10_s"], f"{host['wanted_per_s_at_every_5_min']}/s"),
                *(span(host["late_s"]["p50"]), span(host["late_s"]["p99"]), host["looks_by_feed_per_s"]),
                f"{host['first_pass_h']} h",
            )
            for play in plays
            for name, host in play["hosts"].items()
        ],
    )


def _latencies(plays: Sequence[dict[str, Any]]) -> str:
    head = ("play", "host", "published", "versions", "not yet", "p50", "p95", "p99")
    return _table(
        "From publication until it is seen",
        head,
        [
            (
                *(_name(play), name.partition("/")[0], group, one["count"], one["not_yet"]),
                *(span(one[share]) if one["count"] else "" for share in ("p50", "p95", "p99")),
            )
            for play in plays
            for name, groups in play["latency_s"].items()
            for group, one in groups.items()
        ],
    )


def _github(plays: Sequence[dict[str, Any]]) -> str:
    head = (
        *("play", "installations simulated", "largest", "questions/h, all", "busiest hour p50", "p99", "most"),
        *("over GitHub's limit", "put off by our pace", "longest wait"),
    )
    rows = []
    for play in plays:
        one = play["github"]
        hour = one["reads_in_an_installations_busiest_hour"]
        rows.append(
            (
                *(_name(play), one["installations_simulated"], f"{one['repositories_of_the_largest']} repositories"),
                *(f"{one['reads_per_h_all']:,}", hour["p50"], hour["p99"], hour["most"]),
                *(f"{one['share_over_the_limit']:.3%}", f"{one['share_put_off_by_our_pace']:.3%}"),
                span(one["longest_wait_s"]),
            )
        )
    return _table("GitHub", head, rows)


def _work(plays: Sequence[dict[str, Any]]) -> str:
    rates = ("looks", "deliveries", "runs", "publish_runs", "versions")
    cores = ("web", "hear", "poll", "inspect", "examine")
    head = ("play", *(f"{rate.replace('_', ' ')}/s" for rate in rates), *(f"cores {name}" for name in cores), "workers")
    rows = [
        (
            *(_name(play), *(play["work"]["per_s"][rate] for rate in rates)),
            *(*(play["work"]["cores"][name] for name in cores), play["work"]["workers_needed"]),
        )
        for play in plays
    ]
    return _table("Work", head, rows)


def _database(plays: Sequence[dict[str, Any]]) -> str:
    kinds = ("versions", "runs", "facts")
    head = ("play", *(f"{kind} a year" for kind in kinds), *(f"GB of {kind}" for kind in kinds), "GB a year")
    rows = [
        (
            *(_name(play), *(f"{play['database']['rows_a_year'][kind]:,}" for kind in kinds)),
            *(play["database"]["gb_a_year"][kind] for kind in kinds),
            play["database"]["gb_a_year_together"],
        )
        for play in plays
    ]
    return _table("Database", head, rows)


def _validation(validation: dict[str, Any]) -> str:
    head = ("host", "requests/s", "measured", "off by", "most in 10 s, a second", "late p50", "late at most")
    rows = [
        (
            *(name, one["requests_per_s"], one["measured"], f"{one['off']:+.1%}"),
            *(one["most_per_s_in_10_s"], f"{one['late_p50']} s", f"{one['late_most']} s"),
        )
        for name, one in validation.items()
    ]
    return _table("Against what was measured", head, rows)


def _sources() -> str:
    rows = [(f"`{name}`", f"{value:g}", source) for name, value, source in sources()]
    return _table("Every number that went in", ("number", "value", "from"), rows)
