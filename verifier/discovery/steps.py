"""Which steps of a run publish: by its workflow file where that is known, else by the names that GitHub's jobs give
them. Pure, bounded, never raises.

A step's name is its `name:` in the workflow, else `Run` and its first line or action. Names are chosen by people, so
theirs is a reading, made to err towards "not found": a step taken for a publish step that is none would speak against
honest versions when it is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from verifier.discovery.judged import UNKNOWN, Judged
from verifier.discovery.matching import jobs_called, jobs_within, judge_steps
from verifier.discovery.publishing import ExpectedJob, Publishing
from verifier.discovery.shell import HOLE
from verifier.model import PublishStep

JOBS = 2_000
"""The most jobs looked at."""
STEPS = 1_000
"""The most steps looked at in one job."""
COMPARED = 20_000
"""The most steps of a run that are compared with its workflow file; of a longer run the names alone count."""
FOUND = 2_000
"""The most publish steps of a run that are kept by its file."""
NAME = 300
"""The most characters of a name that are looked at and kept."""

_TOOLS = re.compile(
    r"(?<![\w-])(?:"
    r"npm(?: stage)? publish|pnpm(?: -r| --recursive| --filter[ =]\S+)* publish|yarn(?: npm)? publish|bun publish"
    r"|lerna(?:-lite)? publish|changeset publish|semantic-release|nx release"
    r"|twine upload|(?:uv|poetry|hatch|flit|pdm|maturin) publish|maturin upload"
    r"|(?:docker|podman|buildah|oras|helm)(?: image| compose)? push|crane push|cargo publish|gem push"
    r"|goreleaser release"
    r")(?![\w-])"
)
_ACTIONS = re.compile(
    r"(?<![\w./-])(?:"
    r"pypa/gh-action-pypi-publish|js-devtools/npm-publish|changesets/action|pascalgn/npm-publish-action|primer/publish"
    r"|(?:cycjimmy|codfish)/semantic-release-action|python-semantic-release/(?:python-semantic-release|publish-action)"
    r"|jrubics/poetry-publish|etils-actions/pypi-auto-publish|docker/build-push-action"
    r"|redhat-actions/push-to-registry|katyo/publish-crates|rubygems/release-gem"
    r")(?![\w-])"
)
_PUBLISH = re.compile(r"(?<![\w-])publish(?:es|ing)?(?![\w])")
_WHERE = r"(?:npm(?:js)?|pypi|docker ?hub|ghcr|ecr|quay|registry|registries|crates\.io|rubygems|maven(?: central)?)"
_RELEASE = re.compile(
    r"^release$|^release (?:the )?packages?$|^(?:npm|pypi|docker) (?:release|push)$|^npm-publish$"
    r"|(?<![\w-])(?:releas|upload|deploy|push)(?:e|es|ing|s)? (?:\S+ ){0,4}(?:to|on) (?:the )?" + _WHERE + r"(?!\w)"
)
_PUSH = re.compile(
    r"^push(?: (?:the |all )?(?:\w+ )?(?:docker|container|oci|multi-arch) ?(?:images?|manifests?)?"
    r"| (?:the )?images?| manifests?)?$|^build (?:and|&|\+) push(?!\w)"
)
_DRY = re.compile(r"dry[ -]?run|(?<!\S)-n(?!\S)|(?<!\w)un-?publish|--no-push")
_TEST_INDEX = re.compile(r"test[ ._-]?pypi")
# Steps that GitHub adds: `Build owner/action@ref` makes the container of an action that runs later.
_GITHUBS = re.compile(r"(?:post|pre) |set up job|complete job|build [\w.-]+/[\w./-]+@")
# What else people publish, and what else they do about publishing.
_OTHER = re.compile(
    r"(?<!\w)publish(?:es|ing)?(?: \S+){0,4}? (?:tests?|testing|unit|junit|e2e|results?|reports?|reporting"
    r"|summar(?:y|ies)|docs?|documentation|storybook|coverage|codecov|artifacts?|pages|gh-pages|github-pages|sites?|website|blog|demo"
    r"|benchmarks?|sarif|logs?|notes|changelog|comments?|annotations?|screenshots?|previews?|status|metrics|events?"
    r"|messages?|notifications?|branch|schema|draft|github release|release draft)(?!\w)"
)
_ABOUT = re.compile(
    r"^(?:check|checks|verify|validate|wait|waiting|should|get|determine|decide|detect|find|compute|resolve|read|set|setup"
    r"|configure|config|prepare|install|test|tests|download|fetch|notify|announce|comment|report|list|print|echo|show|log"
    r"|debug|restore|cache|lint|is|has|skip|confirm|ensure|assert|authenticate|login|log in|cancel|clean|cleanup|revert"
    r"|rollback|create|draft|tag|bump|update|generate|collect|simulate|smoke|inspect|explain|pre|before|after)(?![\w-])"
)
_AND_PUBLISH = re.compile(r"(?:(?<!\w)(?:and|then|or) |[&+,/] ?)(?:then )?(?:npm )?(?:publish|push)(?!\w)")


def publish_steps(jobs: Sequence[Mapping[str, Any]], publishing: Publishing | None = None) -> tuple[PublishStep, ...]:
    """The steps that publish, in GitHub's order, with what became of them.

    Where the workflow file names steps that publish, those count. Beside them a step counts by its name only if the
    file cannot tell what it does. Where it names none that is shown, names alone count.
    """
    shown = sum(len(_objects(job.get("steps"), STEPS)) for job in _objects(jobs, JOBS))
    if publishing is not None and publishing.publishes and shown <= COMPARED:
        steps = (step for job in _objects(jobs, JOBS) for step in _by_file(job, publishing))
        found = list(islice(steps, FOUND))
        if any(step.by_file for step in found):
            return tuple(found)
    return tuple(step for job in _objects(jobs, JOBS) for step in _steps(job, {}))


def _by_file(job: Mapping[str, Any], publishing: Publishing) -> Iterable[PublishStep]:
    """The publish steps of one job, as far as the file says; those of a skipped job are found, and skipped."""
    name = _text(job.get("name"))
    written = jobs_called(name, publishing)
    shown = _objects(job.get("steps"), STEPS)
    if not shown and job.get("conclusion") == "skipped":
        return (step for found in written or jobs_within(name, publishing) for step in _skipped(job, found))
    names = [_text(step.get("name")) for step in shown]
    answers = [judge_steps(names, found) for found in written]
    known = {at: answer for at in range(len(names)) if (answer := _agreed([said[at] for said in answers])) != UNKNOWN}
    return _steps(job, known)


def _agreed(answers: Sequence[Judged]) -> Judged:
    """One answer for a step that may be one of several written ones: what they all say, else it cannot be told."""
    return answers[0] if answers and all(answer == answers[0] for answer in answers) else UNKNOWN


def _steps(job: Mapping[str, Any], known: Mapping[int, Judged]) -> list[PublishStep]:
    """The publish steps of one job: those known to publish, and of the others those that are called so."""
    found = []
    for at, step in enumerate(_objects(job.get("steps"), STEPS)):
        name = step.get("name")
        judged = known.get(at, UNKNOWN)
        if isinstance(name, str) and (is_publish(name) if judged.publishes is None else judged.publishes):
            found.append(replace(_step(job, step, name), types=judged.types, by_file=judged.publishes is True))
    return found


def _skipped(job: Mapping[str, Any], written: ExpectedJob) -> Iterable[PublishStep]:
    """The publish steps of a job that GitHub shows without steps, because it was skipped as a whole."""
    for step in written.steps or ():
        if step.judged.publishes:
            made = _step(job, {"conclusion": "skipped"}, _readable(step.name))
            yield replace(made, types=step.judged.types, by_file=True)


def _readable(name: str) -> str:
    return "".join(character for character in name.replace(HOLE, "…") if character.isprintable())


def is_publish(name: str) -> bool:
    """The name of a step says that it publishes an artifact: for real, to a registry that people install from."""
    line = " ".join(name[:NAME].lower().split())
    if _GITHUBS.match(line) or _DRY.search(line):
        return False
    bare = line.removeprefix("run ")
    if _TEST_INDEX.search(bare) and not re.search(_WHERE, _TEST_INDEX.sub("", bare)):
        return False
    if _ACTIONS.search(bare):
        return True
    if _ABOUT.search(bare) and not _AND_PUBLISH.search(bare):
        return False
    if _TOOLS.search(bare):
        return True
    if _OTHER.search(bare):
        return False
    return bool(_PUBLISH.search(bare) or _RELEASE.search(bare) or _PUSH.search(bare))


def _objects(value: object, most: int) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else ()
    return [item for item in items[:most] if isinstance(item, Mapping)]


def _step(job: Mapping[str, Any], step: Mapping[str, Any], name: str) -> PublishStep:
    return PublishStep(
        job=_text(job.get("name")),
        name=name[:NAME],
        number=_count(step.get("number"), 2**31),
        conclusion=_text(step.get("conclusion")),
        started_at=_moment(step.get("started_at")),
        completed_at=_moment(step.get("completed_at")),
        job_id=_count(job.get("id"), 2**63),
    )


def _count(value: object, below: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below else 0


def _text(value: object) -> str:
    return value[:NAME] if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    """A time with a zone, in UTC; None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
