"""The command `audit`: what was typed, the parts for one look, and the answer in the form that was asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from app import build
from app.audit.client import onlooker
from app.audit.look import Progress, Wanted, look
from app.audit.result import Audited
from app.audit.sarif import as_sarif
from app.audit.shown import as_document, as_text
from app.deps import Deps
from app.explain.case_words import shown
from app.logs.events import quiet
from app.network.login import make_login
from app.settings import Settings
from app.trust.root import trust_of
from app.wake import Nobody
from verifier import purls
from verifier.ledger import memory_ledger

MOST = 100_000
"""The most versions that anybody may ask for."""


@dataclass(frozen=True)
class Options:
    """What was typed. `form` is `text`, `json` or `sarif`."""

    purl: str
    repository: str = ""
    workflows: tuple[str, ...] = ()
    since: str = ""
    limit: int = 0
    fail_on: str = "suspect"
    form: str = "text"


def wanted(options: Options) -> Wanted:
    """What was typed, read strictly. Raises ValueError, in words for people."""
    if options.repository and options.repository.count("/") != 1:
        raise ValueError(f"{options.repository[:140]!r} is no repository; write it like owner/name.")
    if not 0 <= options.limit <= MOST:
        raise ValueError(f"--limit is a number of versions from 1 to {MOST}.")
    since = None
    if options.since:
        try:
            since = datetime.fromisoformat(options.since)
        except ValueError as error:
            raise ValueError("--since is no date; write it like 2026-03-31.") from error
        since = since.replace(tzinfo=UTC) if since.tzinfo is None else since
    artifact = purls.artifact(options.purl)
    return Wanted(artifact, options.repository, options.workflows, since, options.limit)


def run(settings: Settings, options: Options, say: Callable[[str], object]) -> int:
    """Look, print, and return the exit code. Raises ValueError, Temporary and Permanent, in words for people."""
    asked, github = wanted(options), onlooker(settings)
    deps = Deps(
        settings=settings,
        ledger=memory_ledger(),
        fetch=make_login(settings, build.now),
        github=lambda installation: github,
        wake=Nobody(),
        now=build.now,
        trust=trust_of(settings),
    )
    with quiet(), _shown_progress() as progress:
        audited = look(deps, github, asked, progress)
    say(printed(audited, options.form))
    return audited.exit_code(options.fail_on)


def printed(audited: Audited, form: str) -> str:
    """In the form that was asked for."""
    if form == "json":
        return json.dumps(as_document(audited), indent=2)
    if form == "sarif":
        return json.dumps(as_sarif(audited, ""), indent=2)
    return as_text(audited)


@contextmanager
def _shown_progress() -> Iterator[Progress]:
    """A bar on a terminal's error output; nothing anywhere else, but the sentence about what is to come."""

    def said(sentence: str) -> None:
        sys.stderr.write(f"{shown(sentence, 300)}\n")

    if not sys.stderr.isatty():
        yield Progress(said=said)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {what: bars.add_task(what, total=None, visible=False) for what in ("attestations", "runs", "commits")}
        yield Progress(
            said=lambda sentence: bars.console.print(shown(sentence, 300), markup=False, highlight=False),
            steps=lambda what, done, of: bars.update(tasks[what], completed=done + 1, total=of, visible=True),
        )
