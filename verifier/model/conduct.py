"""How a repository wants to be spoken to, and who may command there."""

from __future__ import annotations

from dataclasses import dataclass

CONFIG_PATH = ".github/artifact-monitor.yml"
"""Where a repository, or its organisation in `.github`, says it."""
LADDER = ("none", "read", "triage", "write", "maintain", "admin")
"""GitHub's roles, weakest first. On a public repository it says `read` of everybody."""
ROLES = LADDER[LADDER.index("write") :]
"""Those of them that may be asked for."""


@dataclass(frozen=True)
class Conduct:
    """What holds for one repository, from its owner's config and its own.

    `issue_repository` (`owner/name`, of the same owner) takes the issues of all its repositories; '': each its own.
    `role` is the least that commands need. `four_eyes`: what loosens needs a second person. `preview`: nothing is
    filed on GitHub but neutral check runs.
    """

    check_runs: bool = True
    issues: bool = True
    advisories: bool = True
    labels: tuple[str, ...] = ("artifact-monitor",)
    assignees: tuple[str, ...] = ()
    issue_repository: str = ""
    role: str = "maintain"
    four_eyes: bool = False
    preview: bool = False
