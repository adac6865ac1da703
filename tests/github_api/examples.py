"""The repository that the tests of GitHub's client ask about, and its addresses."""

from __future__ import annotations

from datetime import UTC, datetime

from verifier.model import Repository

AT = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
REPOSITORY = Repository(10, 5, "owner/name", AT, default_branch="main")
RUNS = "/repos/owner/name/actions/runs"
