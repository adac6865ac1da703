"""What a maintainer types or clicks at a registry to stop a version, per registry type. Pure.

Source: the npm CLI's own help (deprecate, dist-tag, unpublish, token, owner), the npm unpublish policy, PyPI's project
pages. Addresses of registries are left out: people know where they log in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from checks.document import fit
from verifier.model import Artifact, Member

ROOM = 10_000
"""The most bytes of commands shown in one step."""
GOOD = "GOOD_VERSION"

_PART = "[A-Za-z0-9][A-Za-z0-9._~-]{0,213}"
_NAME = re.compile(f"@?{_PART}(?:/{_PART}){{0,5}}")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+!_-]{0,127}")
_WORDS = {"npm": "npm", "pypi": "PyPI", "docker": "Docker Hub", "oci": "the container registry"}


@dataclass(frozen=True)
class Step:
    """One thing to do: a sentence in Markdown, and commands to paste (already safe for a shell).

    `access`: it is about who may publish, and of no use where the project's own run published.
    """

    sentence: str
    commands: tuple[str, ...] = ()
    access: bool = False


def registry_words(artifact: Artifact) -> str:
    """The registry as people call it."""
    return _WORDS.get(artifact.type, "its registry")


def safe(member: Member) -> bool:
    """Name and version hold only what a shell and a registry take literally; else no command is offered."""
    return bool(_NAME.fullmatch(member.artifact.name) and _NUMBER.fullmatch(member.number))


def steps(members: Sequence[Member], *, stolen: bool = True) -> list[Step]:
    """What to do at the registries about these versions, most urgent first. `stolen`: somebody's access may be."""
    found: list[Step] = []
    for type_ in sorted({member.artifact.type for member in members}):
        concerned = [member for member in members if member.artifact.type == type_]
        found += _BY_TYPE.get(type_, _other)(concerned)
    return [step for step in found if stolen or not step.access]


def _npm(members: Sequence[Member]) -> list[Step]:
    there = [m for m in members if not m.removed and safe(m)]
    names = list(dict.fromkeys(m.artifact.name for m in members if safe(m)))
    found = [
        Step(
            "**Cut the access.** Revoke every token you do not know, and every one that a computer or a CI secret "
            "held; change the password and the second factor of the publishing account; look at who else may publish:",
            ("npm token list", "npm token revoke TOKEN_ID", *_cut([f"npm owner ls {name}" for name in names[:5]])),
            access=True,
        )
    ]
    if there:
        reason = '"Not published by its maintainers. Do not use."'
        warn = [f"npm deprecate {m.artifact.name}@{m.number} {reason}" for m in there]
        found.append(Step("**Warn whoever installs it.** This works at once:", _cut(warn)))
    if names:
        move = [f"npm dist-tag add {name}@{GOOD} latest" for name in names]
        found.append(Step(f"**Point `latest` back** at a version you trust (in place of `{GOOD}`):", _cut(move)))
    if there:
        found.append(
            Step(
                "**Take it down.** npm allows this within 72 hours of the publication while no other package depends "
                'on it, and it cannot be undone. Otherwise use "Report malware" on the package\'s page, or write to '
                "npm support:",
                _cut([f"npm unpublish {m.artifact.name}@{m.number}" for m in there]),
            )
        )
    return found


def _pypi(members: Sequence[Member]) -> list[Step]:
    stop = [
        Step(
            "**Stop it on PyPI.** There is no command for this. Log in, open the project, then *Manage* → *Releases* → "
            "the version → *Options*: *Yank* keeps installers away from it and can be undone; *Delete* takes it down "
            "for good (its file names can never be used again). For malware, also *Report project as malware*."
        )
    ]
    cut = [
        Step(
            "**Cut the access.** *Account settings* → *API tokens*: remove every token you do not know, and every one "
            "that a computer or a CI secret held. *Manage* → *Publishing* and *Collaborators*: remove trusted "
            "publishers and people that do not belong there. Change the password and the second factor.",
            access=True,
        ),
    ]
    return [*(stop if any(not m.removed for m in members) else ()), *cut]


def _container(members: Sequence[Member]) -> list[Step]:
    return [
        Step(
            "**Point the tag back** at a digest you trust (in place of `NAME`, `TAG` and `GOOD_DIGEST`):",
            ("docker buildx imagetools create --tag NAME:TAG NAME@sha256:GOOD_DIGEST",),
        ),
        Step("**Cut the access.** Revoke the registry's access tokens and look at who else may push.", access=True),
    ]


def _other(members: Sequence[Member]) -> list[Step]:
    return [
        Step("**Take it down** at its registry, or mark it as one that nobody shall use."),
        Step("**Cut the access.** Revoke the publishing tokens and look at who else may publish.", access=True),
    ]


def _cut(lines: list[str]) -> tuple[str, ...]:
    return tuple(fit(lines, ROOM, lambda more: f"# and {more} more"))


_BY_TYPE = {"npm": _npm, "pypi": _pypi, "docker": _container, "oci": _container}
