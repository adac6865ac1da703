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

from verifier.discovery import actions, image_actions
from verifier.discovery.follow import Follower
from verifier.discovery.image_names import local
from verifier.discovery.judged import NOTHING, UNKNOWN, Judged, naming, together
from verifier.discovery.shell import HOLE, LENGTH, with_holes
from verifier.discovery.workflow import TEXT, Action, Job, Step, Workflow, action, workflow
from verifier.discovery.yaml_in import BadYaml

DEPTH = 4
"""How many files deep workflows and actions are followed; GitHub itself goes no deeper than ten."""
JOBS = 300
"""The most jobs, with those of reusable workflows."""
STEPS = 10_000
"""The most steps judged, with those of composite actions."""
VARIABLES = 256 * 1024
"""The most characters of variables in which expressions are filled in, over all steps."""

T = TypeVar("T")

_HERE = ("./", "$/")
"""How a path in this repository begins: in what is checked out, or at the workflow's own commit."""

_EXPRESSION = re.compile(r"\$\{\{\s{0,9}((?:inputs|env|github)\.[\w.-]{1,100})\s{0,9}\}\}")


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
        self._github = _of_github(home)
        owner = home.partition("/")[0]
        self._variables = {"GITHUB_REPOSITORY": home, "GITHUB_REPOSITORY_OWNER": owner} if home else {}
        self._called = frozenset(called)
        self._workflows: dict[str, Workflow | None] = {}
        self._actions: dict[str, Action | None] = {}
        self._jobs, self._steps, self._variable_text = JOBS, STEPS, VARIABLES

    def jobs(self, path: str, given: Mapping[str, str], callers: tuple[_Caller, ...]) -> Iterator[ExpectedJob]:
        """The jobs of a workflow file that is called by these, with these inputs."""
        read = self._workflow(path)
        if read is None:
            if callers:
                yield _expected(callers, None)
            return
        inputs = {**read.defaults, **given} if callers else {}
        known = self._github | _named("inputs", inputs)
        for job in read.jobs:
            self._jobs -= 1
            if self._jobs < 0:
                self.problems.append(f"It has more than {JOBS} jobs.")
                return
            around = (*callers, _Caller(_names(job), job.never))
            if not job.uses:
                steps = tuple(self._expect(step, known) for step in job.steps)
                yield _expected(around, steps)
                continue
            local = self._local_workflow(job.uses)
            if local is None or len(around) > DEPTH:
                yield _expected(around, None)
            else:
                yield from self.jobs(local, _filled_all(job.inputs, known), around)

    def _expect(self, step: Step, known: Mapping[str, str]) -> ExpectedStep:
        judged = NOTHING if step.never else self._judge(step, known, ())
        return ExpectedStep(_shown(step), judged)

    def _judge(self, step: Step, known: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        """`known` are the values of expressions that no step can change."""
        self._steps -= 1
        if self._steps < 0:
            self.problems.append(f"It has more than {STEPS} steps.")
            return UNKNOWN
        env = self._environment(step.env, known)
        directory = with_holes(_filled(step.directory, known))
        if step.run:
            text = _filled(step.run, {**known, **{f"env.{name}": f"${{{name}}}" for name in env}})
            if re.match(r"python|node|ruby|perl", step.shell):
                return self.follower.program(text, directory, env)
            return self.follower.script(text, directory, env)
        if step.uses.startswith(_HERE):
            return self._local_action(step, known, trail)
        if not self.follower.afford(sum(map(len, step.inputs.values()))):
            return UNKNOWN
        given = _filled_all(step.inputs, known)
        shown = {name: with_holes(value) for name, value in given.items()}
        script = actions.COMMANDS.get(step.uses.lower().partition("@")[0])
        if script is not None:
            return self.follower.script(shown.get(script, ""), directory, env)
        judged = actions.judge(step.uses, shown) if step.uses else UNKNOWN
        if judged.publishes is None:
            return judged
        # Only names are filled in with variables: a step before this one may have set them otherwise, and a name that
        # comes out wrong is asked about, while a switch that does would be believed.
        named = image_actions.named(step.uses, _filled_all(given, _named("env", env)))
        return NOTHING if named and all(map(local, named)) else naming(judged, named)

    def _environment(self, given: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
        """A step's variables with GitHub's own, and the expressions in them filled in that are known."""
        open_ = {name: value for name, value in given.items() if "${{" in value}
        self._variable_text -= sum(map(len, open_.values()))
        if not open_ or self._variable_text < 0:
            return {**self._variables, **given}
        filled = {**given, **_cut(_filled_all(open_, known))}
        return {**self._variables, **filled, **_cut(_filled_all(filled, _named("env", filled)))}

    def _local_action(self, step: Step, known: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        """A composite action publishes when one of its steps does: GitHub shows the calling step only."""
        path = normpath(step.uses.removeprefix("$/"))
        found = self._action(path)
        if found is None or found.steps is None or path in trail or len(trail) >= DEPTH:
            return UNKNOWN
        inside = self._github | _named("inputs", {**found.defaults, **_filled_all(step.inputs, known)})
        return together([self._judge(s, inside, (*trail, path)) for s in found.steps if not s.never])

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


def _of_github(home: str) -> dict[str, str]:
    """What GitHub tells a workflow about its repository, by the expressions that give it."""
    owner, _, name = home.partition("/")
    return _named(
        "github",
        {
            "repository": home,
            "repository_owner": owner,
            "event.repository.name": name,
            "event.repository.full_name": home,
            "event.repository.owner.login": owner,
        }
        if name
        else {},
    )


def _named(context: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{context}.{name}": value for name, value in values.items()}


def _filled(text: str, known: Mapping[str, str]) -> str:
    """The text with the expressions filled in that are known; a text too long to be read stays as it is."""
    if len(text) > LENGTH or "${{" not in text:
        return text
    return _EXPRESSION.sub(lambda found: known.get(found.group(1), found.group())[:1_000], text)[: LENGTH + 1]


def _filled_all(texts: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    return {name: _filled(value, known) for name, value in texts.items()}


def _cut(texts: Mapping[str, str]) -> dict[str, str]:
    """Values that stay as short as those that are written out."""
    return {name: value[:TEXT] for name, value in texts.items()}
