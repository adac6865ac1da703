"""Facts and model types as canonical JSON text, and back: equal data gives equal text.

Times are ISO 8601 in UTC, enumerations their values, sets sorted lists. Class and field names are stored: renaming one
needs a migration. Keys that a newer version wrote are ignored; a field that an older one did not know takes its
default.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from verifier.model import Fact

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")

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
REMEMBERED = 4 * 1024 * 1024
"""Characters of the text whose things are remembered at most: the things take twice that in bytes, 2 KB a version."""


def _structured(kind: Any, text: str) -> Any:
    try:
        return _converter().structure(json.loads(text), kind)
    except Exception as error:  # cattrs raises whatever the constructor of the wrong type raised
        raise Undecodable(f"cannot read a stored {kind.__name__}: {error!r}") from error


class _Memory:
    """What this process remembers of what it decoded, by the digest of its text: the text itself is not kept.

    What was not asked for the longest is forgotten first.
    """

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._held: OrderedDict[tuple[Any, bytes], tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def decode(self, kind: Any, text: str) -> Any:
        """The thing of this kind and text."""
        key = kind, sha256(text.encode(errors="surrogatepass")).digest()
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key][0]
        thing = _structured(kind, text)
        with self._lock:
            self._size += len(text) - self._held.pop(key, (None, 0))[1]
            self._held[key] = thing, len(text)
            while self._size > self._most:
                self._size -= self._held.popitem(last=False)[1][1]
        return thing


_memory = _Memory(REMEMBERED)


def remember(most: int) -> None:
    """From now on this process remembers what so many characters say and no more, and nothing of before."""
    global _memory  # the whole process shares one
    _memory = _Memory(most)


def decode(kind: type[T], text: str) -> T:
    """The dataclass that `encode` turned into this text. Raises Undecodable."""
    thing: T = _memory.decode(kind, text)
    return thing


def encode_fact(fact: Fact) -> tuple[str, str]:
    """A fact as its kind and its canonical text."""
    return type(fact).__name__, encode(fact)


def decode_fact(kind: str, text: str) -> Fact:
    """The fact that `encode_fact` turned into this. Raises Undecodable, also for a kind this version does not know."""
    if kind not in KINDS:
        raise Undecodable(f"a fact of the unknown kind {kind!r} is in the ledger: a newer version wrote it")
    return decode(KINDS[kind], text)
