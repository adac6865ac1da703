"""A GitHub that shows repositories with their config files and commits, and keeps the check runs made there."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from app.github.file_change import Pushed
from app.github.installation import Unfit
from app.jobs.configuring.config import read_config
from checks.base import Gone
from handlers.record import config_task
from tests.github_api.validate import problem
from tests.jobs.parts import Parts
from tests.verdict.cases import NOON, REPOSITORY
from verifier.model import Artifact, Bulletin, Publisher, Repository, RepositorySeen

HOME = Repository(8, REPOSITORY.owner_id, "alice/.github", REPOSITORY.named_at, "main", installation_id=1)
GEAR = Artifact("pkg:npm/gear")
FILE = "version: 1\nartifacts:\n  - purl: pkg:npm/gear\n    workflows: [a.yml]\n"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class GitHub:
    """`files` holds each repository's config file by its id; `commits` says how often it was changed."""

    files: dict[int, str | bytes] = field(default_factory=dict)
    commits: dict[int, int] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    branches: dict[str, dict[str, str]] = field(default_factory=dict)
    """The files of branches by their path; the commit at a branch's head is made from its name."""
    renamed: dict[str, str] = field(default_factory=dict)
    """What branches are called now, by their old names."""
    known: dict[int, Repository] = field(default_factory=lambda: {7: REPOSITORY, 8: HOME})

    def push(self, text: str | bytes | None, repository: Repository = REPOSITORY) -> str:
        """The file stands there from now on; the commit that made it so."""
        if text is None:
            self.files.pop(repository.id, None)
        else:
            self.files[repository.id] = text
        self.commits[repository.id] = self.commits.get(repository.id, 0) + 1
        return self.head_sha(repository)

    def repository(self, repository_id: int) -> Repository | None:
        return self.known.get(repository_id)

    def named(self, full_name: str) -> Repository | None:
        return None

    def file(self, repository: Repository, path: str, limit: int) -> bytes | None:
        text = self.files.get(repository.id)
        if text is not None and len(text) > limit:
            raise Unfit(f"{path} of {repository.full_name} is larger than {limit} bytes; make it smaller.")
        return text.encode() if isinstance(text, str) else text

    def head_sha(self, repository: Repository) -> str:
        return f"{self.commits.get(repository.id, 0):040x}"

    def ours(self, app: Any) -> bool:
        return bool(app == {"id": 7})

    def list(self, path: str, limit: int = 500) -> list[Any]:
        assert "" == problem(httpx.Request("GET", f"https://api.github.com{path}"))
        if "/check-runs" in path:
            return [check for check in self.checks if f"/commits/{check['head_sha']}/check-runs" in path]
        (repository,) = (one for one in self.known.values() if f"/repos/{one.full_name}/" in path)
        url = f"https://github.example/{repository.full_name}/commit/{self.head_sha(repository)}"
        return [{"sha": self.head_sha(repository), "html_url": url, "author": {"login": "mallory"}}]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        assert "" == problem(httpx.Request(method, f"https://api.github.com{path}", json=body))
        if "/branches/" in path:
            return self._branch(path.rpartition("/")[2])
        if "/contents/" in path:
            return self._content(path)
        if method == "GET" and "/commits/" in path:
            return {"html_url": f"https://github.example/{path[-53:-11]}"}
        if method == "POST":
            self.checks.append(
                {"id": len(self.checks) + 1, "app": {"id": 7}, "html_url": "https://x.example", **(body or {})}
            )
            return self.checks[-1]
        held = next((check for check in self.checks if path.endswith(f"/{check['id']}")), None)
        if held is None:
            raise Gone("404")
        held |= body or {}
        return held

    def _branch(self, name: str) -> Any:
        name = self.renamed.get(name, name)
        if name not in self.branches:
            raise Gone("404")
        return {"name": name, "commit": {"sha": head_of(name)}, "protected": False}

    def _content(self, path: str) -> Any:
        where, _, ref = path.partition("?ref=")
        held = next(files for name, files in self.branches.items() if head_of(name) == ref)
        text = held.get(where.partition("/contents/")[2])
        if text is None:
            raise Gone("404")
        return {"type": "file", "size": len(text), "content": base64.b64encode(text.encode()).decode()}

    def still_there(self, repository: Repository) -> None:
        return None


def head_of(branch: str) -> str:
    """The commit at the head of a branch."""
    return hashlib.sha1(branch.encode(), usedforsecurity=False).hexdigest()


@dataclass
class World:
    """A monitor that is installed on one repository of Alice's, and on her `.github` where `home` is."""

    home: bool = False
    github: GitHub = field(default_factory=GitHub)
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        self.parts = Parts(github=self.github)
        if self.home:
            with self.parts.ledger.writing() as book:
                book.record(RepositorySeen(HOME), NOON)

    def read(self, repository: Repository = REPOSITORY, pushed: Pushed | None = None) -> None:
        """The webhook of a push is heard, and what is due of the config by now is done."""
        key = config_task(repository.id, *((pushed.commit, pushed.by) if pushed is not None else ()))
        with self.parts.ledger.writing() as book:
            book.work.want("inspect", key, self.parts.now)
        self.work()

    def work(self) -> None:
        """Do what is due of the config files, and nothing else."""
        for _ in range(20):
            with self.parts.ledger.writing() as book:
                due = book.work.claim("inspect", 100, self.parts.now, timedelta(minutes=5))
                for task in due:
                    book.work.done(task)
            mine = [task.key.removeprefix("config/") for task in due if task.key.startswith("config/")]
            if not mine:
                return
            for what in mine:
                repository_id, _, pushed = what.partition("/")
                commit, _, by = pushed.partition("/")
                read_config(self.parts.deps, int(repository_id), Pushed(commit, by) if commit or by else None)

    def push(self, text: str | bytes | None, repository: Repository = REPOSITORY, by: str = "mallory") -> None:
        """Somebody pushes the file, and the webhook is heard at once."""
        commit = self.github.push(text, repository)
        self.read(repository, Pushed(commit, by))

    def wait(self, span: timedelta) -> None:
        """Time passes, and what is due then is done."""
        self.parts.now += span
        self.work()

    @property
    def publishers(self) -> tuple[Publisher, ...]:
        with self.parts.ledger.reading() as book:
            return book.repositories.publishers_from(REPOSITORY.id, "config")

    @property
    def workflows(self) -> list[str]:
        """The names of the workflow files that may publish the gear."""
        paths = (path for p in self.publishers if p.artifact == GEAR for path in p.workflows)
        return [path.removeprefix(".github/workflows/") for path in paths]

    @property
    def bulletins(self) -> list[Bulletin]:
        """What was told, oldest first."""
        with self.parts.ledger.reading() as book:
            return book.incidents.bulletins(NOON - DAY)[::-1]
