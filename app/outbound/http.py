"""One POST to a place that the operator named: no redirect, no proxy, no login of the machine's own."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests
import urllib3

from app.network import dial
from app.network.addresses import Unusable, origin
from app.network.http import USER_AGENT, retry_after
from app.outbound.line import Line, translated, unproven
from checks.base import Permanent, Temporary

ANSWER = 64 * 1024
"""The most bytes of an answer that are read."""

_CHUNK = 16 * 1024
_LATER = {408, 425, 429, 503}
"""The answers that ask to come again, perhaps with the time to wait."""


@dataclass(frozen=True)
class Answered:
    """What came back. It may repeat secrets."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By their names in lower case."""
    body: bytes = field(repr=False)


def post(line: Line, url: str, headers: Mapping[str, str], body: bytes, deadline: dial.Deadline) -> Answered:
    """POST once; any answer is returned. Raises Temporary and Permanent.

    Whether an address may do without encryption was decided when the route was read.
    """
    try:
        place = origin(url)
    except Unusable as error:
        raise Permanent("Its address is not usable; write it like https://host.example/path.") from error
    adapter = dial.GuardedAdapter(
        frozenset({place}),
        deadline,
        line.patience.connect.total_seconds(),
        line.resolving(deadline),
        place,
        line.authorities,
    )
    with translated(deadline), requests.Session() as session:
        session.trust_env = False
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        try:
            return _asked(session, line, url, headers, body, deadline)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader) as error:
            raise Permanent("Its address or a header is not usable.") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise unproven(error) or _silence(error, deadline) from error


def _asked(
    session: requests.Session,
    line: Line,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    deadline: dial.Deadline,
) -> Answered:
    sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers, "Connection": "close"}
    patience = line.patience.connect.total_seconds(), line.patience.read.total_seconds()
    with session.post(url, data=body, headers=sent, timeout=patience, stream=True, allow_redirects=False) as response:
        named = {name.lower(): value for name, value in response.headers.items()}
        return Answered(response.status_code, named, _body(response, deadline))


def judge(answer: Answered) -> None:
    """Nothing for 2xx. Raises Temporary for what may pass and Permanent for what somebody must mend."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status in _LATER:
        wait = retry_after(answer.headers, datetime.now(UTC))
        raise Temporary(f"It asks to come again later ({status}).", wait)
    if status >= 500:
        raise Temporary(f"It has a problem of its own ({status}).")
    if 300 <= status < 400:
        raise Permanent(f"It redirects ({status}), which is not followed; write the final address in the route.")
    if status in (401, 403):
        raise Permanent(f"It refuses us ({status}); check the token or the address in the route.")
    if status in (404, 410):
        raise Permanent(f"There is nothing at its address ({status}); the address was withdrawn or is misspelt.")
    raise Permanent(f"It refused the message ({status}).")


def _body(response: requests.Response, deadline: dial.Deadline) -> bytes:
    """The first bytes of the answer, as they come. What is longer, late or broken is cut: the status has said whether
    the message was taken, and to send it again for want of the rest would say it twice."""
    body = bytearray()
    with contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
        while len(body) < ANSWER and deadline.left and (chunk := response.raw.read1(_CHUNK)):
            body += chunk
    return bytes(body[:ANSWER])


def _silence(error: Exception, deadline: dial.Deadline) -> Temporary:
    """Why there was no answer. The exception's own text may hold the address, so only its kind counts."""
    if not deadline.left:
        return Temporary("It took too long.")
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return Temporary("It did not answer in time.")
    if isinstance(error, requests.exceptions.SSLError):
        return Temporary("The encrypted connection could not be made.")
    return Temporary(f"It could not be reached, or broke off ({type(error).__name__}).")
