"""The tags and releases that a case knows, found by what they name: a repository may have thirty thousand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from verifier.model import Artifact, Case, Shared, Version
from verifier.verdict.naming import keys_of, named_keys


def known_tags(case: Case, repository_id: int) -> frozenset[str]:
    """The names of a repository's tags."""
    found = case.refs.found
    if repository_id not in found:
        found[repository_id] = frozenset(ref.name for ref in case.refs if ref.repository_id == repository_id)
    names: frozenset[str] = found[repository_id]
    return names


def names_version(case: Case, version: Version) -> bool:
    """A tag or a release names this version. What `naming.tag_names` says of each, asked of all at once."""
    wanted = keys_of(version.artifact, version.number)
    tags = _keys(case.refs, (ref.name for ref in case.refs), version.artifact)
    releases = _keys(case.releases, (release.tag for release in case.releases), version.artifact)
    return not wanted.isdisjoint(tags) or not wanted.isdisjoint(releases)


def _keys(held: Shared[Any], names: Iterable[str], artifact: Artifact) -> frozenset[object]:
    if artifact not in held.found:
        held.found[artifact] = frozenset(key for name in names for key in named_keys(name, artifact))
    keys: frozenset[object] = held.found[artifact]
    return keys
