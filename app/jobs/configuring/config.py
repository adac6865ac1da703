"""Config: the repository as GitHub has it now, its `.github/artifact-monitor.yml`, and its organisation's."""

from __future__ import annotations

import codecs

from app.deps import Deps
from app.github.file_change import Change, Pushed, last_change
from app.github.installation import GitHub, Unfit
from app.jobs.configuring import kept as config_kept
from app.jobs.configuring import shown as config_shown
from app.jobs.configuring.branch import follow
from app.jobs.configuring.claims import settled
from app.jobs.configuring.kept import keep
from app.jobs.installed import github_of, repository_of
from app.standing import is_home, organisation_of
from checks.base import Permanent
from checks.config_run import Refused
from handlers.record import discover_task
from verifier.discovery.config import apply, granted, parse, read_organisation
from verifier.discovery.strict import BYTES, BadConfig
from verifier.model import CONFIG_PATH, Publisher, Repository, RepositorySeen


def read_config(deps: Deps, repository_id: int, pushed: Pushed | None = None) -> None:
    """Read the repository as GitHub has it now, and its config file from the default branch.

    A default branch that is another one than before is followed first. What loosens waits a day
    (`verifier.discovery.config.waiting`). A file that cannot be read leaves the last good one in force; it is told out
    of band, and shown in a check run and on the health page.
    """
    known = repository_of(deps, repository_id)
    github = github_of(deps, known)
    repository = github.repository(repository_id)
    if repository is None:
        raise Permanent(f"GitHub no longer shows {known.full_name} to the App.")
    follow(deps, github, repository, pushed)
    text = None
    try:
        text = _text(github, repository)
        wanted = _wanted(deps, repository, text)
        change = _change(deps, github, repository, text, pushed)
        claims = settled(deps, github, repository, wanted)
        with deps.ledger.writing() as book:
            keep(book, repository, (text or b"").decode("utf-8-sig"), change, claims, deps.now())
    except BadConfig as error:
        _refuse(deps, github, repository, text or b"", error, pushed)
        return
    if config_shown.is_red(deps, repository):
        commit = change.commit or last_change(github, repository, CONFIG_PATH, pushed).commit
        config_shown.say(deps, github, repository, commit, None)


def _text(github: GitHub, repository: Repository) -> bytes | None:
    """The file of the default branch; None where there is none. Raises BadConfig for what is no file, or too large."""
    try:
        return github.file(repository, CONFIG_PATH, BYTES)
    except Unfit as error:
        raise BadConfig(1, str(error)) from error


def _wanted(deps: Deps, repository: Repository, text: bytes | None) -> tuple[Publisher, ...]:
    """Everybody whom the files let publish, whether they may yet or not. Raises BadConfig."""
    with deps.ledger.reading() as book:
        above = organisation_of(book, repository, deps.now())
        stood = book.repositories.stood(repository.id)
    if text is None:
        return granted(above, repository) if not is_home(repository) else ()
    new = not stood or stood[-1].text.encode() != text.removeprefix(codecs.BOM_UTF8)
    now = deps.now() if new else None
    if is_home(repository):
        return granted(read_organisation(text, repository, now), repository)
    own = parse(text, now=now)
    return (*apply(own, above, repository).publishers, *granted(above, repository))


def _change(deps: Deps, github: GitHub, repository: Repository, text: bytes | None, pushed: Pushed | None) -> Change:
    """Who changed the file; asked only where it is another one than before."""
    with deps.ledger.reading() as book:
        stood = book.repositories.stood(repository.id)
    if not stood or (stood[-1].text == (text or b"").decode("utf-8-sig") and stood[-1].refused_at is None):
        return Change()
    return last_change(github, repository, CONFIG_PATH, pushed)


def _refuse(
    deps: Deps, github: GitHub, repository: Repository, text: bytes, error: BadConfig, pushed: Pushed | None
) -> None:
    """The last good file stays in force; say it in all places. What discovery finds is looked for all the same."""
    change, now = last_change(github, repository, CONFIG_PATH, pushed), deps.now()
    with deps.ledger.writing() as book:
        book.record(RepositorySeen(repository), now)
        book.health.report(f"config {repository.id}", f"{repository.full_name}: {CONFIG_PATH}: {error}", now)
        config_kept.refuse(book, repository, text, error, change, now)
        book.work.want("inspect", discover_task(repository.id), now)
    deps.wake.wake("tell")
    config_shown.say(deps, github, repository, change.commit, Refused(error.line, error.sentence))
