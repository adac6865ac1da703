"""Order and release line of an image's tags. Never raises: what names no version ranks lowest.

Source: custom; see `verifier.tag_names`. Pre-releases rank before their release, variants (`alpine`, `slim`) after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from itertools import pairwise

from verifier import tag_names
from verifier.model import Line
from verifier.registries.versions.order import bounded

NONE = -1
"""The major number of a tag that names no version."""

_TAG = re.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_SIGNATURES = re.compile(r"sha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?")
_ATTESTATIONS = re.compile(r"sha256-([0-9a-f]{64})(?:\.att)?")
_LETTERS = re.compile("[a-z]+")
_NUMBER = re.compile("[0-9]{1,128}")
_WORD = re.compile("([a-z]*)([0-9]{0,9})")
_STAGES = {
    **dict.fromkeys(("dev", "snapshot", "nightly", "canary", "edge", "next", "unstable", "experimental"), 0),
    **dict.fromkeys(("alpha", "a"), 1),
    **dict.fromkeys(("beta", "b"), 2),
    **dict.fromkeys(("rc", "c", "cr", "pre", "preview", "prerelease", "m", "milestone"), 3),
}
_RELEASE, _LATER = 4, 5
_UNVERSIONED, _VERSIONED = 0, 1
_CORE_ENDS = -1


def is_tag(text: str) -> bool:
    """Whether it is a tag by the distribution specification."""
    return _TAG.fullmatch(text) is not None


def is_version(tag: str) -> bool:
    """Whether a tag is something published: not the place where signatures or attestations of an image are kept."""
    return is_tag(tag) and not _SIGNATURES.fullmatch(tag)


def attested_by(tag: str) -> str:
    """The digest that a tag keeps attestations of, by custom (`sha256-….att`) or as its referrers; '' for any other."""
    found = _ATTESTATIONS.fullmatch(tag)
    return f"sha256:{found[1]}" if found else ""


def made_to_move(tag: str, patterns: Iterable[str]) -> bool:
    """Whether a tag moves by its shape, or because its publisher says so."""
    return tag_names.moves(tag) or any(fnmatchcase(tag, pattern) for pattern in patterns)


def line(tag: str) -> Line:
    """The release line: major number, and `release` or the first word behind the version: `alpine`, `rc`.

    A tag without a version is on the line of its first word, or on `commit`, `date` or `build`, without a number.
    """
    named = tag_names.read(tag)
    if named is not None:
        return Line(_channel(named.words) or "release", bounded(named.core[0]))
    beside = "date" if tag_names.dated(tag) else "build"
    return Line("commit" if tag_names.is_commit(tag) else _channel(tag_names.words(tag)) or beside, NONE)


def _channel(words: tuple[str, ...]) -> str:
    """The first word without its digits, where it is no commit; '' where there is none."""
    for word in words:
        if tag_names.is_commit(word):
            return "commit"
        letters = _LETTERS.match(word)
        if letters:
            # A publisher picks this word; it must not borrow the name of a line that means something else.
            return "other" if letters[0] in ("release", "unknown") else letters[0]
    return ""


def rank(tag: str) -> tuple[int, ...]:
    """Order by numbers, stage and its number: compare two ranks to compare two tags.

    Of tags without a version, those with a day or nothing but a number rank by that.
    """
    named = tag_names.read(tag)
    if named is None:
        return (_UNVERSIONED, tag_names.dated(tag) or _counted(tag))
    return (_VERSIONED, *named.core, _CORE_ENDS, *_stage(named.words))


def _stage(words: tuple[str, ...]) -> tuple[int, int]:
    """How far from its release: the stage, and its number in the same word or the next (`rc1`, `rc.1`)."""
    split = [found.groups() if (found := _WORD.fullmatch(word)) else ("other", "") for word in words]
    for (letters, digits), (between, behind) in pairwise([*split, ("", "")]):
        if letters in _STAGES:
            return (_STAGES[letters], int(digits or (not between and behind) or 0))
    if not split:
        return (_RELEASE, 0)
    letters, digits = split[0]
    return (_LATER, 0 if letters else int(digits or 0))


def _counted(tag: str) -> int:
    """The number of a tag that is nothing but one."""
    return bounded(int(tag)) if _NUMBER.fullmatch(tag) else 0
