"""The shape every channel has: one file per place where we speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from verifier.ledger.protocol import Posted
from verifier.model import Answer, Artifact, Command, Conduct, Incident, Notice, Repository


class Temporary(Exception):
    """It did not work now and may work later; retried with backoff. `retry_after` is in seconds, if known."""

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class RefusedForNow(Temporary):
    """Whom it is for takes nothing at present; no other is concerned."""


class Permanent(Exception):
    """It will not work until someone changes something; recorded and shown on the health page."""


class Mendable(Permanent):
    """A setting of ours is wrong, say: mended at any moment, and to try again soon costs the other side little."""


class Refused(Permanent):
    """Whom it is for does not exist there, or takes nothing from us: no mistake of ours, and no other is concerned."""


class Gone(Permanent):
    """GitHub says that it is not there (404, 410). A token that was refused is a plain `Permanent`, never this."""


class NotShown(Gone):
    """404: it is not there, or the App may not know that it is; GitHub tells nobody which of the two."""


class NoLonger(Gone):
    """410: it was there, or it is switched off: a log that expired, a repository whose issues are disabled."""


class Forbidden(Permanent):
    """403, and no limit: the App lacks a permission, or the owner forbids it. `needed` is what GitHub asks for."""

    def __init__(self, sentence: str, needed: str = "") -> None:
        super().__init__(sentence)
        self.needed = needed


class Withheld(Permanent):
    """451, or a 403 that names a block: GitHub shows the repository to nobody, for legal reasons or its terms."""


class NotInstalled(Permanent):
    """The App may not read it (any more): what is to be asked is wanted anew when it may again.

    `installation_id` where GitHub itself said so, who may not have told us: then it is asked what holds.
    """

    def __init__(self, sentence: str, installation_id: int | None = None) -> None:
        super().__init__(sentence)
        self.installation_id = installation_id


Answered = tuple[Command, Answer]
"""A command that was given, and what became of it."""


@dataclass(frozen=True)
class Subject:
    """What a channel is asked to speak about: the incident as it stands now, and where it happened.

    `head_sha` is the commit to hang a check run on: the newest run's of the incident, else the default branch's head.
    `details_url` is our own page about it ('' when none is configured). `conduct` is how the repository wants to be
    spoken to, and `tracker` the repository that its `issue_repository` names, as far as the ledger knows one.
    `answered` are the commands that a check run shows because there is no issue to answer them in, oldest first.
    """

    incident: Incident
    repository: Repository
    head_sha: str
    details_url: str = ""
    history: tuple[Notice, ...] = ()
    """What happened to it so far, oldest first."""
    conduct: Conduct = field(default_factory=Conduct)
    tracker: Repository | None = None
    answered: tuple[Answered, ...] = ()
    good: Mapping[Artifact, str] = field(default_factory=dict)
    """The version that each package can go back to, where one is known (`checks.good`)."""


@dataclass(frozen=True)
class Post:
    """What one channel shows of one incident. `marker` finds it again at the other side after a crash.

    `body` is the wire body without the marker's bookkeeping; `digest` is the hash of everything a reader would see;
    `open` False closes it there.
    """

    marker: str
    digest: str
    body: dict[str, Any]
    open: bool


class GitHubCalls(Protocol):
    """The little of GitHub that channels need. Raises Temporary or Permanent, nothing else."""

    def ours(self, app: Any) -> bool:
        """This `app` object of an answer names our own App: anyone can copy a marker, nobody its author."""

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One REST call, e.g. `("POST", "/repos/o/r/issues", {...})`; returns the decoded JSON."""

    def list(self, path: str, limit: int = 500) -> list[Any]:
        """The items of a paged list in GitHub's order, `limit` at most; also where an object wraps the list."""


class Channel(Protocol):
    """One channel. A module with these names satisfies it. Only `find`, `create` and `update` do I/O.


    `wants` and `render` are pure. `find` looks for a post that a crashed process made and nobody noted.
    """

    NAME: str
    TITLE: str
    """What it makes, in words; it begins with a capital."""
    NEEDS_COMMIT: bool
    """It hangs on a commit: `Subject.head_sha` must be known."""

    def wants(self, subject: Subject) -> bool:
        """Whether this channel begins to speak about it at all: what it has said it keeps up to date and closes."""

    def render(self, subject: Subject) -> Post:
        """What it shows of it now."""

    def find(self, subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str] | None:
        """(ref, url) of the existing post with this marker, or None."""

    def create(self, subject: Subject, post: Post, github: GitHubCalls) -> tuple[str, str]:
        """Make it; returns (ref, url)."""

    def update(self, subject: Subject, post: Post, posted: Posted, github: GitHubCalls) -> None:
        """Make the other side show this post; opens or closes it as `post.open` says."""
