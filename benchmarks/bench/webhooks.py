"""Webhooks a second: ours with one and two processes, beside Probot that keeps them and Probot that keeps nothing."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace

from benchmarks.bench.rows import Measured, Missing, Row, of_rounds, put_beside
from benchmarks.beside_probot import Receiver, lacking, run

KEPT, CLOSING, HALF, HELD = (
    "webhooks, kept connections",
    "webhooks, closing connections",
    "webhooks at half of it, p99",
    "the largest web process",
)


def measure(full: bool) -> Measured:
    """On a database of its own at the PostgreSQL of DATABASE_URL. Raises Missing."""
    server = os.environ.get("DATABASE_URL", "")
    if lacks := lacking(server):
        raise Missing(f"needs {lacks}")
    count, seconds = (5, 4.0) if full else (3, 3.0)
    try:
        receivers, version = run(server, count, seconds)
    except subprocess.CalledProcessError as problem:
        raise Missing(f"{problem.cmd[0]} did not succeed") from problem
    return measured(receivers, version)


def measured(receivers: list[Receiver], version: str) -> Measured:
    """The rows of what the receivers took. Probot with an insert is the last but one, and what ours are beside."""
    insert = receivers[-2].name
    rows: list[Row] = []
    for what, found in (
        (KEPT, {r.name: [one.per_second for one in r.kept_alive] for r in receivers}),
        (CLOSING, {r.name: [one.per_second for one in r.closing] for r in receivers}),
    ):
        rows += put_beside([_whose(of_rounds(what, name, "a second", rates)) for name, rates in found.items()], insert)
    halves = [Row(HALF, r.name, "ms", r.half.p99, r.half.accepted) for r in receivers if r.half]
    rows += put_beside([_whose(row) for row in halves], insert)
    held = [_whose(of_rounds(HELD, r.name, "MB", r.memory)) for r in receivers if r.memory]
    rows += put_beside(held, insert)
    bad = {r.name: sum(one.bad for one in (*r.kept_alive, *r.closing)) for r in receivers}
    remarks = [f"Probot {version}; 20 KB a delivery, signed, on 16 connections; ours and pg in the same PostgreSQL"]
    remarks += [f"{name}: {count} were not answered with 2xx" for name, count in bad.items() if count]
    return Measured(tuple(rows), tuple(remarks))


def _whose(row: Row) -> Row:
    return replace(row, ours=not row.name.startswith("Probot"))
