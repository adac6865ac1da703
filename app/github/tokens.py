"""Installation tokens, minted once an hour for all workers and sealed wherever they leave this process.

What lies in Redis is encrypted with a key that comes from the App's own private key, which every worker has and Redis
never sees: who steals Redis gets nothing that GitHub takes. Each sealed token says which GitHub and installation it is
for, so that one laid in another's place is not taken.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from githubkit.cache import MemCacheStrategy
from githubkit.cache.mem_cache import MemCache

from app.signin.seal import Seal

if TYPE_CHECKING:
    from app.redis_shelf import Shelf

_PURPOSE = "github-token"
_SHARED = ":installation:"
"""What stands in githubkit's names of installation tokens; the App's own token is made anew in each process."""


class Tokens(MemCache):
    """The tokens of one process for one GitHub; `shelf` None: of this process alone."""

    def __init__(self, api: str, seal: Seal, shelf: Shelf | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # githubkit leaves this one untyped
        self._api, self._seal, self._shelf = api, seal, shelf

    def get(self, key: str) -> str | None:
        """The token in force, of this process or of another; None: mint one."""
        held = super().get(key)
        if held is not None or self._shelf is None or _SHARED not in key:
            return held
        return self._adopt(key, self._shelf.get(self._name(key)))

    def set(self, key: str, value: str, ex: timedelta) -> None:
        """Keep it, for all; where another process was faster, its token is used from now on."""
        super().set(key, value, ex)
        if self._shelf is not None and _SHARED in key and ex > timedelta():
            now = datetime.now(UTC)
            said = {"token": value, "until": (now + ex).timestamp()}
            sealed = self._seal.close(_PURPOSE, said, now, self._for(key))
            first = self._shelf.put_first(self._name(key), sealed, ex.total_seconds())
            if first is not None and self._adopt(key, first) is None:  # sealed by nobody we know, or run out
                self._shelf.drop(self._name(key), first)

    def forget(self, key: str) -> None:
        """GitHub did not take it: it is nobody's any more, nor is the App's own by which it was got."""
        refused = super().get(key)
        for name in [name for name in self._cache if name == key or _SHARED not in name]:
            self._cache.pop(name, None)
        if self._shelf is None or refused is None:
            return
        shared = self._shelf.get(self._name(key))
        opened = self._opened(key, shared)
        if shared is not None and (opened is None or opened[0] == refused):
            self._shelf.drop(self._name(key), shared)

    def _adopt(self, key: str, sealed: str | None) -> str | None:
        opened = self._opened(key, sealed)
        if opened is None:
            return None
        super().set(key, *opened)
        return opened[0]

    def _opened(self, key: str, sealed: str | None) -> tuple[str, timedelta] | None:
        """The token and how long it lasts; None where it is not ours, not for this, or over."""
        now = datetime.now(UTC)
        said = self._seal.open(_PURPOSE, sealed, now, place=self._for(key)) if sealed is not None else None
        if said is None:
            return None
        left = timedelta(seconds=float(said["until"]) - now.timestamp())
        return (str(said["token"]), left) if left > timedelta() else None

    def _for(self, key: str) -> str:
        return f"{self._api} {key}"

    def _name(self, key: str) -> str:
        return f"am:github:token:{self._seal.mark(_PURPOSE, self._for(key))[:40]}"


class Strategy(MemCacheStrategy):
    """Gives githubkit our tokens to keep its own in."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self.tokens = tokens

    def get_cache_storage(self) -> Tokens:
        """The same for every client of this GitHub."""
        return self.tokens
