"""Runs: what GitHub shows of one attempt's jobs and logs, and of all attempts of a time."""

from __future__ import annotations

from datetime import datetime

from app.deps import Deps
from app.github.installation import GitHub
from app.jobs.discover import heard_of
from app.jobs.installed import github_of, repository_of
from app.jobs.logs import read_logs
from app.jobs.steps import publishing_of
from checks.base import Permanent
from verifier.discovery.publishing import Publishing
from verifier.discovery.steps import publish_steps
from verifier.model import JobsState, LogState, PublishStep, Repository, RunKey, RunRead, RunSeen, RunsListed


def read_run(deps: Deps, key: RunKey) -> None:
    """Read the jobs of one attempt and the logs of its publish steps, and keep both: GitHub forgets them.

    The jobs are kept before the logs are asked for, so that a log that does not come loses nothing. Raises Temporary
    when GitHub did not answer for either.
    """
    repository = repository_of(deps, key.repository_id)
    github = github_of(deps, repository)
    jobs = github.jobs(repository, key)
    if jobs is None:
        with deps.ledger.writing() as book:
            book.record(RunRead(key, JobsState.GONE, (), deps.now()), deps.now())
        return
    steps, read_at = publish_steps(jobs, _publishing(deps, github, repository, key)), deps.now()
    with deps.ledger.writing() as book:
        book.record(RunRead(key, JobsState.READ, steps, read_at), read_at)
    _read_logs(deps, repository, key, steps, read_at)


def _publishing(deps: Deps, github: GitHub, repository: Repository, key: RunKey) -> Publishing | None:
    with deps.ledger.reading() as book:
        run = book.runs.get(key)
    return publishing_of(github, repository, run) if run is not None else None


def _read_logs(
    deps: Deps, repository: Repository, key: RunKey, steps: tuple[PublishStep, ...], read_at: datetime
) -> None:
    if not steps:
        return
    try:
        state, claims = read_logs(deps, repository, steps)
    except Permanent as error:  # what GitHub refuses to show claims nothing; the steps speak for themselves
        state, claims = LogState.REFUSED, ()
        with deps.ledger.writing() as book:
            book.health.report(f"log {key.repository_id}/{key}", f"{repository.full_name}: {error}", deps.now())
    with deps.ledger.writing() as book:
        book.record(RunRead(key, JobsState.READ, steps, read_at, state, claims), deps.now())
        run = book.runs.get(key)
        if run is not None:
            heard_of(book, run, deps.now())


def list_runs(deps: Deps, repository_id: int, since: datetime) -> None:
    """Read GitHub's own list of the approved workflows' runs since then.

    That closes no gap of missed webhooks: there may be more in it than these runs (`app.jobs.backfill`).
    """
    repository, now = repository_of(deps, repository_id), deps.now()
    with deps.ledger.reading() as book:
        paths = {path for publisher in book.repositories.publishers(repository_id) for path in publisher.workflows}
    runs = github_of(deps, repository).runs(repository, since, now, sorted(paths)) if paths else []
    with deps.ledger.writing() as book:
        for found in runs:
            book.record(RunSeen(found), now)
        book.record(RunsListed(repository_id, since, now), now)
