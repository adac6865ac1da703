"""Whole histories of invented projects: how each releases, what goes wrong on honest days, and when a thief comes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from sandbox.synthetic import attackers
from sandbox.synthetic.story import BEGAN, MINUTE, OIDC, SECOND, Made, Pen, Story, Truth
from verifier.model import Account, AccountKind, Artifact, Run

BEFORE = 5
"""Releases before the monitor is installed."""
BY_HAND = 0.0005
"""How often a line from CI is honestly published by hand."""
SILENCED = 0.002
"""How often a project changes its tool for one that prints nothing, from that release on."""
UNSIGNED = 0.001
"""How often a run that should sign publishes with a token and without provenance, by an accident of its setup."""
ATTACKED = 0.9
"""How many of the projects a thief comes to, once."""


class About(TypedDict):
    """On what a run runs, and its title."""

    ref: str
    event: str
    title: str


@dataclass(frozen=True)
class Style:
    """How a project releases. `trigger`: a pushed tag, a GitHub release, the default branch, or a hand-started run."""

    kind: str
    line: str
    attested: bool
    logs: str
    trigger: str
    packages: int

    @classmethod
    def drawn(cls, rng: random.Random) -> Style:
        """One at random."""
        kind = rng.choice(("npm", "npm", "pypi"))
        line = rng.choices(("ci", "hand", "staged" if kind == "npm" else "ci"), (80, 17, 3))[0]
        packages = rng.choice((1, 1, 1, 2, 3, 6)) if line == "ci" else 1
        trigger = rng.choice(("tag", "tag", "release", "main", "dispatch"))
        return cls(
            kind,
            line,
            line != "hand" and rng.random() < 0.6,
            rng.choices(("digests", "names", "nothing"), (70, 10, 20))[0],
            "main" if packages > 1 and rng.random() < 0.7 else trigger,
            packages,
        )


class Project:
    """One project, being written; `style`: released like that, not at random."""

    def __init__(self, seed: int, number: int, style: Style | None = None) -> None:
        self.rng = random.Random(f"{seed} {number}")  # noqa: S311 - an invented history, no secret
        self.style = style or Style.drawn(self.rng)
        self.pen = Pen(self.rng, number, self.style.kind, self.style.attested, self.style.logs)
        scope = f"%40scope{number}/" if self.style.kind == "npm" and self.style.packages > 1 else ""
        stem = f"pkg:{self.style.kind}/{scope}"
        self.artifacts = [Artifact(f"{stem}p{number}-{n}") for n in range(self.style.packages)]
        self.person = Account(f"maintainer{number}", AccountKind.PERSON)
        self.token = Account(f"bot{number}", AccountKind.PERSON)
        self.numbers = [1, 0, 0]
        self.old: list[int] | None = None
        self.at = BEGAN
        self.tagged = self.rng.random() < 0.8

    def story(self, releases: int) -> Story:
        """So many releases, with a thief among them or not."""
        thief = self.rng.randint(BEFORE + 1, releases) if self.rng.random() < ATTACKED else 0
        installed = False
        for count in range(1, releases + 1):
            self.at += timedelta(hours=self.rng.expovariate(1 / 96)) + timedelta(hours=3)
            if count > BEFORE and not installed:
                self.pen.begin(self.artifacts, self.at - timedelta(hours=1))
                installed = True
            if count == thief:
                attackers.strike(self)
            self.release()
        return self.pen.story

    def release(self) -> None:
        """The next honest release, on some line, on some kind of day."""
        if self.rng.random() < SILENCED:
            self.pen.logs = "nothing"
        number = self.next_number()
        made = [self.pen.make(artifact, number) for artifact in self.artifacts]
        if self.style.line == "hand":
            self._by_hand(made, "by hand")
        elif self.rng.random() < BY_HAND and len(self.pen.story.truths) > BEFORE * len(made):
            self._by_hand(made, "emergency by hand")
        elif self.style.line == "staged":
            self._staged(made)
        else:
            days: tuple[Callable[[Sequence[Made]], None], ...] = (
                self._usual, self._again, self._approved, self._failed_later, self._partial, self._unheard, self._idle
            )  # fmt: skip
            self.rng.choices(days, (72, 5, 5, 5, 4, 3, 6))[0](made)

    def next_number(self) -> str:
        """Mostly a patch or a minor; at times the next major, from when on the old one is patched, too."""
        if self.old is not None and self.rng.random() < 0.15:
            self.old[2] += 1
            return ".".join(map(str, self.old))
        kind = self.rng.choices((2, 1, 0), (60, 36, 4))[0]
        if kind == 0:
            self.old = list(self.numbers)
        self.numbers = [*self.numbers[:kind], self.numbers[kind] + 1, *[0] * (2 - kind)]
        return ".".join(map(str, self.numbers))

    def about(self, number: str) -> About:
        """On what the run of a release runs, by the project's trigger."""
        match self.style.trigger:
            case "tag":
                return {"ref": f"v{number}", "event": "push", "title": "Ship it"}
            case "release":
                return {"ref": f"v{number}", "event": "release", "title": "Ship it"}
            case "main":
                return {"ref": "main", "event": "push", "title": f"chore: release {number}"}
            case _:
                return {"ref": "main", "event": "workflow_dispatch", "title": "Publish"}

    def step(self, began: datetime) -> tuple[datetime, datetime]:
        """The publish step of a run that began then."""
        starts = began + timedelta(seconds=self.rng.uniform(60, 600))
        return starts, starts + timedelta(seconds=self.rng.uniform(20, 60 + 15 * len(self.artifacts)))

    def within(self, step: tuple[datetime, datetime]) -> datetime:
        """A moment inside a step, by the registry's clock, which is a little wrong."""
        inside = step[0] + (step[1] - step[0]) * self.rng.random()
        return inside + timedelta(seconds=self.rng.gauss(0, 5))

    def out(self, made: Sequence[Made], run: Run, step: tuple[datetime, datetime], day: str) -> None:
        """The honest publications of a run."""
        signs = self.style.attested
        if signs and self.rng.random() < UNSIGNED:
            signs, day = False, "provenance off"
        for one in made:
            at = self.within(step)
            evidence = self.pen.sign(one, run, at) if signs else ()
            truth = Truth(one.artifact, one.number, at, False, day, self.style.line)
            self.pen.publish(one, at, OIDC if signs else self.token, evidence, truth)

    def _tag(self, number: str, at: datetime) -> None:
        if self.style.trigger in ("tag", "release") or self.tagged:
            self.pen.tag(f"v{number}", at)

    def _usual(self, made: Sequence[Made], day: str = "usual", heard: bool = True) -> None:
        self._tag(made[0].number, self.at)
        step = self.step(self.at)
        run = self.pen.run(step, made, began=self.at, heard=heard, **self.about(made[0].number))
        self.out(made, run, step, day)

    def _again(self, made: Sequence[Made]) -> None:
        """Tests failed; the second attempt, hours later, publishes."""
        self._tag(made[0].number, self.at)
        about = self.about(made[0].number)
        first = self.pen.run(None, began=self.at, **about)
        later = self.at + timedelta(hours=self.rng.uniform(0.5, 20))
        step = self.step(later)
        run = self.pen.run(step, made, began=later, of=first.key, **about)
        self.out(made, run, step, "second attempt")

    def _approved(self, made: Sequence[Made]) -> None:
        """The job waits for somebody to approve its environment."""
        self._tag(made[0].number, self.at)
        step = self.step(self.at + timedelta(hours=self.rng.uniform(0.2, 18)))
        run = self.pen.run(step, made, began=self.at, **self.about(made[0].number))
        self.out(made, run, step, "waited for approval")

    def _failed_later(self, made: Sequence[Made]) -> None:
        """Published, and then something else failed in the same step; the log says what was published."""
        if self.pen.logs == "nothing" and not self.style.attested:
            return self._usual(made)
        self._tag(made[0].number, self.at)
        step = self.step(self.at)
        run = self.pen.run(step, made, began=self.at, conclusion="failure", **self.about(made[0].number))
        return self.out(made, run, step, "step failed after publishing")

    def _partial(self, made: Sequence[Made]) -> None:
        """Half of it was published, the rest by a second attempt."""
        if len(made) < 2 or (self.pen.logs == "nothing" and not self.style.attested):
            return self._usual(made)
        half = len(made) // 2
        self._tag(made[0].number, self.at)
        about, step = self.about(made[0].number), self.step(self.at)
        first = self.pen.run(step, made[:half], began=self.at, conclusion="failure", **about)
        self.out(made[:half], first, step, "partial release")
        later = step[1] + timedelta(minutes=self.rng.uniform(10, 200))
        step = self.step(later)
        second = self.pen.run(step, made[half:], began=later, of=first.key, **about)
        return self.out(made[half:], second, step, "partial release")

    def _unheard(self, made: Sequence[Made]) -> None:
        """All webhooks of the run are lost."""
        self._usual(made, "webhooks lost", heard=False)

    def _idle(self, made: Sequence[Made]) -> None:
        """The workflow ran an hour before with nothing to release; then a usual day."""
        self.pen.run(None, began=self.at - timedelta(hours=1), ref="main", title="docs: typo")
        self._usual(made)

    def _by_hand(self, made: Sequence[Made], day: str) -> None:
        for number, one in enumerate(made):
            at = self.at + number * 20 * SECOND
            line = "hand" if day == "by hand" else "ci"
            self.pen.publish(one, at, self.person, (), Truth(one.artifact, one.number, at, False, day, line))
        if self.tagged:
            self._tag(made[0].number, self.at + timedelta(minutes=self.rng.uniform(-30, 300)))

    def _staged(self, made: Sequence[Made]) -> None:
        """A run stages it, a person approves it hours later."""
        self._tag(made[0].number, self.at)
        step = self.step(self.at)
        run = self.pen.run(step, made, began=self.at, **self.about(made[0].number))
        self.approve(made, run, step)
        self.at += timedelta(hours=41) + MINUTE

    def approve(self, made: Sequence[Made], run: Run, step: tuple[datetime, datetime]) -> None:
        """What a run staged, let out by a person within two days."""
        account = Account(OIDC.name, OIDC.kind, approver=self.person.name)
        for one in made:
            at = step[1] + timedelta(hours=self.rng.uniform(0.1, 40))
            evidence = self.pen.sign(one, run, step[1] - SECOND) if self.style.attested else ()
            truth = Truth(one.artifact, one.number, at, False, "staged", "staged")
            self.pen.publish(one, at, account, evidence, truth)
