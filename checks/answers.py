"""Our answers to what people command: all of them in one comment on the issue, which is edited and never repeated.

Source: docs.github.com/rest/issues/comments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from checks.base import Answered, GitHubCalls
from checks.escape import code, link, markdown
from checks.listed import time
from checks.words import contradicts
from verifier.model import MARK, Incident, Verb
from verifier.verdict.commands import code_of

NAME = "answers"
SHOWN = 20
"""How many answers are shown, the newest."""
REFUSED = 5
"""How many refusals are among them at most: on a public repository anybody is refused, and must push nothing out."""
SENTENCE = 1_000
ROOM = 30_000
"""The most bytes that the answers take."""

_COMMANDS = f"""```text
{MARK} acknowledge for 7 days REASON
{MARK} recheck
{MARK} mine CODE REASON
{MARK} mute for 30 days REASON
{MARK} help
```"""


def offered(incident: Incident) -> tuple[str, ...]:
    """What to write about what stands open now: a block to stand within a list. `mute` only where it silences any."""
    bound, open_ = code_of(incident), [member for member in incident.members if member.open]
    mute = any(not any(contradicts(reason) for reason in member.reasons) for member in open_)
    said = [f"{MARK} mine {bound} REASON", *([f"{MARK} mute for 30 days REASON"] if mute else [])]
    return tuple(f"  {line}" for line in ("```text", *said, f"{MARK} acknowledge for 7 days REASON", "```"))


def marker(incident: Incident) -> str:
    """The hidden text by which a comment is found that a process made and died."""
    return f"<!-- artifact-monitor:answers:{re.sub(r'[^A-Za-z0-9_.-]', '_', incident.id[:100])} -->"


def shown(answered: Sequence[Answered]) -> list[Answered]:
    """Those that are shown, oldest first."""
    refused = [one for one in answered if _refused(one)]
    kept = [one for one in answered if not _refused(one) or one in refused[-REFUSED:]]
    return kept[-SHOWN:]


def lines(answered: Sequence[Answered]) -> list[str]:
    """Who commanded what and when, and what became of it, one a line: the oldest are left out where room is short."""
    said = [_line(one) for one in shown(answered)]
    while sum(len(line.encode()) + 1 for line in said) > ROOM:
        said.pop(0)
    return said


def comment(incident: Incident, answered: Sequence[Answered]) -> str:
    """The whole comment."""
    listed = "\n".join(lines(answered))
    foot = "The CODE stands above, under *If it was you*. One command a line; comments that are edited are not read."
    return f"{marker(incident)}\n**Answers to the commands given here**\n\n{listed}\n\n---\n{foot}\n\n{_COMMANDS}\n"


def find(incident: Incident, place: str, number: str, github: GitHubCalls) -> tuple[str, str] | None:
    """Our comment on the issue, if there is one: (id, address). `place` is the API's path of the repository."""
    for held in github.list(f"{place}/issues/{quote(number, safe='')}/comments"):
        ours = github.ours(held.get("performed_via_github_app"))
        if ours and marker(incident) in str(held.get("body") or ""):
            return str(held["id"]), str(held.get("html_url") or "")
    return None


def create(text: str, place: str, number: str, github: GitHubCalls) -> tuple[str, str]:
    """Make it; returns its id and address."""
    made = github.call("POST", f"{place}/issues/{quote(number, safe='')}/comments", {"body": text})
    return str(made["id"]), str(made.get("html_url") or "")


def update(text: str, place: str, id: str, github: GitHubCalls) -> None:
    """Make it show this text. Raises Gone when somebody deleted it."""
    github.call("PATCH", f"{place}/issues/comments/{quote(id, safe='')}", {"body": text})


def _refused(one: Answered) -> bool:
    return not one[1].accepted and not one[1].waits


def _line(one: Answered) -> str:
    command, answer = one
    asked = "a line" if command.problem and command.verb is Verb.HELP else f"`{command.verb.value}`"
    what = link(asked.strip("`"), command.url) if command.url else asked
    sign = "✘" if _refused(one) else "…" if answer.waits else "✔"
    sentence = markdown(answer.sentence, SENTENCE)
    return f"- {time(command.at)}, {code(command.actor, 60)}, {what}: {sign} {sentence} ({time(answer.at)})"
