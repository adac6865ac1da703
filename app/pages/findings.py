"""A verdict finding by finding, in the groups in which people want to know. Pure; every group is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.explain.case_words import SECTIONS
from app.pages.evidence import anchor, one_line
from app.pages.markdown import inline
from app.pages.telling import Link
from app.pages.version_row import SURE
from app.pages.words import link, shown
from checks.words import words
from verifier.model import Finding, Run, RunKey, Verdict, Weight

FINDINGS = 25
"""The most findings of one group."""
LINKS = 5
SENTENCE = 600

STYLES = {
    Weight.CONTRADICTS: "against",
    Weight.ABSENT: "against",
    Weight.EXPLAINS: "for",
    Weight.SUSPECTS: "odd",
    Weight.ANOMALY: "odd",
}
SIGNS = {
    Weight.CONTRADICTS: "✗",
    Weight.ABSENT: "✗",
    Weight.EXPLAINS: "✓",
    Weight.BLINDS: "…",
    Weight.SUSPECTS: "!",
    Weight.ANOMALY: "!",
    Weight.NOTES: "·",
}


@dataclass(frozen=True)
class Told:
    """One finding. `why` is ours and may hold emphasis; `run` is where its run stands on this page, '' if nowhere."""

    id: str
    title: str
    sentence: str
    why: Markup
    sure: str
    meaning: str
    run: str
    run_line: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Group:
    """The findings of one weight. `more`: how many are left out."""

    title: str
    style: str
    sign: str
    findings: tuple[Told, ...]
    more: int


def groups(verdict: Verdict, runs: Mapping[RunKey, Run]) -> tuple[Group, ...]:
    """Every group that has any; the surest of each first. `runs` are those that the page shows in full."""
    found = []
    for weight, title in SECTIONS:
        own = sorted((f for f in verdict.findings if f.weight is weight), key=lambda f: -f.confidence)
        if own:
            shown_ = tuple(told(finding, runs) for finding in own[:FINDINGS])
            found.append(Group(title, STYLES.get(weight, ""), SIGNS[weight], shown_, max(len(own) - FINDINGS, 0)))
    return tuple(found)


def told(finding: Finding, runs: Mapping[RunKey, Run]) -> Told:
    """One finding as the page shows it."""
    said, run = words(finding.reason), runs.get(finding.run) if finding.run is not None else None
    quiet = finding.weight in (Weight.NOTES, Weight.BLINDS)
    urls = list(dict.fromkeys(url for each in finding.links if (url := link(each))))[:LINKS]
    return Told(
        shown(finding.reason, 60),
        said.title,
        shown(finding.sentence, SENTENCE),
        inline(said.why),
        "" if quiet else finding.confidence.word,
        SURE[finding.confidence],
        anchor(finding.run) if run is not None and finding.run is not None else "",
        one_line(run) if run is not None else "",
        tuple(Link(_label(url), url) for url in urls),
    )


def _label(url: str) -> str:
    """What an address leads to, by its shape at GitHub; else its own text."""
    for part, label in (("/actions/runs/", "logs of the run"), ("/commit/", "commit"), ("/blob/", "file")):
        if part in url:
            return label
    return shown(url.partition("://")[2], 80)
