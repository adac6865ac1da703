"""Commands for whoever keeps the processes running: one alone, the database's form, signs of life, a copy of it all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from app import data_folder
from app.cli.settings import configured, with_ledger
from app.settings import read, require_ledger


@click.command()
def worker() -> None:
    """Run one worker (production: next to `web` and `clock`).

    \b
    Example:  REDIS_URL=redis://… DATABASE_URL=postgresql://… artifact-monitor worker
    """
    from app.build import build
    from app.processes.start import require_migrated
    from app.processes.worker import main as work

    deps = build(with_ledger())
    require_migrated(deps.settings, deps.ledger)
    work(deps)


@click.command()
def clock() -> None:
    """Run the clock: it wakes the workers for what is due. More than one may run; one acts.

    \b
    Example:  artifact-monitor clock
    """
    from app.build import build
    from app.processes.clock import main as tick
    from app.processes.retention import Retention
    from app.processes.start import require_migrated
    from app.trust.freshness import Freshness

    deps = build(with_ledger())
    require_migrated(deps.settings, deps.ledger)
    fresh, retained = Freshness(deps), Retention(deps)

    def beside() -> None:
        fresh()
        retained()

    tick(deps, beside=beside)


@click.command()
@click.option(
    "--wait",
    type=click.IntRange(0, 86_400),
    default=0,
    metavar="SECONDS",
    help="Try a database that is down this long.",
)
def migrate(wait: int) -> None:
    """Bring the ledger's database to this version.

    With NEWER_DATABASE=on one that a newer version has migrated is left as it is: exit code 0.

    \b
    Example:  DATABASE_URL=postgresql://… artifact-monitor migrate --wait 60
    """
    from app.processes.start import bring_up

    settings = configured()
    if not settings.database_url:
        data_folder.make(settings)
    if bring_up(settings, wait):
        click.echo("The ledger is up to date.")
    else:
        click.echo("A newer version has migrated the ledger; nothing was changed.")


@click.command()
@click.argument("process", type=click.Choice(["web", "worker", "clock"]))
def alive(process: str) -> None:
    """Whether a process is alive: exit code 0 or 1, for HEALTHCHECK and service managers; 2 where a setting is wrong.

    The web process is asked at PORT. For the others: looks at BEAT_FILE where that is set, else asks the database for
    the last sign of life of any such process: none is alive while that does not answer.

    \b
    Example:  BEAT_FILE=/run/artifact-monitor/beat artifact-monitor alive worker
    """
    from app.build import now
    from app.processes.alive import problem

    settings = read(os.environ)
    if process != "web" and settings.beat_file is None:
        require_ledger(settings)
    said = problem(settings, process, now())
    click.echo(said or f"the {process} is alive", err=bool(said))
    sys.exit(1 if said else 0)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--made", is_flag=True, help="Make none; note that pg_dump made FILE, or that one was made.")
def backup(file: Path | None, made: bool) -> None:
    """Copy the SQLite ledger into FILE while the monitor runs, and check the copy. For PostgreSQL: pg_dump.

    FILE must not be there yet; it appears whole or not at all. With --made it is looked at: whether it is a ledger's.

    \b
    Example:  artifact-monitor backup /srv/backup/ledger.sqlite3
    Example:  artifact-monitor backup --made ledger.dump
    """
    from app.build import now
    from app.processes import backup as backups

    settings = read(os.environ)
    require_ledger(settings)
    if file is None and not made:
        raise click.UsageError("Name the file to copy the ledger into, or say --made.")
    if file is None:
        backups.note(settings, now())
        click.echo("Noted.")
    else:
        click.echo((backups.dumped if made else backups.backup)(settings, file, now()))
