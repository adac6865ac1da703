"""The log of one job. Source: docs.github.com/rest/actions/workflow-jobs (download job logs).

GitHub answers with an address at its storage that is good for one minute and needs no token; the storage is asked like
any stranger. GitHub Enterprise Server may answer from its own host.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.deps import Fetch
from app.github.installation import GitHub, path_of
from app.github.rest import Elsewhere, TooLarge
from checks.base import Gone, Temporary
from verifier.evidence.log import MOST_BYTES, readable
from verifier.model import Repository
from verifier.registries.base import Absent, Ask, Page

PATIENCE = timedelta(days=1)
"""How long after its end a log is waited for that GitHub's storage does not give."""

_TOO_LARGE = "larger than"


@dataclass(frozen=True)
class Refused:
    """There is a log, and it is not read: too large, not the text that GitHub writes, or never given."""

    problem: str


def job_log(
    fetch: Fetch, github: GitHub, repository: Repository, job_id: int, age: timedelta
) -> bytes | Refused | None:
    """The whole log of a job that ended so long ago; None when GitHub says that it is expired or deleted.

    Raises Temporary when GitHub did not answer, or its storage did not within `PATIENCE`; Permanent when the
    repository is no longer ours to see.
    """
    path = f"{path_of(repository.full_name)}/actions/jobs/{job_id:d}/logs"
    try:
        answer = github.raw(path, MOST_BYTES)
    except TooLarge as error:
        return Refused(str(error))
    except Gone:
        github.still_there(repository)
        return None
    held = _stored(fetch, answer.url, age) if isinstance(answer, Elsewhere) else answer
    if isinstance(held, bytes) and not readable(held):
        return Refused(f"The log of job {job_id} of {repository.full_name} is not dated text, or has too many lines.")
    return held


def _stored(fetch: Fetch, url: str, age: timedelta) -> bytes | Refused | None:
    """What GitHub's storage holds there. Its address is as good as a password, so it stands in no message."""
    page = fetch(Ask(url, "text/plain", MOST_BYTES))
    match page:
        case Page():
            return page.body
        case Absent():
            return None
        case _ if _TOO_LARGE in page.problem or age >= PATIENCE:
            return Refused(page.problem)
        case _:
            raise Temporary(f"A log could not be read where GitHub keeps it: {page.problem}", page.retry_after)
