"""What holds for a repository now: its config files of the last day, its organisation's, and what the operator said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.deeds.claims import CONFIG, SERVER
from verifier.discovery.config import NOTHING, Config, File, apply, granted, parse
from verifier.discovery.config.differences import differences
from verifier.discovery.config.waiting import DELAY, Beside, in_force, next_turn, within
from verifier.discovery.strict import BadConfig
from verifier.ledger.protocol import Book, Stood
from verifier.ledger.rows import branch_in_force
from verifier.model import Publisher, Repository

TOGETHER = timedelta(hours=1)
"""Repositories of one installation are read for the first time within this time."""
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


def defaults(home: Repository, files: Sequence[Stood]) -> tuple[Stood, ...]:
    """Of the files kept of a `.github`, those that stood there since it is its present owner's; the first says since
    when. What a repository brings along that is renamed or handed over to that name was no default."""
    own = [place for place, file in enumerate(files) if file.home != home.owner_id]
    return tuple(files[own[-1] + 1 :] if own else files)


def organisation_of(book: Book, repository: Repository, now: datetime) -> File:
    """The organisation's file that holds for this repository: the last one that could be read."""
    home = home_of(book, repository)
    files = defaults(home, book.repositories.stood(home.id)) if home is not None else ()
    if not files or home_turn(book, repository, now) is not None:
        return NOTHING
    return _file(files[-1], organisation=True)


def home_turn(book: Book, repository: Repository, now: datetime) -> datetime | None:
    """When the default of a `.github` that came later than this repository begins to act; None: it does, or is none.

    Many an organisation lets every member make a repository, or rename one: a thief who makes this one must not loosen
    at once what was watched before.
    """
    home = home_of(book, repository)
    files = defaults(home, book.repositories.stood(home.id)) if home is not None else ()
    own = book.repositories.stood(repository.id)
    if not files or not own or own[0].since >= files[0].since - TOGETHER:
        return None
    acts = files[0].since + DELAY
    return acts if now < acts else None


def counting(files: Sequence[Stood], now: datetime) -> tuple[Stood, ...]:
    """The files that still count for what is in force: what an unreadable one interrupts comes no nearer to acting."""
    if files and files[-1].refused_at is not None:
        now = min(now, files[-1].refused_at)
    return tuple(files[within([file.since for file in files], now) :]) if files else ()


def own_files(repository: Repository, files: Sequence[Stood], now: datetime) -> tuple[Stood, ...]:
    """Of these, the repository's own that still count; a default stands there as none. Never empty.

    So a repository that becomes its owner's `.github` keeps for another day what its own file demanded.
    """
    held = counting(files, now) if is_home(repository) else files
    return tuple(replace(file, text="") if file.home else file for file in held) or (Stood(now, ""),)


def standing(book: Book, repository: Repository, files: Sequence[Stood], now: datetime) -> Standing:
    """What holds when these are the files that count. Raises BadConfig where the last cannot be meant."""
    organisation = organisation_of(book, repository, now)
    allowed = granted(organisation, repository)
    own = own_files(repository, files, now)
    wanted = [
        *(_earlier(book, repository, file, organisation) for file in own[:-1]),
        apply(_file(own[-1]), organisation, repository),
    ]
    server = book.repositories.publishers_from(repository.id, SERVER)
    found = tuple(dict.fromkeys(publisher for file in files for publisher in file.found))
    beside = Beside((*server, *allowed), found, branch_in_force(files) or repository.default_branch or "main")
    turns = [next_turn([f.since for f in own], now), home_turn(book, repository, now)]
    turn = min((at for at in turns if at is not None), default=None)
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
