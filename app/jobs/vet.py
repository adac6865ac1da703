"""Vet: whether a run's commit and workflow file are the repository's own, asked before anyone can tidy up.

What each answer means, and which honest habits look alike: docs/vetting.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase

from app.deps import Deps
from app.github import source
from app.github.installation import GitHub
from app.github.source import Branch
from checks.base import Permanent
from handlers.record import record
from verifier.ledger.protocol import Book
from verifier.ledger.rows import branch_in_force
from verifier.model import Publisher, Repository, RepositorySeen, Run, RunKey, RunVetted, Vetting
from verifier.verdict.naming import looks_like_version

HEADS = "refs/heads/"
MOST_NAMED = 5
"""The most branches that are asked about because the configuration names them."""
MOST_COMPARED = 10
"""The most further branches that are asked about, for a commit that none of the named ones holds."""
NOT_YET = "No branch that may publish held its commit while the run went on."
"""The problem of a tag's run until it is over: a tag may be pushed seconds before its branch."""


def vet(deps: Deps, github: GitHub, repository: Repository, key: RunKey) -> None:
    """Ask about one attempt of a publisher's workflow and keep the answer; a run of a fork is not asked about.

    Branches and files are asked about once for all attempts of a run: a later one runs on the same commit, and by then
    its branch may be gone. Who approved it is asked when the attempt is over; so is, once more, a tag's commit that no
    branch held, but only whether a branch holds it that not everybody can make: the default or a protected one. For a
    day after the default branch was switched, it is the one before.

    Raises Temporary when GitHub did not answer, Permanent when it does not show the repository.
    """
    with deps.ledger.reading() as book:
        run = book.runs.get(key)
        if run is None or run.head_repository_id != repository.id:
            return
        vetting = _known(book, run)
        publishers = [
            p for p in book.repositories.publishers(repository.id) if not run.workflows.isdisjoint(p.workflows)
        ]
        branch = branch_in_force(book.repositories.stood(repository.id))
        on_tag = run.event == "release" or book.refs.tag(repository.id, run.head_branch or "") is not None
    seen = github.repository(repository.id)
    if seen is None:
        raise Permanent(f"GitHub no longer shows {repository.full_name} to the App.")
    asked = replace(seen, default_branch=branch or seen.default_branch)
    if vetting is None:
        vetting = _Questions(github, asked, run, publishers, on_tag).answered(deps.now())
    if run.completed and vetting.problem == NOT_YET:
        later = _Questions(github, asked, run, publishers, on_tag, again=True).answered(deps.now())
        vetting = later if later.reachable_from or later.problem else replace(vetting, problem="")
    if run.completed:
        vetting = _with_approvals(vetting, github, seen, key)
    with deps.ledger.writing() as book:
        record((RepositorySeen(seen), RunVetted(key, vetting)), book, deps.now())


def _known(book: Book, run: Run) -> Vetting | None:
    """The answer for this attempt, or for the one before it on the same commit: a complete one, else what waits."""
    before = book.runs.get(replace(run.key, attempt=run.key.attempt - 1))
    same = [run, *([before] if before is not None and before.head_sha == run.head_sha else [])]
    known = [r.vetting for r in same if r.vetting is not None and r.vetting.problem in ("", NOT_YET)]
    return min(known, key=lambda vetting: vetting.problem, default=None)


def _with_approvals(vetting: Vetting, github: GitHub, repository: Repository, key: RunKey) -> Vetting:
    try:
        return replace(vetting, approvals=source.approvals(github, repository, key.run_id))
    except Permanent as error:
        return replace(vetting, problem=f"{vetting.problem} {error}".strip())


@dataclass
class _Questions:
    """The questions about one run's commit. What could not be asked is a problem and stops none of the others."""

    github: GitHub
    repository: Repository
    run: Run
    publishers: list[Publisher]
    on_tag: bool
    """It ran on a tag, as far as the ledger knows."""
    again: bool = False
    """Only the default branch and the protected ones are asked about."""
    holds: dict[str, bool] = field(default_factory=dict)
    """The branches asked about, by full ref, and whether each holds the commit."""
    problems: list[str] = field(default_factory=list)

    def answered(self, now: datetime) -> Vetting:
        """Each asked once."""
        default, blob, stood, commit = None, "", None, None
        with self._noted():
            default = self._ask_branches()
        with self._noted():
            blob = source.blob_at(self.github, self.repository, self.run.workflow, self.run.head_sha)
            if default is not None and blob:
                stood = source.stood(
                    self.github, self.repository, self.run.workflow, blob, self.run.head_sha, default.tip
                )
        with self._noted():
            commit = source.commit(self.github, self.repository, self.run.head_sha)
        held = tuple(ref for ref, holds in self.holds.items() if holds)
        if self.on_tag and not (held or self.problems or self.run.completed):
            self.problems.append(NOT_YET)
        return Vetting(now, tuple(self.holds), held, blob, stood, commit, problem=" ".join(self.problems))

    def _ask_branches(self) -> Branch | None:
        """Ask the branches that may publish until it is known whether one holds the commit; gives the default one."""
        default = self._branch(self.repository.default_branch)
        if default is None:
            raise Permanent(f"GitHub shows no default branch of {self.repository.full_name}.")
        self._ask(default)
        if not self.again:
            self._ask_named()
        if not (self.problems or any(self.holds.values())):
            with self._noted():
                self._ask_others()
        return default

    def _ask_named(self) -> None:
        """The branches that the configuration names, and the one that the run ran on."""
        for name in self._configured():
            self._ask(self._branch(name))
        name = self.run.head_branch or ""
        if self.on_tag or HEADS + name in self.holds:
            return
        own = self._branch(name)
        self.on_tag = own is None  # what is no branch is a tag, of which no webhook came yet
        if own is not None and self._may_publish(own):
            self._ask(own)

    def _ask_others(self) -> None:
        """The protected branches and those that may publish by their name, until one holds it."""
        protected, all_protected = source.branches(self.github, self.repository, protected=True)
        listed = ((), True) if self.again else source.branches(self.github, self.repository, protected=False)
        named, all_named = listed
        others = {b.name: b for b in (*named, *protected) if self._may_publish(b) and HEADS + b.name not in self.holds}
        likely = sorted(others.values(), key=lambda b: (b.tip != self.run.head_sha, not b.protected, b.name))
        for branch in likely[:MOST_COMPARED]:
            if self._ask(branch):
                return
        if len(likely) > MOST_COMPARED or not (all_protected and all_named):
            self.problems.append(f"{self.repository.full_name} has more branches than are looked at for one commit.")

    def _ask(self, branch: Branch | None) -> bool:
        if branch is None:
            return False
        ref = HEADS + branch.name
        self.holds[ref] = False
        with self._noted():
            found = source.holds(self.github, self.repository, branch.tip, self.run.head_sha)
            if found is None:
                raise Permanent(f"GitHub does not know commit {self.run.head_sha[:12]} of {self.repository.full_name}.")
            self.holds[ref] = found
        return self.holds[ref]

    def _branch(self, name: str) -> Branch | None:
        """The branch of this name, unless it was asked about already."""
        return None if HEADS + name in self.holds else source.branch(self.github, self.repository, name)

    def _configured(self) -> list[str]:
        refs = {ref for publisher in self.publishers for ref in publisher.refs if ref.startswith(HEADS)}
        return sorted(ref.removeprefix(HEADS) for ref in refs if not set(ref) & set("*?["))[:MOST_NAMED]

    def _may_publish(self, branch: Branch) -> bool:
        """Protected, or allowed by its name: as the configuration says, else called like a version."""
        return branch.protected or any(
            any(fnmatchcase(HEADS + branch.name, ref) for ref in publisher.refs)
            if publisher.refs
            else looks_like_version(branch.name)
            for publisher in self.publishers
        )

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except Permanent as error:
            if (sentence := str(error)) not in self.problems:
                self.problems.append(sentence)
