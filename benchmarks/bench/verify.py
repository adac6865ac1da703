"""Bundles verified a second, beside the libraries that others verify with."""

from __future__ import annotations

from dataclasses import replace

from benchmarks import verify
from benchmarks.bench.rows import Measured, Row, missing, of_rounds, put_beside
from benchmarks.beside_sigstore import ALL_FORMS, JS, OURS, PYPI, PYPIS, PYTHON, Compared, compare, ground
from benchmarks.verify import SHARED

BESIDE = {ALL_FORMS: JS, PYPIS: PYPI}
"""Whom ours is beside in each group; elsewhere sigstore-python."""
TWO = f"{OURS}, 2 processes"
UNIT = "a second"


def measure(full: bool) -> Measured:
    """The comparison; and ours in two processes, where the bundles are the public ones."""
    where = ground(SHARED / "bundles")
    found = measured(compare(where, 31 if full else 15))
    if not (SHARED / "bundles" / "index.json").exists():
        return found
    documents = verify.accepted(SHARED / "bundles", verify.plain())
    many = [documents[at % len(documents)] for at in range(1000 if full else 400)]
    rows = [
        of_rounds("bundles in batches", name, UNIT, [len(many) / verify.batch(many, count) for _ in range(5)])
        for name, count in ((f"{OURS}, 1 process", 1), (TWO, 2))
    ]
    batches = (rows[0], replace(rows[1], beside=rows[0].name))
    return Measured((*found.rows, *batches), found.remarks)


def measured(found: Compared) -> Measured:
    """The rows of a comparison."""
    rows: list[Row] = []
    for group in found.groups:
        note = f"{group.documents} documents in turn"
        each = [
            *(replace(of_rounds(group.name, name, UNIT, group.rates(name)), note=note) for name in group.rounds),
            *(of_rounds(group.name, name, "ms of processor", group.cpu_ms(name)) for name in group.rounds),
        ]
        each = [replace(row, ours=row.name == OURS) for row in each]
        rows += put_beside(each, BESIDE.get(group.name, PYTHON))
    if found.missing:
        rows.append(missing(ALL_FORMS, JS, UNIT, found.missing, ours=False))
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    return Measured(tuple(rows), (*([versions] if versions else []), *found.remarks))
