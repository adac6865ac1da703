"""The description of GitHub's interface that our pretended GitHub holds each request against."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.github_api.validate import problem


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/repos/o/r/check-runs", {"name": "x"}),
        ("POST", "/repos/o/r/check-runs", {"name": "x", "head_sha": "a", "output": {"title": "t"}}),
        ("PATCH", "/repos/o/r/check-runs/1", {"conclusion": "passed"}),
        ("POST", "/repos/o/r/issues", {"body": "x"}),
        ("POST", "/repos/o/r/issues", {"title": "t", "labels": 5}),
        ("PATCH", "/repos/o/r/issues/1", {"state": "shut"}),
        ("POST", "/repos/o/r/security-advisories", {"summary": "s", "description": "d"}),
        (
            "POST",
            "/repos/o/r/security-advisories",
            {"summary": "s", "description": "d", "vulnerabilities": [{"package": {"ecosystem": "docker"}}]},
        ),
        ("POST", "/app/installations/x/access_tokens", {}),
        ("POST", "/app/installations/1/access_tokens", {"permissions": {"checks": "admin"}}),
        ("GET", "/repos/o/r/zzz", None),
        ("DELETE", "/repos/o/r", None),
        ("GET", "/repos/o/r/issues?per_page=x", None),
        ("GET", "/repos/o/r/issues?perpage=5", None),
        ("GET", "/repositories/name", None),
    ],
)
def test_a_request_that_github_would_refuse_fails_our_tests(method: str, path: str, body: Any) -> None:
    assert problem(httpx.Request(method, f"https://api.github.com{path}", json=body)) != ""
