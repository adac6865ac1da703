"""A pretend GitHub over a small git history: it answers about commits, branches and files as GitHub documents it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.github.installation import GitHub, clients
from tests.github_api.pretend import repository_json, settings

Answer = tuple[int, Any]
NOT_FOUND: Answer = (404, {"message": "Not Found"})
_HOME = re.compile(r"/repos/[^/]+/[^/]+/(.+)")


def sha(text: str) -> str:
    """An id that follows from the text."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Made:
    """One commit: its parents, all its files, and who it says it is by."""

    sha: str
    parents: tuple[str, ...]
    files: dict[str, str]
    author: str
    committer: str
    email: str = "ada@example.com"
    verified: bool = True


@dataclass
class Git:
    """Commits, branches and what hangs on them. `requests` are the questions asked, as GitHub counts them."""

    repository: dict[str, Any] = field(default_factory=repository_json)
    commits: dict[str, Made] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    pulls: dict[str, list[Any]] = field(default_factory=dict)
    approvals: list[Any] = field(default_factory=list)
    refuses: dict[str, int] = field(default_factory=dict)
    """Parts of addresses, and the status that they are refused with."""
    requests: list[str] = field(default_factory=list)

    @property
    def github(self) -> GitHub:
        """The App's client of installation 1, with this GitHub behind it."""
        return clients(settings(), httpx.MockTransport(self._handle))(1)

    def commit(self, *parents: str, by: str = "ada", committer: str | None = None, **more: Any) -> str:
        """Make a commit; `files` change those of its first parent, None deletes one."""
        changed = more.pop("files", {})
        base = self.commits[parents[0]].files if parents else {}
        files = {path: text for path, text in {**base, **changed}.items() if text is not None}
        made = Made(sha(f"commit {len(self.commits)}"), parents, files, by, committer or by, **more)
        self.commits[made.sha] = made
        return made.sha

    def ancestors(self, tip: str) -> set[str]:
        """The commit and all before it."""
        found, waiting = set(), [tip]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.commits[one].parents
        return found

    def _handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/access_tokens"):
            body = {"token": "ghs_1", "expires_at": "2099-01-01T00:00:00Z", "permissions": {}}
            return httpx.Response(201, json={**body, "repository_selection": "all"})
        self.requests.append(request.url.raw_path.decode())
        refused = next((status for part, status in self.refuses.items() if part in self.requests[-1]), None)
        if refused is not None:
            return httpx.Response(refused, json={"message": "Refused"})
        if path == f"/repositories/{self.repository['id']}":
            return httpx.Response(200, json=self.repository)
        found = _HOME.fullmatch(path)
        status, data = self._answer(found[1], dict(request.url.params)) if found else NOT_FOUND
        return _paged(request, status, data)

    def _answer(self, path: str, query: dict[str, str]) -> Answer:
        routes: dict[str, Callable[..., Answer]] = {
            r"branches/(.+)": self._branch,
            r"branches": lambda: self._branches(query),
            r"compare/(.+)\.\.\.(.+)": self._compare,
            r"contents/(.+)": lambda path: self._file(path, query),
            r"commits/([^/]+)/pulls": lambda commit: (200, self.pulls.get(commit, [])),
            r"commits/([^/]+)": self._commit,
            r"commits": lambda: self._log(query),
            r"actions/runs/\d+/approvals": lambda: (200, self.approvals),
        }
        for route, answer in routes.items():
            if found := re.fullmatch(route, path):
                return answer(*found.groups())
        return NOT_FOUND

    def _branch(self, name: str) -> Answer:
        return (200, self._shown(name)) if name in self.branches else NOT_FOUND

    def _branches(self, query: dict[str, str]) -> Answer:
        names = sorted(self.protected if query.get("protected") else self.branches)
        return 200, [self._shown(name) for name in names]

    def _shown(self, name: str) -> dict[str, Any]:
        return {"name": name, "commit": {"sha": self.branches[name]}, "protected": name in self.protected}

    def _compare(self, base: str, head: str) -> Answer:
        if base not in self.commits or head not in self.commits:
            return NOT_FOUND
        before, after = self.ancestors(base), self.ancestors(head)
        if before.isdisjoint(after):
            return 404, {"message": f"No common ancestor between {base} and {head}."}
        if base == head:
            return 200, {"status": "identical"}
        return 200, {"status": "behind" if head in before else "ahead" if base in after else "diverged"}

    def _file(self, path: str, query: dict[str, str]) -> Answer:
        made = self.commits.get(query["ref"])
        if made is None or path not in made.files:
            return NOT_FOUND
        return 200, {"type": "file", "sha": sha(made.files[path]), "size": len(made.files[path])}

    def _commit(self, commit: str) -> Answer:
        made = self.commits.get(commit)
        if made is None:
            return 422, {"message": f"No commit found for SHA: {commit}"}
        return 200, {
            "sha": commit,
            "author": {"login": made.author} if made.author else None,
            "committer": {"login": made.committer} if made.committer else None,
            "commit": {
                "author": {"email": made.email},
                "committer": {"email": made.email},
                "verification": {"verified": made.verified},
            },
            "parents": [{"sha": parent} for parent in made.parents],
        }

    def _log(self, query: dict[str, str]) -> Answer:
        if query["sha"] not in self.commits:
            return NOT_FOUND
        if "path" in query:
            log = set(self._edits(query["path"], query["sha"]))
        else:
            log = {made.sha for made in map(self.commits.__getitem__, self.ancestors(query["sha"])) if _by(made, query)}
        return 200, [{"sha": one} for one in reversed(self.commits) if one in log]

    def _edits(self, path: str, tip: str) -> Iterator[str]:
        """As `git log -- path` simplifies: of a merge, only a side on which the file is the same is followed."""
        seen, waiting = set(), [tip]
        while waiting:
            one = self.commits[waiting.pop()]
            if one.sha in seen:
                continue
            seen.add(one.sha)
            held = one.files.get(path)
            same = [parent for parent in one.parents if self.commits[parent].files.get(path) == held]
            if not same and (one.parents or held is not None):
                yield one.sha
            waiting += same[:1] or one.parents


def _by(made: Made, query: dict[str, str]) -> bool:
    return query.get("author", made.author) in (made.author, made.email) and query.get("committer", made.committer) in (
        made.committer,
        made.email,
    )


def _paged(request: httpx.Request, status: int, data: Any) -> httpx.Response:
    query = request.url.params
    if not isinstance(data, list) or "per_page" not in query:
        return httpx.Response(status, json=data)
    size, page = int(query["per_page"]), int(query.get("page", "1"))
    more = str(request.url.copy_set_param("page", page + 1))
    headers = {"link": f'<{more}>; rel="next"'} if page * size < len(data) else {}
    return httpx.Response(status, json=data[(page - 1) * size : page * size], headers=headers)
