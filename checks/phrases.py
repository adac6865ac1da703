"""The shape of what is said about a reason, and the phrases that come back. Markdown, written here."""

from __future__ import annotations

from dataclasses import dataclass

ASK = (
    "**Ask everyone who can publish whether it was them**, and not on GitHub: whoever took over an account reads along "
    "there."
)
RUN = (
    "**Stop the workflow** until you know how this came out of it: *Actions* → its name → *Disable workflow*. Then "
    "open the run and read what it did, and look for changed workflows and for runs that nobody started. Delete none "
    "of them: they are your evidence. Before the workflow runs again, delete the repository's Actions caches: what "
    "somebody left there would be in the next release, too."
)
READ = "**Read what the commit changed**, and ask whoever made it, not on GitHub."
COMPARE = "**Compare the files** that are named above with the repository before anybody installs the version."
WAIT = "Nothing: it is looked at again by itself."
NOTHING = "Nothing."

WAIVER = (
    "For exactly these files: have somebody else than who published them say so, with the command `mine CODE` on "
    "GitHub, or among those who run Artifact Monitor (`artifact-monitor waive`). That closes this alert until its "
    "date, is told with the name of who said it, and never changes the verdict."
)
BY_COMMENT = (
    "- **Commands:** write one of these lines as a new comment here, with your reason. It takes the role that the "
    "repository's configuration names (*maintain* or more by default); `mine CODE` and `mute` are not taken from who "
    "published. `mine CODE` holds for 30 days; `mute` begins a day later and silences absences and suspicions, nothing "
    "proven."
)
BY_BUTTON = (
    "- **Buttons** above do the same as the commands `acknowledge`, `mine CODE` and `mute` in an issue. They take "
    "the role that the repository's configuration names (*maintain* or more by default); the last two are not "
    "taken from who published. *This was me* holds for 30 days; *Mute the line* begins a day later and silences "
    "absences and suspicions, nothing proven."
)
_ACTS = (
    "That acts 24 hours later, unless it stands in the organisation's file (in its `.github` repository): then it acts "
    "at once. It holds until somebody takes it out."
)
BY_HAND = (
    "If this artifact is meant to be published by hand, set `manual: true` for it in `.github/artifact-monitor.yml` on "
    f"the default branch. {_ACTS} Then nothing that is odd about its versions is asked about either: whoever steals a "
    "token there is noticed by others first."
)
APPROVE = (
    "If this may publish, list its workflow, ref or event for the artifact in `.github/artifact-monitor.yml` on the "
    f"default branch. {_ACTS}"
)
BRANCH = (
    "If releases may come from such a branch, list it under `refs` for the artifact in `.github/artifact-monitor.yml` "
    "on the default branch. It counts for runs from 24 hours later on, or at once where the organisation's file says "
    "so, and not for this one: its commit was looked at as it ran."
)
SIGNER = (
    f"If they may sign it, name them as its `signer` in `.github/artifact-monitor.yml` on the default branch. {_ACTS}"
)
MOVED = (
    "If it is published from that repository now, have those who run Artifact Monitor say so, with `artifact-monitor "
    "watch`; the App must be installed there."
)
SILENT = "It raises no alert; there is nothing to silence."


@dataclass(frozen=True)
class Words:
    """What is said about one reason. Every field is Markdown written here, never a stranger's text."""

    title: str
    why: str
    act: str
    silence: tuple[str, ...]


def calm(title: str, why: str, act: str = NOTHING) -> Words:
    """Said of what speaks for a version, or against none."""
    return Words(title, why, act, (SILENT,))


def suspect(title: str, why: str) -> Words:
    """Said of a suspicion: only the people can answer it.

    That the artifact is meant to be published by hand is known there, and a switch that ends all such questions is
    nothing to offer beside what may be a theft.
    """
    return Words(title, why, ASK, (WAIVER,))


def odd(title: str, why: str, act: str) -> Words:
    """Said of an anomaly: a run accounts for the version, and still something is odd."""
    return Words(title, why, act, (WAIVER,))
