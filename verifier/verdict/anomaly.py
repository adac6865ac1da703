"""Anomalies: a second axis. A valid run can publish hostile code; these never change an outcome.

Each is held against what the line's earlier versions did, so that a project's own way of working is no anomaly.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from verifier.model import Case, Confidence, Finding, ForcedPush, Judged, Run, Standing, Weight
from verifier.verdict import vetted
from verifier.verdict.contents import of_contents
from verifier.verdict.explanation import explaining_runs
from verifier.verdict.habit import LAST, lately
from verifier.verdict.image import rolled_back

FORCED_WITHIN = timedelta(hours=24)
"""How long before a run a rewritten branch is worth a word."""


def anomalies(case: Case) -> tuple[Finding, ...]:
    """What is odd about the content or the manner, whatever the origin."""
    runs = explaining_runs(case)
    of_runs = [f for run in runs for f in (*_of_commit(case, run), *_forced(case, run), *_of_file(case, run))]
    of_what = (
        *_install_scripts(case),
        *_runner(case),
        *_invalid(case),
        *of_contents(case),
        *(() if runs else rolled_back(case)),
    )
    return (*of_what, *dict.fromkeys(of_runs))


def _anomaly(reason: str, sentence: str, run: Run | None = None) -> Finding:
    links = (run.url,) if run is not None and run.url else ()
    return Finding(reason, Weight.ANOMALY, Confidence.MEDIUM, sentence, run.key if run is not None else None, links)


def _before(case: Case) -> Iterator[Judged]:
    return lately(case, case.version.line)


def _install_scripts(case: Case) -> list[Finding]:
    if not case.version.install_scripts or any(j.version.install_scripts for j in _before(case)):
        return []
    before = sum(1 for _ in _before(case))
    if before < LAST:
        return []
    sentence = f"It runs a script at installation; none of the {before} versions before it on the line does."
    return [_anomaly("install-scripts-new", sentence)]


def _runner(case: Case) -> list[Finding]:
    """Whoever owns a self-hosted runner controls what it builds; a line that always used them is used to it."""
    if not any(e.runner == "self-hosted" for e in case.evidence or () if e.proven):
        return []
    before = set[str]()
    for judged in _before(case):
        before |= {e.runner for e in judged.evidence if e.proven}
        if "self-hosted" in before:
            return []
    if "github-hosted" not in before:
        return []
    return [_anomaly("runner-self-hosted", "A self-hosted runner built it; the versions before it came from GitHub's.")]


def _invalid(case: Case) -> list[Finding]:
    wrong = [e for e in case.evidence or () if e.standing is Standing.FAILED]
    return [_anomaly("provenance-invalid", f"Its {e.source} does not verify: {e.problem}") for e in wrong]


def _of_commit(case: Case, run: Run) -> list[Finding]:
    """How the commit came about, where the line's earlier releases came about otherwise."""
    vetting = run.vetting
    before = [v.commit for v in vetted.usual(case) if v.commit is not None]
    if vetting is None or vetting.commit is None or len(before) < vetted.ENOUGH:
        return []
    commit, found = vetting.commit, []
    what = f"commit {commit.sha[:12]}, which run {run.key} built,"
    if commit.pull_requests == () and all(c.pull_requests for c in before):
        sentence = f"No pull request brought {what} unlike the releases before it."
        found.append(_anomaly("commit-without-review", sentence, run))
    if commit.signed is False and all(c.signed for c in before):
        found.append(
            _anomaly("commit-unsigned", f"GitHub verified no signature of {what} unlike those before it.", run)
        )
    if commit.first_time and not any(c.first_time for c in before):
        who = commit.committer or commit.email or "its committer"
        found.append(_anomaly("committer-unknown", f"“{who}” never committed here before {what[:-1]}.", run))
    return found


def _of_file(case: Case, run: Run) -> list[Finding]:
    if not vetted.strange_file(case, run):
        return []
    sentence = f"The workflow file that run {run.key} used never stood on the default branch; those before it did."
    return [_anomaly("workflow-unreviewed", sentence, run)]


def _forced(case: Case, run: Run) -> list[Finding]:
    """The branch that the run built was rewritten shortly before, and it was not before the releases before it."""
    pushes = [push for push in case.forced if push.repository_id == run.key.repository_id]
    ours = [p for p in pushes if _is_of(p, run) and timedelta(0) <= run.started_at - p.at <= FORCED_WITHIN]
    if not ours:
        return []
    times = [j.version.at for j in _before(case) if j.version.at >= case.first_contact]
    ours_before = [push for push in pushes if push.ref in {p.ref for p in ours}]
    usual = any(timedelta(0) <= at - push.at <= FORCED_WITHIN for at in times for push in ours_before)
    if usual:
        return []
    push = max(ours, key=lambda p: (p.at, p.ref))
    branch, who = push.ref.removeprefix("refs/heads/"), push.pusher or "somebody"
    sentence = f"“{who}” rewrote {branch} at {push.at:%Y-%m-%d %H:%M} UTC, before run {run.key} built it."
    return [_anomaly("force-push", sentence, run)]


def _is_of(push: ForcedPush, run: Run) -> bool:
    return push.after == run.head_sha or push.ref == f"refs/heads/{run.head_branch or ''}"
