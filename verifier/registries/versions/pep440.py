"""Order and release line of Python versions. Never raises: what is not a version ranks lowest, on the line `unknown`.

Source: packaging.python.org, "Version specifiers" (PEP 440), read by the packaging library.
"""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from verifier.model import Line
from verifier.registries.versions.order import END, LONGEST, bounded, integer, unknown, word

_RELEASE_ENDS = -1
_NOTHING = -1
_STAGES = {"a": 0, "b": 1, "rc": 2}
_CHANNELS = {"a": "alpha", "b": "beta", "rc": "rc"}
_DEVELOPMENT_ONLY, _FINAL = -1, 3
_DEVELOPMENT, _FINISHED = 0, 1
_TEXT, _NUMERIC = 1, 2


def _parse(number: str) -> Version | None:
    if len(number) > LONGEST:
        return None
    try:
        return Version(number)
    except InvalidVersion:
        return None


def canonical(number: str) -> str:
    """What all spellings of one version share (`1.0` and `1.0.0`, `1.0-rc1` and `1.0rc1`); itself where unreadable."""
    from packaging.utils import canonicalize_version  # knows every platform by heart, and few ask

    version = _parse(number)
    return number if version is None else canonicalize_version(version)


def line(number: str) -> Line:
    """The release line: `dev`, `alpha`, `beta`, `rc`, else `release` (post-releases belong to their release)."""
    version = _parse(number)
    if version is None:
        return unknown(number)
    channel = "dev" if version.is_devrelease else _CHANNELS[version.pre[0]] if version.pre else "release"
    return Line(channel, bounded(version.major))


def rank(number: str) -> tuple[int, ...]:
    """Order by epoch, release, pre-, post-, development and local part: compare two ranks to compare two versions."""
    version = _parse(number)
    if version is None:
        return ()
    return (
        *integer(version.epoch),
        *_release(version),
        *_pre(version),
        *((_NOTHING,) if version.post is None else integer(version.post)),
        *((_FINISHED,) if version.dev is None else (_DEVELOPMENT, *integer(version.dev))),
        *_local(version),
        END,
    )


def _release(version: Version) -> tuple[int, ...]:
    """The release's numbers; zeros at the end do not count."""
    numbers = list(version.release)
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return (*(part for number in numbers for part in integer(number)), _RELEASE_ENDS)


def _pre(version: Version) -> tuple[int, ...]:
    if version.pre is not None:
        return (_STAGES[version.pre[0]], *integer(version.pre[1]))
    return (_DEVELOPMENT_ONLY,) if version.is_devrelease and version.post is None else (_FINAL,)


def _local(version: Version) -> tuple[int, ...]:
    parts = version.local.split(".") if version.local else []
    return tuple(
        code for part in parts for code in ((_NUMERIC, *integer(int(part))) if part.isdigit() else (_TEXT, *word(part)))
    )
