"""How long every view takes, at the 50th and 95th percentile, as the operator and as people who see few or many
repositories. Each question opens a transaction of its own and asks for something else than the one before.

    python -m benchmarks.views [ADDRESS] [--rounds 60]

Without an address it seeds a small SQLite file for itself; see benchmarks/seed.py for a full one.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.population import NOW, YEARS, Sizes
from benchmarks.seed import seed
from verifier.ledger import Book, Ledger, open_ledger
from verifier.ledger.paging import RELEASES, RUNS, TAGS, List
from verifier.ledger.views import Sees, Sort, Wanted
from verifier.model import Artifact, IncidentState
from verifier.model.standing import Standing

SMALL = Sizes(artifacts=500, versions=20_000, runs=40_000, incidents=50)
WORDS = ("api", "core", "lint", "queue", "graph", "widget", "zone")
Ask = Callable[[Book, Sees, "Choice"], object]


class Choice:
    """What the next question asks for."""

    def __init__(self, artifacts: list[Artifact], repositories: list[int]) -> None:
        self.random = random.Random(2)  # the same questions again, not a secret
        self.artifacts = artifacts
        self.repositories = repositories

    def artifact(self, sees: Sees) -> Artifact:
        """Any of them."""
        return self.random.choice(self.artifacts)

    def repository(self, sees: Sees) -> int:
        """One that is seen."""
        return self.random.choice(self.repositories if sees is None else sorted(sees))

    def moment(self) -> datetime:
        """Some time of the last three years."""
        return NOW - YEARS * self.random.random()

    def wanted(self) -> Wanted:
        """Any sort, any page."""
        sort, descending = self.random.choice(list(Sort)), self.random.random() < 0.5
        return Wanted(sort=sort, descending=descending, offset=self.random.randrange(len(self.artifacts)))


def _deep(listing: List[Any], *rest: int | str) -> Callable[[Choice], str]:
    return lambda choice: listing.cursor((choice.moment(), *rest))


_RUNS, _TAGS, _RELEASES = _deep(RUNS, 0, 0, 0), _deep(TAGS, 0, ""), _deep(RELEASES, 0, 0)

QUESTIONS: dict[str, Ask] = {
    "totals": lambda b, s, _: b.views.totals(s),
    "artifacts, first page": lambda b, s, _: b.views.artifacts(s, Wanted()),
    "artifacts, any sort and page": lambda b, s, c: b.views.artifacts(s, c.wanted()),
    "artifacts, searched": lambda b, s, c: b.views.artifacts(s, Wanted(text=c.random.choice(WORDS))),
    "artifacts of a repository": lambda b, s, c: b.views.artifacts(s, Wanted(repository_id=c.repository(s))),
    "artifact": lambda b, s, c: b.views.artifact(s, c.artifact(s)),
    "versions, first page": lambda b, s, c: b.views.versions(c.artifact(s)),
    "versions, non-compliant": lambda b, s, c: b.views.versions(c.artifact(s), standing=Standing.NON_COMPLIANT),
    "incidents": lambda b, s, _: b.views.incidents(s),
    "incidents, open": lambda b, s, _: b.views.incidents(s, (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)),
    "runs, first page": lambda b, s, _: b.views.runs(s),
    "runs, deep page": lambda b, s, c: b.views.runs(s, None, _RUNS(c)),
    "runs of a repository": lambda b, s, c: b.views.runs(s, c.repository(s)),
    "tags, deep page": lambda b, s, c: b.views.tags(s, None, _TAGS(c)),
    "releases, deep page": lambda b, s, c: b.views.releases(s, None, _RELEASES(c)),
    "deeds": lambda b, s, _: b.views.deeds(s),
}


def measure(ledger: Ledger, ask: Ask, sees: Sees, choice: Choice, rounds: int) -> tuple[float, float, float]:
    """Milliseconds: (50th, 95th percentile, worst)."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        with ledger.reading() as book:
            ask(book, sees, choice)
        taken.append(1000 * (time.perf_counter() - start))
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)], taken[-1]


def figures(url: str, rounds: int) -> Iterator[tuple[str, str, tuple[float, float, float]]]:
    """Every question at this address: its name, who asked, and milliseconds as `measure` gives them."""
    ledger = open_ledger(url)
    with ledger.reading() as book:
        artifacts = [watch.artifact for watch in book.versions.watches()]
        repositories = [repository.id for repository in book.repositories.all()]
    chooser = random.Random(3)
    people: dict[str, Sees] = {"all": None}
    for number in (20, len(repositories) // 2):
        people[str(number)] = frozenset(chooser.sample(repositories, min(number, len(repositories))))
    for name, ask in QUESTIONS.items():
        for who, sees in people.items():
            yield name, who, measure(ledger, ask, sees, Choice(artifacts, repositories), rounds)


def report(url: str, rounds: int) -> None:
    """Measure everything at this address and print it."""
    print(f"{'ms':<30} {'sees':>5} {'p50':>8} {'p95':>8} {'worst':>8}   ({rounds} rounds)")
    for name, who, (p50, p95, worst) in figures(url, rounds):
        print(f"{name:<30} {who:>5} {p50:8.1f} {p95:8.1f} {worst:8.1f}", flush=True)


def main() -> None:
    """Measure the ledger at an address, or a small one of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    if options.url:
        report(options.url, options.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'seeded.sqlite3'}"
        seed(url, SMALL)
        report(url, options.rounds)


if __name__ == "__main__":
    main()
