"""How long judging every version of one artifact takes, and how it grows: `audit` without the network.

    python -m benchmarks.audit [--versions 1000,10000,100000] [--runs-per-version 10] [--json FILE]

Makes versions and runs in a ledger in memory (all outside of the time), judges every version in the order of
publication as `artifact-monitor audit` does, and prints seconds, versions per second, peak memory of the process, and
the exponent of growth between one size and the next. Each size runs in a process of its own.

What is made: two lines of a package; every version with a run that published it and nine that published nothing; a tag
for each; half of the versions attested with evidence that names its run, a quarter accounted for by the run's log, the
rest by its tag; one in a thousand that no run accounts for. The digests and names are made up, nothing is fetched.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.audit.judge import judge_all
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Dossier, Ledger, Watch
from verifier.model import (
    Account,
    AccountKind,
    Artifact,
    Evidence,
    File,
    JobsState,
    Line,
    LogClaim,
    LogState,
    Policy,
    Publisher,
    PublishersSet,
    PublishStep,
    Ref,
    Repository,
    RepositorySeen,
    Run,
    RunKey,
    Standing,
    Version,
)

WIDGET = Artifact("pkg:npm/widget")
REPOSITORY = Repository(7, 70, "alice/widget", datetime(2015, 1, 1, tzinfo=UTC), default_branch="main")
WORKFLOW = ".github/workflows/publish.yml"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2016, 1, 1, tzinfo=UTC)
ROGUE = 1000
"""Every so-manieth version no run accounts for."""


def fill(versions: int, runs: int) -> tuple[Ledger, datetime]:
    """A ledger with so many versions and so many runs, and the time at which all of it is past."""
    ledger, apart = memory_ledger(), HOUR * 3
    now = START + apart * (versions + 20)
    with ledger.writing() as book:
        book.record(RepositorySeen(REPOSITORY), now)
        book.record(PublishersSet(7, "server", (Publisher(WIDGET, 7, 70, (WORKFLOW,)),)), now)
        book.versions.put_watch(Watch(WIDGET, START - HOUR, preview=False, polled_at=now, learned_at=START - HOUR))
        book.runs.put_listed(7, START - timedelta(days=31), now)
        for n in range(versions):
            at = START + apart * n
            dossier, run, tag = _published(n, at)
            book.versions.put(dossier)
            if n % ROGUE != ROGUE - 1:
                book.runs.put(run)
                book.refs.put_tag(tag)
            for other in range(1, runs // versions):
                book.runs.put(_idle(n * 1000 + other, at + apart * other / (runs // versions)))
    return ledger, now


def _published(n: int, at: datetime) -> tuple[Dossier, Run, Ref]:
    line, rank = n % 2 + 1, (n % 2 + 1, n // 2, 0)
    number, digest, key = ".".join(map(str, rank)), f"sha512:{n:0128x}", RunKey(7, 1000 * n + 1_000_000_000, 1)
    rogue, kind = n % ROGUE == ROGUE - 1, n % 4
    attested, logged = not rogue and kind < 2, not rogue and kind == 2
    account = Account("alice", AccountKind.PERSON)
    version = Version(
        WIDGET, number, Line("release", line), rank, at, at, (File(f"widget-{number}.tgz", (digest,), at),), account
    )
    evidence = Evidence(
        Standing.VERIFIED,
        "npm attestation",
        run=key,
        repository="alice/widget",
        repository_id=7,
        owner_id=70,
        workflow=WORKFLOW,
        ref=f"refs/tags/v{number}",
        event="push",
        digests=(digest,),
        issuer="https://token.actions.githubusercontent.com",
        runner="github-hosted",
        signed_at=at,
    )
    run = Run(
        key,
        WORKFLOW,
        "push",
        f"{n:040x}",
        at - 5 * MINUTE,
        at + 5 * MINUTE,
        "completed",
        "success",
        head_branch=f"v{number}",
        head_repository_id=7,
        jobs=JobsState.READ,
        steps=(PublishStep("publish", "Publish", 3, "success", at - MINUTE, at + MINUTE),),
        read_at=at + HOUR,
        log=LogState.READ,
        claims=(LogClaim("npm", "widget", number, digests=(digest,)),) if logged else (),
    )
    dossier = Dossier(version, (evidence,) if attested else (), github_asked=True)
    return dossier, run, Ref(7, f"v{number}", f"{n:040x}", at - 6 * MINUTE)


def _idle(run_id: int, at: datetime) -> Run:
    """A run of the same workflow that published nothing."""
    return Run(
        RunKey(7, run_id, 1),
        WORKFLOW,
        "push",
        f"{run_id:040x}",
        at,
        at + 3 * MINUTE,
        "completed",
        "success",
        head_branch="main",
        head_repository_id=7,
        jobs=JobsState.READ,
        steps=(PublishStep("publish", "Publish", 3, "skipped", at + MINUTE, at + MINUTE),),
        read_at=at + HOUR,
    )


def measure(versions: int, runs: int) -> dict[str, object]:
    """One size, in this process."""
    ledger, now = fill(versions, runs)
    started, cpu = time.perf_counter(), time.process_time()
    with ledger.writing() as book:
        judge_all(book, WIDGET, Policy(), now)
    seconds, used = time.perf_counter() - started, time.process_time() - cpu
    with ledger.reading() as book:
        outcomes = Counter(d.verdict.outcome.value for d in book.versions.of(WIDGET) if d.verdict is not None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "versions": versions,
        "runs": runs,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(used, 3),
        "peak_mb": round(peak),
        "outcomes": dict(outcomes),
    }


def figures(sizes: Iterable[int], per_version: int) -> Iterator[dict[str, Any]]:
    """One size after another, each in a process of its own; `exponent` is that of growth since the one before."""
    before: dict[str, Any] = {}
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.audit", "--alone", str(size)]
        command += ["--runs-per-version", str(per_version)]
        row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        if before:
            more = math.log(size / before["versions"])
            row["exponent"] = round(math.log(row["cpu_seconds"] / before["cpu_seconds"]) / more, 3)
        yield row
        before = row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", default="1000,10000,100000")
    parser.add_argument("--runs-per-version", type=int, default=10)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        print(json.dumps(measure(asked.alone, asked.alone * asked.runs_per_version)))
        return
    rows: list[dict[str, Any]] = []
    print(f"{'versions':>9} {'runs':>9} {'seconds':>8} {'cpu':>8} {'per s':>7} {'peak MB':>8} {'exponent':>8}")
    for row in figures(map(int, asked.versions.split(",")), asked.runs_per_version):
        rows.append(row)
        speed = row["versions"] / row["seconds"]
        print(
            f"{row['versions']:>9} {row['runs']:>9} {row['seconds']:>8} {row['cpu_seconds']:>8} {speed:>7.0f} "
            f"{row['peak_mb']:>8} {row.get('exponent', ''):>8}  {row['outcomes']}",
            flush=True,
        )
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
