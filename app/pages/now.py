"""What to do now about a version: the steps of its incident where it stands open in one, else what its reasons say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.pages.markdown import blocks, inline
from checks.base import Subject
from checks.phrases import NOTHING, SILENT
from checks.report import report
from checks.words import words
from verifier.ledger.rows import Dossier
from verifier.model import Artifact, Finding, Incident, Notice, Repository, Weight
from verifier.model.standing import Standing

MOST = 4
"""The most things to do, and the most ways to silence it, that are named."""

NO_STEPS = Markup()
_QUIET = (Standing.COMPLIANT, Standing.WAIVED)


@dataclass(frozen=True)
class Steps:
    """`now` are the incident's steps; where there are none, `acts` are those of the reasons. Both empty: nothing."""

    now: Markup = NO_STEPS
    acts: tuple[Markup, ...] = ()
    silence: tuple[Markup, ...] = ()


def steps(
    dossier: Dossier,
    incident: Incident | None,
    repository: Repository | None,
    notices: Sequence[Notice],
    good: Mapping[Artifact, str],
) -> Steps:
    """What to do. Nothing about what is well or acknowledged."""
    member = _open(dossier, incident)
    if member and incident is not None and repository is not None:
        said = report(Subject(incident, repository, "", history=tuple(notices), good=good))
        return Steps(blocks(said.now), silence=tuple(inline(line.removeprefix("- ")) for line in said.yours[:MOST]))
    findings = _telling(dossier)
    acts = dict.fromkeys(act for f in findings if (act := words(f.reason).act) != NOTHING)
    silence = dict.fromkeys(line for f in findings for line in words(f.reason).silence if line != SILENT)
    return Steps(acts=tuple(map(inline, list(acts)[:MOST])), silence=tuple(map(inline, list(silence)[:MOST])))


def _open(dossier: Dossier, incident: Incident | None) -> bool:
    version = dossier.version
    members = incident.members if incident is not None else ()
    return any(m.open and (m.artifact, m.number) == (version.artifact, version.number) for m in members)


def _telling(dossier: Dossier) -> tuple[Finding, ...]:
    """The findings that ask for something: what is odd of a compliant version, what decided any other."""
    verdict = dossier.verdict
    if verdict is None or dossier.waived:
        return ()
    odd = tuple(f for f in verdict.findings if f.weight is Weight.ANOMALY)
    return odd if dossier.standing in _QUIET else (*verdict.reasons, *odd)
