"""Whether a tag or a commit's title names one version of one artifact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from verifier.model import Artifact
from verifier.tag_names import core

_GENERIC = {"", "v", "version", "release", "rel", "ver"}
_TOKEN = re.compile(r"[0-9A-Za-z@/][0-9A-Za-z.@/+_-]*")
_WORD = re.compile(r"(?:version|release|ver|rel|v)?[._-]?", re.IGNORECASE)
_LIMIT = 256
_VERSION = re.compile(
    r"(?:@[^/]+/)?(?:[^/]+/)?(?:v?\d+\.[\dx]+[\w.+-]*|[^/]+[@_-]v?\d+\.\d+\.\d+[\w.+-]*)", re.IGNORECASE
)


def tag_names(tag: str, artifact: Artifact, number: str) -> bool:
    """The tag names this version of this artifact: `v1.2.3`, `1.2.3`, `release-1.2.3`, `name@1.2.3`, `name/v1.2.3`.

    A tag with another package's name does not: `other@1.2.3` says nothing about us (monorepos).
    """
    return any(same_number(artifact, named, number) for named in _named(tag, artifact))


def _named(tag: str, artifact: Artifact) -> Iterator[str]:
    """Whatever in a tag of this artifact may be a version's number."""
    tag = tag.removeprefix("refs/tags/")
    for cut in _cuts(tag) if len(tag) <= _LIMIT else ():
        word = _WORD.match(tag, cut)
        if word and _is_ours(tag[:cut], artifact):
            yield tag[word.end() :]


def named_keys(tag: str, artifact: Artifact) -> Iterator[object]:
    """Keys of the versions that a tag names: one is among a version's `keys_of` where, and only where, it names it."""
    for number in _named(tag, artifact):
        yield from keys_of(artifact, number)


def keys_of(artifact: Artifact, number: str) -> frozenset[object]:
    """Keys of a version's number; two have one in common where they are the `same_number`."""
    if artifact.type != "pypi":
        return frozenset({number})
    try:
        return frozenset({number, Version(number)})
    except InvalidVersion:
        return frozenset({number})


def title_names(title: str, artifact: Artifact, number: str) -> bool:
    """The title names this version and no other: `chore(release): 1.2.3`, not `bump lodash from 4.17.20 to 4.17.21`."""
    words = [word.rstrip(".,:;") for word in _TOKEN.findall(title[:_LIMIT])]
    numbers = [word for word in words if looks_like_version(word)]
    return len(numbers) == 1 and tag_names(numbers[0], artifact, number)


def same_number(artifact: Artifact, one: str, other: str) -> bool:
    """The two spell the same version; PyPI's `1.0-rc.1` and `1.0rc1` are the same by PEP 440."""
    if one == other:
        return True
    if artifact.type != "pypi":
        return False
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False


def same_release(one: str, other: str) -> bool:
    """Two tags of an image name the same release: `1.2.3` and `v1.2.3-rc1`, and `1.2` which follows it."""
    left, right = core(one), core(other)
    return None not in (left, right) and all(a == b for a, b in zip(left or (), right or (), strict=False))


def other_release(tag: str, others: Iterable[str]) -> str | None:
    """The first of these tags, in order, that names another release than the tag does; None where none does."""
    named = (other for other in sorted(others) if core(other) is not None and not same_release(tag, other))
    return next(named, None) if core(tag) is not None else None


def looks_like_version(name: str) -> bool:
    """The name is a version's: `v1.2.3`, `1.2`, `release/1.2`, `name@1.2.3`; not `dependabot/npm/lodash-4.17.21`."""
    return len(name) <= _LIMIT and bool(_VERSION.fullmatch(name))


def _cuts(tag: str) -> list[int]:
    """Where the version may begin: at the start, and behind each separator."""
    return [0, *(match.end() for match in re.finditer(r"[@/_-]", tag))]


def _is_ours(stem: str, artifact: Artifact) -> bool:
    stem, name = stem.rstrip("@/_-").lower(), artifact.name.lower()
    if artifact.type == "pypi":
        stem = canonicalize_name(stem) if stem else stem
    return stem in _GENERIC or stem in {name, name.lstrip("@"), name.rsplit("/", 1)[-1]}
