"""GitHub in the words of the domain, for one installation of the App.

Source: docs.github.com/rest. Every method raises Temporary or Permanent and nothing else. Where a method says None for
"it is not there", the repository itself was seen: losing access to it is never taken for a deletion.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.github.connect import connect
from app.github.rest import Elsewhere, Rest
from app.github.runs import RunList, run_of
from app.settings import Settings
from checks.base import Gone, NotInstalled, Permanent, Temporary
from handlers import shapes
from handlers.base import BadPayload
from verifier.model import Repository, Run, RunKey

if TYPE_CHECKING:
    import httpx

    from app.pacing import Pace


class Unfit(Permanent):
    """What stands there under this path cannot be used, whoever asks: it is no file, or too large."""


class Renamed(Temporary):
    """The repository is called otherwise now, as `seen`: what was asked under the old name is to be asked again."""

    def __init__(self, full_name: str, seen: Repository) -> None:
        super().__init__(f"{full_name} is called {seen.full_name} now.", 1.0)
        self.seen = seen


PER_PAGE = 100
MOST_JOBS = 2_000

_FULL_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")


def clients(
    settings: Settings, transport: httpx.BaseTransport | None = None, pace: Pace | None = None
) -> Callable[[int], GitHub]:
    """A client for an installation id, made on first use; 0 stands for the App itself (`installation_for`)."""
    rest = connect(settings, transport, pace)
    return lambda installation_id: GitHub(rest(installation_id), installation_id, settings.github_app_id)


class GitHub:
    """What one installation may see and do. Also the `checks.base.GitHubCalls` of the channels."""

    def __init__(self, rest: Rest, installation_id: int = 0, app_id: str = "") -> None:
        self._rest = rest
        self._installation_id = installation_id
        self._app_id = app_id

    def installation_for(self, full_name: str) -> int | None:
        """The installation that covers a repository, asked as the App; None when it is not installed there."""
        try:
            return int(_part(self._get(f"{path_of(full_name)}/installation"), "id", int))
        except Gone:
            return None

    def repository(self, repository_id: int) -> Repository | None:
        """The repository by its id, whatever it is called now; None when GitHub shows us none."""
        return self._repository(f"/repositories/{repository_id}")

    def named(self, full_name: str) -> Repository | None:
        """The repository that is called so now; None when GitHub shows us none."""
        return self._repository(path_of(full_name))

    def head_sha(self, repository: Repository) -> str:
        """The commit at the head of the default branch."""
        branch = repository.default_branch
        if not branch:
            seen = self.repository(repository.id)
            branch = seen.default_branch if seen is not None else ""
        if not branch:
            raise Permanent(f"GitHub shows us no default branch of {repository.full_name}.")
        ref = self._get(f"{path_of(repository.full_name)}/git/ref/{quote(f'heads/{branch}')}")
        return str(_part(_part(ref, "object", dict), "sha", str))[:64]

    def file(self, repository: Repository, path: str, limit: int) -> bytes | None:
        """A file of the default branch; None when there is none. Raises Unfit when it is no file or too large."""
        try:
            held = self._get(f"{path_of(repository.full_name)}/contents/{quote(path)}")
        except Gone:
            self.still_there(repository)
            return None
        if not isinstance(held, dict) or held.get("type") != "file":
            raise Unfit(f"{path} of {repository.full_name} is not a file; replace it by one.")
        if int(_part(held, "size", int)) > limit:
            raise Unfit(f"{path} of {repository.full_name} is larger than {limit} bytes; make it smaller.")
        try:
            text = base64.b64decode(str(_part(held, "content", str)))
        except (binascii.Error, ValueError) as error:
            raise Temporary(f"GitHub's copy of {path} of {repository.full_name} cannot be decoded.") from error
        if len(text) > limit:
            raise Unfit(f"{path} of {repository.full_name} is larger than {limit} bytes; make it smaller.")
        return text

    def runs(
        self, repository: Repository, since: datetime, until: datetime, workflows: Sequence[str] = ()
    ) -> list[Run]:
        """Every attempt that was going on at any time from `since` to `until`, read completely or not at all.

        `workflows` are paths of workflow files to look at; empty means all. A file that GitHub knows no run of at all
        may be one that others call: then all runs of the repository are read. An empty list is one of this repository:
        its name may be another's by now. Raises Renamed then.
        """
        with self._rest.connection():
            try:
                found = RunList(self, path_of(repository.full_name), repository, since, until).read(workflows)
            except NotInstalled:
                raise
            except Permanent:
                self.still_there(repository)
                raise
            if not found:
                self.still_there(repository)
            return found

    def run(self, repository: Repository, run_id: int, attempt: int) -> Run | None:
        """One attempt; None when GitHub no longer has it."""
        try:
            item = self._get(f"{path_of(repository.full_name)}/actions/runs/{run_id:d}/attempts/{attempt:d}")
        except Gone:
            self.still_there(repository)
            return None
        return run_of(item, repository)

    def jobs(self, repository: Repository, key: RunKey) -> list[dict[str, Any]] | None:
        """The jobs of one attempt with their steps, as GitHub gives them; None when it no longer has them."""
        path = f"{path_of(repository.full_name)}/actions/runs/{key.run_id:d}/attempts/{key.attempt:d}/jobs"
        try:
            jobs = self.list(path, MOST_JOBS + 1)
        except Gone:
            self.still_there(repository)
            return None
        if len(jobs) > MOST_JOBS:
            raise Permanent(f"Run {key} of {repository.full_name} has more than {MOST_JOBS} jobs.")
        return jobs

    def ours(self, app: Any) -> bool:
        """This `app` object names our own App, by its number or its client id."""
        known = self._app_id and isinstance(app, Mapping)
        return bool(known) and self._app_id in (str(app.get("id")), app.get("client_id"))

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One REST call; returns the decoded JSON."""
        return self._rest.ask(method, path, body).data

    def raw(self, path: str, limit: int) -> bytes | Elsewhere:
        """What stands there as it is, or the address elsewhere that GitHub names. Raises TooLarge beyond the limit."""
        return self._rest.raw(path, limit)

    def page(self, path: str) -> tuple[int, list[dict[str, Any]], str | None]:
        """One page of a counted list: how many there are in all, these, and the path of the next page."""
        answer = self._rest.ask("GET", path)
        items = [item for item in _items(answer.data) if isinstance(item, dict)]
        return int(_part(answer.data, "total_count", int)), items, answer.next

    def listed(self, path: str) -> tuple[list[dict[str, Any]], str | None]:
        """One page of a list that nobody counts: its objects, and the path of the next page."""
        answer = self._rest.ask("GET", path)
        return [item for item in _items(answer.data) if isinstance(item, dict)], answer.next

    def connection(self) -> AbstractContextManager[None]:
        """Questions asked within share one connection."""
        return self._rest.connection()

    def still_there(self, repository: Repository) -> None:
        """The repository itself is seen under this name: a 404 then means what it says.

        Raises Renamed where it has another name by now, and Permanent where it is not shown.
        """
        seen = self.repository(repository.id)
        if seen is None:
            raise Permanent(f"GitHub no longer shows {repository.full_name} to the App.")
        if seen.full_name.lower() != repository.full_name.lower():
            raise Renamed(repository.full_name, seen)

    def _get(self, path: str) -> Any:
        return self._rest.ask("GET", path).data

    def _repository(self, path: str) -> Repository | None:
        try:
            payload = {"repository": self._get(path)}
        except Gone:
            return None
        if self._installation_id:
            payload["installation"] = {"id": self._installation_id}
        try:
            return shapes.repository(payload)
        except BadPayload as error:
            raise Permanent(f"GitHub's answer to {path} cannot be read: {error}") from error

    def list(self, path: str, limit: int = 500) -> list[Any]:
        """The objects of a paged list in GitHub's order, `limit` at most; also where an object wraps the list."""
        found: list[Any] = []
        address: str | None = f"{path}{'&' if '?' in path else '?'}per_page={min(PER_PAGE, limit)}"
        with self._rest.connection():
            while address is not None and len(found) < limit:
                answer = self._rest.ask("GET", address)
                found += [item for item in _items(answer.data) if isinstance(item, dict)]
                address = answer.next
        return found[:limit]


def path_of(full_name: str) -> str:
    """Where the API keeps a repository. Raises Permanent for what cannot be a repository's name."""
    if not _FULL_NAME.fullmatch(full_name):
        raise Permanent(f"{full_name[:200]!r} is not a repository's name; write it like owner/name.")
    return f"/repos/{full_name}"


def _items(data: Any) -> list[Any]:
    """The items of a list, also where an object wraps it beside a count."""
    if isinstance(data, list):
        return data
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    if len(lists) != 1:
        raise Permanent("GitHub's answer is not a list.")
    return lists[0]


def _part(data: Any, key: str, kind: type) -> Any:
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Permanent(f"GitHub's answer has no usable {key!r}.")
    return value
