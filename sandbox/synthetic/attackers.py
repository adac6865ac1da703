"""Thieves who know the rules: what each does with what he holds.

`token`: the registry's publish token or account alone. `write`: may also push to the repository and start its runs.
None of them can sign for a run that did not sign, or write into the log of a run that is not his.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.synthetic.story import MINUTE, OIDC, SECOND, Made, Truth
from verifier.model import Account, AccountKind

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.synthetic.projects import Project

OTHER = ".github/workflows/lint.yml"


def strike(project: Project) -> None:
    """One attack, by a strategy that this kind of project allows, shortly before its next release."""
    if project.style.line == "hand":
        choices: list[Callable[[Project], None]] = [hand_alone, hand_stranger, hand_burst]
    else:
        choices = [*TOKEN, *WRITE]
        if project.style.line == "staged":
            choices = [at_random, in_window, old_line]
    project.rng.choice(choices)(project)
    project.at += timedelta(hours=30)


def _number(project: Project) -> str:
    """What an honest next release could be called."""
    major, minor, patch = project.numbers
    project.numbers = [major, minor, patch + 1]
    return ".".join(map(str, project.numbers))


def _rogue(project: Project, number: str) -> Made:
    return project.pen.make(project.rng.choice(project.artifacts), number, by="a thief")


def _out(
    project: Project, made: Made, at: datetime, strategy: str, power: str = "token", account: Account | None = None
) -> None:
    """Published with the stolen token, so in its owner's name, and unsigned."""
    person = account or (project.person if project.style.line == "hand" else project.token)
    project.pen.publish(made, at, person, (), _truth(project, made, at, strategy, power))


def _truth(project: Project, made: Made, at: datetime, strategy: str, power: str = "token") -> Truth:
    prints = project.pen.logs != "nothing"
    return Truth(made.artifact, made.number, at, True, strategy, project.style.line, power, prints)


def at_random(project: Project) -> None:
    """At some moment."""
    _out(project, _rogue(project, _number(project)), project.at, "token: at random")


def in_window(project: Project) -> None:
    """While the publish step of a real release runs, under the number after it."""
    real = [project.pen.make(artifact, project.next_number()) for artifact in project.artifacts[:1]]
    step = project.step(project.at)
    run = project.pen.run(step, real, began=project.at, **project.about(real[0].number))
    if project.style.line == "staged":
        project.approve(real, run, step)
    else:
        project.out(real, run, step, "usual")
    rogue = project.pen.make(project.artifacts[0], _number(project), by="a thief")
    _out(project, rogue, project.within(step), "token: in the window of a real run")


def outrun(project: Project) -> None:
    """Before the publish step gets to it, under its very number; the step finds it there, skips it, and succeeds.

    Its tool says so, in a project whose logs say anything.
    """
    rogue = project.pen.make(project.artifacts[0], project.next_number(), by="a thief")
    real, step = project.pen.make(rogue.artifact, rogue.number), project.step(project.at)
    project.pen.run(step, (), found=[real], began=project.at, **project.about(rogue.number))
    _out(project, rogue, step[0] + SECOND, "token: outruns the publish step, which skips and says so")


def outrun_silently(project: Project) -> None:
    """The same, and the tool skips it without a word."""
    rogue = project.pen.make(project.artifacts[0], project.next_number(), by="a thief")
    step = project.step(project.at)
    project.pen.run(step, (), began=project.at, **project.about(rogue.number))
    _out(project, rogue, step[0] + SECOND, "token: outruns the publish step, which skips silently")


def outrun_failed(project: Project) -> None:
    """The same, and the step fails because the version is there."""
    rogue = project.pen.make(project.artifacts[0], project.next_number(), by="a thief")
    step = project.step(project.at)
    project.pen.run(step, (), began=project.at, conclusion="failure", **project.about(rogue.number))
    _out(project, rogue, step[0] + SECOND, "token: outruns the publish step, which fails")


def old_line(project: Project) -> None:
    """On a major version that nobody watches any more, or below the first."""
    major = project.numbers[0] - 1 if project.numbers[0] > 1 else project.numbers[0]
    _out(project, _rogue(project, f"{major}.99.{project.rng.randint(1, 9)}"), project.at, "token: on an old line")


def channel(project: Project) -> None:
    """As a pre-release on a channel that was never there."""
    major = project.numbers[0] + 1
    number = f"{major}.0.0-beta.1" if project.style.kind == "npm" else f"{major}.0.0b1"
    _out(project, _rogue(project, number), project.at, "token: on a new channel")


def gone(project: Project) -> None:
    """Taken down before anybody looks."""
    rogue = _rogue(project, _number(project))
    truth = _truth(project, rogue, project.at, "token: gone before the next poll")
    removed = project.at + SECOND
    project.pen.publish(rogue, project.at, project.token, (), truth, removed)


def burst(project: Project) -> None:
    """Five within minutes, as a worm does."""
    for n in range(5):
        _out(project, _rogue(project, _number(project)), project.at + n * MINUTE, "token: a burst")


def after_failure(project: Project) -> None:
    """Hours after a release whose run never came to its publish step, under its number."""
    rogue = project.pen.make(project.artifacts[0], project.next_number(), by="a thief")
    project.pen.run(None, began=project.at, **project.about(rogue.number))
    _out(project, rogue, project.at + MINUTE, "token: under the number of a run that skipped its step")


def forged_tag(project: Project) -> None:
    """With a tag of its own, pushed a minute before."""
    number = _number(project)
    project.pen.tag(f"v{number}", project.at - MINUTE)
    _out(project, _rogue(project, number), project.at, "write: with a forged tag", "write")


def forged_log(project: Project) -> None:
    """Another workflow prints that it published this, digests and all."""
    number = _number(project)
    rogue, step = _rogue(project, number), project.step(project.at)
    project.pen.run(step, [rogue], began=project.at, ref=f"v{number}", workflow=OTHER, title=f"Release {number}")
    _out(project, rogue, project.within(step), "write: forged log in another workflow", "write")


def replayed(project: Project) -> None:
    """With the provenance of an honest version beside it."""
    number = _number(project)
    rogue, step = _rogue(project, number), project.step(project.at)
    honest = project.pen.make(rogue.artifact, f"{number}-honest")
    run = project.pen.run(step, [], began=project.at, **project.about(number))
    at = project.within(step)
    truth = _truth(project, rogue, at, "write: replayed provenance", "write")
    project.pen.publish(rogue, at, project.token, project.pen.sign(honest, run, at), truth)


def _through(
    project: Project, strategy: str, *, ref: str = "", step: bool = True, power: str = "write", **run: Any
) -> None:
    """Really signed, by a run that the thief started or took over."""
    number = _number(project)
    rogue, span = _rogue(project, number), project.step(project.at)
    about: dict[str, Any] = {**project.about(number), **({"ref": ref} if ref else {}), **run}
    ran = project.pen.run(span if step else None, [rogue], began=project.at, **about)
    at = project.within(span)
    truth = _truth(project, rogue, at, strategy, power)
    evidence = project.pen.sign(rogue, ran, at)
    project.pen.publish(rogue, at, OIDC, evidence, truth)


def other_workflow(project: Project) -> None:
    """Signed by another workflow of the repository."""
    _through(project, "write: signed by another workflow", workflow=OTHER)


def orphan(project: Project) -> None:
    """Signed by the real workflow, on a tag whose commit is on no branch, with a changed file."""
    number = project.numbers
    tag = f"v{number[0]}.{number[1]}.{number[2] + 1}"
    _through(project, "write: orphan tag, changed workflow", ref=tag, reachable=False, stood=False, blob="e" * 40)


def orphan_kept(project: Project) -> None:
    """The same, with the workflow file as it is."""
    number = project.numbers
    tag = f"v{number[0]}.{number[1]}.{number[2] + 1}"
    _through(project, "write: orphan tag, the real workflow file", ref=tag, reachable=False)


def pull_request(project: Project) -> None:
    """Signed by a run that a pull request started."""
    _through(project, "write: run of a pull request", event="pull_request_target")


def branch(project: Project) -> None:
    """Signed by the real workflow, started by hand on a branch of the thief's."""
    _through(project, "write: dispatched on a branch", ref="patch", event="workflow_dispatch", reachable=False)


def hijacked(project: Project) -> None:
    """Signed by a run on the default branch whose publish step was skipped (TanStack)."""
    _through(project, "write: run taken over, step skipped", ref="main", step=False)


def authorised(project: Project) -> None:
    """Hostile code, reviewed by nobody, through everything that is real. Out of reach of any check of origins."""
    _through(project, "source: hostile code, everything real", power="source")


def hand_alone(project: Project) -> None:
    """One version by the account that always publishes."""
    _out(project, _rogue(project, _number(project)), project.at, "token: known account, one version")


def hand_stranger(project: Project) -> None:
    """One version by an account that never published."""
    stranger = Account("mallory", AccountKind.PERSON)
    rogue = _rogue(project, _number(project))
    _out(project, rogue, project.at, "token: unknown account", account=stranger)


def hand_burst(project: Project) -> None:
    """Three within minutes."""
    for n in range(3):
        _out(project, _rogue(project, _number(project)), project.at + n * MINUTE, "token: known account, a burst")


TOKEN = [
    at_random, in_window, outrun, outrun_silently, outrun_failed, old_line, channel, gone, burst, after_failure
]  # fmt: skip
WRITE = [
    forged_tag, forged_log, replayed, other_workflow, orphan, orphan_kept, pull_request, branch, hijacked, authorised
]  # fmt: skip
