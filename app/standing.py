"""What holds for a repository now: its config files of the last day, its organisation's, and what the operator said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.claims import CONFIG, SERVER
from verifier.discovery.config import NOTHING, Config, File, apply, granted, parse
from verifier.discovery.config.differences import differences
from verifier.discovery.config.waiting import Beside, in_force, next_turn, within
from verifier.discovery.strict import BadConfig
from verifier.ledger.protocol import Book, Stood
from verifier.model import Publisher, Repository

HOME = ".github"
"""The repository whose config file is its owner's default for all others."""


@dataclass(frozen=True)
class Standing:
    """`in_force` acts now, `wanted` is what the file says, `granted` what the organisation allows beside it."""

    in_force: Config
    wanted: Config
    granted: tuple[Publisher, ...]
    turn: datetime | None
    """When the next part of what is wanted acts; None: all of it does."""

    @property
    def waiting(self) -> tuple[str, ...]:
        """What is wanted and does not act yet, in sentences."""
        return differences(self.in_force, self.wanted) if self.turn is not None else ()

    @property
    def publishers(self) -> tuple[Publisher, ...]:
        """Everybody who may publish by the files."""
        return tuple(dict.fromkeys((*self.in_force.publishers, *self.granted)))


def is_home(repository: Repository) -> bool:
    """Its config file is the default of its owner."""
    return repository.full_name.partition("/")[2].lower() == HOME


def home_of(book: Book, repository: Repository) -> Repository | None:
    """Its owner's repository for defaults, as far as the App ever read one; also when it may no longer.

    That access was taken away says nothing: then the last file stays, where it was a stranger's name it never counts.
    """
    home = book.repositories.named(f"{repository.full_name.partition('/')[0]}/{HOME}")
    return home if home is not None and home.owner_id == repository.owner_id else None


def organisation_of(book: Book, repository: Repository) -> File:
    """The organisation's file that holds for this repository."""
    home = home_of(book, repository)
    files = book.repositories.stood(home.id) if home is not None else ()
    return _file(files[-1], organisation=True) if files else NOTHING


def counting(files: Sequence[Stood], now: datetime) -> tuple[Stood, ...]:
    """The files that still count for what is in force."""
    return tuple(files[within([file.since for file in files], now) :]) if files else ()


def standing(book: Book, repository: Repository, files: Sequence[Stood], now: datetime) -> Standing:
    """What holds when these are the files that count. Raises BadConfig where the last cannot be meant."""
    organisation = organisation_of(book, repository)
    allowed = granted(organisation, repository)
    own = (Stood(now, ""),) if is_home(repository) or not files else tuple(files)
    wanted = [
        *(_earlier(book, repository, file, organisation) for file in own[:-1]),
        apply(_file(own[-1]), organisation, repository),
    ]
    server = book.repositories.publishers_from(repository.id, SERVER)
    found = tuple(dict.fromkeys(publisher for file in files for publisher in file.found))
    beside = Beside((*server, *allowed), found, repository.default_branch or "main")
    turn = next_turn([file.since for file in files], now) if not is_home(repository) else None
    return Standing(in_force(wanted, beside), wanted[-1], allowed, turn)


def _earlier(book: Book, repository: Repository, file: Stood, organisation: File) -> Config:
    """What an earlier file means; where it means nothing any more, what acts so far stands for it."""
    try:
        return apply(_file(file), organisation, repository)
    except BadConfig:
        shelf = book.repositories
        return Config(shelf.publishers_from(repository.id, CONFIG), shelf.conduct(repository.id))


def _file(stood: Stood, *, organisation: bool = False) -> File:
    return parse(stood.text.encode(), organisation) if stood.text else NOTHING
