"""The gate before every page: who looks, and whether they may. Closed unless a page is listed here as open.

A page asks `viewer()` and shows no more than that may see. A page that forgets is found by the authorisation matrix in
`tests/signin/test_matrix.py`, which knows every address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Flask, Request, Response, current_app, g, redirect, request, url_for

from app.settings import Settings, require_login
from app.signin import forms
from app.signin.cookies import session_cookie
from app.signin.here import is_here
from app.signin.sessions import CannotTell, Desk
from app.signin.shown import notice
from app.viewer import NOBODY, OPERATOR, Viewer
from verifier.ledger.protocol import Ledger

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from app.deps import Deps

OPEN = frozenset(
    {
        "webhooks.webhooks",  # by their signature
        "hints.from_sns",  # by their signature
        "hints.from_docker_hub",  # by the secret in their address
        "health.healthz",  # whether, not what
        "health.livez",
        "health.readyz",
        "style.sheet",
        "subscribe.form",  # for who has no account here; 404 where nobody may subscribe
        "subscribe.ask",  # by where the form comes from, and by the mail that follows
        "subscriptions.look",  # by the secret in their address
        "subscriptions.confirm",
        "subscriptions.end",
        "api.openapi",  # what the API is, and nothing of what it knows
        # by their token or, for reading, the same look as pages have: `app.api.access`
        "api.artifacts",
        "api.artifact",
        "api.versions",
        "api.version",
        "api.incidents",
        "api.incident",
        "api.runs",
        "api.backfills",
        "api.deeds",
        "api.recheck",
        "api.acknowledge",
        "api.mine",
        "api.mute",
        "badge.badge",
        "feed.atom",
        "metrics.metrics",  # by their token, or on this machine
        "signin.login",
        "signin.start",
        "signin.callback",
        "signin.logout",  # checks its form itself: it must work while GitHub does not answer
    }
)
"""The endpoints that do not need a viewer, with what guards them instead."""

REMEMBERED = timedelta(seconds=30)
"""How long the list of public repositories is kept: one that becomes private is hidden after it at the latest."""


class NotHere(Exception):
    """Nobody can log in, and the request does not come from this machine."""


@dataclass
class Gate:
    """One web process's gate."""

    settings: Settings
    ledger: Ledger
    now: Callable[[], datetime]
    _public: frozenset[int] = frozenset()
    _public_at: datetime | None = None

    @property
    def desk(self) -> Desk:
        """Where sessions are looked up."""
        return Desk(self.settings, self.ledger, self.now)

    def look(self, asked: Request) -> Viewer:
        """Who asks. Raises CannotTell, NotHere."""
        if not self.settings.github_client_id:
            if is_here(asked, self.settings):
                return OPERATOR
            if not self.settings.public:
                raise NotHere
        viewer = NOBODY
        session = self.desk.find(session_cookie(self.settings).read(asked)) if self.settings.github_client_id else None
        if session is not None:
            roles = {right.repository_id: right.role for right in session.rights}
            viewer = Viewer(session.login, session.user_id, frozenset(roles), roles)
        if self.settings.public:
            viewer = replace(viewer, sees=(viewer.sees or frozenset()) | self._public_now())
        return viewer

    def guard(self) -> Answer | None:
        """Before each request: who may not look is answered here. Everything that changes something needs its form."""
        if request.endpoint is None or request.endpoint in OPEN:
            return None
        try:
            viewer = g.viewer = self.look(request)
        except NotHere:
            return _not_here()
        except CannotTell:
            return _cannot_tell()
        known = viewer.operator or viewer.id != 0
        changes = request.method not in forms.SAFE
        if not known and (changes or not self.settings.public):
            return _login_first(changes)
        if changes and (wrong := forms.problem(request, self.settings)):
            return notice("Not done", wrong, 403)
        return None

    def _public_now(self) -> frozenset[int]:
        now = self.now()
        if self._public_at is None or not timedelta(0) <= now - self._public_at < REMEMBERED:
            with self.ledger.reading() as book:
                known = book.repositories.all()
            self._public = frozenset(r.id for r in known if not r.private and not r.removed)
            self._public_at = now
        return self._public


def viewer() -> Viewer:
    """Who looks at the page that is being made; nobody where no gate was passed."""
    found = g.get("viewer", NOBODY)
    return found if isinstance(found, Viewer) else NOBODY


def install(app: Flask, deps: Deps) -> None:
    """Put the gate before every request of this app. Raises BadSetting where a login could not work."""
    require_login(deps.settings)
    gate = Gate(deps.settings, deps.ledger, deps.now)
    app.before_request(gate.guard)
    app.after_request(_strict_transport)
    app.config["HTTPS_ONLY"] = deps.settings.base_url.startswith("https://")

    @app.context_processor
    def words() -> dict[str, object]:
        """What every template may use: `viewer`, `can_log_in`, `here` and `form_token()`."""
        return {
            "viewer": viewer(),
            "can_log_in": bool(deps.settings.github_client_id),
            "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
            "form_token": lambda: forms.field(request, deps.settings),
        }


def _strict_transport(response: Response) -> Response:
    if current_app.config["HTTPS_ONLY"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _login_first(changes: bool) -> Answer:
    if changes:
        return notice("Log in first", "Nothing was changed: log in, and repeat what you did.", 401)
    return redirect(url_for("signin.login", next=request.full_path.rstrip("?")))


def _not_here() -> Answer:
    return notice(
        "Shown on its own machine only",
        "Nobody can log in here yet, so the pages are shown to a browser on the monitor's own machine and to nobody "
        "else. Whoever runs the monitor can change that: docs/login.md says how.",
        403,
    )


def _cannot_tell() -> Answer:
    answer = notice(
        "Cannot tell what you may see",
        "GitHub does not say right now which repositories are shown to you, so none are. Please load the page again "
        "in a moment.",
        503,
    )
    answer.headers["Retry-After"] = "10"
    return answer
