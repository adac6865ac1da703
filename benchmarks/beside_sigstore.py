"""Bundles verified a second: here, by sigstore-python, by sigstore-js, and PyPI's attestations by pypi-attestations.

All are given the same bytes and the same trusted root, and each reads and checks them whole, in one warm process,
offline. Only what all of a group verify is timed; where they differ is said. They take turns, round by round.

    python -m benchmarks.beside_sigstore [--bundles DIRECTORY] [--rounds 15]

The bundles are those of `../shared/bundles` that sign a statement; where that is not, some of the sandbox's own
Sigstore, which PyPI's library cannot be asked about. sigstore-js needs npm and node.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Protocol

from pypi_attestations import Attestation, Distribution

from benchmarks import sigstore_js
from benchmarks.sigstore_js import SigstoreJs, Took
from benchmarks.verify import SHARED, Anyone, plain, theirs_of
from sandbox import provenance
from sandbox.events import Attested, File
from verifier.evidence import Answer, Trust, check, embedded_roots
from verifier.model import Form

OURS, PYTHON, JS, PYPI = "Artifact Monitor", "sigstore-python", "sigstore-js", "pypi-attestations"
EVERY_ONE, ALL_FORMS, PYPIS = "bundles that all verify", "bundles of all forms", "PyPI's attestations"
"""The groups: sigstore-python does not know the log entries that npm wrote until 2025."""
AT = datetime(2025, 6, 1, 12, tzinfo=UTC)
WORKFLOW = ".github/workflows/publish.yml"
PRIVATE = 20
"""So many bundles are made where there are no public ones."""


class Verifies(Protocol):
    """Whoever is measured: verifies documents by their places, and says what it took and which held."""

    def verify(self, places: Sequence[int]) -> Took:
        """All of these, one after another."""


@dataclass(frozen=True)
class Here:
    """A library in this process."""

    holds: Callable[[bytes], bool]
    documents: Sequence[bytes]

    def verify(self, places: Sequence[int]) -> Took:
        """See Verifies."""
        begun, before = time.perf_counter(), time.process_time()
        answers = [self.holds(self.documents[at]) for at in places]
        return Took(time.perf_counter() - begun, time.process_time() - before, answers)


@dataclass(frozen=True)
class Ground:
    """What is verified, under which root."""

    root: bytes
    bundles: tuple[bytes, ...]
    attestations: tuple[tuple[bytes, Distribution], ...]
    """PyPI's, each with the file that it is about."""
    about: str


@dataclass(frozen=True)
class Group:
    """Some who verify the same documents, and what all rounds took, of those that all of them verify."""

    name: str
    documents: int
    rounds: Mapping[str, Sequence[Took]]

    def rates(self, who: str) -> list[float]:
        """Documents a second, round by round."""
        return [self.documents / took.seconds for took in self.rounds[who]]

    def cpu_ms(self, who: str) -> list[float]:
        """Milliseconds of processor for one document, round by round."""
        return [1000 * took.cpu / self.documents for took in self.rounds[who]]


@dataclass(frozen=True)
class Compared:
    """All groups; what was said otherwise by whom; and who could not be asked and why."""

    groups: tuple[Group, ...]
    remarks: tuple[str, ...]
    missing: str
    versions: Mapping[str, str]


def collected(folder: Path) -> Ground:
    """Public bundles and attestations with a statement, good and bad ones, whose root is the public one."""
    listed = json.loads((folder / "index.json").read_bytes())
    mine = [entry for entry in listed if entry.get("content") == "dsse" and _public(entry)]
    bundles = tuple((folder / entry["file"]).read_bytes() for entry in mine if entry["format"] == "bundle")
    attestations = tuple(
        (
            (folder / entry["file"]).read_bytes(),
            Distribution(name=entry["subjects"][0]["name"], digest=entry["subjects"][0]["digest"]["sha256"]),
        )
        for entry in mine
        if entry["format"] == "pep740"
    )
    return Ground(embedded_roots()[0], bundles, attestations, "public ones of 2022 to 2026")


def _public(entry: Mapping[str, object]) -> bool:
    """Its certificate is of the public Sigstore, and no test gives it another root."""
    asked = entry["sigstore_python"]
    root = asked.get("root") if isinstance(asked, dict) else None
    return entry.get("cert_issuer") == "CN=sigstore-intermediate,O=sigstore.dev" and root in (None, "prod")


def private() -> Ground:
    """Bundles of the sandbox's own Sigstore, each with a certificate of its own."""
    made = []
    for number in range(PRIVATE):
        run, at = 1_000 + number, AT + timedelta(hours=number)
        by = Attested(run, 1, "alice/widget", 7, 70, WORKFLOW, f"refs/tags/v1.{number}.0", "push", f"{number:040x}")
        file = File(f"widget-1.{number}.0.tgz", at, (f"sha512:{number:0128x}",))
        signed = provenance.sign(f"pkg:npm/widget@1.{number}.0", file, by, "alice/widget")
        made.append(json.dumps(provenance.bundle(signed)).encode())
    return Ground(provenance.trust_root(), tuple(made), (), "of the sandbox's own Sigstore: no public ones are here")


def ground(folder: Path) -> Ground:
    """The public ones, if they are here."""
    return collected(folder) if (folder / "index.json").exists() else private()


def differences(answers: Mapping[str, Sequence[bool]]) -> list[str]:
    """Who verifies what others do not, and how many all verify and all refuse."""
    names = list(answers)
    patterns = Counter(zip(*answers.values(), strict=True))
    everyone, nobody = patterns.pop((True,) * len(names), 0), patterns.pop((False,) * len(names), 0)
    found = [f"{everyone + nobody + patterns.total()} asked about: {everyone} verified by all, {nobody} by nobody"]
    for pattern, count in patterns.most_common():
        yes = " and ".join(name for name, holds in zip(names, pattern, strict=True) if holds)
        no = " and ".join(name for name, holds in zip(names, pattern, strict=True) if not holds)
        found.append(f"{count} verified by {yes}, not by {no}")
    return found


def in_turns(asked: Mapping[str, Verifies], places: Sequence[int], rounds: int) -> dict[str, list[Took]]:
    """What each took in each round. Raises RuntimeError where one changes its mind."""
    names, found = list(asked), {name: list[Took]() for name in asked}
    for number in range(rounds + 1):
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            took = asked[name].verify(places)
            if not all(took.answers):
                raise RuntimeError(f"{name} verified all of these before, and now does not")
            if number:  # the first round warms up
                found[name].append(took)
    return found


def _accepts(ask: Callable[[bytes], object]) -> Callable[[bytes], bool]:
    def holds(document: bytes) -> bool:
        try:
            ask(document)
        except Exception:  # whatever it is, the library does not accept it
            return False
        return True

    return holds


def _ours(form: Form, trust: Trust, documents: Sequence[bytes]) -> Here:
    return Here(lambda document: check(document, form, trust).answer is Answer.VERIFIED, documents)


def _pypi(attestations: Sequence[tuple[bytes, Distribution]]) -> Here:
    """As its documentation shows it, for whoever signed."""
    about = dict(attestations)

    def verify(document: bytes) -> object:
        return Attestation.model_validate_json(document).verify(Anyone(), about[document], offline=True)

    return Here(_accepts(verify), [document for document, _ in attestations])


@contextmanager
def _js(where: Ground) -> Iterator[tuple[SigstoreJs | None, str]]:
    """sigstore-js and its version, or None and what is needed."""
    if lacks := [program for program in ("npm", "node") if shutil.which(program) is None]:
        yield None, f"needs {' and '.join(lacks)}"
        return
    with tempfile.TemporaryDirectory() as name:
        try:
            version = sigstore_js.install(Path(name))
        except subprocess.CalledProcessError:
            yield None, "npm could not install it"
            return
        process = SigstoreJs(Path(name), where.root, where.bundles)
        try:
            yield process, version
        finally:
            process.end()


def compare(where: Ground, rounds: int) -> Compared:
    """Ask everybody about everything, then time what all of a group verify."""
    logging.getLogger("sigstore").setLevel(logging.ERROR)  # it warns of being offline at each attestation
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache  # sigstore-python lays its root there for pypi-attestations
        return _compare(where, rounds)


def _compare(where: Ground, rounds: int) -> Compared:
    trust, verifier = Trust.read([where.root]), plain(where.root)
    remarks, groups = [f"bundles: {where.about}"], []
    with _js(where) as (js, said):
        asked: dict[str, Verifies] = {
            OURS: _ours(Form.BUNDLE, trust, where.bundles),
            PYTHON: Here(_accepts(lambda document: theirs_of(verifier, document)), where.bundles),
            **({JS: js} if js else {}),
        }
        answers = {name: one.verify(range(len(where.bundles))).answers for name, one in asked.items()}
        remarks += [f"bundles: {difference}" for difference in differences(answers)]
        most = 0
        for name, without in ((EVERY_ONE, ""), (ALL_FORMS, PYTHON)):
            some = {each: one for each, one in asked.items() if each != without}
            places = [at for at in range(len(where.bundles)) if all(answers[each][at] for each in some)]
            if len(some) > 1 and len(places) > most:
                most = len(places)
                groups.append(Group(name, len(places), in_turns(some, places, rounds)))
    if where.attestations:
        documents = [document for document, _ in where.attestations]
        both: dict[str, Verifies] = {
            OURS: _ours(Form.PEP740, trust, documents),
            PYPI: _pypi(where.attestations),
        }
        answers = {name: one.verify(range(len(documents))).answers for name, one in both.items()}
        remarks += [f"PyPI's attestations: {difference}" for difference in differences(answers)]
        places = [at for at in range(len(documents)) if all(each[at] for each in answers.values())]
        if places:
            groups.append(Group(PYPIS, len(places), in_turns(both, places, rounds)))
    return Compared(tuple(groups), tuple(remarks), "" if js else said, {JS: said} if js else {})


def main() -> None:
    """Print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundles", type=Path, default=SHARED / "bundles")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    found = compare(ground(options.bundles), options.rounds)
    for group in found.groups:
        print(f"{group.name}: {group.documents}, {options.rounds} rounds; a second: median [least to most]; processor")
        for name in group.rounds:
            rates, cpu = group.rates(name), median(group.cpu_ms(name))
            print(f"  {name:<18} {median(rates):7.0f} [{min(rates):.0f} to {max(rates):.0f}]  {cpu:.2f} ms")
    print(*found.remarks, sep="\n")
    if found.missing:
        print(f"{JS} was not measured: {found.missing}", file=sys.stderr)


if __name__ == "__main__":
    main()
