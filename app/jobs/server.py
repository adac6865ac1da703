"""Which GitHub this is. What an older Enterprise Server lacks is left out, and the health page says so once.

It is asked once a day at most, and only where something depends on it; github.com never. Source: docs.github.com/rest,
"Get GitHub Enterprise Server meta information".
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from app.deps import Deps
from app.github.installation import GitHub
from app.github.server import VERSION, lacks
from checks.base import Permanent
from verifier.ledger.health import Server

EXPIRES = timedelta(days=1)
"""How long what was read counts: a server is upgraded now and then."""


def is_older(deps: Deps, github: GitHub) -> bool:
    """It is an Enterprise Server without attestations and advisories. Raises Temporary where it does not answer."""
    return lacks(server_of(deps, github).version)


def server_of(deps: Deps, github: GitHub) -> Server:
    """Which GitHub answers at our address, as it said within the last day."""
    api, now = deps.settings.github_api_url, deps.now()
    if urlsplit(api).hostname == "api.github.com":
        return Server(api, "", now)
    with deps.ledger.reading() as book:
        known = book.health.server(api)
    if known is not None and now - known.read_at < EXPIRES:
        return known
    server = Server(api, _version(github), now)
    with deps.ledger.writing() as book:
        book.health.put_server(server)
    return server


def _version(github: GitHub) -> str:
    """What it says of itself; '' where it says nothing that is a version, as github.com does."""
    try:
        held = github.call("GET", "/meta")
    except Permanent:
        return ""
    said = held.get("installed_version") if isinstance(held, dict) else None
    return said if isinstance(said, str) and VERSION.fullmatch(said) else ""
