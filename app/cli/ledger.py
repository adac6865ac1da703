"""Commands about the ledger itself: whether anybody altered it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import TYPE_CHECKING, cast

import click

from app.cli.settings import with_ledger

if TYPE_CHECKING:
    from app.settings import Settings
    from verifier.ledger.sql import SqlLedger

SHOWN = 20
"""The most differences that are named."""


@contextmanager
def _opened(settings: Settings) -> Iterator[SqlLedger]:
    from verifier.ledger import open_ledger

    with closing(cast("SqlLedger", open_ledger(settings.database))) as ledger:
        yield ledger


@click.group()
def ledger() -> None:
    """Whether the ledger is as it was written (docs/security.md).

    \b
    Example:  artifact-monitor ledger verify --anchor anchors.log
    """


@ledger.command()
@click.option(
    "--anchor", "given", multiple=True, metavar="FILE|HASH:SEQUENCE", help="What was kept elsewhere (repeatable)."
)
@click.option("--rebuild", is_flag=True, help="Derive everything again beside it and compare; takes its time.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(given: tuple[str, ...], rebuild: bool, as_json: bool) -> None:
    """Walk the chain of facts from the first to the last, and compare it with anchors.

    Exit code 0: it holds; 1: something was altered, which is said; 2: it cannot be looked at.

    \b
    Example:  artifact-monitor ledger verify --anchor anchors.log --rebuild
    """
    from app import anchors
    from verifier.ledger import differences
    from verifier.ledger.chain import check

    settings = with_ledger()
    kept: dict[int, str] = {}
    for one in given:
        for sequence, digest in anchors.read(one).items():
            if kept.setdefault(sequence, digest) != digest:
                raise ValueError(f"The anchors given disagree about fact {sequence}: one of them is forged.")
    with _opened(settings) as opened, opened.reading() as book:
        checked = check(book.chain(), kept)
    # Facts that were altered give nothing worth comparing.
    unlike = list(islice(differences(settings.database), SHOWN + 1)) if rebuild and not checked.problem else []
    well = not checked.problem and not unlike
    if as_json:
        found = {"holds": well, "problem": checked.problem, "anchors": len(kept), "differences": unlike[:SHOWN]}
        click.echo(json.dumps({**found, "last": anchors.as_document(checked.last)}, indent=2))
    else:
        click.echo(_said(checked.problem, checked.last.sequence, checked.last.hash, len(kept)))
        for sentence in unlike[:SHOWN]:
            click.echo(f"  {sentence}")
        if len(unlike) > SHOWN:
            click.echo("  and more")
        if rebuild and well:
            click.echo("Everything derived is as the facts say.")
        elif rebuild and checked.problem:
            click.echo("What is derived was not compared: the facts themselves do not hold.")
    sys.exit(0 if well else 1)


def _said(problem: str, count: int, digest: str, anchors: int) -> str:
    if problem:
        return f"The chain is broken: {problem}. The last fact that holds is {count}, with the hash {digest}."
    compared = "" if not anchors else f" {anchors:,} {'anchor holds' if anchors == 1 else 'anchors hold'} too."
    return f"The chain holds: {count:,} facts, the last hash is {digest}.{compared}" + (
        "" if anchors else " Facts cut off at the end show only with --anchor."
    )


@ledger.command()
def anchor() -> None:
    """Where the chain ends now, as one line of JSON to be kept where this database cannot reach it.

    \b
    Example:  artifact-monitor ledger anchor >> anchors.log
    """
    from app import anchors
    from verifier.ledger.chain import anchored

    with _opened(with_ledger()) as opened, opened.reading() as book:
        last = anchored(book.last_link())
    click.echo(json.dumps(anchors.as_document(last)))
