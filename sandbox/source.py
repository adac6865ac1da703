"""The pretended source of a repository: its commits, what each of them holds, and which branches hold them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sandbox import stable
from sandbox.attempt import Made

Tree = Mapping[str, bytes]


@dataclass(frozen=True)
class Commit:
    """One commit. `login` is empty where the e-mail belongs to no account; `pulls` are the merged pull requests."""

    sha: str
    parents: tuple[str, ...]
    tree: Tree
    title: str
    login: str
    name: str
    email: str
    at: datetime
    signed: bool = True
    pulls: tuple[int, ...] = ()

    @property
    def tree_sha(self) -> str:
        """The id of its whole tree."""
        return tree_sha(self.tree)


@dataclass(frozen=True)
class Plan:
    """What a commit will be once somebody pushes it, as the scenario says. `branch` is the one it goes to."""

    title: str
    actor: str
    branch: str
    """The branch its run is on; empty: none of this repository's."""
    made: Made = field(default_factory=Made)


@dataclass
class Source:
    """The commits that were ever pushed, and the heads of the branches that are there now.

    A commit stays known when no branch holds it any more, as at GitHub.
    """

    default_branch: str
    owner: str
    plans: Mapping[str, Plan]
    commits: dict[str, Commit] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)

    def begin(self, name: str, files: Tree, at: datetime) -> None:
        """The first commit, and one by everybody of whom the scenario does not say that they are new."""
        sha = stable.sha(name, f"refs/heads/{self.default_branch}")
        self._add(Commit(sha, (), files, "Begin", *_person(self.owner), at), self.default_branch)
        known = {_person(p.made.committer or p.actor): None for p in self.plans.values() if not p.made.first_time}
        for person in known:
            if person != _person(self.owner):
                head = self.heads[self.default_branch]
                sha = stable.sha("earlier", name, person)
                self._add(Commit(sha, (head,), files, "Earlier work", *person, at), self.default_branch)

    def need(self, sha: str, at: datetime) -> None:
        """Have this commit pushed, unless it is there: on the branches that its plan names."""
        if sha in self.commits:
            return
        plan = self.plans.get(sha) or Plan("Update", self.owner, self.default_branch)
        usual = (plan.branch,) if plan.branch else ()
        branches = usual if plan.made.branches is None else plan.made.branches
        parent = self.heads.get(branches[0] if branches else "", self.heads[self.default_branch])
        self._make(sha, plan, () if plan.made.orphan else (parent,), at)
        for branch in () if plan.made.orphan else branches:
            self._hold(branch, sha, at)

    def push(self, branch: str, sha: str, at: datetime, *, forced: bool) -> tuple[str, str]:
        """Somebody pushes this commit to a branch: what its head was before ('' for a new branch) and is after.

        Forced, it replaces the head that was there; a commit that is not known yet is made from that head's parents.
        """
        before = self.heads.get(branch, "")
        start = before or self.heads[self.default_branch]
        if sha not in self.commits:
            plan = self.plans.get(sha) or Plan("Update", self.owner, branch)
            self._make(sha, plan, self.commits[start].parents if forced else (start,), at)
        self.heads[branch] = sha
        return before, sha

    def history(self, head: str) -> list[Commit]:
        """The commit and everything it stands on, newest first."""
        reached = set(self._reached(head))
        return [commit for commit in reversed(self.commits.values()) if commit.sha in reached]

    def holds(self, head: str, sha: str) -> bool:
        """`sha` is `head` or one of those it stands on."""
        return sha in self._reached(head)

    def before(self, commit: Commit) -> Tree:
        """What stood there before a commit: the tree of its first parent."""
        return self.commits[commit.parents[0]].tree if commit.parents else {}

    def _reached(self, head: str) -> Iterator[str]:
        seen, waiting = {head}, [head]
        while waiting:
            sha = waiting.pop()
            yield sha
            new = [parent for parent in self.commits[sha].parents if parent not in seen]
            seen.update(new)
            waiting += new

    def _make(self, sha: str, plan: Plan, parents: tuple[str, ...], at: datetime) -> None:
        tree = self.commits[parents[0]].tree if parents else self.commits[next(iter(self.commits))].tree
        if plan.made.files:
            tree = {**tree, **{path: text.encode() for path, text in plan.made.files}}
        merged = (1 + stable.number("pull", sha) % 9000,)
        self.commits[sha] = Commit(
            sha,
            parents,
            tree,
            plan.title,
            *_person(plan.made.committer or plan.actor),
            at,
            plan.made.signed,
            merged if plan.made.pull_requests is None else plan.made.pull_requests,
        )

    def _hold(self, branch: str, sha: str, at: datetime) -> None:
        head = self.heads.get(branch, "")
        if not head or self.holds(sha, head):
            self.heads[branch] = sha
        else:
            both = Commit(
                stable.sha("merge", branch, sha), (head, sha), self.commits[sha].tree, "Merge", *_person(self.owner), at
            )
            self._add(both, branch)

    def _add(self, commit: Commit, branch: str) -> None:
        self.commits[commit.sha] = commit
        self.heads[branch] = commit.sha


def changes(before: Tree, after: Tree) -> Iterator[tuple[str, str]]:
    """The paths that differ, each with GitHub's word for it: added, modified, removed."""
    if before is after:
        return
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            yield path, "added" if path not in before else "removed" if path not in after else "modified"


@lru_cache(maxsize=8192)
def blob_sha(data: bytes) -> str:
    """git's id of a file's bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def tree_sha(tree: Tree) -> str:
    """An id of a folder: the same for the same files. (git's own would need its folders one by one.)"""
    return stable.sha("tree", *(f"{path} {blob_sha(data)}" for path, data in sorted(tree.items())))


def folder(tree: Tree, path: str) -> Tree:
    """What lies below a folder, by the paths seen from there."""
    start = f"{path}/" if path else ""
    return {name.removeprefix(start): data for name, data in tree.items() if name.startswith(start)}


def entries(tree: Tree) -> Sequence[tuple[str, bytes | Tree]]:
    """What lies directly in a folder: files with their bytes, folders with what they hold; by name."""
    found: dict[str, bytes | Tree] = {}
    for path, data in sorted(tree.items()):
        first, inside, _ = path.partition("/")
        found[first] = folder(tree, first) if inside else data
    return sorted(found.items())


def _person(text: str) -> tuple[str, str, str]:
    """Login, name and e-mail of an account's name, or of `Name <e-mail>` that belongs to no account."""
    name, given, email = text.partition(" <")
    return ("", name, email.rstrip(">")) if given else (text, text, f"{text}@users.noreply.github.example")
