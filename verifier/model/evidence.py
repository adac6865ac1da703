"""What a registry or a signed bundle states about one version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from verifier.model.github import RunKey


class Standing(StrEnum):
    """How far a piece of evidence carries.

    `verified`: we checked the signature and the chain ourselves. `stated`: the registry serves it and says that it
    checked; we have not. `unreadable`: it is there and we could not read it. Unreadable is not absent.
    """

    VERIFIED = "verified"
    STATED = "stated"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Evidence:
    """One attestation about files of a version, naming the run that is said to have made them.

    `repository_id` and `owner_id` are GitHub's numeric ids (None where the attestation has only names), `workflow`
    the path of the calling workflow file, `ref` the full ref, `digests` the subjects' `algorithm:hex`.
    """

    standing: Standing
    source: str
    """Where it was read, in words: `npm attestation`, `PEP 740 attestation`."""
    run: RunKey | None = None
    repository: str = ""
    repository_id: int | None = None
    owner_id: int | None = None
    workflow: str = ""
    ref: str = ""
    event: str = ""
    commit: str = ""
    digests: tuple[str, ...] = ()
    problem: str = ""
    """Why it is unreadable; empty otherwise."""


def named_runs(evidence: Iterable[Evidence]) -> frozenset[RunKey]:
    """The runs that readable attestations name."""
    return frozenset(e.run for e in evidence if e.run is not None and e.standing is not Standing.UNREADABLE)
