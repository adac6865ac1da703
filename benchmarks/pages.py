"""How long every page takes, at the 50th and 95th percentile, from the request to the last byte of HTML: the real
application, asked in this process, as the operator and as people who see few or many repositories.

    python -m benchmarks.pages [ADDRESS] [--rounds 60] [--page overview]

Without an address it seeds a small SQLite file for itself; see benchmarks/seed.py for a full one. Each round asks for
something else than the one before. Nothing is written. "Work" is processor time of this process, which on SQLite is
all of it and on PostgreSQL all but the database's own.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask import g
from flask.testing import FlaskClient

from app import create_app
from app.deps import Deps
from app.settings import Settings
from app.viewer import OPERATOR, Viewer
from benchmarks.population import NOW, Sizes
from benchmarks.seed import seed
from benchmarks.views import WORDS
from verifier.ledger import Book, Ledger, open_ledger
from verifier.ledger.views import Sees, Sort, Summary, Wanted
from verifier.model import Artifact
from verifier.model.standing import Standing

SMALL = Sizes(artifacts=500, versions=20_000, runs=40_000, incidents=50)
PER_PAGE = 50
MIDDLE, MANY = 50, 5_000
"""How many versions the artifacts have that are asked for: as near to it as there are."""
NEAR = 20
"""How many artifacts near to it are asked in turn, and how many versions of each."""
MOST = 200
"""How many artifacts the ledger lists at once."""
Address = Callable[["Choice"], str]


@dataclass(frozen=True)
class Choice:
    """What somebody can ask for: artifacts that they see, with so many versions, and versions of them."""

    random: random.Random
    middle: Sequence[Artifact]
    many: Sequence[Artifact]
    versions: Sequence[tuple[Artifact, str]]
    pages: int
    incidents: Sequence[str]

    def artifact(self, among: Sequence[Artifact], **more: str) -> str:
        """The address of one of them."""
        return _at("/artifact", purl=self.random.choice(among).purl, **more)

    def version(self) -> str:
        """The address of any version."""
        artifact, number = self.random.choice(self.versions)
        return _at("/version", purl=artifact.purl, number=number)

    def sorted_page(self) -> str:
        """Any sort, either way round, any page."""
        sort, order = self.random.choice(list(Sort)), self.random.choice(("", "desc"))
        return _at("/", sort=sort.value, order=order, page=str(self.random.randint(1, self.pages)))


def _at(path: str, **query: str) -> str:
    return f"{path}?{urlencode(query)}"


PAGES: dict[str, Address] = {
    "overview, first page": lambda c: "/",
    "overview, by registry": lambda c: _at("/", type=c.random.choice(("npm", "pypi", "docker", "oci"))),
    "overview, by standing": lambda c: _at("/", standing=c.random.choice(list(Standing)).value),
    "overview, searched": lambda c: _at("/", q=c.random.choice(WORDS)),
    "overview, page 100": lambda c: _at("/", page="100"),
    "overview, any sort and page": lambda c: c.sorted_page(),
    "artifact, 50 versions": lambda c: c.artifact(c.middle),
    "artifact, 5,000 versions": lambda c: c.artifact(c.many),
    "artifact, non-compliant": lambda c: c.artifact(c.many, standing="non_compliant"),
    "version": lambda c: c.version(),
    "incidents": lambda c: "/incidents",
    "incident": lambda c: f"/incidents/{c.random.choice(c.incidents)}" if c.incidents else "/incidents",
    "runs": lambda c: "/runs",
    "activity": lambda c: "/activity",
}


def choices(ledger: Ledger, sees: Sees) -> Choice:
    """What may be asked for by who sees this."""
    with ledger.reading() as book:
        found = list(_all(book, sees))
        middle, many = _near(found, MIDDLE), _near(found, MANY)[:3]
        incidents = [incident.id for incident in book.views.incidents(sees, limit=MOST).items]
        versions = [
            (artifact, dossier.version.number)
            for artifact in (*middle, *many)
            for dossier in book.views.versions(artifact, limit=NEAR).items
        ]
    return Choice(random.Random(4), middle, many, versions, max(1, len(found) // PER_PAGE), incidents)  # the same again


def _all(book: Book, sees: Sees) -> Iterator[Summary]:
    page = book.views.artifacts(sees, Wanted(sort=Sort.NAME, limit=MOST))
    for offset in range(MOST, page.total + MOST, MOST):
        yield from page.items
        page = book.views.artifacts(sees, Wanted(sort=Sort.NAME, limit=MOST, offset=offset))


def _near(found: Sequence[Summary], number: int) -> list[Artifact]:
    return [s.artifact for s in sorted(found, key=lambda s: abs(s.versions - number))[:NEAR]]


def client(ledger: Ledger, sees: Sees) -> FlaskClient:
    """The web side over this ledger, as the operator or as somebody who sees these repositories."""
    nothing = cast(Any, None)
    deps = Deps(Settings(github_webhook_secret="s" * 32), ledger, nothing, nothing, nothing, lambda: NOW)
    app = create_app(deps)
    viewer = OPERATOR if sees is None else Viewer("alice", 1, sees, dict.fromkeys(sees, "read"))

    @app.before_request
    def look() -> None:
        g.viewer = viewer

    return app.test_client()


def measure(asked: FlaskClient, address: Address, choice: Choice, rounds: int) -> tuple[float, float, float, float]:
    """Milliseconds: 50th and 95th percentile, worst, and what this process alone worked for one page, on average.

    One page more is made before, which compiles its template.
    """
    taken, worked = [], 0.0
    for _ in range(rounds + 1):
        url = address(choice)
        start, work = time.perf_counter(), time.process_time()
        answer = asked.get(url)
        taken.append(1000 * (time.perf_counter() - start))
        worked = worked + time.process_time() - work if len(taken) > 1 else 0.0
        if answer.status_code != 200:
            raise SystemExit(f"{url} is answered {answer.status_code}")
    taken = sorted(taken[1:])
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)], taken[-1], 1000 * worked / rounds


def report(url: str, rounds: int, only: str) -> None:
    """Measure every page whose name begins so, and print it."""
    ledger = open_ledger(url)
    with ledger.reading() as book:
        repositories = [repository.id for repository in book.repositories.all()]
    chooser = random.Random(3)
    people: dict[str, Sees] = {"all": None}
    for number in (20, len(repositories) // 2):
        people[str(number)] = frozenset(chooser.sample(repositories, min(number, len(repositories))))
    print(f"{'ms':<30} {'sees':>5} {'p50':>8} {'p95':>8} {'worst':>8} {'work':>8}   ({rounds} rounds)")
    for who, sees in people.items():
        asked, choice = client(ledger, sees), choices(ledger, sees)
        for name, address in PAGES.items():
            if name.startswith(only):
                taken = measure(asked, address, choice, rounds)
                print(f"{name:<30} {who:>5}", *(f"{each:8.1f}" for each in taken), flush=True)


def main() -> None:
    """Measure the ledger at an address, or a small one of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--page", default="", help="only those whose name begins so")
    options = parser.parse_args()
    if options.url:
        report(options.url, options.rounds, options.page)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'seeded.sqlite3'}"
        seed(url, SMALL)
        report(url, options.rounds, options.page)


if __name__ == "__main__":
    main()
