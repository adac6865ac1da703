"""`make chaos`: `python -m sandbox.chaos --faults 200 --seed 7`. Ends with 1 when a promise did not hold."""

from __future__ import annotations

import contextlib
import random
import sys
import tempfile
import time
from pathlib import Path

import click

from sandbox.chaos.bench import Bench, Round
from sandbox.chaos.faults import BY_NAME, FAULTS
from sandbox.chaos.report import failed, line, replay, summary
from sandbox.chaos.schedule import plan
from sandbox.chaos.servers import Missing
from sandbox.chaos.story import draw
from sandbox.demo import sigterm_as_ctrl_c


@click.command()
@click.option("--faults", "count", default=200, show_default=True, help="How many faults, one a round.")
@click.option("--seed", type=int, default=None, help="The seed of the history and of the faults; drawn where left out.")
@click.option("--only", "names", multiple=True, help="Only this kind of fault; may be given several times.")
@click.option("--redeliver/--no-redeliver", default=True, help="Send again what got no 202, as GitHub is asked to.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep logs and data in this folder.")
def main(count: int, seed: int | None, names: tuple[str, ...], redeliver: bool, keep: Path | None) -> None:
    """Break the monitor's real processes at random moments, and see that it loses nothing and says nothing twice."""
    for name in names:
        if name not in BY_NAME:
            raise click.BadParameter(f"there is no fault {name!r}; there are: {', '.join(BY_NAME)}")
    if seed is None:
        seed = random.SystemRandom().randrange(1_000_000)
    schedule = plan(seed, count, names or [fault.name for fault in FAULTS])
    click.echo(f"Seed {seed}, {count} faults.")
    rounds: list[Round] = []
    begun = time.monotonic()
    temporary_folder = tempfile.TemporaryDirectory(prefix="artifact-monitor-chaos-", ignore_cleanup_errors=True)
    with sigterm_as_ctrl_c(), temporary_folder as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with Bench(draw(seed, count), seed, folder, redeliver) as bench:
                with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C ends it with what is known by then
                    for done in bench.run(schedule):
                        rounds.append(done)
                        click.echo(line(done))
                        if done.failures:
                            break
                again = bench.rebuild()
        except Missing as error:
            click.echo(str(error))
            sys.exit(2)
    click.echo(summary(rounds, time.monotonic() - begun))
    for wrong in again:
        click.echo(f"  {wrong}")
    if failed(rounds) or again:
        click.echo(replay(seed, count, names))
        sys.exit(1)


if __name__ == "__main__":
    main()
