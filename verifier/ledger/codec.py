"""Facts and model types as canonical JSON text, and back: equal data gives equal text.

Times are ISO 8601 in UTC, enumerations their values, sets sorted lists. Class and field names are stored: renaming one
needs a migration. Keys that a newer version wrote are ignored; a field that an older one did not know takes its
default.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from verifier.model import Fact

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
Decoder = Callable[[Any, str], Any]

KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in get_args(Fact)}
"""Every kind of fact by the name under which it is stored."""


class Undecodable(ValueError):
    """Stored text is not what this version can read: a newer version wrote it, or it was altered."""


@cache
def _converter() -> Converter:
    # Imported on first use: the web process keeps webhooks without decoding anything.
    from cattrs import Converter

    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook(datetime, _time_to_text)
    converter.register_structure_hook(datetime, lambda text, _: _time_from_text(text))
    converter.register_unstructure_hook(timedelta, timedelta.total_seconds)
    converter.register_structure_hook(timedelta, lambda seconds, _: timedelta(seconds=seconds))
    converter.register_unstructure_hook_func(
        lambda kind: getattr(kind, "__origin__", None) is frozenset,
        lambda values: sorted(converter.unstructure(value) for value in values),
    )
    return converter


def _time_to_text(time: datetime) -> str:
    if time.tzinfo is None:
        raise ValueError(f"{time} has no time zone; the ledger keeps times in UTC")
    return time.astimezone(UTC).isoformat()


def _time_from_text(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return time


def encode(thing: object) -> str:
    """Any frozen dataclass of the domain as canonical text. Raises ValueError on a time without a zone."""
    return json.dumps(_converter().unstructure(thing), sort_keys=True, separators=(",", ":"), allow_nan=False)


# Everything decoded is frozen, so equal text may share one object: examining one of n versions reads its n-1 siblings.
REMEMBERED = 8192
"""How many things that were decoded are remembered: a version takes some 10 KB with its text."""


def _structured(kind: Any, text: str) -> Any:
    try:
        return _converter().structure(json.loads(text), kind)
    except Exception as error:  # cattrs raises whatever the constructor of the wrong type raised
        raise Undecodable(f"cannot read a stored {kind.__name__}: {error!r}") from error


class _Memory:
    """What this process remembers of what it decoded."""

    def __init__(self) -> None:
        self.decode: Decoder = lru_cache(REMEMBERED)(_structured)


_memory = _Memory()


def remember(most: int) -> None:
    """From now on this process remembers no more than so many decoded things, and nothing of before."""
    _memory.decode = lru_cache(most)(_structured)


def decode(kind: type[T], text: str) -> T:
    """The dataclass that `encode` turned into this text. Raises Undecodable."""
    key: Any = kind  # mypy does not see that a type is hashable
    thing: T = _memory.decode(key, text)
    return thing


def encode_fact(fact: Fact) -> tuple[str, str]:
    """A fact as its kind and its canonical text."""
    return type(fact).__name__, encode(fact)


def decode_fact(kind: str, text: str) -> Fact:
    """The fact that `encode_fact` turned into this. Raises Undecodable, also for a kind this version does not know."""
    if kind not in KINDS:
        raise Undecodable(f"a fact of the unknown kind {kind!r} is in the ledger: a newer version wrote it")
    return decode(KINDS[kind], text)
