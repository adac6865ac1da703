"""GitHub's REST API, dialled: one bounded question at a time. The only place that imports githubkit.

Everything githubkit, httpx or the other side can do wrong becomes Temporary, Gone or Permanent here. Answers are plain
decoded JSON: githubkit's typed models refuse values that GitHub really sends.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from app.settings import Settings
from checks.base import Gone, Permanent, Temporary

if TYPE_CHECKING:
    import httpx
    from githubkit import AppInstallationAuthStrategy
    from githubkit import GitHub as Kit

    Client = Kit[AppInstallationAuthStrategy]

T = TypeVar("T")

SIZE = 32 * 1024 * 1024
"""The most bytes of one answer, unpacked."""
ERROR_SIZE = 64 * 1024
"""The most bytes of one error, as they come over the wire."""
SILENCE = 30.0
"""Seconds without a byte after which we give up."""
DEADLINE = 120.0
"""Seconds that one answer may take altogether."""
WAIT = 60.0
"""Seconds to wait where GitHub says "slow down" and not for how long (its own advice)."""
LONGEST_WAIT = 3600.0

# The version every supported GitHub Enterprise Server knows too; githubkit's own default exists from 3.21 only.
HEADERS = {"X-GitHub-Api-Version": "2022-11-28", "Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Answer:
    """One decoded answer, and the path of the next page where there is one."""

    data: Any
    next: str | None = None


@dataclass(frozen=True)
class Elsewhere:
    """GitHub keeps what was asked for at another host. The address is for whoever holds it, for about a minute."""

    url: str


class TooLarge(Permanent):
    """An answer of more bytes than are read."""


class Rest:
    """One installation's way to GitHub. Holds on to the githubkit client, whose parts keep only weak references."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._thread = threading.local()
        self._silent_until = 0.0
        """Until when (monotonic seconds) GitHub wants to hear nothing of this installation."""

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Questions asked within share one connection pool of this thread. May be nested."""
        if getattr(self._thread, "open", False):
            yield
            return
        with self._client:
            self._thread.open = True
            try:
                yield
            finally:
                self._thread.open = False

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """One question. `path` begins with a slash and carries its own query.

        Raises Temporary (also where GitHub wants to be left alone still: then it is not asked), Gone or Permanent.
        """
        return self._send(method, path, lambda: self._try(method, path, body))

    def raw(self, path: str, limit: int) -> bytes | Elsewhere:
        """What stands there as it is, or the address at another host that GitHub sends us to: no token goes there.

        Raises Temporary, Gone or Permanent, which is TooLarge for more than `limit` bytes.
        """
        return self._send("GET", path, lambda: self._raw(path, limit))

    def _send(self, method: str, path: str, ask: Callable[[], T]) -> T:
        if not path.startswith("/") or path.startswith("//") or "/../" in f"{path.partition('?')[0]}/":
            raise Permanent(f"{path[:200]!r} is not a path of GitHub's API.")
        left = self._silent_until - time.monotonic()
        if left > 0:
            raise Temporary(f"GitHub asked us to slow down; {method} {path.partition('?')[0]} was not asked.", left)
        try:
            with self.connection():
                return self._asked(ask)
        except _SlowDown as error:
            self._silent_until = time.monotonic() + error.wait
            raise

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except _Refused:
            # A cached token that GitHub revoked early is refused until it is forgotten; nothing was done, so again.
            _forget(self._client)
            try:
                return ask()
            except _Refused as error:
                raise Permanent(str(error)) from error

    def _try(self, method: str, address: str, body: Any) -> Answer:
        with _translated(f"{method} {address.partition('?')[0]}"):
            response, text = self._body(method, address, body, SIZE)
            data = json.loads(text) if text.strip() else None
            return Answer(data, self._next(response))

    def _raw(self, path: str, limit: int) -> bytes | Elsewhere:
        try:
            with _translated(f"GET {path.partition('?')[0]}"):
                return self._body("GET", path, None, limit)[1]
        except _SentAway as sent:
            return Elsewhere(sent.url)

    def _body(self, method: str, address: str, body: Any, limit: int) -> tuple[httpx.Response, bytes]:
        response = self._client.request(method, address, json=body, headers=HEADERS, stream=True)
        text, give_up = bytearray(), time.monotonic() + DEADLINE
        for chunk in response.iter_bytes():
            text += chunk
            if len(text) > limit:
                raise TooLarge(f"GitHub's answer to {method} {address} is larger than {limit} bytes.")
            if time.monotonic() > give_up:
                raise Temporary(f"GitHub's answer to {method} {address} took longer than {DEADLINE:.0f} s.")
        return response.raw_response, bytes(text)

    def _next(self, response: httpx.Response) -> str | None:
        """The path of the next page; GitHub links it by its full address."""
        address = response.links.get("next", {}).get("url")
        if address is None:
            return None
        base, there = str(self._client.config.base_url).rstrip("/") + "/", str(response.url.join(address))
        if not there.startswith(base):
            raise Permanent(f"GitHub sends us to {there[:100]!r} for the next page; check GITHUB_API_URL.")
        return "/" + there.removeprefix(base)


class _SlowDown(Temporary):
    """GitHub counts our questions and takes no more for so many seconds. Asking on makes it longer."""

    def __init__(self, what: str, wait: float) -> None:
        super().__init__(f"GitHub asks us to slow down ({what}).", wait)
        self.wait = wait


class _Refused(Permanent):
    """GitHub did not take the token."""


class _Elsewhere(Exception):
    """A redirect led to another host."""

    def __init__(self, host: str, url: str) -> None:
        super().__init__(host)
        self.url = url


class _SentAway(Permanent):
    """GitHub sends a question to another host."""

    def __init__(self, sentence: str, url: str) -> None:
        super().__init__(sentence)
        self.url = url


def connect(settings: Settings, transport: httpx.BaseTransport | None = None) -> Callable[[int], Rest]:
    """Clients by installation id. githubkit is loaded at the first call, not before: web processes never need it.

    `transport` stands in for the network (replay, tests). Installations share one token store, made for this host:
    githubkit's keys do not name the host. Tokens are never narrowed: githubkit would drop `repository_advisories`.
    githubkit's HTTP cache stays off: it is an in-memory database without a bound, and nothing here asks the same
    question often.
    """
    made: dict[int, Rest] = {}
    shared: list[Any] = []

    def client(installation_id: int) -> Rest:
        if not (settings.github_app_id and settings.github_private_key):
            raise Permanent("GITHUB_APP_ID and GITHUB_PRIVATE_KEY are not set; without them GitHub cannot be asked.")
        if installation_id not in made:
            if not shared:
                shared.append(_config(settings, transport))
            made[installation_id] = Rest(_client(settings, installation_id, shared[0]))
        return made[installation_id]

    return client


def _config(settings: Settings, transport: httpx.BaseTransport | None) -> Any:
    import httpx
    from githubkit.cache import MemCacheStrategy
    from githubkit.config import get_config

    base = httpx.URL(settings.github_api_url)

    def stay(request: httpx.Request) -> None:
        if (request.url.scheme, request.url.netloc) != (base.scheme, base.netloc):
            raise _Elsewhere(request.url.host, str(request.url))

    return get_config(
        base_url=settings.github_api_url,
        user_agent="artifact-monitor",
        timeout=SILENCE,
        # made once: reading the certificates takes longer than most answers
        ssl_verify=httpx.create_ssl_context() if transport is None else True,
        trust_env=base.host not in ("127.0.0.1", "localhost", "::1"),
        transport=transport,
        event_hooks={"request": [stay], "response": [_bound_errors]},
        cache_strategy=MemCacheStrategy(),
        http_cache=False,
        auto_retry=_once_more if transport is None else False,
    )


def _client(settings: Settings, installation_id: int, config: Any) -> Client:
    from githubkit import AppInstallationAuthStrategy, GitHub

    app = settings.github_app_id
    # A client id (Iv…) is an issuer like the App's number; githubkit takes either as `app_id`.
    return GitHub(AppInstallationAuthStrategy(app, settings.github_private_key, installation_id), config=config)


def _forget(client: Client) -> None:
    from githubkit.cache import MemCacheStrategy

    if isinstance(client.config.cache_strategy, MemCacheStrategy):
        client.config.cache_strategy.cleanup()


def _once_more(error: Exception, count: int) -> Any:
    """Ask again once after a second where GitHub itself failed, and only what changes nothing there.

    A POST that was answered with an error may have been done: asked twice it would open two issues.
    """
    from githubkit.exception import RequestFailed
    from githubkit.retry import RetryOption

    again = isinstance(error, RequestFailed) and error.response.status_code >= 500 and error.request.method == "GET"
    return RetryOption(again and count == 0, timedelta(seconds=1))


def _bound_errors(response: httpx.Response) -> None:
    """Keep githubkit, which reads an error whole, from reading one without end."""
    import httpx

    if not response.is_error:
        return
    inner = response.stream

    class Bounded(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            read = 0
            for chunk in inner if isinstance(inner, httpx.SyncByteStream) else ():
                read += len(chunk)
                if read > ERROR_SIZE:
                    raise httpx.ReadError(f"an error of more than {ERROR_SIZE} bytes")
                yield chunk

        def close(self) -> None:
            if isinstance(inner, httpx.SyncByteStream):
                inner.close()

    response.stream = Bounded()


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """githubkit's and httpx's errors in our two words."""
    import httpx
    from githubkit.exception import GitHubException, RequestError

    try:
        yield
    except (Temporary, Permanent):
        raise
    except GitHubException as error:
        # What goes wrong while the token is fetched arrives wrapped: a 404 there is not a 404 of what was asked for.
        inner = error.exc if type(error) is RequestError else None
        raise _translate(inner or error, what, token=isinstance(inner, GitHubException)) from error
    except (httpx.HTTPError, OSError) as error:  # while githubkit read the body of an error
        raise _translate(error, what, token=False) from error
    except RecursionError as error:
        raise Permanent(f"GitHub's answer to {what} is nested too deeply.") from error
    except (ValueError, OverflowError) as error:
        # bytes that are no JSON, or a `retry-after` that is no number: something between us and GitHub
        raise Temporary(f"GitHub's answer to {what} cannot be read ({type(error).__name__}).", WAIT) from error


def _translate(error: Exception, what: str, *, token: bool) -> Temporary | Permanent:
    import httpx
    from githubkit.exception import RateLimitExceeded, RequestFailed, RequestTimeout

    if isinstance(error, RateLimitExceeded):
        wait = min(max(error.retry_after.total_seconds(), 1.0), LONGEST_WAIT)
        return _SlowDown(what, wait)
    if isinstance(error, RequestFailed):
        return _of_status(error.response.raw_response, what, token=token)
    if isinstance(error, RequestTimeout | httpx.TimeoutException):
        return Temporary(f"GitHub did not answer within {SILENCE:.0f} s ({what}).")
    if isinstance(error, _Elsewhere):
        sentence = f"GitHub sends {what} to another host, {str(error)[:100]!r}; check GITHUB_API_URL."
        return Permanent(sentence) if token else _SentAway(sentence, error.url)
    if isinstance(error, httpx.HTTPError | OSError):
        return Temporary(f"GitHub could not be reached ({what}: {str(error)[:200]}).")
    if token or "key" in type(error).__name__.lower() or isinstance(error, ValueError):
        return Permanent(f"No token for {what} ({type(error).__name__}); check GITHUB_APP_ID and GITHUB_PRIVATE_KEY.")
    return Temporary(f"{what} broke off ({type(error).__name__}).")


def _of_status(response: httpx.Response, what: str, *, token: bool) -> Temporary | Permanent:
    status, said = response.status_code, _message(response)
    if status >= 500 or status == 408:
        return Temporary(f"GitHub answers {status} to {what}.")
    if status == 429 or (status == 403 and ("rate limit" in said.lower() or "abuse" in said.lower())):
        return _SlowDown(what, WAIT)
    if status == 401:
        return _Refused(f"GitHub does not accept our credentials for {what}: {said}; check the App's id and key.")
    if token:
        return Permanent(
            f"GitHub gives no token for this installation ({status}: {said}); it may be suspended or uninstalled."
        )
    if status in (404, 410):
        return Gone(f"GitHub answers {status} to {what}: {said}")
    if status == 403:
        needed = response.headers.get("x-accepted-github-permissions", "")[:200]
        return Permanent(
            f"The App may not do {what} ({said}); accept its permissions{f': {needed}' if needed else ''}."
        )
    return Permanent(f"GitHub refuses {what} ({status}): {said}")


def _message(response: httpx.Response) -> str:
    try:
        said = response.json()
        parts = [said.get("message"), *(e.get("message") or e.get("code") for e in said.get("errors") or ())]
        return "; ".join(str(part) for part in parts if part)[:300]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return response.reason_phrase[:100]
