"""Explain: the case and the verdict of one version as text, every finding with its evidence and links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.deps import Deps
from app.explain.case_words import SECTIONS, STANDINGS, compared, run_facts, shown
from app.explain.image import of_image
from app.explain.said import said_of
from app.standing import counting, standing
from verifier import purls
from verifier.discovery.strict import BadConfig
from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Book, Dossier
from verifier.model import (
    Case,
    Comparison,
    Evidence,
    Finding,
    Outcome,
    Repository,
    Run,
    Verdict,
    Version,
)
from verifier.verdict import decide
from verifier.verdict.habit import Way, expects_ci, habit

SIGNS = {
    Outcome.COMPLIANT: "✔",
    Outcome.NON_COMPLIANT: "✘",
    Outcome.PENDING: "…",
    Outcome.UNVERIFIABLE: "?",
}


def headline(version: Version, verdict: Verdict | None) -> str:
    """One line: sign, version, outcome and confidence."""
    if verdict is None:
        return f"… {shown(str(version))}  not judged yet"
    word = verdict.outcome.value.replace("_", "-") + (", suspect" if verdict.suspect else "")
    return f"{SIGNS[verdict.outcome]} {shown(str(version))}  {word} (confidence {verdict.confidence.word})"


def explain(
    dossier: Dossier,
    case: Case,
    verdict: Verdict,
    history: list[tuple[datetime, str, Verdict]],
    said: tuple[str, ...] = (),
) -> str:
    """Everything there is to say about one version, for a person. `said` are the lines of what people said of it."""
    return "\n".join(
        [
            headline(dossier.version, verdict),
            "",
            *_facts(dossier.version),
            *of_image(case),
            *_evidence(case.evidence),
            *_findings(verdict),
            *_surroundings(case),
            *said,
            *_history(history),
        ]
    )


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at is not None else "not known"


def _facts(version: Version) -> Iterator[str]:
    yield f"  published   {_time(version.published_at)} (the registry's time)"
    yield f"  first seen  {_time(version.first_seen_at)}"
    if version.removed_at is not None:
        yield f"  removed     {_time(version.removed_at)} (seen gone)"
    if version.account is not None:
        yield f"  account     {shown(version.account.name)} ({version.account.kind.value.replace('_', ' ')})"
    for file in version.files:
        yield f"  file        {shown(file.name)}{'  with provenance at the registry' if file.attested else ''}"
        for digest in file.digests:
            yield f"              {shown(digest)}"


def _evidence(evidence: tuple[Evidence, ...] | None) -> Iterator[str]:
    if evidence is None:
        yield "  evidence    the registry holds attestations that are not read yet"
    for one in evidence or ():
        problem = f": {shown(one.problem, 300)}" if one.problem else ""
        yield f"  evidence    {shown(one.source)}: {STANDINGS[one.standing]}{problem}"
        claim = "" if one.proven else "(unproven) "
        if one.run is not None:
            yield f"              {claim}run {one.run} of {shown(one.repository or '?')} on {shown(one.ref or '?')}"
        elif one.identity:
            yield f"              {claim}signed by {shown(one.identity)}"


def _findings(verdict: Verdict) -> Iterator[str]:
    for weight, title in SECTIONS:
        found = [finding for finding in verdict.findings if finding.weight is weight]
        if found:
            yield ""
            yield f"{title}:"
        for finding in found:
            yield from _finding(finding)
    if verdict.recheck_at is not None:
        yield ""
        yield f"It is looked at again at {_time(verdict.recheck_at)}, or when something new is heard."


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  - {shown(finding.sentence, 500)}  [{finding.reason}, {finding.confidence.word}]"
    yield from (f"    {shown(link, 500)}" for link in finding.links)


def _surroundings(case: Case) -> Iterator[str]:
    usual = habit(case)
    way = {Way.CI: "published by CI", Way.HAND: "published by hand", Way.UNKNOWN: "not known yet"}[usual.way]
    yield ""
    yield f"Line {case.version.line}: {way}{f' (last {usual.count} versions)' if usual.count else ''}; " + (
        "an absent run counts against it." if expects_ci(case, usual) else "an absent run proves nothing."
    )
    for publisher in case.publishers:
        names = {repository.id: repository.full_name for repository in case.repositories}
        where = names.get(publisher.repository_id, str(publisher.repository_id))
        yield f"Approved: {', '.join(publisher.workflows)} of {where} on {', '.join(publisher.events)}"
    yield f"Runs around the publication: {len(case.runs) or 'none'}"
    for run in case.runs:
        yield f"  {_run(run)}"
        yield from (f"      {name:<9} {value}" for name, value in run_facts(run))
    yield from _source(case.source)
    yield f"GitHub's list of runs was read: {_time(case.sight.runs_listed_at)}"


def _run(run: Run) -> str:
    state = f"{run.status}{f', {run.conclusion}' if run.conclusion else ''}"
    return (
        f"{run.key} {shown(run.workflow)} on {shown(run.head_branch or '?')} ({run.event}): {state}  {shown(run.url)}"
    )


def _source(source: Comparison | None) -> Iterator[str]:
    sentence, paths = compared(source)
    yield sentence
    yield from (f"  {name + ':':<10} {those}" for name, those in paths)


def _history(history: list[tuple[datetime, str, Verdict]]) -> Iterator[str]:
    if len(history) > 1:
        yield ""
        yield "Verdicts so far:"
        for at, fingerprint, verdict in history:
            answer = verdict.outcome.value + (", suspect" if verdict.suspect else "")
            yield f"  {_time(at)}  {answer} ({verdict.confidence.word})  files {fingerprint[:19]}…"


def of_version(deps: Deps, purl: str, number: str) -> str:
    """What the ledger knows of one version now. Raises ValueError when it knows none such."""
    artifact = purls.artifact(purl)
    with deps.ledger.reading() as book:
        watch, dossier = book.versions.watch(artifact), book.versions.get(artifact, number)
        if watch is None:
            raise ValueError(f"{artifact.purl} is not watched; `artifact-monitor watch` begins to.")
        if dossier is None:
            known = ", ".join(shown(d.version.number) for d in book.versions.of(artifact)[-5:])
            raise ValueError(f"{artifact.purl} has no version {shown(number)} here; the newest are: {known or 'none'}.")
        case = Cases(book, deps.settings.policy).case(dossier, watch)
        history, said = book.versions.verdicts(artifact, number), said_of(book, dossier, shown)
        waiting = [line for repository in case.repositories for line in _waiting(book, repository, deps.now())]
    told = explain(dossier, case, dossier.verdict or decide(case, deps.now()), history, said)
    return "\n".join([told, *waiting])


def _waiting(book: Book, repository: Repository, now: datetime) -> Iterator[str]:
    """What its changed configuration would loosen, and when that acts."""
    try:
        held = standing(book, repository, counting(book.repositories.stood(repository.id), now), now)
    except BadConfig:
        return
    if held.waiting and held.turn is not None:
        yield ""
        yield f"The configuration of {repository.full_name} was changed; what loosens acts from {_time(held.turn)} on:"
        yield from (f"  - {shown(sentence, 300)}" for sentence in held.waiting)
        yield "The organisation's file, or the operator with `artifact-monitor watch`, can let it act at once."
