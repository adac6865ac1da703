"""Cut GitHub's OpenAPI description down to what the app calls.

How to renew `github.json` (outside the checkout):
    npm install @octokit/openapi@23.0.2
    python tests/github_api/trim.py node_modules/@octokit/openapi/generated/api.github.com.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUT = Path(__file__).with_name("github.json")

_REPO = "/repos/{owner}/{repo}"
CALLED: dict[str, tuple[str, ...]] = {
    "/meta": ("get",),
    "/app/installations/{installation_id}": ("get",),
    "/app/installations/{installation_id}/access_tokens": ("post",),
    "/app/hook/deliveries": ("get",),
    "/app/hook/deliveries/{delivery_id}": ("get",),
    "/app/hook/deliveries/{delivery_id}/attempts": ("post",),
    _REPO: ("get",),
    f"{_REPO}/tags": ("get",),
    f"{_REPO}/releases": ("get",),
    f"{_REPO}/installation": ("get",),
    f"{_REPO}/contents/{{path}}": ("get",),
    f"{_REPO}/git/ref/{{ref}}": ("get",),
    f"{_REPO}/git/trees/{{tree_sha}}": ("get",),
    f"{_REPO}/git/blobs/{{file_sha}}": ("get",),
    f"{_REPO}/git/commits/{{commit_sha}}": ("get",),
    f"{_REPO}/branches": ("get",),
    f"{_REPO}/branches/{{branch}}": ("get",),
    f"{_REPO}/commits": ("get",),
    f"{_REPO}/commits/{{ref}}": ("get",),
    f"{_REPO}/commits/{{commit_sha}}/pulls": ("get",),
    f"{_REPO}/compare/{{basehead}}": ("get",),
    f"{_REPO}/attestations/{{subject_digest}}": ("get",),
    f"{_REPO}/environments": ("get",),
    f"{_REPO}/actions/runs/{{run_id}}/approvals": ("get",),
    f"{_REPO}/actions/jobs/{{job_id}}/logs": ("get",),
    f"{_REPO}/actions/runs": ("get",),
    f"{_REPO}/actions/workflows/{{workflow_id}}/runs": ("get",),
    f"{_REPO}/actions/runs/{{run_id}}/attempts/{{attempt_number}}": ("get",),
    f"{_REPO}/actions/runs/{{run_id}}/attempts/{{attempt_number}}/jobs": ("get",),
    f"{_REPO}/commits/{{ref}}/check-runs": ("get",),
    f"{_REPO}/check-runs": ("post",),
    f"{_REPO}/check-runs/{{check_run_id}}": ("patch",),
    f"{_REPO}/issues": ("get", "post"),
    f"{_REPO}/issues/{{issue_number}}": ("get", "patch"),
    f"{_REPO}/issues/{{issue_number}}/assignees": ("post",),
    f"{_REPO}/issues/{{issue_number}}/labels": ("post",),
    f"{_REPO}/issues/{{issue_number}}/labels/{{name}}": ("delete",),
    f"{_REPO}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{_REPO}/issues/comments/{{comment_id}}": ("patch",),
    f"{_REPO}/collaborators/{{username}}/permission": ("get",),
    f"{_REPO}/security-advisories": ("get", "post"),
    f"{_REPO}/security-advisories/{{ghsa_id}}": ("get", "patch"),
}
DROPPED = {
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "x-github",
    "x-octokit",
    "tags",
    "deprecated",
}


def trim(full: dict[str, Any]) -> dict[str, Any]:
    """The called operations and what they refer to, without words and examples."""
    paths = {
        path: {k: v for k, v in full["paths"][path].items() if k in (*methods, "parameters")}
        for path, methods in CALLED.items()
    }
    # GitHub answers /repositories/{id} too, and its own links use it; the description does not have it.
    by_id = json.loads(json.dumps(paths[_REPO]["get"]))
    by_id["operationId"] = "repos/get-by-id"
    by_id["parameters"] = [
        {"name": "repository_id", "in": "path", "required": True, "schema": {"type": "integer"}},
    ]
    paths["/repositories/{repository_id}"] = {"get": by_id}
    out: dict[str, Any] = {
        "openapi": full["openapi"],
        "info": {"title": "GitHub, as far as it is called", "version": full["info"]["version"]},
        "servers": [{"url": "https://api.github.com"}],
        "paths": _bare(paths, inside_properties=False),
        "components": {},
    }
    waiting = list(_references(out["paths"]))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        held = out["components"].setdefault(kind, {})
        if name not in held:
            held[name] = _bare(full["components"][kind][name], inside_properties=False)
            waiting += _references(held[name])
    # The description says `date-time`, its own words say a range of them ("2026-01-01..2026-01-02").
    out["components"]["parameters"]["created"]["schema"].pop("format", None)
    for operation in (o for path in out["paths"].values() for o in path.values()):
        _mend(operation.get("responses", {}))
    _mend(out["components"].get("responses", {}))
    return out


def _bare(value: Any, *, inside_properties: bool) -> Any:
    """Without the keys that are words; a *property* that happens to be called like one stays."""
    if isinstance(value, list):
        return [_bare(item, inside_properties=False) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _bare(item, inside_properties=key == "properties" and not inside_properties)
        for key, item in value.items()
        if inside_properties or key not in DROPPED
    }


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _mend(responses: dict[str, Any]) -> None:
    """Every response needs a description; and githubkit asks for GitHub's own JSON type, where plain JSON is named."""
    for response in responses.values():
        if "$ref" not in response:
            response["description"] = ""
        content = response.get("content", {})
        if "application/json" in content:
            content["application/vnd.github+json"] = content["application/json"]


if __name__ == "__main__":
    text = json.dumps(trim(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), sort_keys=True, indent=0)
    OUT.write_text(text + "\n", encoding="utf-8")
