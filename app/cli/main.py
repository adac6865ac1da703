"""The command line: each command reads the settings, builds the parts and calls what the steps call."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from app.cli.config import config
from app.cli.incidents import export, incidents
from app.cli.ledger import ledger
from app.cli.notify import notify
from app.cli.running import alive, backup, clock, migrate, worker
from app.cli.settings import configured, with_ledger
from app.cli.tokens import token
from app.settings import BadSetting, read


class OneLine(click.Group):
    """Errors an operator can mend are one line that says what to do, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what it refuses into a message and exit code 2."""
        from checks.base import Permanent, Temporary
        from verifier.ledger.protocol import Unavailable

        try:
            return super().invoke(ctx)
        except (BadSetting, Permanent, Temporary, Unavailable, ValueError) as error:
            raise click.UsageError(" ".join(str(error).split()), ctx=None) from error
        except OSError as error:  # a folder that cannot be written, a port that is taken
            what = f"{error.filename}: " if error.filename else ""
            raise click.UsageError(f"{what}{error.strerror or error}", ctx=None) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence: click's own list cuts it off at the line's end."""
        rows = [(name, self.commands[name].get_short_help_str(limit=500)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=OneLine, context_settings={"max_content_width": 100})
@click.version_option(package_name="artifact-monitor")
def main() -> None:
    """Tells you when a version of your package or image was published by someone who is not your CI.

    \b
    artifact-monitor demo              the whole thing on this machine, with pretended registries
    artifact-monitor setup             make the GitHub App
    artifact-monitor doctor            what is configured, reachable, missing
    artifact-monitor run               the monitor for real
    """


def _watchable(context: click.Context, parameter: click.Parameter, purl: str) -> str:
    """Refuse what no artifact here can be before anything is opened or asked. Raises ValueError."""
    from verifier import purls
    from verifier.registries import REGISTRIES

    artifact = purls.artifact(purl)
    if artifact.type not in REGISTRIES:
        raise ValueError(f"{artifact.purl}: only {', '.join(sorted(REGISTRIES))} can be watched so far.")
    return purl


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command()
@click.option("--once", is_flag=True, help="End when the scenarios are played; exit 0 only if all is as expected.")
@click.option("--scenario", "names", multiple=True, metavar="NAME", help="Play only this one (repeatable).")
def demo(once: bool, names: tuple[str, ...]) -> None:
    """Play real attacks against the monitor on this machine and watch it answer.

    \b
    Example:  artifact-monitor demo --scenario axios-2026
    """
    from sandbox.demo import demo as play

    sys.exit(play(once=once, names=names))


@main.command()
@click.argument("directories", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay(directories: tuple[Path, ...], as_json: bool) -> None:
    """Run scenario directories through the monitor with a simulated clock and no servers.

    Exit code 1 where an expectation is not met.

    \b
    Example:  artifact-monitor replay scenarios/axios-2026 scenarios/tanstack-2026
    """
    from sandbox.replay import replay as play
    from sandbox.results import State
    from sandbox.table import as_document, as_text

    results = play(directories)
    click.echo(json.dumps(as_document(results), indent=2) if as_json else as_text(results))
    sys.exit(1 if any(result.state is State.FAILED for result in results) else 0)


@main.command()
def run() -> None:
    """Run the monitor: web, worker and clock as one process tree, on SQLite or on DATABASE_URL and REDIS_URL.

    \b
    Example:  GITHUB_APP_ID=123 GITHUB_PRIVATE_KEY=key.pem GITHUB_WEBHOOK_SECRET=… artifact-monitor run
    """
    from app.processes.supervisor import run as supervise

    sys.exit(supervise(configured()))


@main.command()
@click.option("--port", default=0, metavar="PORT", help="Where its pages are; a tunnel needs the same at both ends.")
@click.option(
    "--print", "printing", is_flag=True, help="Show the credentials once instead of writing DATA_DIR/app.json."
)
def setup(port: int, printing: bool) -> None:
    """Make the GitHub App, in a browser on this machine, and keep its credentials.

    \b
    Example:  BASE_URL=https://monitor.example artifact-monitor setup
    """
    from app.setup.command import set_up

    set_up(configured(), port, printing, click.echo)


@main.command()
@click.argument("purl", callback=_watchable)
@click.option("--repo", default="", metavar="OWNER/NAME", help="The repository whose CI publishes it.")
@click.option("--workflow", "workflows", multiple=True, metavar="PATH", help="A workflow that may publish.")
@click.option("--ref", "refs", multiple=True, metavar="GLOB", help="A ref that may publish, like refs/tags/v*.")
@click.option("--event", "events", multiple=True, metavar="NAME", help="An event that may publish, like release.")
@click.option(
    "--manual/--no-manual", default=None, help="Publishing by hand is allowed / never happens (default: learned)."
)
@click.option(
    "--moving", multiple=True, metavar="GLOB", help="Of an image: tags that are made to move, like nightly-*."
)
@click.option("--mirror", "mirrors", multiple=True, metavar="PURL", help="Of an image: the same in another registry.")
@click.option(
    "--environment", default="", metavar="NAME", help="The deployment environment that must have approved it."
)
@click.option("--stop", "reason", metavar="REASON", help="Look at it no more; only this and the PURL are needed.")
def watch(
    purl: str,
    repo: str,
    workflows: tuple[str, ...],
    refs: tuple[str, ...],
    events: tuple[str, ...],
    manual: bool | None,
    moving: tuple[str, ...],
    mirrors: tuple[str, ...],
    environment: str,
    reason: str | None,
) -> None:
    """Watch an artifact and approve the workflows that publish it.

    \b
    Example:  artifact-monitor watch pkg:npm/%40alice/widget --repo alice/widget --workflow publish.yml
    Example:  artifact-monitor watch pkg:docker/alice/widget --repo alice/widget --workflow push.yml --moving 'v?'
    Example:  artifact-monitor watch 'pkg:oci/widget?repository_url=ghcr.io/alice/widget' \\
                --repo alice/widget --workflow push.yml
    Example:  artifact-monitor watch pkg:npm/%40alice/widget --stop "published no more"
    """
    from app.build import build
    from app.deeds.watching import Wanted, stop
    from app.deeds.watching import watch as begin

    if reason is not None:
        if repo or workflows:
            raise click.UsageError("--stop ends the watch of the artifact; leave --repo and --workflow out.")
        click.echo(stop(build(with_ledger()), purl, reason))
        return
    if not repo or not workflows:
        raise click.UsageError("Name the repository and the workflow that publish it: --repo and --workflow.")
    wanted = Wanted(purl, repo, workflows, refs, events, manual, moving, mirrors, environment)
    click.echo(begin(build(with_ledger()), wanted))


@main.command()
@click.argument("target", metavar="PATH|OWNER/REPO")
@click.option("--check", is_flag=True, help="Ask the registries about a folder too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def discover(target: str, check: bool, as_json: bool) -> None:
    """What a folder or a repository publishes, which workflows publish it, and what would be watched.

    A folder's own .github/artifact-monitor.yml is read too: exit code 1 where it is refused.

    \b
    Example:  artifact-monitor discover .
    """
    from app.cli.discover import discover as look
    from verifier.discovery.strict import BadConfig
    from verifier.model import CONFIG_PATH

    try:
        click.echo(look(configured(), target, check, as_json))
    except BadConfig as error:
        click.echo(f"{CONFIG_PATH}: {error}", err=True)
        sys.exit(1)


@main.command()
@click.argument("purl", callback=_watchable)
@click.argument("version")
def explain(purl: str, version: str) -> None:
    """The case and the verdict of one version, every finding with its evidence.

    \b
    Example:  artifact-monitor explain pkg:npm/axios 1.14.1
    """
    from app.build import build
    from app.explain.version import of_version

    click.echo(of_version(build(with_ledger()), purl, version))


@main.command()
@click.argument("purl", callback=_watchable)
@click.argument("version")
@click.option("--by", required=True, metavar="NAME", help="Who gives the waiver; not the account that published it.")
@click.option("--reason", required=True, help="Why, for the record.")
@click.option("--days", default=30, show_default=True, help="How long it holds.")
def waive(purl: str, version: str, by: str, reason: str, days: int) -> None:
    """Waive exactly this version as it is now, until a date. The verdict stays; the incident is closed.

    \b
    Example:  artifact-monitor waive pkg:npm/widget 1.2.3 --by carol --reason "published by hand, CI was down"
    """
    from app.build import build
    from app.deeds.waiving import Wanted
    from app.deeds.waiving import waive as give

    click.echo(give(build(with_ledger()), Wanted(purl, version, by, reason, days)))


@main.command("verify-bundle")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--subject", default="", metavar="NAME", help="What it must be about: a purl, a file's name.")
@click.option("--digest", default="", metavar="ALG:HEX", help="The digest it must be about.")
@click.option("--trust-root", "roots", multiple=True, type=_FILE, help="A trusted_root.json (repeatable).")
@click.option("--keys", type=_FILE, help="npm's public keys, for what it signs itself.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on a line for each FILE.")
def verify_bundle(
    files: tuple[Path, ...], subject: str, digest: str, roots: tuple[Path, ...], keys: Path | None, as_json: bool
) -> None:
    """Verify Sigstore bundles (JSON Lines too), npm attestations documents and PEP 740 objects, offline.

    Exit code 0: all verified; 1: any failed or none; 3: any that cannot be verified here; 2: a file cannot be read.

    \b
    Example:  artifact-monitor verify-bundle --digest sha256:… widget.sigstore.json
    """
    from app.trust import verify_bundle as verifying
    from app.trust.verify_shown import as_document, as_text

    expected, trust = verifying.Expected.read(subject, digest), verifying.trust(roots, keys, os.environ)
    results = []
    for file in files:
        results.append(result := verifying.look(file, trust, expected))
        click.echo(json.dumps(as_document(result)) if as_json else as_text(result))
    sys.exit(verifying.exit_code(results))


@main.command()
@click.argument("purl", callback=_watchable)
@click.option("--repo", default="", metavar="OWNER/NAME", help="Whose CI publishes it (default: as its registry says).")
@click.option(
    "--workflow", "workflows", multiple=True, metavar="PATH", help="A workflow that may publish (default: found)."
)
@click.option("--since", default="", metavar="DATE", help="Look only at versions published from this day on.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Look at the newest N versions (default: 50; without a token 8).",
)
@click.option(
    "--fail-on",
    type=click.Choice(["non-compliant", "suspect", "odd", "unverifiable", "never"]),
    default="suspect",
    show_default=True,
    help="From where on the exit code is 1.",
)
@click.option("--json", "form", flag_value="json", help="Print one JSON object.")
@click.option("--sarif", "form", flag_value="sarif", help="Print a SARIF 2.1.0 log, as code scanning takes it.")
def audit(
    purl: str, repo: str, workflows: tuple[str, ...], since: str, limit: int | None, fail_on: str, form: str | None
) -> None:
    """Look once at any public package: which of its versions did its own CI publish?

    It needs no App and no ledger: this program alone, after `make setup`. GITHUB_TOKEN raises GitHub's limit and shows
    logs; without one, what cannot be seen is said. Exit code 0: nothing found; 1: something (see --fail-on); 2:
    something could not be looked at.

    \b
    Example:  artifact-monitor audit pkg:npm/axios
    Example:  artifact-monitor audit pkg:pypi/widget --repo alice/widget --since 2026-01-01 --sarif > audit.sarif
    """
    from app.audit.command import Options, run

    settings = read(os.environ)
    sys.exit(run(settings, Options(purl, repo, workflows, since, limit or 0, fail_on, form or "text"), click.echo))


main.add_command(notify)


@main.command()
def doctor() -> None:
    """What is configured, reachable and missing, and what to do about it. Exit code 1 if something is broken.

    \b
    Example:  artifact-monitor doctor
    """
    from app.doctor.report import examine, shown

    checks = examine()
    click.echo(shown(checks))
    sys.exit(1 if any(check.ok is False for check in checks) else 0)


for _command in (incidents, export, config, notify, token, ledger, worker, clock, alive, backup, migrate):
    main.add_command(_command)
