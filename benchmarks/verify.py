"""What one verification costs beside plain sigstore-python, and what a second process brings.

The bundles are those of `../shared/bundles` that the plain `Verifier` accepts with a `dsse` log entry. The two take
turns at every bundle, in one process; the ratio is of medians over all rounds.

    python benchmarks/verify.py [--bundles DIRECTORY] [--rounds 31] [--count 1000]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier

from verifier.evidence import Answer, Trust, check, embedded_roots
from verifier.model import Form

BATCHES = 5
SHARED = Path(os.environ.get("SHARED", Path(__file__).resolve().parents[2] / "shared"))


class Anyone:
    """A policy that accepts every signer without a word in the log."""

    def verify(self, cert: object) -> None:
        """Every certificate will do."""


def plain(root: bytes | None = None) -> Verifier:
    """The library's own Verifier over a root; without one, over that which it ships."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(root or embedded_roots()[0])
        file.flush()
        return Verifier(trusted_root=TrustedRoot.from_file(file.name))


def accepted(folder: Path, verifier: Verifier) -> list[bytes]:
    """The documents with a `dsse` log entry that the plain Verifier accepts."""
    found = []
    for entry in json.loads((folder / "index.json").read_bytes()):
        if entry["format"] != "bundle" or not str(entry.get("tlog_kind")).startswith("dsse/"):
            continue
        document = (folder / entry["file"]).read_bytes()
        try:
            theirs_of(verifier, document)
        except Exception:  # whatever it is, the library does not accept it
            continue
        found.append(document)
    return found


def seconds(run: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def per_bundle(documents: list[bytes], verifier: Verifier, rounds: int) -> tuple[float, float]:
    """Median milliseconds for one bundle: (ours, the library's)."""
    trust = Trust.read(embedded_roots())
    ours, theirs = [0.0] * rounds, [0.0] * rounds
    for at in range(rounds):
        for document in documents:
            theirs[at] += seconds(partial(theirs_of, verifier, document))
            ours[at] += seconds(partial(check, document, Form.BUNDLE, trust))
    return 1000 * statistics.median(ours) / len(documents), 1000 * statistics.median(theirs) / len(documents)


def theirs_of(verifier: Verifier, document: bytes) -> object:
    """What the library does with one bundle."""
    return verifier.verify_dsse(Bundle.from_json(document), Anyone())


_trust: Trust | None = None


def begin() -> None:
    """What a worker does once."""
    global _trust
    _trust = Trust.read(embedded_roots())


def share(documents: list[bytes]) -> int:
    """How many of them verify."""
    assert _trust is not None
    return sum(check(document, Form.BUNDLE, _trust).answer is Answer.VERIFIED for document in documents)


def batch(documents: list[bytes], processes: int) -> float:
    """Seconds for all of them in so many warm processes."""
    with ProcessPoolExecutor(processes, initializer=begin) as pool:
        shares = [documents[at::processes] for at in range(processes)]
        list(pool.map(share, [part[:5] for part in shares]))
        return seconds(lambda: list(pool.map(share, shares)))


@dataclass(frozen=True)
class Figures:
    """Median milliseconds for each of so many bundles, and median seconds of batches in one process and in two."""

    bundles: int
    ours: float
    theirs: float
    one: float
    two: float


def figures(folder: Path, rounds: int, count: int) -> Figures:
    """Both measures, on the bundles of this folder."""
    verifier = plain()
    documents = accepted(folder, verifier)
    ours, theirs = per_bundle(documents, verifier, rounds)
    many = [documents[at % len(documents)] for at in range(count)]
    runs = [(batch(many, 1), batch(many, 2)) for _ in range(BATCHES)]
    one, two = (statistics.median(taken) for taken in zip(*runs, strict=True))
    return Figures(len(documents), ours, theirs, one, two)


def main() -> None:
    """Print both."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--bundles", type=Path, default=SHARED / "bundles")
    options.add_argument("--rounds", type=int, default=31)
    options.add_argument("--count", type=int, default=1000)
    chosen = options.parse_args()
    if not (chosen.bundles / "index.json").exists():
        sys.exit(f"no bundles in {chosen.bundles}: give --bundles DIRECTORY with an index.json")
    found = figures(chosen.bundles, chosen.rounds, chosen.count)
    print(f"{found.bundles} bundles, {chosen.rounds} interleaved rounds, median per bundle:")
    print(
        f"  sigstore-python {found.theirs:.2f} ms, here {found.ours:.2f} ms: {found.ours / found.theirs:.2f} times",
    )
    print(f"{chosen.count} bundles, median of {BATCHES} runs:")
    print(f"  one process {found.one:.2f} s, two {found.two:.2f} s: {found.one / found.two:.2f} times as fast")


if __name__ == "__main__":
    main()
