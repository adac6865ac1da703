"""Discover, on the command line: what a folder or a repository publishes, and what would be watched. Writes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from app import build, files
from app.explain.case_words import shown
from app.jobs.discover import known_to, same_to
from app.network.login import make_login
from app.network.origins import Origins, origins
from app.settings import Settings
from checks.base import Permanent
from verifier.discovery import settle
from verifier.discovery.config import read
from verifier.discovery.find import Files, Findings, find
from verifier.discovery.origin import UNASKED, Said, repository
from verifier.discovery.propose import NOT_ASKED, Known, propose
from verifier.model import CONFIG_PATH, Artifact, Proposal, Repository
from verifier.model.github import NEVER

_HEADINGS = ("ARTIFACT", "WORKFLOWS", "FOUND IN", "REGISTRY", "ENROLLED")
_NOT_ASKED = "The registries were not asked; `--check` asks them."
_NO_REPOSITORY = Repository(0, 0, "", NEVER)
"""Whose configuration file a folder's is: what is published does not depend on it."""
_WIDEST = 60
_PATHS = (".", "/", "~")
"""How only a path begins, and no owner's name."""
_REASONS = 5
"""The most reasons for which manifests are left out that people are shown."""


@dataclass(frozen=True)
class Discovered:
    """What there is to print. `name` is the repository's, or the folder's where that is not known."""

    name: str
    findings: Findings
    proposals: tuple[Proposal, ...]
    said: Mapping[Artifact, Said]
    asked: bool = True
    """The registries were asked."""
    configured: tuple[Proposal, ...] = ()
    """What the folder's own configuration file settles already."""

    @property
    def unnamed(self) -> tuple[str, ...]:
        """The workflow files that push images without a name, but for those that the file says what they push."""
        told = {path for one in self.configured if Artifact(one.purl).is_image for path in one.workflows}
        return tuple(path for path in self.findings.unnamed if path not in told)


def discover(settings: Settings, target: str, check: bool, as_json: bool) -> str:
    """The answer for a folder, or else for `owner/name`, as text or JSON.

    A folder is looked at offline unless `check` asks the registries; a repository through the App's installation.
    Raises ValueError, Permanent and Temporary, in words for people; BadConfig, with the line, where the folder's own
    configuration file is refused.
    """
    folder = Path(target)
    if folder.is_dir():
        found = of_folder(settings, folder, check)
    elif folder.exists() or target.startswith(_PATHS):
        raise ValueError(f"{shown(target)}: there is no such folder.")
    else:
        found = of_repository(settings, target)
    return json.dumps(as_document(found), indent=2) if as_json else as_text(found)


def of_folder(settings: Settings, folder: Path, check: bool) -> Discovered:
    """What the files of a folder say; its repository's name is that of its clone's origin."""
    name, held = repository(files.origin_of(folder)) or "", files.of_folder(folder)
    configured = _configured(held)
    if check and not name:
        raise ValueError(f"{folder} has no origin on GitHub to compare the registries' word with; leave out --check.")
    findings = find(held, name, settings.npm_registry)
    said = (
        Origins(make_login(settings, build.now), settings).of(_artifacts(findings), name, build.now()) if check else {}
    )
    known = Known(settled={Artifact(proposal.purl) for proposal in configured})
    proposals = propose(findings.packages, findings.workflows, said, known)
    if not check:
        proposals = tuple(
            replace(proposal, question=_NOT_ASKED) if proposal.question == NOT_ASKED else proposal
            for proposal in proposals
        )
    return Discovered(name or str(folder), findings, proposals, said, asked=check, configured=configured)


def _configured(held: Files) -> tuple[Proposal, ...]:
    """What the folder's own configuration file settles. Raises BadConfig."""
    text = held.get(CONFIG_PATH)
    publishers = read(text, _NO_REPOSITORY).publishers if text is not None else ()
    workflows = dict[str, tuple[str, ...]]()
    for publisher in publishers:
        purl = publisher.artifact.purl
        workflows[purl] = tuple(dict.fromkeys((*workflows.get(purl, ()), *publisher.workflows)))
    return tuple(Proposal(purl, paths, CONFIG_PATH, clear=True) for purl, paths in sorted(workflows.items()))


def of_repository(settings: Settings, full_name: str) -> Discovered:
    """What the repository's default branch says, what the registries say, and what the ledger knows."""
    if full_name.count("/") != 1:
        raise ValueError(f"{full_name!r} is neither a folder here nor a repository; write that like owner/name.")
    deps = build.build(settings)
    installation_id = deps.github(0).installation_for(full_name)
    if installation_id is None:
        raise Permanent(f"The App is not installed on {full_name}; install it there, or give a folder.")
    github = deps.github(installation_id)
    held = github.named(full_name)
    if held is None:
        raise Permanent(f"GitHub does not show {full_name} to the App; grant it in the installation's settings.")
    findings = find(files.of_repository(github, held, github.head_sha(held)), held.full_name, settings.npm_registry)
    said = origins(deps, same_to(github, held)).of(_artifacts(findings), held.full_name, deps.now())
    with deps.ledger.reading() as book:
        known = known_to(book, held, _artifacts(findings))
    return Discovered(held.full_name, findings, propose(findings.packages, findings.workflows, said, known), said)


def as_document(found: Discovered) -> dict[str, object]:
    """The answer as JSON."""
    return {
        "repository": found.name,
        "workflows": [{"path": w.path, "types": w.types, "events": w.events} for w in found.findings.workflows],
        "artifacts": [
            {
                "purl": proposal.purl,
                "workflows": proposal.workflows,
                "found_in": proposal.found_in,
                "registry": _word(found, proposal),
                "enrolled": proposal.clear,
                "configured": proposal in found.configured,
                "question": proposal.question,
            }
            for proposal in (*found.configured, *found.proposals)
        ],
        "unnamed": found.unnamed,
        "left_out": [asdict(one) for one in found.findings.left_out],
        "problems": found.findings.problems,
        "config": settle.config(_asked(found)),
    }


def as_text(found: Discovered) -> str:
    """The answer as a table, the questions below it, and the lines that would settle them."""
    lines = [f"{shown(found.name)}: {_counted(found)}"]
    if rows := [_row(found, proposal) for proposal in (*found.configured, *found.proposals)]:
        lines += ["", *_table([_HEADINGS, *rows])]
    elif not found.asked:
        lines += ["", "The registries were not asked what comes from here; --check asks them."]
    questions = [
        *dict.fromkeys(proposal.question for proposal in _asked(found)),
        *map(_unnamed, found.unnamed),
    ]
    lines += ["", "Not clear:", *(f"  {shown(question)}" for question in questions)] if questions else []
    problems = found.findings.problems
    lines += ["", "Not looked at:", *(f"  {shown(problem)}" for problem in problems)] if problems else []
    lines += _left_out(found.findings)
    config = settle.config(_asked(found))
    heading = f"To add to {CONFIG_PATH}, to its artifacts:" if found.configured else f"{CONFIG_PATH} that settles it:"
    lines += ["", heading, "", config.rstrip()] if config else []
    return "\n".join(lines)


def _artifacts(findings: Findings) -> list[Artifact]:
    return [package.artifact for package in findings.packages]


def _asked(found: Discovered) -> list[Proposal]:
    return [proposal for proposal in found.proposals if proposal.question]


def _unnamed(path: str) -> str:
    return f"{path} pushes images, and only its runs know their names. Name them."


def _word(found: Discovered, proposal: Proposal) -> str:
    return found.said.get(Artifact(proposal.purl), UNASKED).word.value


def _counted(found: Discovered) -> str:
    clear, left_out = sum(proposal.clear for proposal in found.proposals), len(found.findings.left_out)
    workflows = len(found.findings.workflows)
    counted = f"found {len(found.proposals)}, clear {clear}"
    counted += f", configured {len(found.configured)}" if found.configured else ""
    return f"{counted}; workflow files that publish {workflows}; manifests left out {left_out}"


def _left_out(findings: Findings) -> list[str]:
    """Why manifests are left out: each reason with the first one; what stands under the problems is not said twice."""
    paths: dict[str, list[str]] = {}
    for one in findings.left_out:
        if f"{one.found_in}: {one.reason}." not in findings.problems:
            paths.setdefault(one.reason, []).append(one.found_in)
    lines = [
        f"  {shown(found[0])}{f' and {len(found) - 1} more' if len(found) > 1 else ''}: {shown(reason)}"
        for reason, found in paths.items()
    ]
    more = [f"  … and {len(lines) - _REASONS} more reasons; --json has all"] if len(lines) > _REASONS else []
    return ["", "Left out:", *lines[:_REASONS], *more] if lines else []


def _row(found: Discovered, proposal: Proposal) -> tuple[str, ...]:
    files_ = ", ".join(path.rsplit("/", 1)[-1] for path in proposal.workflows) or "none"
    enrolled = "configured" if proposal in found.configured else "yes" if proposal.clear else "no"
    return (proposal.purl, files_, proposal.found_in, _word(found, proposal), enrolled)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    clean = [[shown(cell, _WIDEST) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in clean) for column in range(len(clean[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in clean]
