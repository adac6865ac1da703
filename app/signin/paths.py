"""Where a browser may be sent after a login: a path of ours, and nowhere else."""

from __future__ import annotations

import re

_OURS = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%?-][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
"""A path with a query. No second slash at the beginning, no backslash: browsers take both for the name of a host."""
_LONGEST = 1_500
_OWN = re.compile(r"/(?:login|logout)(?:[/?]|$)")


def local_path(text: str) -> str:
    """The path if it is one of our pages; else that of the first page."""
    if len(text) > _LONGEST or not _OURS.fullmatch(text) or _OWN.match(text):
        return "/"
    return text
