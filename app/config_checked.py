"""What a config file would mean, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from verifier.discovery.config import Config, File, read, read_organisation
from verifier.discovery.config.differences import differences
from verifier.discovery.config.narrower import by_hand
from verifier.discovery.strict import BYTES
from verifier.model import Conduct, Confidence, Publisher, Repository
from verifier.model.github import EVENTS, NEVER

LIMIT = BYTES + 1
"""The most bytes that are read: one more than the reader takes, so that it says so."""

_NOWHERE = Repository(0, 0, "owner/repository", NEVER, "main")
_BY_HAND = {True: "allowed by hand", False: "never by hand", None: "by hand if its history is"}


def meaning(text: bytes, organisation: bool) -> str:
    """`OK`, and what the file says. Raises BadConfig."""
    if organisation:
        return "\n".join(["OK", *_organisation(read_organisation(text, _NOWHERE))])
    return "\n".join(["OK", *_own(read(text, _NOWHERE))])


def _own(config: Config) -> Iterator[str]:
    yield from (f"  {_publisher(publisher)}" for publisher in config.publishers)
    yield from (f"  {sentence}" for sentence in differences(Config(), Config((), config.conduct, config.waivers)))
    if config.conduct == Conduct():
        yield "  Everything is reported as usual; commands need the role maintain."


def _organisation(file: File) -> Iterator[str]:
    said = [f"{name} {_shown(value)}" for name, value in vars(file.rules).items() if value is not None]
    if said:
        yield f"  For every repository that does not say otherwise: {', '.join(said)}."
    for entry in file.entries:
        yield f"  {entry.artifact.purl}, published from {entry.repository}"
    wishes = [f"{name} {_shown(value)}" for name, value in vars(file.wish).items() if value is not None]
    if wishes:
        yield f"  Reports and commands: {', '.join(wishes)}."
    yield from (f"  {sentence}" for sentence in differences(Config(), Config((), Conduct(), file.waivers)))


def _publisher(publisher: Publisher) -> str:
    who = ", ".join(publisher.workflows) or (publisher.identity if publisher.issuer else "people")
    refs = ", ".join(publisher.refs) or "the default branch and tags"
    events = ", ".join(publisher.events) if publisher.events != EVENTS else "the usual events"
    return f"{publisher.artifact.purl}: {who}, on {refs}, by {events}, {_BY_HAND[by_hand([publisher])]}"


def _shown(value: object) -> str:
    """The value of a key as one would write it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds() // 60)}m"
    return (
        value.word if isinstance(value, Confidence) else str(value).lower() if isinstance(value, bool) else str(value)
    )
