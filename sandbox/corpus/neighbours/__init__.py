"""The rules of neighbouring tools, written anew from their documentation and code, as pure functions."""

from enum import StrEnum


class Ruling(StrEnum):
    """What a neighbour's rule says. `NOT_ASKED`: it does not know this kind of artifact."""

    REFUSES = "refuses"
    ACCEPTS = "accepts"
    UNKNOWN = "unknown"
    NOT_ASKED = "not asked"
