"""Fills an empty ledger with 10,000 artifacts, 500,000 versions, 1,000,000 runs and 300 incidents, to measure pages on.

Rows are made as the ledger makes them, in bulk. Facts are made only of what the audit log shows: never rebuild such a
ledger, and never monitor with it. A ledger that holds anything is refused.

    python -m benchmarks.seed sqlite:////somewhere/seeded.sqlite3 [--artifacts 10000] [--versions 500000]
        [--runs 1000000] [--incidents 300] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from benchmarks.population import NOW, Population, Sizes, in_incident
from verifier.ledger import migrate
from verifier.ledger.chain import GENESIS, chained
from verifier.ledger.codec import encode, encode_fact
from verifier.ledger.deeds import subject_of
from verifier.ledger.sql import tables
from verifier.ledger.sql.engine import engine
from verifier.ledger.sql.facts import deed_row
from verifier.ledger.sql.incidents import incident_row
from verifier.ledger.sql.refs import release_row, tag_row
from verifier.ledger.sql.runs import run_row
from verifier.ledger.sql.summaries import counts_row, look_row, name_row
from verifier.ledger.sql.versions import version_row, watch_row
from verifier.ledger.views import Summary
from verifier.model import Fact, PublishersSet, WaiverGiven
from verifier.model.standing import Standing

BATCH = 5_000
Say = Callable[[str], None]


class NotEmpty(Exception):
    """The ledger holds something already."""


def seed(url: str, sizes: Sizes, number: int = 1, say: Say = lambda _: None) -> None:
    """Migrate and fill it. Raises NotEmpty, and leaves a ledger alone that holds anything."""
    migrate(url)
    made = engine(url)
    population = Population(sizes, number)
    with made.connect() as connection:
        connection.execution_options(writing=True)
        with connection.begin():
            full = [
                t.name for t in tables.metadata.sorted_tables if connection.scalar(select(1).select_from(t).limit(1))
            ]
            if full:
                raise NotEmpty(f"the ledger is not empty: {full[0]} holds rows; name a new database")
            _fill(connection, population, say)
        connection.commit()
    with made.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT", writing=True)
        connection.execute(text("ANALYZE"))
    made.dispose()


def _fill(connection: Connection, population: Population, say: Say) -> None:
    repositories = (
        {"id": r.id, "folded_name": r.full_name.casefold(), "body": encode(r)} for r in population.repositories
    )
    _put(connection, tables.repositories, repositories, say)
    _put(connection, tables.publishers, _publishers(population), say)
    _put(connection, tables.watches, map(watch_row, population.watches()), say)
    _put(connection, tables.versions, map(version_row, population.dossiers()), say)
    _put(connection, tables.runs, map(run_row, population.runs()), say)
    _put(connection, tables.tags, map(tag_row, population.tags()), say)
    _put(connection, tables.releases, map(release_row, population.releases()), say)
    incidents = list(population.incidents())
    _put(connection, tables.incidents, map(incident_row, incidents), say)
    dossiers = {(d.version.artifact, d.version.number): d for d in population.wrong}
    for dossier in chain.from_iterable(in_incident(incident, dossiers) for incident in incidents):
        row = version_row(dossier)
        where = (tables.versions.c.artifact == row["artifact"], tables.versions.c.number == row["number"])
        connection.execute(tables.versions.update().where(*where).values(row))
    _put(connection, tables.summaries, _summaries(connection, population), say)
    _put_facts(connection, population, say)


def _publishers(population: Population) -> Iterator[dict[str, Any]]:
    for repository_id, publishers in population.publishers.items():
        for place, publisher in enumerate(publishers):
            row = {"repository_id": repository_id, "source": "config", "place": place}
            yield row | {"artifact": publisher.artifact.purl, "body": encode(publisher)}


def _summaries(connection: Connection, population: Population) -> Iterator[dict[str, Any]]:
    """Counted from the rows, all at once."""
    columns = tables.versions.c
    counts: dict[str, dict[Standing, int]] = defaultdict(dict)
    odd: dict[str, int] = defaultdict(int)
    newest: dict[str, Any] = {}
    for row in connection.execute(
        select(columns.artifact, columns.standing, func.count().label("n"), func.sum(columns.odd), func.max(columns.at))
        .where(columns.standing != "")
        .group_by(columns.artifact, columns.standing)
    ):
        purl, standing, number, strange, at = row
        counts[purl][Standing(standing)] = number
        odd[purl] += int(strange)
        newest[purl] = max(at, newest.get(purl, at))
    for watch in population.watches():
        purl = watch.artifact.purl
        summary = Summary(watch.artifact, None, (), counts[purl], odd[purl], newest.get(purl))
        yield name_row(watch.artifact) | counts_row(summary) | look_row(watch)


def _put_facts(connection: Connection, population: Population, say: Say) -> None:
    said = (PublishersSet(id_, "config", publishers) for id_, publishers in population.publishers.items())
    facts: list[Fact] = [*said, *map(WaiverGiven, population.waivers())]
    previous, rows, deeds = GENESIS, [], []
    for sequence, fact in enumerate(facts, start=1):
        link = chained(previous, sequence, NOW, *encode_fact(fact))
        rows.append(
            {name: getattr(link, name) for name in ("sequence", "recorded_at", "kind", "body", "previous", "hash")}
        )
        subject = subject_of(fact)
        if subject is not None:
            deeds.append(deed_row(sequence, subject))
        previous = link.hash
    _put(connection, tables.facts, rows, say)
    _put(connection, tables.deeds, deeds, say)


def _put(connection: Connection, table: Table, rows: Iterable[dict[str, Any]], say: Say) -> None:
    start, number = time.perf_counter(), 0
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        connection.execute(insert(table), batch)
        number += len(batch)
    say(f"{table.name:<14} {number:>9,} rows  {time.perf_counter() - start:7.1f} s")


def main() -> None:
    """Seed the ledger at an address, and say how long each table took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    usual = Sizes()
    for name in ("artifacts", "versions", "runs", "incidents"):
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sizes = Sizes(options.artifacts, options.versions, options.runs, options.incidents)
    try:
        seed(options.url, sizes, options.seed, lambda line: print(line, flush=True))
    except (NotEmpty, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
