"""What the table of work costs when a million artifacts are looked at: which registries are due, counts, claims.

Fills an empty PostgreSQL database with looks and nothing else, and takes the time of what workers ask it.

    python -m benchmarks.claims postgresql://… [--artifacts 1000000] [--due 200000]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from verifier.ledger import migrate, open_ledger
from verifier.ledger.sql.engine import engine

TIMES = 5
_NOW = "(extract(epoch from now()) * 1000000)::bigint"
_REGISTRY = "(array['npm','npm','npm','npm','npm','pypi','pypi','docker','oci/x','oci/x'])[1 + n % 10]"
WORK = f"""insert into work select 'poll', 'pkg:npm/p-' || n, 'pkg:npm/p-' || n, {_NOW} + (n - :due) * 1000000::bigint,
null, 0, 1, 0, null, '', {_REGISTRY} from generate_series(1, :artifacts) n"""
LOOKS = f"""insert into looks select 'pkg:npm/p-' || n, 'p-' || n, {_REGISTRY},
{_NOW} + case when n % 12 = 0 then 1 else -1 end * 86400000000::bigint from generate_series(1, :artifacts) n"""


def fill(url: str, artifacts: int, due: int) -> None:
    """One look a second is due, the first `due` of them in the past. Fails where there is work already."""
    migrate(url)
    with engine(url).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT", writing=True)
        connection.execute(text(WORK), {"artifacts": artifacts, "due": due})
        connection.execute(text(LOOKS), {"artifacts": artifacts})
        connection.execute(text("analyze"))


def main() -> None:
    """Fill, ask, and print milliseconds in order of size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--artifacts", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=200_000)
    options = parser.parse_args()
    fill(options.url, options.artifacts, options.due)
    ledger, now = open_ledger(options.url), datetime.now(UTC)

    def registries() -> None:
        with ledger.reading() as book:
            book.work.registries("poll", now)

    def load() -> None:
        with ledger.reading() as book:
            book.looks.load(now)

    def claim() -> None:
        with ledger.writing() as book:
            book.work.claim("poll", 1, now, timedelta(minutes=30), registry="npm")

    for name, ask in (("registries due", registries), ("hot and quiet", load), ("claim", claim)):
        print(f"{name:<16}", *(f"{milliseconds:8.1f}" for milliseconds in sorted(_taken(ask))))


def _taken(ask: Callable[[], None]) -> list[float]:
    found = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask()
        found.append(1000 * (time.perf_counter() - begun))
    return found


if __name__ == "__main__":
    main()
