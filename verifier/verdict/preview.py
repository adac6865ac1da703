"""Images pushed by our own workflow's runs that may not release: previews of branches and pull requests, other events.

docker/metadata-action tags every branch and pull request by default. Such a tag is nobody's release: that its run may
not publish is how it is meant. Only a tag that people install from (a release's, `latest`) is held to who may publish.
"""

from __future__ import annotations

from verifier.model import Case, Confidence, Finding, Run, Weight
from verifier.model.github import EVENTS
from verifier.tag_names import core
from verifier.verdict import vetted
from verifier.verdict.approval import allows_event, allows_ref, allows_workflow, approved, publishers_of
from verifier.verdict.logged import logged
from verifier.verdict.window import windows

INSTALLED = ("latest", "stable")
"""Tags without a number that people install from, beside the default branch's."""


def is_preview(case: Case) -> bool:
    """An image's tag that names a branch, a pull request, a commit or a day, and no release."""
    usual = {repository.default_branch for repository in case.repositories} or {"main", "master"}
    tag = case.version.number
    return case.version.artifact.is_image and core(tag) is None and tag not in (*INSTALLED, *usual)


def own_run(case: Case) -> Run | None:
    """A run of a publisher's own workflow, on the repository's own code, that pushed these bytes and may not publish.

    Its log shows them; of a preview a silent log will do.
    """
    for run in case.runs if case.version.artifact.is_image else ():
        workflow = any(allows_workflow(publisher, run) for publisher in publishers_of(case, run))
        own = workflow and run.head_repository_id == run.key.repository_id
        reviewed = not vetted.never_stood(case, run) and not vetted.off_branch(case, run)
        if own and reviewed and not approved(case, run) and _pushed(case, run):
            return run
    return None


def by_event(case: Case) -> tuple[Finding, ...]:
    """A run on an allowed ref pushed it, and only what started it is not among the events that may: nobody said so.

    `workflow_run` after the tests, `repository_dispatch` from another repository. Never a pull request: anybody's code.
    """
    run = own_run(case)
    if run is None or is_preview(case) or run.event.startswith("pull_request"):
        return ()
    for publisher in publishers_of(case, run):
        said = allows_event(case, publisher, run) or publisher.events != EVENTS
        if allows_workflow(publisher, run) and allows_ref(case, publisher, run) and not said:
            sentence = (
                f"Run {run.key} of {run.workflow} pushed it; it was started by “{run.event}”, which may not publish."
            )
            links = (run.url,) if run.url else ()
            return (Finding("event-not-listed", Weight.SUSPECTS, Confidence.MEDIUM, sentence, run.key, links),)
    return ()


def note(case: Case) -> tuple[Finding, ...]:
    """Which run pushed a preview."""
    run = own_run(case) if is_preview(case) else None
    if run is None:
        return ()
    sentence = f"Run {run.key} of {run.workflow}, which may not release, pushed this preview."
    return (Finding("preview-of-run", Weight.NOTES, Confidence.MEDIUM, sentence, run.key),)


def _pushed(case: Case, run: Run) -> bool:
    version = case.version
    silent = not run.claims and is_preview(case)
    return any(
        window.holds(version.span_of(file), case.policy.skew) and (silent or logged(version, file, run).same is True)
        for file in version.files
        for window in windows(version.artifact, run)
    )
