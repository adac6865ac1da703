"""In-toto statements and SLSA provenance: which files an attestation is about, and which run its text names.

The text is written by the publisher's own client. Source: github.com/in-toto/attestation (statement v0.1 and v1),
slsa.dev/provenance (v0.2 and v1), github.com/npm/cli libnpmpublish/lib/provenance.js.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.registries import claims
from verifier.registries.claims import GITHUB, Claims
from verifier.registries.document import Malformed, decoded, digests, items, mapping, parse, text

LONGEST = 2 * 1024 * 1024
"""The longest statement we read, in characters of Base64."""

_TYPE = "https://in-toto.io/Statement/"
_SUBJECTS = 1024
_SLSA = {"https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"}


@dataclass(frozen=True)
class Statement:
    """A predicate of some type about some files."""

    predicate_type: str
    predicate: object
    subject: object

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of all its subjects, sorted. Raises Malformed when it names none: it would be about anything."""
        found = set[str]()
        for at, subject in enumerate(items(self.subject, "subject", _SUBJECTS)):
            found.update(digests(mapping(subject, f"subject[{at}]").get("digest"), f"subject[{at}].digest"))
        if not found:
            raise Malformed("subject names no digest")
        return tuple(sorted(found))


def read(payload: object, where: str) -> Statement:
    """A statement from its Base64 text. Raises Malformed."""
    document = mapping(parse(decoded(payload, where, LONGEST)), where)
    if not text(document.get("_type"), "_type").startswith(_TYPE):
        raise Malformed(f"{where} is not an in-toto statement")
    return Statement(
        text(document.get("predicateType"), "predicateType"), document.get("predicate"), document.get("subject")
    )


def provenance(statement: Statement) -> Claims:
    """The run that SLSA provenance names. Raises Malformed when it is not SLSA provenance or a field is wrong."""
    if statement.predicate_type not in _SLSA:
        raise Malformed(f"predicateType {statement.predicate_type} is not one we can read")
    predicate = mapping(statement.predicate, "predicate")
    return _v1(predicate) if statement.predicate_type.endswith("/v1") else _v02(predicate)


def _at(root: dict[str, object], *path: str) -> dict[str, object]:
    """The object at a path; empty where it is missing."""
    here = root
    for at, key in enumerate(path):
        value = here.get(key)
        here = {} if value is None else mapping(value, ".".join(("predicate", *path[: at + 1])))
    return here


def _said(fields: dict[str, object], key: str) -> str:
    """The text under a key; empty where it is missing."""
    value = fields.get(key)
    return "" if value is None or value == "" else text(value, key, 1024)


def _first(value: object, where: str) -> dict[str, object]:
    entries = items([] if value is None else value, where, _SUBJECTS)
    return mapping(entries[0], f"{where}[0]") if entries else {}


def _v1(predicate: dict[str, object]) -> Claims:
    build = _at(predicate, "buildDefinition")
    source = _first(build.get("resolvedDependencies"), "predicate.buildDefinition.resolvedDependencies")
    stated = _at(build, "externalParameters", "workflow")
    address = _said(stated, "repository") or _said(source, "uri").removeprefix("git+")
    if not address.startswith(GITHUB):
        return Claims(repository=claims.repository(address))
    repository = claims.repository(address)
    github = _at(build, "internalParameters", "github")
    invocation = _said(_at(predicate, "runDetails", "metadata"), "invocationId")
    run_id, attempt = claims.run(invocation, repository, "invocationId") if invocation else (None, None)
    return Claims(
        repository=repository,
        repository_id=claims.identifier(github.get("repository_id"), "repository_id"),
        owner_id=claims.identifier(github.get("repository_owner_id"), "repository_owner_id"),
        workflow=_said(stated, "path"),
        ref=_said(stated, "ref"),
        event=_said(github, "event_name"),
        commit=_said(_at(source, "digest"), "gitCommit"),
        run_id=run_id,
        attempt=attempt,
    )


def _v02(predicate: dict[str, object]) -> Claims:
    source = _at(predicate, "invocation", "configSource")
    address = _said(source, "uri").removeprefix("git+")
    if not address.startswith(GITHUB):
        return Claims(repository=claims.repository(address))
    repository = claims.repository(address)
    said = _at(predicate, "invocation", "environment")
    return Claims(
        repository=repository,
        repository_id=claims.identifier(said.get("GITHUB_REPOSITORY_ID"), "GITHUB_REPOSITORY_ID"),
        owner_id=claims.identifier(said.get("GITHUB_REPOSITORY_OWNER_ID"), "GITHUB_REPOSITORY_OWNER_ID"),
        workflow=claims.workflow(_said(said, "GITHUB_WORKFLOW_REF") or _said(source, "entryPoint"), repository),
        ref=_said(said, "GITHUB_REF"),
        event=_said(said, "GITHUB_EVENT_NAME"),
        commit=_said(_at(source, "digest"), "sha1"),
        run_id=claims.identifier(said.get("GITHUB_RUN_ID"), "GITHUB_RUN_ID"),
        attempt=claims.identifier(said.get("GITHUB_RUN_ATTEMPT"), "GITHUB_RUN_ATTEMPT"),
    )
