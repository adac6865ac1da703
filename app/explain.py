"""Explain: the case and the verdict of one version as text, every finding with its evidence and links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.deps import Deps
from app.explain_image import of_image
from app.explain_said import said_of
from app.standing import counting, standing
from verifier import purls
from verifier.discovery.strict import BadConfig
from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Book, Dossier
from verifier.model import (
    Case,
    Commit,
    Comparison,
    Evidence,
    Finding,
    LogClaim,
    LogState,
    Outcome,
    Repository,
    Run,
    Standing,
    Verdict,
    Version,
    Vetting,
    Weight,
)
from verifier.verdict import decide
from verifier.verdict.habit import Way, expects_ci, habit

SIGNS = {
    Outcome.COMPLIANT: "✔",
    Outcome.NON_COMPLIANT: "✘",
    Outcome.PENDING: "…",
    Outcome.UNVERIFIABLE: "?",
}
_SECTIONS = (
    (Weight.CONTRADICTS, "Against it"),
    (Weight.ABSENT, "Missing"),
    (Weight.EXPLAINS, "For it"),
    (Weight.BLINDS, "Not seen yet"),
    (Weight.SUSPECTS, "Was this you?"),
    (Weight.ANOMALY, "Odd, whatever its origin"),
    (Weight.NOTES, "Context"),
)
_STANDINGS = {
    Standing.VERIFIED: "verified",
    Standing.PROMISED: "verified, only promised by its log",
    Standing.STATED: "cannot be checked here",
    Standing.FAILED: "failed",
    Standing.UNREADABLE: "unreadable",
}
_LOGS = {
    LogState.UNREAD: "not read",
    LogState.GONE: "gone at GitHub",
    LogState.REFUSED: "refused: too large, or no text",
    LogState.READ: "read, and names nothing that was published",
}
_STOOD = {
    True: "the file as it stood on the default branch",
    False: "the file never stood like this on the default branch",
    None: "not known whether the file ever stood on the default branch",
}
_SIGNED = {True: "signed", False: "not signed", None: "signature not known"}
_FEW = 5
"""The most of one kind that is shown on a line."""


def shown(text: str, limit: int = 200) -> str:
    """Text from outside for a terminal: control characters made visible, and cut."""
    clean = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:limit])
    return clean + ("…" if len(text) > limit else "")


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
        yield f"  evidence    {shown(one.source)}: {_STANDINGS[one.standing]}{problem}"
        claim = "" if one.proven else "(unproven) "
        if one.run is not None:
            yield f"              {claim}run {one.run} of {shown(one.repository or '?')} on {shown(one.ref or '?')}"
        elif one.identity:
            yield f"              {claim}signed by {shown(one.identity)}"


def _findings(verdict: Verdict) -> Iterator[str]:
    for weight, title in _SECTIONS:
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
        yield from (f"      {name:<9} {value}" for name, value in _run_facts(run))
    yield from _source(case.source)
    yield f"GitHub's list of runs was read: {_time(case.sight.runs_listed_at)}"


def _run(run: Run) -> str:
    state = f"{run.status}{f', {run.conclusion}' if run.conclusion else ''}"
    return (
        f"{run.key} {shown(run.workflow)} on {shown(run.head_branch or '?')} ({run.event}): {state}  {shown(run.url)}"
    )


def _run_facts(run: Run) -> Iterator[tuple[str, str]]:
    """What GitHub said about its source, and what its own log says, by name."""
    if run.vetting is None:
        yield "source", "not asked about yet"
    else:
        yield from _vetted(run.vetting)
    yield from (("log", _claim(claim)) for claim in run.claims[:_FEW])
    if len(run.claims) > _FEW:
        yield "log", f"… and {len(run.claims) - _FEW} more"
    if not run.claims:
        yield "log", _LOGS[run.log]


def _vetted(vetting: Vetting) -> Iterator[tuple[str, str]]:
    refs = _few(vetting.reachable_from) or f"none of the refs that were asked about ({len(vetting.asked)})"
    yield "commit", f"reachable from {refs}"
    if vetting.commit is not None:
        yield "commit", _commit(vetting.commit)
    yield "workflow", _STOOD[vetting.stood]
    if vetting.problem:
        yield "problem", shown(vetting.problem, 300)


def _commit(commit: Commit) -> str:
    numbers = commit.pull_requests
    if numbers is None:
        brought = "pull requests not known"
    else:
        brought = f"brought by pull request {_few([f'#{n}' for n in numbers])}" if numbers else "no pull request"
    return f"{_SIGNED[commit.signed]}; {brought}"


def _claim(claim: LogClaim) -> str:
    word = "staged" if claim.staged else "published"
    what = f"{claim.name}@{claim.version}" if claim.version else claim.name
    of_file = f" ({shown(claim.file)})" if claim.file else ""
    digests = _few(claim.digests) or shown(claim.integrity) or "no digest"
    return f"says it {word} {shown(what)}{of_file}, {digests}"


def _source(source: Comparison | None) -> Iterator[str]:
    if source is None:
        yield "Its files were not compared with the source."
        return
    at = f"the source at {shown(source.commit[:12] or '?')}"
    if source.problem:
        yield f"Its files could not be compared with {at}: {shown(source.problem, 300)}"
        return
    yield f"Compared with {at}: {source.compared} of {source.files} files"
    for name, paths in (("differ", source.differing), ("not in it", source.missing)):
        if paths:
            yield f"  {name + ':':<10} {_few(paths)}"


def _few(texts: Sequence[str]) -> str:
    """The first few, each of them harmless, and how many more there are."""
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return ", ".join(shown(text) for text in texts[:_FEW]) + more


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
