"""What processes on this machine worked and hold, as Linux counts it; nothing elsewhere."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from verifier.ledger.sql.engine import address

_OTHERS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND usename = current_user"
)


class Database:
    """PostgreSQL's processes that serve this one. They must run on this machine, and serve nobody else meanwhile."""

    def __init__(self, url: str) -> None:
        self._url = address(url)
        self._files: list[Path] = []

    def worked(self) -> float:
        """Seconds of processor time so far; 0 for SQLite, which works in our own process, and where nobody can tell.

        Without what PostgreSQL gives to parallel workers.
        """
        if self._url.get_backend_name() == "sqlite":
            return 0.0
        if not self._files:
            engine = create_engine(self._url, poolclass=NullPool)
            with engine.connect() as connection:
                self._files = [Path(f"/proc/{pid}/schedstat") for (pid,) in connection.execute(_OTHERS)]
        try:
            return sum(int(file.read_text().split()[0]) for file in self._files) / 1e9
        except OSError:
            return 0.0


def memory() -> str:
    """What this process holds now: all of it, and how much of that is its own and no file."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return "memory unknown"
    kilobytes = {
        name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if "kB" in rest
    }
    return f"{kilobytes['VmRSS'] / 1024:.0f} MB resident, {kilobytes['RssAnon'] / 1024:.0f} MB of it its own"


def children(pid: int) -> list[int]:
    """The processes that this one started and that run."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def held(pid: int) -> tuple[float, float]:
    """MB of memory that a process holds: resident (RSS), and its share of what is resident (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = {line.partition(":")[0]: int(line.split()[1]) for line in lines if line.endswith("kB")}
    return kilobytes["Rss"] / 1024, kilobytes["Pss"] / 1024
