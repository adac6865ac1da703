"""The default branch: from it configuration is read, and runs on it may publish. That it is another one is told, and
counts a day later; a branch that is only called something else is the same branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.deps import Deps
from app.github import source as github_source
from app.github.file_change import Pushed
from app.github.installation import GitHub
from app.jobs.telling import speak, workflows_told
from app.standing import counting, defaults, is_home
from checks.base import Temporary
from handlers.record import config_task
from verifier.discovery.config.waiting import DELAY, within
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Book, Stood
from verifier.ledger.rows import branch_in_force
from verifier.model import Bulletin, BulletinKind, Repository


def follow(deps: Deps, github: GitHub, repository: Repository, pushed: Pushed | None) -> None:
    """Let count what may by now, and tell it where the default branch is another one than when it was last looked at.

    1. Where GitHub itself says that the branch was renamed, the new name takes the place of the old one at once. 2. Of
    any other, runs on it count a day later; until then the branch before does, and switching back ends it. 3. Which
    of the workflow files that publish are different on the two is told with it. Raises Temporary and Permanent.
    """
    with deps.ledger.reading() as book:
        files = book.repositories.stood(repository.id)
    now = deps.now()
    kept = _counting(repository, files, now) if files else ()
    before, after = files[-1].branch if files else "", repository.default_branch
    bulletin, renamed = None, False
    if before and after and before != after:
        renamed = github_source.renamed_to(github, repository, before) == after
        told = _told(deps, github, repository, before, branch_in_force(kept), renamed)
        by = pushed.by if pushed is not None and not pushed.commit else ""
        bulletin = replace(told, by=by)
    with deps.ledger.writing() as book:
        if book.repositories.stood(repository.id) != files:
            raise Temporary(f"The configuration of {repository.full_name} is being read at the same time.")
        if bulletin is not None:
            kept = _with_name(kept, before, after) if renamed else _with(kept, after, now)
            speak.announce(book, bulletin, now)
            book.work.want("inspect", config_task(repository.id), now + DELAY)
        elif after:
            kept = tuple(file if file.branch else replace(file, branch=after) for file in kept)
        if kept != files:
            book.repositories.put_stood(repository.id, kept)
        if branch_in_force(files) not in ("", branch_in_force(kept)):
            _look_again(book, repository, now)
    if bulletin is not None:
        deps.wake.wake("tell")


def _counting(repository: Repository, files: Sequence[Stood], now: datetime) -> tuple[Stood, ...]:
    """The files that still count, and the one that says since when a `.github` is its owner's.

    A branch comes to count also where what stands on it cannot be read.
    """
    kept = counting(files, now)
    first = defaults(repository, files)[:1] if is_home(repository) else ()
    if first and first[0] not in kept:
        kept = (first[0], *kept)
    counts = files[within([file.since for file in files], now)]
    return tuple(replace(file, branch=counts.branch) if file.since < counts.since else file for file in kept)


def _with_name(files: Sequence[Stood], old: str, new: str) -> tuple[Stood, ...]:
    return tuple(replace(file, branch=new) if file.branch == old else file for file in files)


def _with(files: Sequence[Stood], branch: str, now: datetime) -> tuple[Stood, ...]:
    """The same file on another default branch, from now on; until it counts, the branch does that counted before."""
    held = branch_in_force(files)
    before = [replace(file, branch=held) for file in files]
    return (*before, replace(before[-1], since=now, branch=branch)) if branch != held else tuple(before)


def _look_again(book: Book, repository: Repository, now: datetime) -> None:
    """Runs on the branch that counts now may account for what none accounted for."""
    for artifact in {publisher.artifact for publisher in book.repositories.publishers(repository.id)}:
        for dossier in book.versions.of(artifact):
            book.work.want("examine", version_task(artifact, dossier.version.number), now)


def _told(deps: Deps, github: GitHub, repository: Repository, before: str, held: str, renamed: bool) -> Bulletin:
    """What is told of it. `held` is the branch that counted until now."""
    after, name, now = repository.default_branch, repository.full_name, deps.now()
    kind, url = BulletinKind.CONFIG_CHANGED, ""
    if renamed:
        title = f"{name}: the default branch was renamed"
        sentences = [
            f"GitHub says that {before} is called {after} now. It is the same branch: nothing waits.",
            "Look at the rules that protect it: those that name the old name may protect it no longer.",
        ]
    elif after == held:
        title = f"{name}: the default branch is the one before again"
        sentences = [f"{after} is the default branch again; what waited for {before} never counts."]
    else:
        kind, title = BulletinKind.BRANCH_CHANGED, f"{name}: another branch is the default branch"
        compared, url = _compared(deps, github, repository, before)
        sentences = [
            f"{after} is the default branch now; it was {before}.",
            f"Until {now + DELAY:%Y-%m-%d %H:%M} UTC {held} counts as the default branch: runs on {after} are accepted "
            "only as far as they were before.",
            compared,
            f"If nobody of you did this, make {held} the default branch again now: then the other one never counts.",
        ]
    identity = f"branch/{repository.id}/{now.isoformat()}"
    return Bulletin(identity, kind, repository.id, now, title, tuple(sentences), url=url)


def _compared(deps: Deps, github: GitHub, repository: Repository, before: str) -> tuple[str, str]:
    """What is different about publishing on the two branches, in a sentence, and where the new one is seen."""
    old, new = (github_source.branch(github, repository, name) for name in (before, repository.default_branch))
    url = workflows_told.address(github, repository, new.tip) if new is not None else ""
    if old is None or new is None:
        return "The workflows that publish cannot be compared: GitHub does not show both branches.", url
    if changed := workflows_told.different(deps, github, repository, old.tip, new.tip):
        return f"Different on it: {', '.join(changed)}. Whoever can change that can publish with it.", url
    return "The workflows that publish are the same on both.", url
