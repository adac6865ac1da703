"""Commands about tokens: by what programs are known to the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.settings import with_ledger

if TYPE_CHECKING:
    from app.deps import Deps

SCOPES = ("read", "act", "metrics")
"""The words of `verifier.ledger.tokens.Scope`, which is imported only when it is needed."""


def _deps() -> Deps:
    from app.build import build

    return build(with_ledger())


@click.group()
def token() -> None:
    """Tokens by which programs use the API (docs/api.md).

    \b
    Example:  artifact-monitor token create ci --scope read --repo alice/widget
    """


@token.command()
@click.argument("name")
@click.option("--scope", required=True, type=click.Choice(SCOPES), help="What it is good for.")
@click.option(
    "--repo", "repositories", multiple=True, metavar="OWNER/NAME", help="A repository it is for (repeatable)."
)
@click.option("--all", "everything", is_flag=True, help="It is for every repository, those that come later too.")
@click.option("--days", default=90, show_default=True, help="How long it holds.")
def create(name: str, scope: str, repositories: tuple[str, ...], everything: bool, days: int) -> None:
    """Make one and print it; it is shown this once.

    \b
    Example:  artifact-monitor token create ci --scope read --repo alice/widget
    """
    from app.deeds import tokens
    from verifier.ledger.tokens import Scope

    deps = _deps()
    text, made = tokens.create(deps.ledger, name, Scope(scope), repositories, everything, days, deps.now())
    click.echo(text)
    click.echo(f"It holds until {made.expires_at:%Y-%m-%d}, and is not shown again.", err=True)


@token.command("list")
def list_() -> None:
    """Every token: what it is good for, until when, and when it was used last.

    \b
    Example:  artifact-monitor token list
    """
    from app.deeds import tokens

    deps = _deps()
    with deps.ledger.reading() as book:
        known, names = book.tokens.all(), {r.id: r.full_name for r in book.repositories.all()}
    click.echo(tokens.as_text(known, names, deps.now()))


@token.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End a token at once.

    \b
    Example:  artifact-monitor token revoke ci
    """
    from app.deeds import tokens

    tokens.revoke(_deps().ledger, name)
    click.echo(f"{name} is no longer good for anything.")
