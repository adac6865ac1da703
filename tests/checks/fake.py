"""GitHub as the channels see it: keeps what they ask, checks it against GitHub's description, answers from memory."""

from __future__ import annotations

from typing import Any

import httpx

from checks.base import Gone
from tests.github_api.validate import problem

APP = {"id": 7}


class FakeGitHub:
    """One repository with issues, check runs and advisories. `absent` are path endings that answer 404."""

    def __init__(self, absent: tuple[str, ...] = ()) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.items: dict[str, list[dict[str, Any]]] = {"issues": [], "check-runs": [], "security-advisories": []}
        self.items["comments"] = []
        self.absent = absent
        self.made = 0

    def ours(self, app: Any) -> bool:
        return bool(app == APP)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        assert problem(httpx.Request(method, f"https://api.github.com{path}", json=body)) == ""
        self.asked.append((method, path, body))
        kind, _, ref = path.removeprefix("/repos/axios/axios/").partition("/")
        if "comments" in ref:
            kind, ref = "comments", ref.removeprefix("comments/")
        if kind in self.absent:
            raise Gone(f"404 {path}")
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
            self.items[kind].append(made | (body or {}))
            return self.items[kind][-1]
        held = next((i for i in self.items[kind] if ref in (str(i["number"]), i["ghsa_id"])), None)
        if held is None:
            raise Gone(f"404 {path}")
        held |= body or {}
        return held

    def list(self, path: str, limit: int = 500) -> list[Any]:
        assert problem(httpx.Request("GET", f"https://api.github.com{path}")) == ""
        self.asked.append(("GET", path, None))
        kind = path.partition("?")[0].rsplit("/", 1)[-1]
        if kind in self.absent:
            raise Gone(f"404 {path}")
        return self.items[kind][:limit]
