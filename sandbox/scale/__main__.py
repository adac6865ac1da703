"""`make scale`: play the monitor with many artifacts, and say what comes of it."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import click

from sandbox.scale.figures import figures
from sandbox.scale.page import tables, written
from sandbox.scale.play import Play
from sandbox.scale.simulate import simulate
from sandbox.scale.validate import MEASURED_PER_S, validate

_FILE = click.Path(dir_okay=False, path_type=Path)
SIMULATED = 5_000
"""So many artifacts are simulated at most, of the largest world."""
FEEDS = {"none": "", "shipped": "pypi", "both": "npm pypi"}


def sweep(artifacts: int, days: float, seed: int) -> list[Play]:
    """The given number with no feed, with those that are on as shipped, and with npm's, too; the same at another
    factor; and a tenth and a hundredth of it as shipped."""
    factor = max(1.0, artifacts / SIMULATED)

    def play(count: int, feeds: str, part: float, least: float) -> Play:
        of = max(1.0, part)
        share = max(least, days * count / artifacts)
        return Play(count, of, share, share, seed, frozenset(FEEDS[feeds].split()))

    return [
        *(play(artifacts, feeds, factor, 1.0) for feeds in FEEDS),
        play(artifacts, "shipped", 2 * factor, 1.0),
        play(artifacts // 10, "shipped", factor / 10, 2.0),
        play(artifacts // 100, "shipped", factor / 20, 1.0),
    ]


def _figures(play: Play) -> dict[str, Any]:
    return figures(simulate(play))


@click.command()
@click.option("--artifacts", default=1_000_000, show_default=True)
@click.option("--days", default=21.0, show_default=True, help="Counted; as many are played before.")
@click.option("--seed", default=1, show_default=True)
@click.option("--jobs", default=1, show_default=True, help="Processes that share the plays.")
@click.option("--json", "as_json", type=_FILE, help="Write all figures as JSON.")
@click.option("--page", type=_FILE, help="Put the tables into this page, between its two marks.")
def main(artifacts: int, days: float, seed: int, jobs: int, as_json: Path | None, page: Path | None) -> None:
    """Play so many artifacts, a tenth and a hundredth of them, with feeds and without, and print what comes of it."""
    with ProcessPoolExecutor(jobs) as pool:
        plays = list(pool.map(_figures, sweep(artifacts, days, seed)))
    checked = {
        name: {**vars(one), "off": round(one.off, 4), "measured": MEASURED_PER_S}
        for name, one in validate(seed=seed).items()
    }
    text = tables(plays, checked)
    if as_json:
        as_json.write_text(json.dumps({"plays": plays, "validation": checked}, indent=2) + "\n")
    if page:
        page.write_text(written(page.read_text(), text))
    click.echo(text, nl=False)


if __name__ == "__main__":
    main()
