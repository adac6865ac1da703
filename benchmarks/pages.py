"""How long every page takes, from the request to the last byte of HTML, and how much of that was work: the real
application, asked in this process, as the operator and as people who see one, few or many repositories.

    python -m benchmarks.pages [ADDRESS] [--rounds 60] [--page overview] [--sees 20]

Without an address it seeds a small SQLite file for itself; see benchmarks/seed.py for a full one. Each round asks for
something else than the one before. Nothing is written.

"Wall" is what somebody waits, "cpu" the processor time of this process, "database" that of PostgreSQL's own process
where it runs on this machine (SQLite works in ours): on a machine that others use too, a page takes what it works.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask import g
from flask.testing import FlaskClient

from app import create_app
from app.deps import Deps
from app.settings import Settings
from app.viewer import OPERATOR, Viewer
from app.web.asgi import settle
from benchmarks.population import NOW, YEARS, Sizes
from benchmarks.processes import Database, memory
from benchmarks.seed import seed
from benchmarks.views import WORDS
from verifier.ledger import Book, Ledger, open_ledger
from verifier.ledger.paging import DEEDS, RELEASES, RUNS, TAGS
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
TYPES = ("npm", "pypi", "docker", "oci")
Address = Callable[["Choice"], str]


@dataclass(frozen=True)
class Choice:
    """What somebody can ask for: artifacts that they see, with so many versions, and versions of them."""

    random: random.Random
    middle: Sequence[Artifact]
    many: Sequence[Artifact]
    older: Sequence[tuple[Artifact, str]]
    versions: Sequence[tuple[Artifact, str]]
    pages: int
    incidents: Sequence[str]
    repositories: Sequence[str]

    def artifact(self, among: Sequence[Artifact], **more: str) -> str:
        """The address of one of them."""
        return _at("/artifact", purl=self.random.choice(among).purl, **more)

    def older_versions(self) -> str:
        """The second page of the versions of an artifact that has many."""
        artifact, after = self.random.choice(self.older)
        return _at("/artifact", purl=artifact.purl, after=after)

    def version(self) -> str:
        """The address of any version."""
        artifact, number = self.random.choice(self.versions)
        return _at("/version", purl=artifact.purl, number=number)

    def sorted_page(self) -> str:
        """Any sort, either way round, any page."""
        sort, order = self.random.choice(list(Sort)), self.random.choice(("", "desc"))
        return _at("/", sort=sort.value, order=order, page=str(self.random.randint(1, self.pages)))

    def everything_at_once(self) -> str:
        """A search within a registry and a standing, in any order."""
        sort, standing = self.random.choice(list(Sort)), self.random.choice(list(Standing))
        type_, word = self.random.choice(TYPES), self.random.choice(WORDS)
        return _at("/", q=word, type=type_, standing=standing.value, sort=sort.value)

    def moment(self) -> datetime:
        """Some time of the last three years."""
        return NOW - YEARS * self.random.random()


def _at(path: str, **query: str) -> str:
    return f"{path}?{urlencode(query)}"


PAGES: dict[str, Address] = {
    "overview, first page": lambda c: "/",
    "overview, by registry": lambda c: _at("/", type=c.random.choice(TYPES)),
    "overview, by standing": lambda c: _at("/", standing=c.random.choice(list(Standing)).value),
    "overview, searched": lambda c: _at("/", q=c.random.choice(WORDS)),
    "overview, searched, one letter": lambda c: _at("/", q=c.random.choice("aeo_%9")),
    "overview, searched, not there": lambda c: _at("/", q=c.random.choice(("パッケージ", "no-such-name", "%widget%"))),
    "overview, all at once": lambda c: c.everything_at_once(),
    "overview, page 100": lambda c: _at("/", page="100"),
    "overview, any sort and page": lambda c: c.sorted_page(),
    "artifact, 50 versions": lambda c: c.artifact(c.middle),
    "artifact, 5,000 versions": lambda c: c.artifact(c.many),
    "artifact, older versions": lambda c: c.older_versions() if c.older else "/incidents",
    "artifact, non-compliant": lambda c: c.artifact(c.many, standing="non_compliant"),
    "version": lambda c: c.version(),
    "incidents": lambda c: "/incidents",
    "incidents, all": lambda c: _at("/incidents", state="all"),
    "incident": lambda c: f"/incidents/{c.random.choice(c.incidents)}" if c.incidents else "/incidents",
    "runs": lambda c: "/runs",
    "runs, deep page": lambda c: _at("/runs", after=RUNS.cursor((c.moment(), 0, 0, 0))),
    "runs of a repository": lambda c: _at("/runs", repository=c.random.choice(c.repositories)),
    "tags, deep page": lambda c: _at("/runs", list="tags", after=TAGS.cursor((c.moment(), 0, ""))),
    "releases, deep page": lambda c: _at("/runs", list="releases", after=RELEASES.cursor((c.moment(), 0, 0))),
    "activity": lambda c: "/activity",
    "activity, deep page": lambda c: _at("/activity", after=DEEDS.cursor((c.random.randint(1, 2_000),))),
    "health": lambda c: "/health",
}


def choices(ledger: Ledger, sees: Sees) -> Choice:
    """What may be asked for by who sees this."""
    with ledger.reading() as book:
        found = list(_all(book, sees))
        middle, many = _near(found, MIDDLE), _near(found, MANY)[:3]
        incidents = [incident.id for incident in book.views.incidents(sees, limit=MOST).items]
        pages = {artifact: book.views.versions(artifact, limit=PER_PAGE) for artifact in (*middle, *many)}
        versions = [
            (artifact, dossier.version.number) for artifact, page in pages.items() for dossier in page.items[:NEAR]
        ]
        older = [(artifact, pages[artifact].next) for artifact in many if pages[artifact].next]
        names = [r.full_name for r in book.repositories.all() if sees is None or r.id in sees]
    chosen = random.Random(4)  # the same again
    return Choice(chosen, middle, many, older, versions, max(1, len(found) // PER_PAGE), incidents, names)


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


@dataclass(frozen=True)
class Taken:
    """Milliseconds of every round: on the wall's clock, of this process, and of the database's."""

    wall: Sequence[float]
    cpu: Sequence[float]
    database: Sequence[float]


def measure(asked: FlaskClient, address: Address, choice: Choice, rounds: int, database: Database) -> Taken:
    """One page again and again. One more is made before, which compiles its template."""
    taken = []
    for _ in range(rounds + 1):
        url = address(choice)
        before = (time.perf_counter(), time.process_time(), database.worked())
        answer = asked.get(url)
        after = (time.perf_counter(), time.process_time(), database.worked())
        taken.append([1000 * (end - start) for start, end in zip(before, after, strict=True)])
        if answer.status_code != 200:
            raise SystemExit(f"{url} is answered {answer.status_code}")
    return Taken(*(sorted(each) for each in zip(*taken[1:], strict=True)))


def percentile(taken: Sequence[float], share: float) -> float:
    """Of what is sorted."""
    return taken[min(int(len(taken) * share), len(taken) - 1)]


def seers(ledger: Ledger) -> dict[str, Sees]:
    """Who looks: who sees everything, one repository, twenty, and half of all. Each sees an artifact that is busy."""
    with ledger.reading() as book:
        repositories = [repository.id for repository in book.repositories.all()]
        busiest = next(
            s.repository_id for s in book.views.artifacts(None, Wanted(sort=Sort.VERSIONS, descending=True)).items
        )
    chooser, half = random.Random(3), len(repositories) // 2
    people: dict[str, Sees] = {"all": None, "1": frozenset({busiest or repositories[0]})}
    for number in (20, half):
        people[str(number)] = frozenset(chooser.sample(repositories, min(number, len(repositories))))
    return people


def figures(url: str, rounds: int, only: str = "", who_only: str = "") -> Iterator[tuple[str, str, Taken]]:
    """Every page whose name begins so: its name, who looked, and what it took."""
    ledger, database = open_ledger(url), Database(url)
    for who, sees in seers(ledger).items():
        if who_only not in ("", who):
            continue
        asked, choice = client(ledger, sees), choices(ledger, sees)
        settle()
        for name, address in PAGES.items():
            if name.startswith(only):
                yield name, who, measure(asked, address, choice, rounds, database)


def report(url: str, rounds: int, only: str, who_only: str) -> None:
    """Measure every page whose name begins so, and print it."""
    print(f"{rounds} rounds; load {_load()}; {memory()} before the first page")
    heads = [f"{'wall p50':>8} {'p95':>8} {'worst':>8}", f"{'cpu p50':>8} {'p95':>8}", f"{'database':>8} {'p95':>8}"]
    print(f"{'ms':<31} {'sees':>5} |", " | ".join(heads))
    for name, who, taken in figures(url, rounds, only, who_only):
        shown = [percentile(taken.wall, 0.5), percentile(taken.wall, 0.95), taken.wall[-1]]
        shown += [percentile(taken.cpu, 0.5), percentile(taken.cpu, 0.95)]
        shown += [percentile(taken.database, 0.5), percentile(taken.database, 0.95)]
        print(_line(name, who, shown), flush=True)
    print(f"load {_load()}; {memory()} after the last page")


def _line(name: str, who: str, shown: Sequence[float]) -> str:
    cells = [f"{each:8.1f}" for each in shown]
    return " | ".join([f"{name:<31} {who:>5}", " ".join(cells[:3]), " ".join(cells[3:5]), " ".join(cells[5:])])


def _load() -> str:
    return "/".join(f"{each:.1f}" for each in os.getloadavg())


def main() -> None:
    """Measure the ledger at an address, or a small one of our own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", nargs="?")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--page", default="", help="only those whose name begins so")
    parser.add_argument("--sees", default="", help="only who sees so many repositories, or all")
    options = parser.parse_args()
    if options.url:
        report(options.url, options.rounds, options.page, options.sees)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'seeded.sqlite3'}"
        seed(url, SMALL)
        report(url, options.rounds, options.page, options.sees)


if __name__ == "__main__":
    main()
