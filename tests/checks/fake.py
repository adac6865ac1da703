"""GitHub as the channels see it: keeps what they ask, checks it against GitHub's description, answers from memory."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import httpx

from checks.base import Gone, NoLonger, Permanent
from tests.github_api.validate import problem

APP = {"id": 7}


HOME = "axios/axios"


class FakeGitHub:
    """Repositories with issues, check runs and advisories. `absent` are path endings that answer 404, `off` 410.

    `public` are those that are not private; `people` can be assigned to issues, nobody else.
    """

    def __init__(
        self,
        absent: tuple[str, ...] = (),
        public: tuple[str, ...] = (HOME,),
        people: tuple[str, ...] = ("carol",),
        off: tuple[str, ...] = (),
    ) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.items: dict[str, list[dict[str, Any]]] = {"issues": [], "check-runs": [], "security-advisories": []}
        self.items["comments"] = []
        self.absent, self.public, self.people, self.off = absent, public, people, off
        self.made = 0

    def ours(self, app: Any) -> bool:
        return bool(app == APP)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        assert problem(httpx.Request(method, f"https://api.github.com{path}", json=body)) == ""
        self.asked.append((method, path, body))
        repository, kind, ref, part = _parts(path)
        if "comments" in (ref, part):  # made under an issue, edited by their own number
            kind, ref, part = "comments", part if ref == "comments" else "", ""
        if kind in self.absent:
            raise Gone(f"404 {path}")
        if kind in self.off:
            raise NoLonger(f"410 {path}")
        if not kind:
            return {"full_name": repository, "private": repository not in self.public}
        unknown = set((body or {}).get("assignees", ())) - set(self.people)
        if part:
            return self._part(method, self._held(repository, kind, ref, path), part, body or {})
        if method == "POST" and unknown:
            raise Permanent(f"GitHub refuses {path} (422): Validation Failed; invalid")
        if method == "POST":
            self.made += 1
            number = self.made
            made = {
                "id": number,
                "number": number,
                "ghsa_id": f"GHSA-{number}",
                "html_url": f"https://github.example/{number}",
            }
            made |= {"app": APP, "performed_via_github_app": APP, "state": "draft" if "adv" in kind else "open"}
            self.items[kind].append(made | {"repository": repository} | (body or {}))
            return self.items[kind][-1]
        held = self._held(repository, kind, ref, path)
        held |= body or {}
        return held

    def list(self, path: str, limit: int = 500) -> list[Any]:
        assert problem(httpx.Request("GET", f"https://api.github.com{path}")) == ""
        self.asked.append(("GET", path, None))
        repository, kind = _parts(path)[0], path.partition("?")[0].rsplit("/", 1)[-1]
        if kind in self.absent:
            raise Gone(f"404 {path}")
        return [item for item in self.items[kind] if item.get("repository", repository) == repository][:limit]

    def _held(self, repository: str, kind: str, ref: str, path: str) -> dict[str, Any]:
        for item in self.items[kind]:
            if ref in (str(item["number"]), item["ghsa_id"]) and item["repository"] == repository:
                return item
        raise Gone(f"404 {path}")

    def _part(self, method: str, issue: dict[str, Any], part: str, body: dict[str, Any]) -> Any:
        """Labels are set and taken away one by one; of assignees added later the unknown ones are left out."""
        if part == "assignees":
            added = [name for name in body["assignees"] if name in self.people]
            issue["assignees"] = [*issue.get("assignees", ()), *added]
        elif method == "POST":
            issue["labels"] = [*issue["labels"], *body["labels"]]
        else:
            name = unquote(part.removeprefix("labels/"))
            if name not in issue["labels"]:
                raise Gone("404 Label does not exist")
            issue["labels"] = [label for label in issue["labels"] if label != name]
        return issue


def _parts(path: str) -> tuple[str, str, str, str]:
    """The repository, the kind of thing, its number, and what of it."""
    _, _, owner, name, *rest = path.partition("?")[0].split("/", 6)
    kind, ref, part = (*rest, "", "", "")[:3]
    return f"{owner}/{name}", kind, ref, part
