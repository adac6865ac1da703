"""The pages of the set-up: served on this machine, by the command, to whoever has the code that it printed.

1. The address with the code puts a cookie into that browser; every other page needs it, and a name of this machine as
`Host`. 2. A form sends the manifest to GitHub, with a signed state that names this browser. 3. GitHub sends the browser
back with a code, which is exchanged once, and only with that state, within the hour that GitHub gives.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

import jwt
import structlog
from flask import Flask, redirect, render_template, request
from jwt.types import Options
from werkzeug.wrappers import Response as Answer

from app.app_file import AppFile
from app.pages import style
from app.settings import Settings
from app.setup import convert, manifest
from app.setup.convert import BadCode
from app.signin.calls import NoAnswer, converse
from app.signin.cookies import Cookie
from app.signin.here import is_here
from app.signin.shown import notice
from app.web import headers

log = structlog.get_logger()

HOUR = timedelta(hours=1)
"""What GitHub gives for all three steps."""
_ALGORITHM = "HS256"
_AUDIENCE = "artifact-monitor/setup"
_ORGANISATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,98}[A-Za-z0-9])?")
_COOKIE = Cookie("artifact-monitor-setup", HOUR, secure=False)


@dataclass
class SetUp:
    """One set-up that is going on. `keep` is given the credentials, once; it may raise FileExistsError or OSError."""

    settings: Settings
    address: str
    keep: Callable[[AppFile], None]
    now: Callable[[], datetime]
    code: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """What the command prints: who has it may set up."""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    app: AppFile | None = None
    """What was made."""

    @property
    def begin_at(self) -> str:
        """The address to open."""
        return f"{self.address}/setup?{urlencode({'code': self.code})}"

    @property
    def back(self) -> str:
        """Where GitHub sends the browser."""
        return f"{self.address}/setup/made"

    def state(self, browser: str) -> str:
        """Signed, for an hour, for this browser."""
        now = self.now()
        claims = {"aud": _AUDIENCE, "iat": int(now.timestamp()), "exp": int((now + HOUR).timestamp())}
        return jwt.encode({**claims, "sub": _print(browser)}, self.secret, _ALGORITHM)

    def is_ours(self, state: str, browser: str) -> bool:
        """We signed this state for this browser, and its hour is not over."""
        options: Options = {"require": ["aud", "iat", "exp", "sub"], "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(state, self.secret, [_ALGORITHM], options, audience=_AUDIENCE)
        except jwt.InvalidTokenError:
            return False
        begun, until, now = claims["iat"], claims["exp"], int(self.now().timestamp())
        return begun <= now < until and hmac.compare_digest(str(claims["sub"]).encode(), _print(browser).encode())


def create(going_on: SetUp) -> Flask:
    """The app that serves one set-up."""
    app = Flask("app", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.after_request(headers.secure)
    app.register_error_handler(Exception, headers.plain_error)
    settings = going_on.settings

    app.register_blueprint(style.alone())
    app.context_processor(lambda: {"frame": "setup_frame.html"})

    @app.before_request
    def only_here() -> Answer | None:
        if not is_here(request, settings):
            return notice("Not from here", "The set-up is shown on the machine that it runs on, and nowhere else.", 403)
        if request.endpoint in (None, "style.sheet"):
            return None
        return None if _has_code(request.args.get("code", "")) or _has_code(_browser()) else _no_code()

    def _has_code(given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), going_on.code.encode())

    def _browser() -> str:
        return _COOKIE.read(request)

    @app.get("/setup")
    def setup() -> Answer | str:
        """The form; the address with the code becomes one without it, which no history keeps."""
        if "code" in request.args:
            answer = redirect("/setup")
            if _has_code(request.args["code"]):
                _COOKIE.set(answer, going_on.code)
            return answer
        if going_on.app is not None:
            return _made(going_on.app)
        organisation = request.args.get("organisation", "").strip()
        if organisation and not _ORGANISATION.fullmatch(organisation):
            return notice(
                "That is no organisation", "Its name at GitHub has letters, digits and -.", 400, "/setup", "Back"
            )
        filled = manifest.fill(manifest.load(), settings, going_on.back, request.args.get("name", ""))
        where = f"/organizations/{organisation}/settings/apps/new" if organisation else "/settings/apps/new"
        page = render_template(
            "setup_form.html",
            action=f"{settings.website}{where}?{urlencode({'state': going_on.state(_browser())})}",
            manifest=json.dumps(filled),
            filled=filled,
            organisation=organisation,
            website=settings.website,
        )
        made = app.make_response(page)
        made.headers["Content-Security-Policy"] = headers.SECURITY["Content-Security-Policy"].replace(
            "form-action 'self'", f"form-action 'self' {settings.website}"
        )
        return made

    @app.get("/setup/made")
    def made() -> Answer | str:
        """Back from GitHub."""
        if going_on.app is not None:
            return _made(going_on.app)
        if not going_on.is_ours(request.args.get("state", ""), _browser()):
            return _again("This did not begin here, or more than an hour ago.", 400)
        try:
            with converse(settings) as calls:
                found = convert.credentials(calls, settings, request.args.get("code", "")[:200])
        except BadCode:
            return _again("GitHub does not know this App any more: its code counts once, within the hour.", 400)
        except NoAnswer as error:
            log.warning("the new App's credentials could not be fetched", problem=str(error))
            return _again("GitHub did not answer as it should; load this page again, or begin again.", 503)
        try:
            going_on.keep(found)
        except FileExistsError:
            return _again("There is an App's file already, and it was not written over; move it away first.", 409)
        except OSError as error:
            return _again(f"The credentials could not be written ({error.strerror}); mend that and begin again.", 500)
        going_on.app = found
        return _made(found)

    def _made(app: AppFile) -> str:
        return render_template("setup_made.html", install=f"{app.page}/installations/new", base_url=settings.base_url)

    return app


def _print(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _no_code() -> Answer:
    return notice("Not without the code", "Open the address that the command printed: it holds a code.", 403)


def _again(sentence: str, status: int) -> Answer:
    return notice("The App is not set up", sentence, status, "/setup", "Begin again")
