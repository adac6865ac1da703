"""`python -m sandbox.synthetic --versions 100000 --seed 1`: invent histories, judge them, count."""

from __future__ import annotations

import json
import logging
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import count, repeat
from pathlib import Path

import click
import structlog

from sandbox.synthetic.counts import as_text, counted
from sandbox.synthetic.judge import Heard, judge
from sandbox.synthetic.projects import Project

RELEASES = (7, 14)
"""How many releases a project's history has: between these."""


CHUNK = 20
"""How many projects a process is given at a time."""


def play(seed: int, versions: int, jobs: int = 1, begin: int = 1) -> list[Heard]:
    """Whole projects, until at least so many versions are judged, from project `begin` on."""
    heard: list[Heard] = []
    with ProcessPoolExecutor(jobs) as pool:
        for first in count(begin, CHUNK * jobs):
            firsts = range(first, first + CHUNK * jobs, CHUNK)
            for some in pool.map(_chunk, repeat(seed), firsts):
                heard += some
            if len(heard) >= versions:
                return heard
    return heard


def _chunk(seed: int, first: int) -> list[Heard]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    projects = (Project(seed, number) for number in range(first, first + CHUNK))
    return [heard for project in projects for heard in judge(project.story(project.rng.randint(*RELEASES)))]


@click.command()
@click.option("--versions", default=100_000, show_default=True, help="Judge at least so many.")
@click.option("--seed", default=1, show_default=True)
@click.option("--jobs", default=1, show_default=True, help="Processes that share the work.")
@click.option("--first", default=1, show_default=True, help="The number of the first project, to go on from there.")
@click.option("--json", "as_json", type=click.Path(dir_okay=False, path_type=Path), help="Write all counts as JSON.")
def main(versions: int, seed: int, jobs: int, first: int, as_json: Path | None) -> None:
    """Invent project histories with a known truth, let the rules judge them, and print what was right."""
    document = {"seed": seed, **counted(play(seed, versions, jobs, first))}
    if as_json:
        as_json.write_text(json.dumps(document, indent=2) + "\n")
    sys.stdout.write(as_text(document))


if __name__ == "__main__":
    main()
