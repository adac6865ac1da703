"""`report` and `commands`: how a repository wants to be spoken to, and who may command there."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import yaml

from verifier.discovery import strict
from verifier.discovery.config import values
from verifier.discovery.config.keys import mapping
from verifier.discovery.strict import BadConfig, line
from verifier.model import ROLES, Conduct

REPORT = ("check_runs", "issues", "advisories", "labels", "assignees", "preview")
ORGANISATION = ("issue_repository",)
COMMANDS = ("role", "four_eyes")
MOST = 10
"""The most assignees that GitHub takes, and labels that we set."""


@dataclass(frozen=True)
class Wish:
    """What one file says of it. None: not said. `issue_repository` is a name without its owner."""

    check_runs: bool | None = None
    issues: bool | None = None
    advisories: bool | None = None
    labels: tuple[str, ...] | None = None
    assignees: tuple[str, ...] | None = None
    preview: bool | None = None
    issue_repository: str | None = None
    role: str | None = None
    four_eyes: bool | None = None


def read(top: dict[str, yaml.Node], organisation: bool) -> Wish:
    """What the keys `report` and `commands` say."""
    report = _report(top["report"], organisation) if "report" in top else Wish()
    if "commands" not in top:
        return report
    found = mapping(top["commands"], COMMANDS, "commands")
    return replace(
        report,
        role=strict.word(found["role"], "role", ROLES) if "role" in found else None,
        four_eyes=strict.flag(found["four_eyes"], "four_eyes") if "four_eyes" in found else None,
    )


def conduct(own: Wish, organisation: Wish, owner: str) -> Conduct:
    """What holds: the repository's own word where it is not looser than what its organisation says.

    What the organisation wants switched on (`check_runs`, `issues`, `advisories`, `four_eyes`), its least role, and
    that there is no preview, stay; labels and assignees are the repository's to choose.
    """
    said = {
        field.name: value
        for wish in (organisation, own)
        for field in fields(wish)
        if (value := getattr(wish, field.name)) is not None
    }
    for key in ("check_runs", "issues", "advisories", "four_eyes"):
        if getattr(organisation, key):
            said[key] = True
    if organisation.preview is False:
        said["preview"] = False
    if own.role is not None and organisation.role is not None:
        said["role"] = max(own.role, organisation.role, key=ROLES.index)
    said.pop("issue_repository", None)
    if organisation.issue_repository:
        said["issue_repository"] = f"{owner}/{organisation.issue_repository}"
    return Conduct(**said)


def _report(node: yaml.Node, organisation: bool) -> Wish:
    known = (*REPORT, *ORGANISATION) if organisation else REPORT
    for key, _ in node.value if isinstance(node, yaml.MappingNode) and not organisation else ():
        if isinstance(key, yaml.ScalarNode) and key.value in ORGANISATION:
            raise BadConfig(
                line(key), f"{key.value} is the organisation's to say, in the same file of its .github repository."
            )
    found = mapping(node, known, "report")

    def flag(key: str) -> bool | None:
        return strict.flag(found[key], key) if key in found else None

    return Wish(
        check_runs=flag("check_runs"),
        issues=flag("issues"),
        advisories=flag("advisories"),
        labels=_few(found["labels"], "labels") if "labels" in found else None,
        assignees=_few(found["assignees"], "assignees") if "assignees" in found else None,
        preview=flag("preview"),
        issue_repository=values.repository(found["issue_repository"], "issue_repository")
        if "issue_repository" in found
        else None,
    )


def _few(node: yaml.Node, key: str) -> tuple[str, ...]:
    found = values.each(node, key, values.label if key == "labels" else values.login)
    if len(found) > MOST:
        raise BadConfig(line(node), f"{key} has {len(found)} entries; at most {MOST} are read.")
    return found
