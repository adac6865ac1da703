"""The word that somebody probably meant to write."""

from __future__ import annotations

from collections.abc import Iterable


def meant(text: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, as an addition to a sentence."""
    from difflib import get_close_matches  # few slip, and whoever reads no file need not hold it

    close = get_close_matches(text[:40].lower(), known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
