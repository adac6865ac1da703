"""Single fields of GitHub's objects, read strictly and bounded; BadPayload names the field that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from handlers.base import BadPayload

NAME_LIMIT = 512
"""The longest name (login, path, branch, tag), in characters. A longer one is refused: cut, it would name another."""

TITLE_LIMIT = 1024
"""The longest title, in characters. A longer one is cut: it is for people, and its author must not hide a run by it."""

URL_LIMIT = 2048

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_URL = re.compile(r"https?://[!-~]+")


def part(held: Mapping[str, Any], key: str, within: str = "") -> Mapping[str, Any]:
    """The object under `key`."""
    value = held.get(key)
    if not isinstance(value, Mapping):
        raise BadPayload(f"{within}{key} is not an object")
    return value


def items(held: Mapping[str, Any], key: str, within: str = "") -> list[Mapping[str, Any]]:
    """The list of objects under `key`; empty when there is none."""
    value = held.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise BadPayload(f"{within}{key} is not a list of objects")
    return value


def number(value: object, field: str) -> int:
    """An id or a count: from 1, and no longer than the 64 bits a database keeps."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**63:
        raise BadPayload(f"{field} is not a number from 1 to 2^63-1")
    return value


def truth(value: object, field: str) -> bool:
    """A yes or no; missing means no."""
    if value is not None and not isinstance(value, bool):
        raise BadPayload(f"{field} is not true or false")
    return bool(value)


def name(value: object, field: str) -> str:
    """A name that identifies something: as it is, or refused when it is empty, too long or holds control characters."""
    if not isinstance(value, str) or not value:
        raise BadPayload(f"{field} is not a text")
    if len(value) > NAME_LIMIT:
        raise BadPayload(f"{field} is longer than {NAME_LIMIT} characters")
    if _UNPRINTABLE.search(value):
        raise BadPayload(f"{field} holds a control character or half a surrogate pair")
    return value


def optional_name(value: object, field: str) -> str | None:
    """A name that GitHub may leave out or send as null or ''."""
    return None if value is None or value == "" else name(value, field)


def title(value: object, field: str) -> str:
    """The first line of a text for people, cut to `TITLE_LIMIT`, control characters replaced; '' if missing."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadPayload(f"{field} is not a text")
    first = value[: TITLE_LIMIT + 2].lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", first[:TITLE_LIMIT])


def printable(text: str) -> str:
    """A text for people with its control characters replaced; a tab is a space."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\t", " "))


def login(value: object, field: str) -> str:
    """The login of an account object; '' for an account that is gone (GitHub sends null)."""
    if value is None:
        return ""
    if not isinstance(value, Mapping):
        raise BadPayload(f"{field} is not an object")
    return optional_name(value.get("login") or value.get("slug"), f"{field}.login") or ""


def account_id(value: object, field: str) -> int:
    """The number of an account object; 0 for an account that is gone, and where there is none."""
    held = value.get("id") if isinstance(value, Mapping) else None
    return 0 if held is None else number(held, f"{field}.id")


def url(value: object) -> str:
    """An address to link to; '' for anything that is not plain http(s): a link is never worth losing a run."""
    return value if isinstance(value, str) and len(value) <= URL_LIMIT and _URL.fullmatch(value) else ""


def moment(value: object, field: str) -> datetime:
    """A time in UTC, from ISO 8601 with its zone or from whole seconds since 1970 (GitHub sends both)."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value < 2**36:
            raise BadPayload(f"{field} is not a time between 1970 and 4147")
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise BadPayload(f"{field} is not a time like 2026-01-31T12:00:00Z")
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadPayload(f"{field} is not a time that exists") from error


def optional_moment(value: object, field: str) -> datetime | None:
    """A time that GitHub may leave out or send as null."""
    return None if value is None else moment(value, field)
