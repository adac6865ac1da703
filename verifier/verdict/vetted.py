"""What GitHub said of a run's commit and workflow file, held against what this line's earlier runs did.

A line may honestly be released from commits that are on no branch, or from a branch with a workflow file of its own.
So neither speaks against a version by itself: it does where the line's earlier releases never were like that.
"""

from __future__ import annotations

from verifier.model import Case, Judged, Run, Vetting
from verifier.verdict.habit import among, is_compliant
from verifier.verdict.tags import known_tags

ENOUGH = 2
"""How many earlier releases of the line must have been vetted before the next is held against them."""


def usual(case: Case) -> tuple[Vetting, ...]:
    """The vettings of this line's earlier honest versions; empty while they are too few to go by."""
    return _enough([j for j in _honest(case) if j.version.line == case.version.line])


def _of_kin(case: Case) -> tuple[Vetting, ...]:
    """The same, of all lines where this one has too few: a new line must not be a way around."""
    return usual(case) or _enough(_honest(case))


def _enough(versions: list[Judged]) -> tuple[Vetting, ...]:
    found = tuple(j.vetting for j in versions if j.vetting is not None and not j.vetting.problem)
    return found if len(found) >= ENOUGH else ()


def _honest(case: Case) -> list[Judged]:
    """The earlier versions whose vetting is known, of before first contact or found compliant."""
    before = among(case, (*case.siblings.vetted, *case.earlier))
    return [j for j in before if j.version.at < case.first_contact or is_compliant(j)]


def off_branch(case: Case, run: Run) -> bool:
    """It ran on a tag whose commit was on no branch that may publish, on a line whose releases always were on one.

    Only tags are asked about: a run on a branch ran on that branch's head.
    """
    vetting = run.vetting
    if vetting is None or vetting.problem or not vetting.asked or vetting.reachable_from or not on_tag(case, run):
        return False
    before = [v for v in usual(case) if v.asked]
    return len(before) >= ENOUGH and all(v.reachable_from for v in before)


def never_stood(case: Case, run: Run) -> bool:
    """Its workflow file never stood on the default branch, nor did an earlier release of the line use that very file.

    A commit that a branch which may publish holds is not held against it: there its file stood.
    """
    held = run.vetting is not None and run.vetting.reachable_from and run.vetting.asked
    return not held and strange_file(case, run)


def unclear(case: Case, run: Run) -> bool:
    """It ran on a tag, and nobody could say whether its commit is reviewed, as was known of the releases before.

    Whoever can push can make a question unanswerable (with branches by the hundred), so it is no answer.
    """
    answered = run.vetting is not None and not run.vetting.problem
    return not answered and on_tag(case, run) and bool(usual(case))


def strange_file(case: Case, run: Run) -> bool:
    """Its workflow file never stood on the default branch, and the releases before it used files that did.

    Unlike `never_stood` this holds for a branch that may publish too: a maintenance branch, or one that is called like
    a version so that it may.
    """
    vetting = run.vetting
    if vetting is None or vetting.problem or vetting.stood is not False:
        return False
    before = _of_kin(case)
    blobs = {v.workflow_blob for v in before}
    return bool(before) and all(v.stood for v in before) and vetting.workflow_blob not in blobs


def changed_file(case: Case, run: Run) -> bool:
    """Its workflow file is another than the line's last releases used, and it did stand on the default branch."""
    vetting = run.vetting
    if vetting is None or vetting.stood is not True:
        return False
    blobs = _blobs(case)
    return bool(blobs) and vetting.workflow_blob not in blobs


def refused(case: Case, run: Run, environment: str) -> bool:
    """A person rejected the deployment to this environment, and nobody approved it."""
    states = {a.state for a in run.vetting.approvals if a.environment == environment} if run.vetting else set()
    return "rejected" in states and "approved" not in states


def on_tag(case: Case, run: Run) -> bool:
    """The run ran on a tag, as its certificate says, else as far as GitHub's run and the ledger's tags tell."""
    name = run.head_branch or ""
    signed = {e.ref for e in case.evidence or () if e.run == run.key and e.proven and e.ref}
    if signed:
        return any(ref.startswith("refs/tags/") for ref in signed)
    return run.event == "release" or name.startswith("refs/tags/") or name in known_tags(case, run.key.repository_id)


def _blobs(case: Case) -> frozenset[str]:
    return frozenset(v.workflow_blob for v in usual(case) if v.workflow_blob)
