"""Which runs a publisher approves."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from verifier.model import Case, Evidence, Line, Publisher, Run
from verifier.model.github import EVENTS
from verifier.verdict import vetted
from verifier.verdict.habit import is_compliant
from verifier.verdict.naming import looks_like_version
from verifier.verdict.tags import known_tags


def publishers_of(case: Case, run: Run) -> list[Publisher]:
    """The publishers whose repository this run is of."""
    return [p for p in case.publishers if p.repository_id == run.key.repository_id]


def ref_of(case: Case, run: Run) -> str:
    """The full ref a run ran on: as the version's proven evidence says, else as GitHub's run suggests.

    GitHub's run has only a name, so the ledger's tags tell branches from tags. A name of a version's shape that
    nobody knows as a branch counts as a tag: whoever could make such a branch could make the tag.
    """
    signed = {e.ref for e in case.evidence or () if e.run == run.key and e.proven}
    if refs := sorted(ref for ref in signed if ref.startswith("refs/")):
        return refs[0]
    name = run.head_branch or ""
    if name.startswith("refs/"):
        return name
    if run.event == "release":
        return f"refs/tags/{name}"
    if name in _default_branches(case, run):
        return f"refs/heads/{name}"
    is_tag = looks_like_version(name) or name in known_tags(case, run.key.repository_id)
    kind = "tags" if is_tag else "heads"
    return f"refs/{kind}/{name}"


def _default_branches(case: Case, run: Run) -> tuple[str, ...]:
    known = [r.default_branch for r in case.repositories if r.id == run.key.repository_id and r.default_branch]
    return tuple(known) or ("main", "master")


def allows_workflow(publisher: Publisher, run: Run) -> bool:
    """The run's own workflow file, or a reusable one of the same repository that it called, is the publisher's."""
    return not run.workflows.isdisjoint(publisher.workflows)


def allows_ref(case: Case, publisher: Publisher, run: Run) -> bool:
    """The ref is one the publisher allows.

    By default: the default branch, every tag, maintenance branches that are called like a version (`release/1.2`,
    `1.x`), and the refs from which this line's earlier honest versions came.
    """
    ref = ref_of(case, run)
    if publisher.refs:
        # Where a tag was only guessed from a branch's name, like release/1.4, both are meant.
        guessed = ref == f"refs/tags/{run.head_branch}" and not vetted.on_tag(case, run)
        refs = {ref, f"refs/heads/{run.head_branch}"} if guessed else {ref}
        return any(fnmatchcase(one, pattern) for one in refs for pattern in publisher.refs)
    branch = ref.removeprefix("refs/heads/")
    return (
        ref.startswith("refs/tags/")
        or branch in _default_branches(case, run)
        or looks_like_version(branch)
        or _is_usual_ref(case, ref)
    )


def allows_event(case: Case, publisher: Publisher, run: Run) -> bool:
    """The publisher lists the event; or it lists none of its own, and this line's honest versions came by it.

    Never a pull request by habit: those are approved by configuration only.
    """
    if run.event in publisher.events:
        return True
    if publisher.events != EVENTS or run.event.startswith("pull_request"):
        return False
    return any(e.event == run.event for e in _honest_evidence(case))


def _is_usual_ref(case: Case, ref: str) -> bool:
    """It is a ref from which this line's earlier honest versions came, by their evidence."""
    return any(e.ref == ref for e in _honest_evidence(case))


def _honest_evidence(case: Case) -> Iterator[Evidence]:
    """The proven evidence of earlier versions, of before first contact or compliant: of this line, where it has any.

    A new line begins as the others went on: from the same branch, by the same event.
    """
    has_own = next(_proven(case, case.version.line), None) is not None
    return _proven(case, case.version.line if has_own else None)


def _proven(case: Case, line: Line | None) -> Iterator[Evidence]:
    for judged in case.siblings.before(case.version.at, line, proven=True):
        if judged.version.at < case.first_contact or is_compliant(judged):
            yield from (e for e in judged.evidence if e.proven)


def approved(case: Case, run: Run) -> bool:
    """An approved run: the publisher's workflow, ref and event, and the repository's own, reviewed code."""
    allowed = any(
        allows_workflow(publisher, run)
        and run.head_repository_id == run.key.repository_id
        and allows_event(case, publisher, run)
        and allows_ref(case, publisher, run)
        and not vetted.refused(case, run, publisher.environment)
        for publisher in publishers_of(case, run)
    )
    return allowed and not vetted.off_branch(case, run) and not vetted.never_stood(case, run)
