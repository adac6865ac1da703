"""Trying routes: a real test message through each, and what can be said of a route without its secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.outbound import Outbound, make_outbound
from app.settings import Settings
from checks import OUTSIDE
from checks.base import Permanent, Temporary
from checks.hearing import hears_notices
from checks.messages import of_test
from checks.outside import Mail, Outside, Route, Sending
from verifier.model import Severity

NO_ROUTES = (
    "There are no routes. Set ROUTES to the path of a routes file, like ROUTES=/etc/artifact-monitor/routes.yml; "
    "docs/channels.md shows what to write there."
)
NO_NOTICES = "no route hears that a config file was changed or cannot be read, or that a publish workflow was changed"

PATIENCE = timedelta(seconds=20)
"""How long a page waits: less than gunicorn lets one request take (`gunicorn.conf.py`)."""
SIDE_BY_SIDE = 8


@dataclass(frozen=True)
class Tried:
    """What came of trying one route. `sentence` says what happened, and what to do where it did not work."""

    route: str
    kind: str
    ok: bool
    sentence: str


def test(settings: Settings, environment: Mapping[str, str], name: str, now: datetime) -> list[Tried]:
    """Send a test message through the route of this name, or each where it is ''.

    Raises BadSetting for a routes file that cannot be used, ValueError for a route that is not in it.
    """
    from app import routes  # what reads YAML is loaded when somebody tries one

    found = named(routes.of(settings, environment), name)
    return [through(route, make_outbound(settings), now) for route in found]


def named(found: Sequence[Route], name: str) -> Sequence[Route]:
    """The route of this name, or all where it is ''. Raises ValueError where there is none."""
    if not found:
        raise ValueError(NO_ROUTES)
    chosen = [route for route in found if name in ("", route.name)]
    if not chosen:
        known = ", ".join(route.name for route in found)
        raise ValueError(f"There is no route of that name; the routes are: {known}.")
    return chosen


def through(route: Route, outbound: Outbound, now: datetime, kinds: Mapping[str, Outside] = OUTSIDE) -> Tried:
    """Send one test message through a route. Never raises: what goes wrong is what was to be found out."""

    def tried(ok: bool, sentence: str) -> Tried:
        return Tried(route.name, route.kind, ok, sentence)

    try:
        sendings = rendered(route, now, kinds)
        problems = _send_each(sendings, outbound)
    except Exception as error:  # a channel's own fault is an answer here too
        return tried(False, f"The test message could not be made ({type(error).__name__}); please report that.")
    if problems:
        of = f"{len(problems)} of {len(sendings)} failed: " if len(sendings) > 1 else ""
        return tried(False, of + " ".join(dict.fromkeys(problems)))
    if not sendings:
        return tried(True, "nothing to send: this kind of place takes no tests")
    return tried(True, "taken; look whether it arrived")


def at_once(
    found: Sequence[Route],
    outbound: Outbound,
    now: datetime,
    kinds: Mapping[str, Outside] = OUTSIDE,
    patience: timedelta = PATIENCE,
) -> list[Tried]:
    """Send a test message through each of these at the same time, and wait no longer than `patience` for all of them.

    A page does not wait as long as a terminal does. What was begun by then goes on without being waited for.
    """
    pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="notify-test")
    begun = [(route, pool.submit(through, route, outbound, now, kinds)) for route in found]
    wait((future for _, future in begun), patience.total_seconds())
    pool.shutdown(wait=False, cancel_futures=True)
    return [_outcome(route, future) for route, future in begun]


def _outcome(route: Route, future: Future[Tried]) -> Tried:
    if future.cancelled():
        return Tried(route.name, route.kind, False, "not tried: the others took too long; test it alone")
    if not future.done():
        return Tried(route.name, route.kind, False, "no answer yet; the message may still arrive")
    return future.result()


def rendered(route: Route, now: datetime, kinds: Mapping[str, Outside] = OUTSIDE) -> tuple[Sending, ...]:
    """The test message as it would be sent."""
    return kinds[route.kind].render(of_test(route.name, now), route.target, None, now)


def _send_each(sendings: Sequence[Sending], outbound: Outbound) -> list[str]:
    problems, ref = [], ""
    for sending in sendings:
        try:
            ref = outbound.send(sending, ref).ref
        except Temporary as error:
            problems.append(f"{_to(sending)}{error} It may work later; try again.")
        except Permanent as error:
            problems.append(f"{_to(sending)}{error}")
    return problems


def _to(sending: Sending) -> str:
    """Whose mailbox it is, where there may be several."""
    return f"{sending.to}: " if isinstance(sending, Mail) else ""


def as_text(tried: Sequence[Tried]) -> str:
    """One line for each route."""
    width = max(len(each.route) for each in tried)
    return "\n".join(f"{'ok  ' if t.ok else 'BAD '} {t.route:<{width}}  {t.kind}: {t.sentence}" for t in tried)


def listed(found: Sequence[Route]) -> str:
    """Every route with what it hears, without addresses and secrets."""
    if not found:
        return NO_ROUTES
    lines = [f"{route.name}  {route.kind}: {hears(route)}" for route in found]
    if not any(hears_notices(route.filter) for route in found):
        lines.append(f"Note: {NO_NOTICES}.")
    return "\n".join(lines)


def hears(route: Route) -> str:
    """What it is told of, in words."""
    wanted = route.filter
    named_lists = (
        ("organisations", wanted.organisations),
        ("repositories", wanted.repositories),
        ("artifacts", wanted.artifacts),
        ("outcomes", wanted.outcomes),
    )
    parts = [f"{what} {', '.join(names)}" for what, names in named_lists if names]
    if wanted.severity > Severity.INFO:
        parts.append(f"{wanted.severity.word} and louder")
    if route.weekly:
        parts.append("one summary a week")
    return "; ".join(parts) or "everything"
