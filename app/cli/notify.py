"""`artifact-monitor notify`: try the routes, list them. Needs no database."""

from __future__ import annotations

import os
import sys

import click

from app.cli.settings import configured


@click.group()
def notify() -> None:
    """Who is told what out of band: list the routes of the file that ROUTES names, and try them.

    \b
    Example:  artifact-monitor notify test security-team
    """


@notify.command("test")
@click.argument("route", default="")
def test_routes(route: str) -> None:
    """Send a real test message through ROUTE, or through each. Exit code 1 if any failed.

    \b
    Example:  ROUTES=routes.yml artifact-monitor notify test
    """
    from app import notify as trying
    from app.build import now

    tried = trying.test(configured(), os.environ, route, now())
    click.echo(trying.as_text(tried))
    sys.exit(0 if all(each.ok for each in tried) else 1)


@notify.command("routes")
def list_routes() -> None:
    """List the routes and what each hears, without addresses and secrets.

    \b
    Example:  ROUTES=routes.yml artifact-monitor notify routes
    """
    from app import notify as trying
    from app import routes

    click.echo(trying.listed(routes.of(configured(), os.environ)))
