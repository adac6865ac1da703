"""What a config file would mean, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from verifier.discovery.config import Config, File, granted, read, read_organisation
from verifier.discovery.config.differences import differences
from verifier.discovery.config.narrower import by_hand
from verifier.discovery.strict import BYTES, BadConfig
from verifier.model import Conduct, Confidence, Publisher, Repository
from verifier.model.github import EVENTS, NEVER

LIMIT = BYTES + 1
"""The most bytes that are read: one more than the reader takes, so that it says so."""

_NOWHERE = Repository(0, 0, "owner/repository", NEVER, "main")
_BY_HAND = {True: "allowed by hand", False: "never by hand", None: "by hand only where the line's history was"}


def meaning(text: bytes, organisation: bool, now: datetime) -> str:
    """`OK`, and what the file says. Raises BadConfig."""
    if organisation:
        return "\n".join(["OK", *_organisation(read_organisation(text, _NOWHERE, now))])
    try:
        return "\n".join(["OK", *_own(read(text, _NOWHERE, now=now))])
    except BadConfig as error:
        if not _is_organisations(text, now):
            raise
        hint = f"{error.sentence.rstrip('.')}. It would do as an organisation's file: check that with --organisation."
        raise BadConfig(error.line, hint) from error


def _is_organisations(text: bytes, now: datetime) -> bool:
    try:
        read_organisation(text, _NOWHERE, now)
    except BadConfig:
        return False
    return True


def _own(config: Config) -> Iterator[str]:
    yield from (f"  {_publisher(publisher)}" for publisher in config.publishers)
    said = Config((), config.conduct, config.waivers, config.unheeded)
    yield from (f"  {sentence}" for sentence in differences(Config(), said))
    if config.conduct == Conduct():
        yield "  Everything is reported as usual; commands need the role maintain."


def _organisation(file: File) -> Iterator[str]:
    said = [f"{name} {_shown(value)}" for name, value in vars(file.rules).items() if value is not None]
    if said:
        yield f"  For every repository that does not say otherwise: {', '.join(said)}."
    for repository in dict.fromkeys(entry.repository.lower() for entry in file.entries):
        for publisher in granted(file, replace(_NOWHERE, full_name=f"owner/{repository}")):
            yield f"  from {repository}, {_publisher(publisher)}"
    wishes = [f"{name} {_shown(value)}" for name, value in vars(file.wish).items() if value is not None]
    if wishes:
        yield f"  Reports and commands: {', '.join(wishes)}."
    yield from (f"  {sentence}" for sentence in differences(Config(), Config((), Conduct(), file.waivers)))


def _publisher(publisher: Publisher) -> str:
    """Everything that its entry says, the entries of the top of the file included."""
    who = [*publisher.workflows, *([f"{publisher.identity} of {publisher.issuer}"] if publisher.issuer else [])]
    said = [", ".join(who) or "people", *_runs(publisher), _BY_HAND[by_hand([publisher])]]
    if publisher.environment:
        said.append(f"guarded by the environment {publisher.environment}")
    if publisher.confidence is not Confidence.LOW:
        said.append(f"explained with {publisher.confidence.word} confidence at least")
    if publisher.grace is not None:
        said.append(f"a missing run counts after {_shown(publisher.grace)}")
    if publisher.moving:
        said.append(f"tags that move: {', '.join(publisher.moving)}")
    if publisher.mirrors:
        said.append(f"mirrors: {', '.join(publisher.mirrors)}")
    return f"{publisher.artifact.purl}: {', '.join(said)}"


def _runs(publisher: Publisher) -> Iterator[str]:
    """Which runs may publish. Without a workflow there are none at GitHub, so what is usual there is not said."""
    if publisher.refs or publisher.workflows:
        yield f"on {', '.join(publisher.refs) or 'the default branch and tags'}"
    if publisher.events != EVENTS:
        yield f"by {', '.join(publisher.events)}"
    elif publisher.workflows:
        yield "by the usual events"


def _shown(value: object) -> str:
    """The value of a key as one would write it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds() // 60)}m"
    return (
        value.word if isinstance(value, Confidence) else str(value).lower() if isinstance(value, bool) else str(value)
    )
