"""GitHub as somebody with a token sees it, or as a stranger does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from app.github.connect import connect_as
from app.github.installation import GitHub
from app.github.kept import Kept
from app.github.limits import Limits
from app.github.rest import Elsewhere, Rest
from app.settings import Settings
from checks.base import Permanent, Temporary

if TYPE_CHECKING:
    import httpx

    from app.github.rest import Client

T = TypeVar("T")

SEEN = 1
"""What stands for an installation: the App may read a repository only where it is installed."""
NO_LOGS = "GitHub shows the logs of runs to nobody without a token."


@dataclass(frozen=True)
class Rate:
    """How many questions GitHub still answers, of how many in an hour, and when it begins to count anew."""

    left: int
    of: int
    until: datetime


class Counted(Rest):
    """Counts the questions that were sent."""

    def __init__(self, client: Client, api: str) -> None:
        super().__init__(client, Limits(api, None), Kept(), lambda: None)
        self.asked = 0

    def _send(self, method: str, path: str, ask: Callable[[], T]) -> T:
        self.asked += 1
        return super()._send(method, path, ask)


class Onlooker(GitHub):
    """What the owner of a token may see; without one logs are not asked for, which would be refused."""

    def __init__(self, rest: Counted, *, stranger: bool) -> None:
        super().__init__(rest, installation_id=SEEN)
        self._counted, self.stranger = rest, stranger

    @property
    def asked(self) -> int:
        """How many questions were sent until now."""
        return self._counted.asked

    def raw(self, path: str, limit: int) -> bytes | Elsewhere:
        """See `GitHub.raw`. Raises Permanent to strangers."""
        if self.stranger:
            raise Permanent(NO_LOGS)
        return super().raw(path, limit)

    def rate(self) -> Rate | None:
        """How many more questions are answered; asking this is free. None where GitHub does not say: it may not count.

        Source: docs.github.com/rest/rate-limit.
        """
        try:
            said = self.call("GET", "/rate_limit")
        except (Temporary, Permanent):
            return None
        core = said.get("resources", {}).get("core", {}) if isinstance(said, dict) else {}
        left, of, reset = (core.get(name) for name in ("remaining", "limit", "reset"))
        if not (isinstance(left, int) and isinstance(of, int) and isinstance(reset, int) and 0 < reset < 1 << 33):
            return None
        return Rate(left, of, datetime.fromtimestamp(reset, UTC))


def onlooker(settings: Settings, transport: httpx.BaseTransport | None = None) -> Onlooker:
    """By GITHUB_TOKEN of the settings, or as a stranger."""
    rest = Counted(connect_as(settings, settings.github_token, transport), settings.github_api_url)
    return Onlooker(rest, stranger=not settings.github_token)
