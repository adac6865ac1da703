"""Publish steps by the workflow file, on workflows as projects write them. Each example says what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from verifier.discovery.publishing import publishing
from verifier.discovery.steps import publish_steps
from verifier.model import PublishStep

EXAMPLES = sorted((Path(__file__).parent / "workflows").glob("*.yml"))


def example(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(path.read_text())
    return read


def shown(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The jobs as GitHub's API lists them; a step that is no mapping succeeded."""
    listed = []
    for job_id, job in enumerate(jobs, 1):
        named = [step if isinstance(step, dict) else {step: "success"} for step in job.get("steps", ())]
        steps = [
            {"name": name, "number": number, "status": "completed", "conclusion": conclusion}
            for number, step in enumerate(named, 1)
            for name, conclusion in step.items()
        ]
        listed.append(
            {"id": job_id, "name": job["name"], "conclusion": job.get("conclusion", "success"), "steps": steps}
        )
    return listed


def found_in(read: dict[str, Any]) -> tuple[PublishStep, ...]:
    files = {path: text.encode() for path, text in read["files"].items()}
    told = publishing(read["root"], files.get, read.get("home", ""), read.get("called", ()))
    assert told.problems == ()
    return publish_steps(shown(read["jobs"]), told)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_publish_steps_of_a_real_kind_of_workflow_are_found(path: Path) -> None:
    read = example(path)

    steps = found_in(read)

    said = [[s.job, s.name, list(s.types), s.conclusion, *([] if s.by_file else ["by name"])] for s in steps]
    assert said == read["found"], read["about"]
    if "number" in read:
        assert [step.number for step in steps] == [read["number"]]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_found_step_carries_the_id_of_its_job_as_github_gives_it(path: Path) -> None:
    read = example(path)
    ids = {job["name"]: job_id for job_id, job in enumerate(read["jobs"], 1)}

    assert all(step.job_id == ids[step.job] for step in found_in(read))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_job_that_was_skipped_has_its_publish_steps_found_and_skipped(path: Path) -> None:
    read = example(path)
    jobs = [{**job, "conclusion": "skipped", "steps": []} for job in read["jobs"]]

    steps = found_in({**read, "jobs": jobs})

    assert {(step.job, step.types) for step in steps} == {
        (job, tuple(types)) for job, _, types, *rest in read["found"] if "by name" not in rest
    }
    assert all((step.conclusion, step.number, step.by_file) == ("skipped", 0, True) for step in steps)
