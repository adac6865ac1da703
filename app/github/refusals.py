"""What GitHub, githubkit or the way there can do wrong, in our words: each refusal told apart from the others.

Source: docs.github.com/rest: "Troubleshooting the REST API", "Rate limits", "Best practices" (`retry-after` before
`x-ratelimit-reset` before a minute that doubles).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from checks.base import Forbidden, NoLonger, NotInstalled, NotShown, Permanent, Temporary, Withheld

if TYPE_CHECKING:
    import httpx

ERROR_SIZE = 64 * 1024
"""The most bytes of one error, as they come over the wire."""
SILENCE = 30.0
"""Seconds without a byte after which we give up."""
WAIT = 60.0
"""Seconds to wait where GitHub says "slow down" and not for how long (its own advice)."""
LONGEST_WAIT = 3600.0

_LIMITED = ("rate limit", "abuse")


class SlowDown(Temporary):
    """GitHub counts our questions and takes no more for so many seconds. Asking on makes it longer.

    `said` False: it did not say for how long, so that each further time is to be waited out twice as long. `by_us`: we
    keep to a pace, and GitHub said nothing. `whom`: who is not to ask. It is no trouble: what waits is done later.
    """

    def __init__(self, what: str, wait: float, *, said: bool = True, by_us: bool = False, whom: str = "GitHub") -> None:
        super().__init__(f"{'Our pace at GitHub' if by_us else 'GitHub'} asks us to slow down ({what}).", wait)
        self.what, self.wait, self.said, self.by_us, self.whom = what, wait, said, by_us, whom


class RefusedToken(Permanent):
    """GitHub did not take the token."""


class LedElsewhere(Exception):
    """A redirect led to another host."""

    def __init__(self, host: str, url: str) -> None:
        super().__init__(host)
        self.url = url


class SentAway(Permanent):
    """GitHub sends a question to another host."""

    def __init__(self, sentence: str, url: str) -> None:
        super().__init__(sentence)
        self.url = url


def bound_errors(response: httpx.Response) -> None:
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
def translated(what: str, installation_id: int) -> Iterator[None]:
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
        token = isinstance(inner, GitHubException)
        raise _translate(inner or error, what, installation_id, token=token) from error
    except (httpx.HTTPError, OSError) as error:  # while githubkit read the body of an error
        raise _translate(error, what, installation_id, token=False) from error
    except RecursionError as error:
        raise Permanent(f"GitHub's answer to {what} is nested too deeply.") from error
    except (ValueError, OverflowError) as error:
        # bytes that are no JSON, or a `retry-after` that is no number: something between us and GitHub
        raise Temporary(f"GitHub's answer to {what} cannot be read ({type(error).__name__}).", WAIT) from error


def _translate(error: Exception, what: str, installation_id: int, *, token: bool) -> Temporary | Permanent:
    import httpx
    from githubkit.exception import RequestFailed, RequestTimeout

    if isinstance(error, RequestFailed):
        return of_answer(error.response.raw_response, what, installation_id, token=token)
    if isinstance(error, RequestTimeout | httpx.TimeoutException):
        return Temporary(f"GitHub did not answer within {SILENCE:.0f} s ({what}).")
    if isinstance(error, LedElsewhere):
        sentence = f"GitHub sends {what} to another host, {str(error)[:100]!r}; check GITHUB_API_URL."
        return Permanent(sentence) if token else SentAway(sentence, error.url)
    if isinstance(error, httpx.HTTPError | OSError):
        return Temporary(f"GitHub could not be reached ({what}: {str(error)[:200]}).")
    if token or "key" in type(error).__name__.lower() or isinstance(error, ValueError):
        return Permanent(f"No token for {what} ({type(error).__name__}); check GITHUB_APP_ID and GITHUB_PRIVATE_KEY.")
    return Temporary(f"{what} broke off ({type(error).__name__}).")


def of_answer(response: httpx.Response, what: str, installation_id: int, *, token: bool) -> Temporary | Permanent:
    """What an error answer means. `token`: it was given to who asked for a token, so it is about the installation."""
    status, body = response.status_code, _json(response)
    said = _message(body) or response.reason_phrase[:100]
    if status >= 500 or status == 408:
        return Temporary(f"GitHub answers {status} to {what}.")
    if status in (403, 429) and (slow := _slow_down(response, said, what)) is not None:
        return slow
    if status == 401:
        return RefusedToken(f"GitHub does not accept our credentials for {what}: {said}; check the App's id and key.")
    if status == 403 and "suspended" in said.lower():
        return NotInstalled(f"Installation {installation_id} is suspended: GitHub answers nothing.", installation_id)
    if token and status in (404, 410):
        return NotInstalled(f"GitHub gives no token for installation {installation_id}: it is gone.", installation_id)
    if token:
        return Permanent(f"GitHub gives no token for this installation ({status}: {said}).")
    if status == 404:
        return NotShown(f"GitHub answers 404 to {what}: {said}")
    if status == 410:
        return NoLonger(f"GitHub answers 410 to {what}: {said}")
    if status == 451 or (status == 403 and isinstance(body, dict) and "block" in body):
        return Withheld(f"GitHub withholds what {what} asks for ({status}: {said}); only its owner can settle that.")
    if status == 403:
        needed = response.headers.get("x-accepted-github-permissions", "")[:200]
        accept = f"The App may not do {what} ({said}); accept its permissions{f': {needed}' if needed else ''}."
        return Forbidden(accept, needed)
    return Permanent(f"GitHub refuses {what} ({status}): {said}")


def _slow_down(response: httpx.Response, said: str, what: str) -> SlowDown | None:
    """The answer is about a limit: 1. as `retry-after` says, 2. until the reset where nothing is left, 3. a minute."""
    headers = response.headers
    wait = _seconds(headers.get("retry-after"))
    if wait is not None:
        return SlowDown(what, _bounded(wait))
    if headers.get("x-ratelimit-remaining") == "0" and (left := until_reset(response)) is not None:
        return SlowDown(what, _bounded(left))
    if response.status_code == 429 or any(word in said.lower() for word in _LIMITED):
        return SlowDown(what, WAIT, said=False)
    return None


def until_reset(response: httpx.Response) -> float | None:
    """Seconds until GitHub counts anew, by its own clock where it says what that shows; None where it does not say."""
    reset = _seconds(response.headers.get("x-ratelimit-reset"))
    if reset is None:
        return None
    try:
        now = parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        now = time.time()
    return reset - now


def _bounded(wait: float) -> float:
    return min(max(wait, 1.0), LONGEST_WAIT)


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 16 else None


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _message(said: Any) -> str:
    try:
        parts = [said.get("message"), *(e.get("message") or e.get("code") for e in said.get("errors") or ())]
        return "; ".join(str(part) for part in parts if part)[:300]
    except (AttributeError, TypeError):
        return ""
