"""What an attestation says about the GitHub Actions run behind it: by its text, or by its certificate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.model import Evidence, RunKey, Standing
from verifier.registries.document import Malformed

GITHUB = "https://github.com/"
"""Where GitHub's addresses in attestations begin. Others are other servers, whose ids mean other repositories."""

_LARGEST = 2**63 - 1
_RUN = re.compile(r"([^/]+/[^/]+)/actions/runs/([0-9]{1,19})/attempts/([0-9]{1,9})")


@dataclass(frozen=True)
class Claims:
    """The run as somebody names it. `repository` is `owner/name`, or a whole address when it is not GitHub's."""

    repository: str = ""
    repository_id: int | None = None
    owner_id: int | None = None
    workflow: str = ""
    ref: str = ""
    event: str = ""
    commit: str = ""
    run_id: int | None = None
    attempt: int | None = None


def identifier(value: object, where: str) -> int | None:
    """A numeric id written as text or number; None when it is missing. Raises Malformed when it is neither."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch("[0-9]{1,19}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LARGEST:
        raise Malformed(f"{where} is not an id")
    return value


def repository(address: str) -> str:
    """`owner/name` of a repository's address on GitHub; any other address as it is."""
    address = address.removeprefix("git+").split("@", 1)[0]
    return address.removeprefix(GITHUB).removesuffix(".git").strip("/")


def run(address: str, of: str, where: str) -> tuple[int, int]:
    """Run id and attempt from a run's address on GitHub. Raises Malformed when it is none, or another repository's."""
    found = _RUN.fullmatch(address.removeprefix(GITHUB)) if address.startswith(GITHUB) else None
    if found is None:
        raise Malformed(f"{where} is not the address of an attempt of a run on GitHub")
    if found[1].lower() != of.lower():
        raise Malformed(f"{where} names a run of another repository than the one beside it")
    run_id, attempt = identifier(found[2], where), identifier(found[3], where)
    if run_id is None or attempt is None:
        raise Malformed(f"{where} holds no run id")
    return run_id, attempt


def workflow(address: str, of: str) -> str:
    """The path of a workflow file from `owner/name/path@ref`; with its repository when that is not `of`."""
    path = address.removeprefix(GITHUB).split("@", 1)[0]
    return path[len(of) + 1 :] if path.lower().startswith(f"{of.lower()}/") else path


def agreed(stated: Claims, signed: Claims | None) -> Claims:
    """Whom to believe: the certificate, whose claims the publisher's run could not choose, before the text.

    Certificates of early 2023 name no ids. Then the text's count, if both name the same repository.
    """
    if signed is None:
        return stated
    same = stated.repository.lower() == signed.repository.lower()
    return stated if same and signed.repository_id is None else signed


def evidence(source: str, claims: Claims, digests: tuple[str, ...]) -> Evidence:
    """The claims as evidence that nobody verified here. It names a run only where it names the repository's id.

    Raises Malformed when it names no repository: that of a person, say, whose signature is no run's.
    """
    if not claims.repository:
        raise Malformed("it names no repository")
    key = None
    if claims.repository_id is not None and claims.run_id is not None and claims.attempt is not None:
        key = RunKey(claims.repository_id, claims.run_id, claims.attempt)
    return Evidence(
        Standing.STATED,
        source,
        run=key,
        repository=claims.repository,
        repository_id=claims.repository_id,
        owner_id=claims.owner_id,
        workflow=claims.workflow,
        ref=claims.ref,
        event=claims.event,
        commit=claims.commit,
        digests=digests,
    )


def unreadable(source: str, problem: str) -> Evidence:
    """Evidence that is there and could not be read."""
    return Evidence(Standing.UNREADABLE, source, problem=problem)
