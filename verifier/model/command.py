"""What people ask of us at GitHub: commands in an incident's issue and buttons on its check run, and our answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MARK = "/artifact-monitor"
"""What a line that is a command begins with, in any case."""

CODE = 12
"""How many hexadecimal digits bind a command to the files that were shown: nobody makes other files with the same."""


PAGE = "page/"
"""What the ids of commands begin with that were given on our own pages."""


class Verb(StrEnum):
    """What is asked for."""

    ACKNOWLEDGE = "acknowledge"
    """I look after this incident, until a date."""
    RECHECK = "recheck"
    """Look at every version of it again."""
    MINE = "mine"
    """This was me: waive exactly these files."""
    MUTE = "mute"
    """Say nothing of absences and suspicions on these release lines, until a date."""
    HELP = "help"


@dataclass(frozen=True)
class Days:
    """For how many days something may be asked: at least one."""

    usual: int
    most: int


DAYS = {Verb.ACKNOWLEDGE: Days(7, 30), Verb.MUTE: Days(30, 90)}
"""What the commands that end by themselves take."""


@dataclass(frozen=True)
class Command:
    """One command as it was given; whether it is obeyed is an `Answer`. All text is a stranger's, unescaped.

    `id` is the same however often GitHub tells of it. `problem` says why it cannot be understood ('' when it can).
    """

    id: str
    incident_id: str
    repository_id: int
    verb: Verb
    actor_id: int
    actor: str
    at: datetime
    reason: str = ""
    days: int | None = None
    code: str = ""
    """Binds it to the files that were shown: what `verifier.verdict.commands.code_of` gave for them."""
    url: str = ""
    problem: str = ""
    only: str = ""
    """Of a recheck on our own page: the one version that it is about, as `version_task` writes it; '' for all."""

    @property
    def of_operator(self) -> bool:
        """Whoever runs this monitor gave it, on its own machine: no account of GitHub has that id, or our prefix."""
        return self.actor_id == 0 and self.id.startswith(PAGE)


@dataclass(frozen=True)
class Answer:
    """What became of a command. `sentence` is ours, for people; `waits` for a second person, or for a day to pass."""

    command_id: str
    incident_id: str
    accepted: bool
    sentence: str
    at: datetime
    waits: bool = False
