"""What a run's own workflow file says about its steps: which of them publish, and what. Pure, bounded, never raises.

The file is read as it stood at the run's commit, with the reusable workflows and composite actions of the same
repository that it calls. `steps.py` matches the answer with the jobs that GitHub shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from posixpath import normpath
from typing import TypeVar

from verifier.discovery import actions
from verifier.discovery.follow import Follower
from verifier.discovery.judged import NOTHING, UNKNOWN, Judged, together
from verifier.discovery.programs import INDEX_VARIABLES
from verifier.discovery.shell import HOLE, LENGTH, with_holes
from verifier.discovery.workflow import Action, Job, Step, Workflow, action, workflow
from verifier.discovery.yaml_in import BadYaml

DEPTH = 4
"""How many files deep workflows and actions are followed; GitHub itself goes no deeper than ten."""
JOBS = 300
"""The most jobs, with those of reusable workflows."""
STEPS = 10_000
"""The most steps judged, with those of composite actions."""

T = TypeVar("T")

_HERE = ("./", "$/")
"""How a path in this repository begins: in what is checked out, or at the workflow's own commit."""

_INPUT = re.compile(r"\$\{\{\s{0,9}inputs\.([\w-]{1,100})\s{0,9}\}\}")


@dataclass(frozen=True)
class ExpectedStep:
    """A step as GitHub will name it (HOLE for what only the run knows), and whether it publishes."""

    name: str
    judged: Judged


@dataclass(frozen=True)
class ExpectedJob:
    """A job as GitHub will name it, by any of `names`; by one of `callers` where what calls it was skipped.

    `steps` None: it is a workflow of another repository or one that could not be read, and its steps are not known.
    """

    names: tuple[str, ...]
    callers: tuple[str, ...]
    steps: tuple[ExpectedStep, ...] | None


@dataclass(frozen=True)
class Publishing:
    """The jobs of a run as its workflow file foretells them, and in words what in it could not be read."""

    jobs: tuple[ExpectedJob, ...]
    problems: tuple[str, ...] = ()

    @property
    def publishes(self) -> bool:
        """At least one step is known to publish."""
        return any(step.judged.publishes for step in self._steps())

    @property
    def types(self) -> frozenset[str]:
        """The purl types that it is known to publish."""
        return frozenset(kind for step in self._steps() if step.judged.publishes for kind in step.judged.types)

    def _steps(self) -> Iterator[ExpectedStep]:
        return (step for job in self.jobs for step in job.steps or ())


def publishing(
    root: str, files: Callable[[str], bytes | None], home: str = "", called: Collection[str] = ()
) -> Publishing:
    """What the workflow file at `root` publishes. `files` gives a file of the repository at the run's commit, or None.

    `home` is the repository's own `owner/name`; `called` are the reusable workflows that the run is known to have
    called: one of the same repository is read like a local one.
    """
    reading = _Reading(files, home, called)
    jobs = tuple(reading.jobs(root, {}, ()))
    return Publishing(jobs, tuple(dict.fromkeys((*reading.problems, *reading.follower.problems))))


@dataclass(frozen=True)
class _Caller:
    """The names a called workflow's jobs begin with."""

    names: tuple[str, ...]
    never: bool


class _Reading:
    """One reading of a workflow file with everything it calls."""

    def __init__(self, files: Callable[[str], bytes | None], home: str, called: Collection[str]) -> None:
        self.problems: list[str] = []
        self.follower = Follower(files)
        self._home = f"{home}/".lower()
        self._called = frozenset(called)
        self._workflows: dict[str, Workflow | None] = {}
        self._actions: dict[str, Action | None] = {}
        self._jobs, self._steps = JOBS, STEPS

    def jobs(self, path: str, given: Mapping[str, str], callers: tuple[_Caller, ...]) -> Iterator[ExpectedJob]:
        """The jobs of a workflow file that is called by these, with these inputs."""
        read = self._workflow(path)
        if read is None:
            if callers:
                yield _expected(callers, None)
            return
        inputs = {**read.defaults, **given} if callers else {}
        for job in read.jobs:
            self._jobs -= 1
            if self._jobs < 0:
                self.problems.append(f"It has more than {JOBS} jobs.")
                return
            around = (*callers, _Caller(_names(job), job.never))
            if not job.uses:
                steps = tuple(self._expect(step, inputs) for step in job.steps)
                yield _expected(around, steps)
                continue
            local = self._local_workflow(job.uses)
            if local is None or len(around) > DEPTH:
                yield _expected(around, None)
            else:
                yield from self.jobs(local, _filled_all(job.inputs, inputs), around)

    def _expect(self, step: Step, inputs: Mapping[str, str]) -> ExpectedStep:
        judged = NOTHING if step.never else self._judge(step, inputs, ())
        return ExpectedStep(_shown(step), judged)

    def _judge(self, step: Step, inputs: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        self._steps -= 1
        if self._steps < 0:
            self.problems.append(f"It has more than {STEPS} steps.")
            return UNKNOWN
        env = _filled_all({name: step.env[name] for name in INDEX_VARIABLES if name in step.env}, inputs)
        directory = with_holes(_filled(step.directory, inputs))
        if step.run:
            text = _filled(step.run, inputs)
            if re.match(r"python|node|ruby|perl", step.shell):
                return self.follower.program(text, directory, env)
            return self.follower.script(text, directory, env)
        if step.uses.startswith(_HERE):
            return self._local_action(step, inputs, trail)
        if not self.follower.afford(sum(map(len, step.inputs.values()))):
            return UNKNOWN
        given = {name: with_holes(value) for name, value in _filled_all(step.inputs, inputs).items()}
        script = actions.COMMANDS.get(step.uses.lower().partition("@")[0])
        if script is not None:
            return self.follower.script(given.get(script, ""), directory, env)
        return actions.judge(step.uses, given) if step.uses else UNKNOWN

    def _local_action(self, step: Step, inputs: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        """A composite action publishes when one of its steps does: GitHub shows the calling step only."""
        path = normpath(step.uses.removeprefix("$/"))
        found = self._action(path)
        if found is None or found.steps is None or path in trail or len(trail) >= DEPTH:
            return UNKNOWN
        given = {**found.defaults, **_filled_all(step.inputs, inputs)}
        return together([self._judge(s, given, (*trail, path)) for s in found.steps if not s.never])

    def _local_workflow(self, uses: str) -> str | None:
        """The path of a reusable workflow that is a file of this repository at this commit."""
        path, _, _ = uses.partition("@")
        if uses.startswith(_HERE):
            return normpath(uses.removeprefix("$/"))
        if len(self._home) > 1 and path.lower().startswith(self._home) and uses in self._called:
            return path[len(self._home) :]
        return None

    def _workflow(self, path: str) -> Workflow | None:
        if path not in self._workflows:
            self._workflows[path] = self._read(path, workflow)
        return self._workflows[path]

    def _action(self, path: str) -> Action | None:
        if path not in self._actions:
            self._actions[path] = self._read(f"{path}/action.yml", action) or self._read(f"{path}/action.yaml", action)
        return self._actions[path]

    def _read(self, path: str, parse: Callable[[bytes], T]) -> T | None:
        content = self.follower.file(path)
        if content is None:
            return None
        try:
            return parse(content)
        except BadYaml as error:
            self.problems.append(f"{path[:200]} cannot be read: {error}.")
            return None


def _names(job: Job) -> tuple[str, ...]:
    """What GitHub may call the job: its name or id, of a matrix also followed by its values."""
    name = with_holes(" ".join(job.name.split())) or job.id
    return (name, f"{name} ({HOLE}") if job.matrix else (name,)


def _expected(around: tuple[_Caller, ...], steps: tuple[ExpectedStep, ...] | None) -> ExpectedJob:
    """The job within its callers: GitHub writes `caller / called`."""
    if any(caller.never for caller in around):
        steps = tuple(ExpectedStep(step.name, NOTHING) for step in steps or ())
    callers = [name for end in range(1, len(around)) for name in _joined(around[:end])]
    return ExpectedJob(_joined(around), tuple(callers), steps)


def _joined(around: tuple[_Caller, ...]) -> tuple[str, ...]:
    return tuple(" / ".join(parts) for parts in product(*(caller.names for caller in around)))


def _shown(step: Step) -> str:
    """What GitHub calls the step: its name, or `Run` and its first line or action. Source: actions/runner,
    ActionRunner.GenerateDisplayName."""
    used = step.uses.replace("docker://", HOLE, 1)
    named = step.name.strip() or f"Run {step.run.strip()[:5_000] or used}"
    return " ".join(re.split(r"[\r\n]", with_holes(named))[0].split())[:1_000]


def _filled(text: str, inputs: Mapping[str, str]) -> str:
    """The text with the inputs filled in that are known; a text too long to be read stays as it is."""
    if len(text) > LENGTH:
        return text
    return _INPUT.sub(lambda found: inputs.get(found.group(1), found.group())[:1_000], text)[: LENGTH + 1]


def _filled_all(texts: Mapping[str, str], inputs: Mapping[str, str]) -> dict[str, str]:
    return {name: _filled(value, inputs) for name, value in texts.items()}
