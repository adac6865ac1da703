"""Clients of GitHub, one for each installation: the only place that makes githubkit's.

Installations share what is kept for this GitHub: the store of tokens, the limits, the answers kept with their ETags.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.github.kept import Kept
from app.github.limits import Limits
from app.github.refusals import SILENCE, LedElsewhere, bound_errors
from app.github.rest import Rest
from app.settings import Settings
from app.signin.seal import seal_of_app
from checks.base import Mendable

if TYPE_CHECKING:
    import httpx

    from app.github.rest import Client
    from app.pacing import Pace


def connect(
    settings: Settings, transport: httpx.BaseTransport | None = None, pace: Pace | None = None
) -> Callable[[int], Rest]:
    """Clients by installation id. githubkit is loaded at the first call, not before: web processes never need it.

    `transport` stands in for the network (replay, tests); `pace` None: nothing we ask is held back. Tokens are never
    narrowed: githubkit would drop `repository_advisories`. githubkit's HTTP cache stays off: it is an in-memory
    database without a bound, which keeps logs too.
    """
    shared: list[_Shared] = []
    made: dict[int, Rest] = {}

    def client(installation_id: int) -> Rest:
        if not (settings.github_app_id and settings.github_private_key):
            raise Mendable("GITHUB_APP_ID and GITHUB_PRIVATE_KEY are not set; without them GitHub cannot be asked.")
        if installation_id not in made:
            if not shared:
                shared.append(_Shared(settings, transport, pace))
            made[installation_id] = shared[0].rest(installation_id)
        return made[installation_id]

    return client


def connect_as(settings: Settings, token: str, transport: httpx.BaseTransport | None = None) -> Client:
    """GitHub as whoever has this token sees it; '' : as strangers do."""
    from githubkit import GitHub, TokenAuthStrategy, UnauthAuthStrategy
    from githubkit.cache import MemCacheStrategy

    strategy = TokenAuthStrategy(token) if token else UnauthAuthStrategy()
    return GitHub(strategy, config=_config(settings, transport, MemCacheStrategy()))


class _Shared:
    """What the clients of one GitHub have in common, in this process and through Redis with all others."""

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None, pace: Pace | None) -> None:
        from app.github.tokens import Strategy, Tokens

        api, seal, shelf, shared = settings.github_api_url, seal_of_app(settings.github_private_key), None, None
        if settings.redis_url:
            from app.github.silences import Silences
            from app.redis_shelf import Shelf

            shelf = Shelf(settings.redis_url)
            shared = Silences(api, shelf, seal)
        self._settings = settings
        self._tokens = Tokens(api, seal, shelf)
        self._config = _config(settings, transport, Strategy(self._tokens))
        self._limits = Limits(api, pace, shared)
        self._kept = Kept()

    def rest(self, installation_id: int) -> Rest:
        """One installation's client."""
        from githubkit import AppInstallationAuthStrategy, GitHub

        app, key = self._settings.github_app_id, self._settings.github_private_key
        # A client id (Iv…) is an issuer like the App's number; githubkit takes either as `app_id`.
        made = GitHub(AppInstallationAuthStrategy(app, key, installation_id), config=self._config)
        flow: Any = made.auth.get_auth_flow(made)
        name: str = flow._get_installation_cache_key()
        return Rest(made, self._limits, self._kept, lambda: self._tokens.forget(name), installation_id)


def _config(settings: Settings, transport: httpx.BaseTransport | None, tokens: Any) -> Any:
    import httpx
    from githubkit.config import get_config

    base = httpx.URL(settings.github_api_url)

    def stay(request: httpx.Request) -> None:
        if (request.url.scheme, request.url.netloc) != (base.scheme, base.netloc):
            raise LedElsewhere(request.url.host, str(request.url))

    return get_config(
        base_url=settings.github_api_url,
        user_agent="artifact-monitor",
        timeout=SILENCE,
        # made once: reading the certificates takes longer than most answers
        ssl_verify=httpx.create_ssl_context() if transport is None else True,
        trust_env=base.host not in ("127.0.0.1", "localhost", "::1"),
        transport=transport,
        event_hooks={"request": [stay], "response": [bound_errors]},
        cache_strategy=tokens,
        http_cache=False,
        auto_retry=_once_more if transport is None else False,
    )


def _once_more(error: Exception, count: int) -> Any:
    """Ask again once after a second where GitHub itself failed, and only what changes nothing there.

    A POST that was answered with an error may have been done: asked twice it would open two issues.
    """
    from githubkit.exception import RequestFailed
    from githubkit.retry import RetryOption

    again = isinstance(error, RequestFailed) and error.response.status_code >= 500 and error.request.method == "GET"
    return RetryOption(again and count == 0, timedelta(seconds=1))
