"""What SLSA provenance says in its text about the run behind it, held against what the certificate says.

The text is put together from environment variables by the publisher's own client, so it proves nothing; but a text
that contradicts its certificate was written to mislead. Only what both name is compared.
Source: slsa.dev/provenance (v0.2, v1); github.com/npm/cli libnpmpublish/lib/provenance.js; github.com/actions/attest;
github.com/slsa-framework/slsa-github-generator.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.evidence.claims import GITHUB, GITHUB_ACTIONS, Claims
from verifier.evidence.statement import Statement

_SLSA = "https://slsa.dev/provenance/"
_GIT = "git+"


def disagreement(statement: Statement, claims: Claims) -> str:
    """The first field in which the text contradicts the certificate, in words; '' where it contradicts in none."""
    if claims.issuer != GITHUB_ACTIONS or not statement.predicate_type.startswith(_SLSA):
        return ""
    for field, said, signed in _compared(statement.predicate, claims):
        if said and signed and said.lower() != signed.lower():
            return f"its text says that the {field} is {said[:200]!a}, its certificate says {signed[:200]!a}"
    return ""


def _compared(predicate: object, claims: Claims) -> Iterator[tuple[str, str, str]]:
    """(field, what the text says, what the certificate says); either may be empty."""
    build = _at(predicate, "buildDefinition")
    workflow = _at(build, "externalParameters", "workflow")
    github = _at(build, "internalParameters", "github")
    yield "repository", _repository(_said(workflow, "repository")), claims.repository
    yield "workflow", _said(workflow, "path"), claims.workflow
    yield "workflow's ref", _said(workflow, "ref"), claims.workflow_ref
    yield "event", _said(github, "event_name"), claims.event
    yield "repository's id", _said(github, "repository_id"), _number(claims.repository_id)
    yield "owner's id", _said(github, "repository_owner_id"), _number(claims.owner_id)
    invocation = _said(_at(predicate, "runDetails", "metadata"), "invocationId")
    yield "run", invocation if invocation.startswith(GITHUB) else "", _run(claims)
    for source in (_at(build, "resolvedDependencies", 0), _at(predicate, "invocation", "configSource")):
        yield from _source(source, claims)
    yield "workflow", _entry(_said(_at(predicate, "invocation", "configSource"), "entryPoint")), claims.workflow
    for variables in (_at(build, "internalParameters"), _at(predicate, "invocation", "environment")):
        yield from _environment(variables, claims)


def _source(source: object, claims: Claims) -> Iterator[tuple[str, str, str]]:
    """The repository that a build was configured from: `git+https://github.com/owner/name@ref` and its commit."""
    address, _, ref = _said(source, "uri").removeprefix(_GIT).partition("@")
    if not address.startswith(GITHUB):
        return
    yield "source repository", _repository(address), claims.repository
    yield "source ref", ref, claims.ref
    yield "source commit", _said(_at(source, "digest"), "gitCommit"), claims.commit
    yield "source commit", _said(_at(source, "digest"), "sha1"), claims.commit


def _environment(variables: object, claims: Claims) -> Iterator[tuple[str, str, str]]:
    """The variables that builders copy; some write them in upper case, some in lower."""
    if not isinstance(variables, dict):
        return
    said = {name.upper(): _said(variables, name) for name in variables if name.upper().startswith("GITHUB_")}
    for field, signed in {
        "GITHUB_REPOSITORY": claims.repository,
        "GITHUB_REPOSITORY_ID": _number(claims.repository_id),
        "GITHUB_REPOSITORY_OWNER_ID": _number(claims.owner_id),
        "GITHUB_REF": claims.ref,
        "GITHUB_SHA": claims.commit,
        "GITHUB_SHA1": claims.commit,
        "GITHUB_EVENT_NAME": claims.event,
        "GITHUB_RUN_ID": _number(claims.run_id),
        "GITHUB_RUN_ATTEMPT": _number(claims.attempt),
    }.items():
        yield field, said.get(field, ""), signed
    path, _, ref = said.get("GITHUB_WORKFLOW_REF", "").partition("@")
    yield "workflow", path, f"{claims.repository}/{claims.workflow}" if claims.workflow else ""
    yield "workflow's ref", ref, claims.workflow_ref


def _at(value: object, *path: str | int) -> object:
    """What stands at a path; None where nothing does."""
    for key in path:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def _said(fields: object, key: str) -> str:
    """The text or number under a key; '' where there is neither."""
    value = _at(fields, key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _repository(address: str) -> str:
    """`owner/name` of a repository's address on GitHub; any other address as it is."""
    return address.removeprefix(_GIT).removeprefix(GITHUB).removesuffix(".git").strip("/")


def _entry(point: str) -> str:
    """The path of the workflow file an entry point names: itself, or inside `owner/name/path@ref`; '' for a name."""
    path, _, _ = point.partition("@")
    at = path.find(".github/workflows/")
    return path[at:] if at >= 0 else ""


def _run(claims: Claims) -> str:
    if claims.run_id is None:
        return ""
    return f"{GITHUB}{claims.repository}/actions/runs/{claims.run_id}/attempts/{claims.attempt}"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
