"""What signed bundles say about one version, and how far each of them carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verifier.model.github import RunKey


class Standing(StrEnum):
    """How far a piece of evidence carries.

    `verified`: we checked signature, chain, log and time ourselves. `promised`: the same, but the log only promised to
    take it in (bundles of early 2023): weaker. `stated`: it is well-formed and cannot be checked here, because our
    trust root does not know its log or its issuer; its words count for nothing either way. `failed`: it was checked
    and is wrong; it counts as not there, and is shown. `unreadable`: it is there and we could not read it.
    """

    VERIFIED = "verified"
    PROMISED = "promised"
    STATED = "stated"
    FAILED = "failed"
    UNREADABLE = "unreadable"


GITHUB_HELD = "GitHub attestation"
"""The source of what GitHub holds: whoever may write to the repository put it there, for builds of any kind."""


IMAGE_HELD = "OCI attestation"
"""The source of what hangs on an image in its registry: whoever may push there put it there, for builds of any kind."""


class Form(StrEnum):
    """How an attestation is written: a Sigstore bundle, or the attestation object of PEP 740."""

    BUNDLE = "bundle"
    PEP740 = "pep740"


@dataclass(frozen=True)
class Attestation:
    """One attestation as a registry (or GitHub) served it, not looked into yet.

    `document` is its JSON text. `names` are what its subject must be called (a purl, a file's name); empty where names
    are free text. `problem` says why there is no document: announced and not served, not in the shape of one.
    """

    source: str
    """Where it was read, in words: `npm attestation`, `PEP 740 attestation`, `GitHub attestation`."""
    form: Form = Form.BUNDLE
    document: bytes = b""
    names: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Evidence:
    """One attestation about files of a version, naming the run whose certificate signed it.

    `repository_id` and `owner_id` are GitHub's numeric ids (None where the certificate has only names), `workflow`
    the path of the *calling* workflow file, `ref` the full ref, `digests` the subjects' `algorithm:hex`.
    """

    standing: Standing
    source: str
    """Where it was read, in words: `npm attestation`, `PEP 740 attestation`, `GitHub attestation`."""
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
    """Why it is not verified; empty when it is."""
    issuer: str = ""
    """Who vouched for the signer (OIDC issuer); GitHub Actions, GitLab, Google …"""
    identity: str = ""
    """The certificate's subject alternative name: for GitHub the *called* workflow file with its ref."""
    called: str = ""
    """The workflow file whose job signed, `owner/repository/path`: the calling one itself, or a reusable one."""
    runner: str = ""
    """`github-hosted` or `self-hosted`; '' in certificates of early 2023."""
    signed_at: datetime | None = None
    """The earliest time that a log or a timestamp authority vouches for."""
    log: str = ""
    """Where the transparency log holds it, `log id:index`; '' where it holds none."""

    @property
    def proven(self) -> bool:
        """Its signature is checked, so its words are its signer's."""
        return self.standing in (Standing.VERIFIED, Standing.PROMISED)

    @property
    def published(self) -> bool:
        """It came with the publication, from the registry: it says which run published, not only which built."""
        return self.proven and self.source not in (GITHUB_HELD, IMAGE_HELD)


def named_runs(evidence: Iterable[Evidence]) -> frozenset[RunKey]:
    """The runs that proven attestations name which came with the publication."""
    return frozenset(e.run for e in evidence if e.run is not None and e.published)
