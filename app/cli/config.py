"""`artifact-monitor config`: a config file is checked before it is pushed, and its schema is printed for editors."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click


@click.group()
def config() -> None:
    """Check a .github/artifact-monitor.yml before it is pushed, or print its JSON Schema.

    \b
    Example:  artifact-monitor config check .github/artifact-monitor.yml
    """


@config.command()
@click.argument("file", type=click.File("rb"))
@click.option("--organisation", is_flag=True, help="It is the file of an organisation's .github repository.")
def check(file: BinaryIO, organisation: bool) -> None:
    """Say what FILE (- for standard input) would mean, or on which line it is wrong: exit code 1 then.

    Nothing is asked of anybody. A repository's own file is checked as if its organisation had none.

    \b
    Example:  artifact-monitor config check .github/artifact-monitor.yml
    """
    from datetime import UTC, datetime

    from app.cli.config_checked import LIMIT, meaning
    from verifier.discovery.strict import BadConfig

    try:
        click.echo(meaning(file.read(LIMIT), organisation, datetime.now(UTC)))
    except BadConfig as error:
        click.echo(f"{file.name}:{error.line}: {error.sentence}", err=True)
        sys.exit(1)


@config.command()
def schema() -> None:
    """Print the JSON Schema of the file, for editors.

    \b
    Example:  artifact-monitor config schema > artifact-monitor.schema.json
    """
    from importlib import resources

    click.echo(resources.files("verifier.discovery").joinpath("schema.json").read_text("utf-8").rstrip())
