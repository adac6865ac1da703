"""The doctor's look at the routes: the file, and whether each place can be reached. Nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from app import notify, routes
from app.network.logins import open_to_others
from app.outbound import Outbound, make_outbound
from app.settings import BadSetting, Settings
from checks.base import Permanent, Temporary
from checks.hearing import hears_notices
from checks.outside import Mail, Route, Sending

Found = tuple[bool | None, str, str]
"""Whether it is well (None: worth knowing), the sentence, and what to do."""


def look(settings: Settings) -> Iterator[Found]:
    """Everything about routes."""
    if settings.routes is None:
        yield None, "ROUTES is not set: nobody is told out of band", "Write a routes file; see docs/channels.md."
        return
    try:
        found = routes.of(settings, os.environ)
    except BadSetting as error:
        yield False, str(error), "See docs/channels.md."
        return
    yield True, f"{settings.routes} holds {len(found)} routes", ""
    if open_to_others(settings.routes):
        yield None, f"other users of this machine may read {settings.routes}", f"chmod 600 {settings.routes}"
    yield from unheard(found)
    outbound = make_outbound(settings)
    for route in found:
        yield reached(route, outbound)


def unheard(found: Sequence[Route]) -> Iterator[Found]:
    """What would be heard by nobody, or too late."""
    if all(_narrow(route) for route in found):
        sentence = "every route filters by name: what is renamed or transferred may be heard by nobody"
        yield None, sentence, "Keep one route without organisations, repositories and artifacts."
    elif all(_narrow(route) or route.weekly for route in found):
        sentence = "every route filters by name or is weekly: some alerts are heard days later, or by nobody"
        yield None, sentence, "Keep one route without weekly, organisations, repositories and artifacts."
    if not any(hears_notices(route.filter) for route in found):
        yield None, notify.NO_NOTICES, "Let one route hear `notice` (leave out outcomes, artifacts and severity)."


def reached(route: Route, outbound: Outbound) -> Found:
    """Whether the place of a route can be reached, as far as that can be told without sending."""
    try:
        for sending in _places(notify.rendered(route, datetime.now(UTC))):
            outbound.reach(sending)
    except (Temporary, Permanent) as error:
        return False, f"{route.name}: {error}", f"Then try it: artifact-monitor notify test {route.name}"
    return True, f"{route.name} ({route.kind}) can be reached; artifact-monitor notify test sends there", ""


def _places(sendings: tuple[Sending, ...]) -> list[Sending]:
    """One sending for each place: mail goes to one server for everybody."""
    mails = [sending for sending in sendings if isinstance(sending, Mail)]
    return [*mails[:1], *[sending for sending in sendings[:1] if not isinstance(sending, Mail)]]


def _narrow(route: Route) -> bool:
    wanted = route.filter
    return bool(wanted.organisations or wanted.repositories or wanted.artifacts)
