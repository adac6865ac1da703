"""`make npm-audit`: ask the installed npm about every npm publication of the corpus."""

from __future__ import annotations

from pathlib import Path

import click

from sandbox.corpus import page
from sandbox.corpus.__main__ import SCENARIOS
from sandbox.corpus.npm_audit.asked import asked
from sandbox.corpus.npm_audit.client import CannotAsk
from sandbox.corpus.npm_audit.figures import markdown
from sandbox.corpus.npm_audit.registry import Key
from sandbox.corpus.npm_audit.run import audit
from sandbox.corpus.truth import publications
from sandbox.scenario import load, scenarios_in

BEGINS = "<!-- from here on written by `make npm-audit` -->\n"


@click.command()
@click.argument("directories", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--page", "to", type=click.Path(dir_okay=False, path_type=Path), help="Put it into this page, too.")
def main(directories: tuple[Path, ...], to: Path | None) -> None:
    """Ask `npm audit signatures` about scenarios (all of them, unless directories are named) and print its answers."""
    scenarios = [load(directory) for directory in scenarios_in(directories or (SCENARIOS,))]
    everything = [this for scenario in scenarios for this in asked(scenario)]
    after = sum(not this.before for scenario in scenarios for this in publications(scenario))
    try:
        version, answers = audit(everything, Key())
    except CannotAsk as error:
        raise click.ClickException(f"npm cannot be asked: {error}") from error
    told = markdown(version, answers, after - len(everything))
    if to:
        to.write_text(page.written(to.read_text(), told, BEGINS))
    click.echo(told, nl=False)


if __name__ == "__main__":
    main()
