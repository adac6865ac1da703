"""What a run's own workflow file says about its steps, read from GitHub as it stood at the run's commit."""

from __future__ import annotations

from app.github.files import file_at
from app.github.installation import GitHub
from checks.base import Permanent, Temporary
from verifier.discovery.publishing import Publishing, publishing
from verifier.discovery.yaml_in import BYTES
from verifier.model import Repository, Run

MOST_KEPT = 200
"""The most answers that a process keeps: a run is read twice or more, and many runs share a commit."""

_kept: dict[tuple[object, ...], Publishing] = {}


def publishing_of(github: GitHub, repository: Repository, run: Run) -> Publishing | None:
    """Which of the run's steps publish, by its workflow file; None when that file cannot be read.

    A file that it calls and that cannot be read leaves the steps concerned untold, and fails nothing. Raises Temporary
    when GitHub did not answer for the workflow file itself: then the whole reading is worth another try.
    """
    # What such a run does stands on the default branch, not at the commit of the pull request that GitHub names.
    if run.event == "pull_request_target" or not run.workflow.startswith(".github/workflows/"):
        return None
    key = (repository.id, run.workflow, run.head_sha, run.called)
    if key in _kept:
        return _kept[key]
    try:
        root = file_at(github, repository, run.workflow, run.head_sha, BYTES)
    except Permanent:
        return None
    if root is None:
        return None
    missed = False

    def files(path: str) -> bytes | None:
        nonlocal missed
        if path == run.workflow:
            return root
        try:
            return file_at(github, repository, path, run.head_sha, BYTES)
        except Permanent:
            return None
        except Temporary:
            missed = True
            return None

    read = publishing(run.workflow, files, repository.full_name, run.called)
    if not missed:
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = read
    return read
