"""`make corpus`: play all scenarios and count what was said."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sandbox.corpus.counted import counted
from sandbox.corpus.page import written
from sandbox.corpus.tables import markdown
from sandbox.replay import replay

SCENARIOS = Path(__file__).resolve().parent.parent.parent / "scenarios"
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("directories", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", type=_FILE, help="Write everything, each publication too, as one JSON object.")
@click.option("--page", type=_FILE, help="Put the tables into this page, between its two marks.")
def main(directories: tuple[Path, ...], as_json: Path | None, page: Path | None) -> None:
    """Play scenarios (all of them, unless directories are named) in this process and print what is counted.

    Exit code 1 where a scenario is not as expected.
    """
    document = counted(replay(directories or (SCENARIOS,)))
    tables = markdown(document)
    if as_json:
        as_json.write_text(json.dumps(document, indent=2) + "\n")
    if page:
        page.write_text(written(page.read_text(), tables))
    click.echo(tables, nl=False)
    sys.exit(1 if document["scenarios"]["failed"] else 0)


if __name__ == "__main__":
    main()
