"""A workflow file, a reusable workflow or a composite action as jobs and steps. Bounded; what is not understood is left
out, never guessed.

Source: docs.github.com, "Workflow syntax for GitHub Actions" and "Metadata syntax for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from verifier.discovery.yaml_in import Value, mapping, read, text, texts

JOBS = 500
STEPS = 1_000
"""The most steps of one job."""
TEXT = 1_000
"""The longest name, `uses:`, variable or input of a called workflow, in characters."""
ENTRIES = 100
"""The most variables, inputs or defaults in one place."""


@dataclass(frozen=True)
class Step:
    """One step: it uses an action, or runs a shell text. `directory` is where it runs, '' for the root."""

    name: str
    uses: str
    run: str
    inputs: Mapping[str, str]
    env: Mapping[str, str]
    shell: str
    directory: str
    never: bool
    """Its `if:` is literally false."""


@dataclass(frozen=True)
class Job:
    """One job: it has steps, or `uses` names the reusable workflow that it calls. `env` includes the workflow's."""

    id: str
    name: str
    uses: str
    inputs: Mapping[str, str]
    matrix: bool
    never: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Workflow:
    """The jobs of a file, and the inputs it has a value for by itself when it is called."""

    jobs: tuple[Job, ...]
    defaults: Mapping[str, str]


@dataclass(frozen=True)
class Action:
    """An action's own file. `steps` None: it is a program or a container, not made of steps."""

    steps: tuple[Step, ...] | None
    defaults: Mapping[str, str]


def workflow(content: bytes) -> Workflow:
    """The workflow in a file. Raises BadYaml when it is none."""
    top = mapping(read(content))
    env, run = _short(top.get("env")), mapping(mapping(top.get("defaults")).get("run"))
    jobs = [
        _job(name, mapping(job), env, texts(run))
        for name, job in list(mapping(top.get("jobs")).items())[:JOBS]
        if isinstance(job, dict)
    ]
    called = mapping(mapping(top.get("on")).get("workflow_call"))
    return Workflow(tuple(jobs), _defaults(called.get("inputs")))


def action(content: bytes) -> Action:
    """The action in an action.yml. Raises BadYaml when it is none."""
    top = mapping(read(content))
    runs = mapping(top.get("runs"))
    steps = _steps(runs.get("steps"), {}, {}) if text(runs.get("using")).lower() == "composite" else None
    return Action(steps, _defaults(top.get("inputs")))


def _job(name: str, job: dict[str, Value], env: Mapping[str, str], run: Mapping[str, str]) -> Job:
    env = {**env, **_short(job.get("env"))}
    run = {**run, **texts(mapping(job.get("defaults")).get("run"))}
    return Job(
        id=name[:TEXT],
        name=text(job.get("name"))[:TEXT],
        uses=text(job.get("uses")).strip()[:TEXT],
        inputs=_short(job.get("with")),
        matrix="matrix" in mapping(job.get("strategy")),
        never=_never(job),
        steps=_steps(job.get("steps"), env, run),
    )


def _steps(value: Value | None, env: Mapping[str, str], run: Mapping[str, str]) -> tuple[Step, ...]:
    items = value[:STEPS] if isinstance(value, list) else []
    return tuple(_step(mapping(item), env, run) for item in items)


def _step(step: dict[str, Value], env: Mapping[str, str], run: Mapping[str, str]) -> Step:
    return Step(
        name=text(step.get("name"))[:TEXT],
        uses=text(step.get("uses")).strip()[:TEXT],
        run=text(step.get("run")),
        inputs=dict(islice(texts(step.get("with")).items(), ENTRIES)),
        env={**env, **_short(step.get("env"))},
        shell=text(step.get("shell")) or run.get("shell", ""),
        directory=text(step.get("working-directory")) or run.get("working-directory", ""),
        never=_never(step),
    )


def _never(guarded: Mapping[str, Value]) -> bool:
    condition = text(guarded.get("if")).strip().removeprefix("${{").removesuffix("}}")
    return condition.strip().lower() == "false"


def _short(value: Value | None) -> dict[str, str]:
    return {name: held[:TEXT] for name, held in islice(texts(value).items(), ENTRIES)}


def _defaults(inputs: Value | None) -> dict[str, str]:
    return {
        name: text(mapping(given).get("default"))[:TEXT] for name, given in islice(mapping(inputs).items(), ENTRIES)
    }
