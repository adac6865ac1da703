"""A webhook's body as plain data: strict JSON, bounded in size and depth."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from handlers.base import BadPayload, Payload

LIMIT = 26_214_400
"""The largest body we take, in bytes: GitHub sends nothing over 25 MB (docs: webhook payload cap)."""

DEPTH = 64
"""How deep objects and lists may nest; GitHub's own stay under 12."""


def parse(body: bytes) -> Payload:
    """The payload a webhook's body holds. Raises BadPayload, in words and without quoting the body, on anything else.

    Refused: no UTF-8, no JSON object, a key given twice, NaN and Infinity, nesting over `DEPTH`.
    """
    if len(body) > LIMIT:
        raise BadPayload(f"the body is over {LIMIT} bytes")
    try:
        payload = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant)
    except BadPayload:
        raise
    except UnicodeDecodeError as error:
        raise BadPayload(f"the body is not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise BadPayload(f"the body nests deeper than {DEPTH} levels") from error
    except json.JSONDecodeError as error:
        raise BadPayload(f"the body is not JSON at character {error.pos}") from error
    except ValueError as error:  # a number with more digits than Python converts
        raise BadPayload("the body holds a number that is too long") from error
    if not isinstance(payload, dict):
        raise BadPayload("the body is not a JSON object")
    _shallow(payload)
    return payload


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of a key given twice may see two different values; so nobody reads it."""
    held = dict(pairs)
    if len(held) != len(pairs):
        raise BadPayload("the body gives a key twice")
    return held


def _constant(_name: str) -> NoReturn:
    raise BadPayload("the body holds a number that JSON does not have (NaN or Infinity)")


def _shallow(payload: dict[str, Any]) -> None:
    level: list[Any] = [payload]
    for _ in range(DEPTH):
        children = (child for held in level for child in (held.values() if isinstance(held, dict) else held))
        level = [child for child in children if isinstance(child, dict | list)]
        if not level:
            return
    raise BadPayload(f"the body nests deeper than {DEPTH} levels")
