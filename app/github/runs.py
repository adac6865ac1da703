"""GitHub's list of runs, read completely for a span of time.

Source: docs.github.com/rest/actions/workflow-runs. The list shows each run with its latest attempt only, and can be
filtered by when the run was *created*: a run re-run or approved later keeps that date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from checks.base import Gone, Permanent
from handlers import shapes
from handlers.base import BadPayload
from verifier.model import Repository, Run

BEFORE = timedelta(days=31)
"""How long before a span a run may have been created whose later attempt lies in it."""
CAP = 1_000
"""GitHub lists no more runs than this for one filter."""
PER_PAGE = 100
MOST_REQUESTS = 500
"""The most questions that one reading of the list may take."""

_SECOND = timedelta(seconds=1)


class Asked(Protocol):
    """The part of `app.github.installation.GitHub` that the reading needs."""

    def page(self, path: str) -> tuple[int, list[dict[str, Any]], str | None]:
        """One page of a counted list."""

    def run(self, repository: Repository, run_id: int, attempt: int) -> Run | None:
        """One attempt."""

    def still_there(self, repository: Repository) -> None:
        """Raises Permanent unless the repository is seen."""


class RunList:
    """One complete reading of the attempts that were going on from `since` to `until`."""

    def __init__(self, github: Asked, path: str, repository: Repository, since: datetime, until: datetime) -> None:
        self._github, self._repository = github, repository
        self._since, self._until = since.astimezone(UTC), until.astimezone(UTC)
        self._base = f"{path}/actions"
        self._asked = 0

    def read(self, workflows: Sequence[str]) -> list[Run]:
        """The attempts of these workflow files, or of all. Raises Temporary or Permanent rather than leave one out."""
        items: dict[int, Any] = {}
        for path in dict.fromkeys(workflows):
            listed = self._of_workflow(path)
            if listed is None:
                return self.attempts_of(self._sliced(f"{self._base}/runs").values())
            items |= listed
        return self.attempts_of((items if workflows else self._sliced(f"{self._base}/runs")).values())

    def _of_workflow(self, path: str) -> dict[int, Any] | None:
        """Its runs by id; None when GitHub knows no run of this file, ever: others call it, and have the runs."""
        base = f"{self._base}/workflows/{quote(path.rsplit('/', 1)[-1], safe='')}/runs"
        try:
            return self._sliced(base) or ({} if self._page(f"{base}?per_page=1")[0] else None)
        except Gone:
            self._github.still_there(self._repository)
            return None

    def _sliced(self, base: str) -> dict[int, Any]:
        """All runs created in the span, in slices that stay below GitHub's cap."""
        found: dict[int, Any] = {}
        start = (self._since - BEFORE).replace(microsecond=0)
        spans = [(start, self._until.replace(microsecond=0) + _SECOND)]
        while spans:
            first, last = spans.pop()
            query = urlencode({"created": f"{_text(first)}..{_text(last)}", "per_page": PER_PAGE})
            total, items, more = self._page(f"{base}?{query}")
            if total >= CAP and last > first:
                middle = first + (last - first) // 2
                middle = middle.replace(microsecond=0)
                spans += [(first, middle), (middle + _SECOND, last)]
                continue
            if total >= CAP:
                raise Permanent(f"{self._repository.full_name} has {total} runs of one second; GitHub lists fewer.")
            while True:
                found |= {item["id"]: item for item in items if isinstance(item.get("id"), int)}
                if more is None:
                    break
                _, items, more = self._page(more)
        return found

    def _page(self, path: str) -> tuple[int, list[dict[str, Any]], str | None]:
        self._count()
        return self._github.page(path)

    def _count(self) -> None:
        self._asked += 1
        if self._asked > MOST_REQUESTS:
            raise Permanent(
                f"The runs of {self._repository.full_name} take more than {MOST_REQUESTS} questions to list; "
                "name the workflow files that publish, so that only theirs are read."
            )

    def attempts_of(self, items: Iterable[Mapping[str, Any]]) -> list[Run]:
        """The attempts in the span of these items of a list. Raises Temporary or Permanent."""
        return [run for item in items for run in self._attempts(item)]

    def _attempts(self, item: Mapping[str, Any]) -> list[Run]:
        """The attempts of one run that were going on in the span; earlier ones are asked for only where they could be.

        An attempt has ended when the next one starts, so the walk back stops at the first that started before `since`.
        """
        try:
            found = [run_of(item, self._repository)]
        except Permanent:
            if _of_fork(item, self._repository):
                return []  # a stranger's oddly named branch must not blind us, and a fork's run explains nothing
            raise
        created = str(item.get("created_at"))
        for attempt in range(found[0].key.attempt - 1, 0, -1):
            if found[-1].started_at <= self._since or created > _text(self._until):
                break
            self._count()
            earlier = self._github.run(self._repository, found[0].key.run_id, attempt)
            if earlier is not None:
                found.append(earlier)
        return [r for r in found if r.started_at <= self._until and (not r.completed or r.updated_at >= self._since)]


def run_of(item: Any, repository: Repository) -> Run:
    """One attempt from GitHub's JSON, checked to be of this repository: a name may belong to another one by now."""
    if not isinstance(item, Mapping):
        raise Permanent(f"GitHub's answer about a run of {repository.full_name} is not an object.")
    home = item.get("repository")
    if isinstance(home, Mapping) and home.get("id") != repository.id:
        raise Permanent(f"{repository.full_name} is another repository now; its id is not {repository.id}.")
    try:
        return shapes.run(item, repository.id)
    except BadPayload as error:
        raise Permanent(f"GitHub's answer about a run of {repository.full_name} cannot be read: {error}") from error


def _of_fork(item: Mapping[str, Any], repository: Repository) -> bool:
    head = item.get("head_repository")
    return isinstance(head, Mapping) and isinstance(head.get("id"), int) and head["id"] != repository.id


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
