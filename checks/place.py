"""Where an incident's issue stands: in the repository itself, or in the one that its owner names for all of them.

1. The repository named must be the same owner's and covered by the same installation; else nothing is filed.
2. What is private is never told in public: an incident of a private repository stays there where the other is public.
3. GitHub is asked again before anything of a private repository is written elsewhere: it may have become public since.
"""

from __future__ import annotations

from urllib.parse import quote

from checks.base import GitHubCalls, Permanent, Subject
from verifier.model import Repository


def new(subject: Subject) -> str:
    """`owner/name` of the repository where a new issue is to stand. Raises Permanent where the one named is unfit."""
    own, named, tracker = subject.repository, subject.conduct.issue_repository, subject.tracker
    if not named or named.lower() == own.full_name.lower():
        return own.full_name
    if tracker is None or tracker.removed or tracker.owner_id != own.owner_id:
        raise Permanent(_unfit(own.full_name, named))
    if tracker.installation_id is None or tracker.installation_id != own.installation_id:
        raise Permanent(_unfit(own.full_name, named))
    return own.full_name if own.private and not tracker.private else tracker.full_name


def ref(subject: Subject, where: str, number: str) -> str:
    """What is remembered of an issue: its number, and where it stands unless that is the repository itself."""
    return number if where == subject.repository.full_name else f"{where}#{number}"


def of(own: str, remembered: str) -> tuple[str, str]:
    """`owner/name` and number of the issue that is remembered so of a repository called `own`."""
    where, _, number = remembered.rpartition("#")
    return where or own, number


def check(own: Repository, where: str, github: GitHubCalls) -> None:
    """Raises Permanent where something of a private repository would be written into one that is not private now."""
    if not own.private or where == own.full_name:
        return
    seen = github.call("GET", f"/repos/{quote(where)}")
    if not isinstance(seen, dict) or seen.get("private") is not True:
        raise Permanent(
            f"{where} is public, and {own.full_name} is private: nothing is written there. Make it private, or name "
            "another issue_repository."
        )


def _unfit(own: str, named: str) -> str:
    return (
        f"The issues of {own} shall be made in {named[:200]!r}, which is no repository of the same owner that the App "
        "is installed on: grant it in the installation's settings, or correct issue_repository."
    )
