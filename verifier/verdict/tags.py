"""The tags and releases that a case knows, found by what they name: a repository may have thirty thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from verifier.model import Artifact, Case, Shared, Version
from verifier.model.github import NEVER
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
    return any(key in named for named in _named(case, version) for key in keys_of(version.artifact, version.number))


def tagged_by(case: Case, version: Version, due: datetime) -> bool:
    """A tag or a release that names it was there by then. One of which nobody knows since when teaches nothing."""
    keys = keys_of(version.artifact, version.number)
    return any(NEVER < named[key] <= due for named in _named(case, version) for key in keys if key in named)


def _named(case: Case, version: Version) -> tuple[Mapping[object, datetime], ...]:
    tags = _first(case.refs, ((ref.name, ref.seen_at) for ref in case.refs), version.artifact)
    told = ((release.tag, release.published_at or NEVER) for release in case.releases)
    return tags, _first(case.releases, told, version.artifact)


def _first(held: Shared[Any], names: Iterable[tuple[str, datetime]], artifact: Artifact) -> Mapping[object, datetime]:
    """When each thing that names name was named first."""
    if artifact not in held.found:
        first: dict[object, datetime] = {}
        for name, at in names:
            for key in named_keys(name, artifact):
                first[key] = min(filter(NEVER.__lt__, (at, first.get(key, at))), default=NEVER)
        held.found[artifact] = first
    found: Mapping[object, datetime] = held.found[artifact]
    return found
