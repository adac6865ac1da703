"""What a maintainer types or clicks at npm and PyPI to stop a version. Pure.

Source: the npm CLI's own help (deprecate, dist-tag, unpublish, token, owner), the npm unpublish policy, PyPI's project
pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checks.steps import Step, cut
from verifier.model import Artifact, Member

GOOD = "GOOD_VERSION"

_PART = "[A-Za-z0-9][A-Za-z0-9._~-]{0,213}"
_NAME = re.compile(f"@?{_PART}(?:/{_PART}){{0,5}}")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+!_-]{0,127}")


def safe(member: Member) -> bool:
    """Name and version hold only what a shell and a registry take literally."""
    return bool(_NAME.fullmatch(member.artifact.name) and _NUMBER.fullmatch(member.number))


def npm(members: Sequence[Member], good: Mapping[Artifact, str]) -> list[Step]:
    """Cut the access, warn, point `latest` back, take down."""
    there = [m for m in members if not m.removed and safe(m)]
    artifacts = list(dict.fromkeys(m.artifact for m in members if safe(m)))
    found = [
        Step(
            "**Cut the access.** Revoke every token you do not know, and every one that a computer or a CI secret "
            "held; change the password and the second factor of the publishing account. On the package's page, under "
            "*Settings*, remove a trusted publisher that you did not set up, or whose workflow was taken over. Look at "
            "who else may publish:",
            ("npm token list", "npm token revoke TOKEN_ID", *cut([f"npm owner ls {a.name}" for a in artifacts[:5]])),
            access=True,
        )
    ]
    if there:
        reason = '"Not published by its maintainers. Do not use."'
        warn = [f"npm deprecate {m.artifact.name}@{m.number} {reason}" for m in there]
        found.append(Step("**Warn whoever installs it.** This works at once:", cut(warn)))
    if artifacts:
        found.append(_back(artifacts, good))
    if there:
        found.append(
            Step(
                "**Take it down.** npm allows this within 72 hours of the publication while no other package depends "
                'on it, and it cannot be undone. Otherwise use "Report malware" on the package\'s page, or write to '
                "npm support:",
                cut([f"npm unpublish {m.artifact.name}@{m.number}" for m in there]),
            )
        )
    return found


def _back(artifacts: Sequence[Artifact], good: Mapping[Artifact, str]) -> Step:
    """`latest` at a good version: at the one that is known where a command can hold it, else at one they know of."""
    # A shell that somebody types into makes something else of an exclamation mark, and no npm version has one.
    known = {a: good[a] for a in artifacts if a in good and _NUMBER.fullmatch(good[a]) and "!" not in good[a]}
    trusted = f"a version you trust (in place of `{GOOD}`)"
    if known:
        best = "the highest earlier release that an approved run accounts for, unless `latest` named another before"
        trusted = f"{best}; where none is known, at {trusted}" if len(known) < len(artifacts) else best
    move = [f"npm dist-tag add {a.name}@{known.get(a, GOOD)} latest" for a in artifacts]
    return Step(f"**Point `latest` back** at {trusted}:", cut(move))


def pypi(members: Sequence[Member], good: Mapping[Artifact, str]) -> list[Step]:
    """Stop it, cut the access."""
    stop = [
        Step(
            "**Stop it on PyPI.** There is no command for this. Log in, open the project, then *Manage* → *Releases* → "
            "the version → *Options*: *Yank* keeps installers away from it and can be undone; *Delete* takes it down "
            "for good (its file names can never be used again). For malware, also *Report project as malware*."
        )
    ]
    access = [
        Step(
            "**Cut the access.** *Account settings* → *API tokens*: remove every token you do not know, and every one "
            "that a computer or a CI secret held. *Manage* → *Publishing* and *Collaborators*: remove trusted "
            "publishers and people that do not belong there. Change the password and the second factor.",
            access=True,
        ),
    ]
    return [*(stop if any(not m.removed for m in members) else ()), *access]
