"""Commands about incidents: the list of them, and one incident's evidence for responders."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.settings import with_ledger

if TYPE_CHECKING:
    from app.deps import Deps

FORMATS = ("osv", "openvex", "csv", "json")
"""The names of `checks.exports.EXPORTS`, which is imported only when something is exported."""


def _deps() -> Deps:
    from app.build import build

    return build(with_ledger())


@click.command("incidents")
@click.argument("incident", default="")
@click.option("--all", "settled", is_flag=True, help="The settled ones too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def incidents(incident: str, settled: bool, as_json: bool) -> None:
    """The incidents that stand open, newest first: id, state, severity, when, repository, versions.

    INCIDENT shows one alone, settled or not: its id, four characters or more of how that begins, or `incident:ID`.

    \b
    Example:  artifact-monitor incidents --all
    """
    from app.deeds import exporting

    listed = exporting.incidents(_deps(), settled=settled, which=incident)
    click.echo(json.dumps(listed, indent=2) if as_json else exporting.as_text(listed))


@click.command("export")
@click.argument("incident")
@click.option("--format", "kind", required=True, type=click.Choice(FORMATS), help="What it is for: docs/exports.md.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write it to.")
@click.option("--by", default="", metavar="NAME", help="Who issues it: an OpenVEX author, a reporter to OSV.")
def export(incident: str, kind: str, output: Path | None, by: str) -> None:
    """One incident's evidence for responders.

    INCIDENT is its id, four characters or more of how that begins, or its key in messages (`incident:ID`).

    Without --output it is printed. What must be known before it is used is said on standard error.

    \b
    Example:  artifact-monitor export 4f2a9c0d --format osv --output report.zip
    """
    from app.deeds import exporting

    if kind == "osv" and output is None and sys.stdout.isatty():
        raise ValueError("An osv export is a ZIP archive; name a file with --output.")
    content, notes = exporting.export(_deps(), incident, kind, by)
    if output is None:
        click.echo(content, nl=False)
    else:
        output.write_bytes(content)
    for note in notes:
        click.echo(note, err=True)
