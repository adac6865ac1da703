"""Log in with GitHub, and log out.

1. `/login` says what happens. 2. `/login/start` keeps a random state and a PKCE verifier, sealed, in a cookie of this
browser, and sends it to GitHub. 3. `/login/callback` takes GitHub's code only with the state of that cookie, once,
within 10 minutes; the code is worth nothing without the verifier.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.signin import forms, oauth
from app.signin.calls import NoAnswer
from app.signin.cookies import LOGIN_LIFETIME, login_cookie, session_cookie
from app.signin.oauth import Denied
from app.signin.paths import local_path
from app.signin.sessions import CannotTell, Desk
from app.signin.shown import notice

if TYPE_CHECKING:
    from app.deps import Deps

log = structlog.get_logger()

_PURPOSE = "login"


def routes(deps: Deps) -> Blueprint:
    """`GET /login`, `/login/start`, `/login/callback`, and `POST /logout`."""
    blueprint = Blueprint("signin", __name__, template_folder="../templates")
    settings = deps.settings
    desk = Desk(settings, deps.ledger, deps.now)
    ours, going_on = session_cookie(settings), login_cookie(settings)

    @blueprint.get("/login")
    def login() -> str | Answer:
        """Say what logging in means; on to the page for who is logged in already."""
        target = local_path(request.args.get("next", ""))
        try:
            if settings.github_client_id and desk.find(ours.read(request)) is not None:
                return redirect(target)
        except CannotTell:
            return redirect(target)  # which says so
        return render_template("login.html", next=target, website=settings.website)

    @blueprint.get("/login/start")
    def start() -> Answer:
        """To GitHub."""
        if not settings.github_client_id:
            return redirect(url_for("signin.login"))
        state, verifier = secrets.token_urlsafe(32), oauth.new_verifier()
        begun = {"state": state, "verifier": verifier, "next": local_path(request.args.get("next", ""))}
        answer = redirect(oauth.authorize_url(settings, state, verifier))
        going_on.set(answer, desk.seal.close(_PURPOSE, begun, deps.now()))
        return answer

    @blueprint.get("/login/callback")
    def callback() -> Answer:
        """Back from GitHub."""
        answer = _callback()
        going_on.forget(answer)
        return answer

    def _callback() -> Answer:
        begun = desk.seal.open(_PURPOSE, going_on.read(request), deps.now(), LOGIN_LIFETIME) or {}
        state = str(begun.get("state", ""))
        given = request.args.get("state", "")
        if not state or not hmac.compare_digest(state.encode(), given.encode("utf-8", "replace")):
            return _again("This login was not begun in this browser, or more than 10 minutes ago.")
        if not desk.spend(hashlib.sha256(state.encode()).hexdigest(), LOGIN_LIFETIME):
            return _again("This login was used already.")
        code = request.args.get("code", "")
        if not code or len(code) > 200 or not code.isascii():
            return _again("GitHub did not log you in; perhaps you declined.")
        try:
            cookie = desk.begin(code, str(begun["verifier"]), ours.read(request))
        except Denied:
            return _again("GitHub does not accept this login any more.")
        except NoAnswer as error:
            log.warning("login failed", problem=str(error))
            return _again("GitHub did not answer as it should; whoever runs the monitor finds more in its log.", 503)
        answer = redirect(local_path(str(begun.get("next", ""))))
        ours.set(answer, cookie)
        return answer

    @blueprint.post("/logout")
    def logout() -> Answer:
        """End the session."""
        if wrong := forms.problem(request, settings):
            return notice("Not logged out", wrong, 403)
        desk.end(ours.read(request))
        answer = notice(
            "Logged out",
            "You are logged out of the monitor. At GitHub you stay logged in.",
            200,
            "/",
            "To the first page",
        )
        ours.forget(answer)
        return answer

    return blueprint


def _again(sentence: str, status: int = 400) -> Answer:
    return notice("You are not logged in", sentence, status, url_for("signin.login"), "Begin again")
