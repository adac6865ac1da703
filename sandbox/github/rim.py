"""What every answer of the pretend GitHub has in common: who may ask, errors, pages of a list, ETags, redirects.

Source: GitHub's REST documentation; errors and paging as its OpenAPI description has them.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import jwt
from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Redirect

from sandbox.github.measures import Measures
from sandbox.github.shapes import Address, Shape
from sandbox.keys import Keys
from sandbox.state import Repo
from sandbox.world import World

PREFIX = "/api/v3"
SUSPENDED = "This installation has been suspended"
_HOUR = 3600
View = Callable[..., Response]


class Refused(Exception):
    """An error answer of GitHub."""

    def __init__(self, status: int, message: str, errors: list[Shape] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors


def invalid(resource: str, field: str, code: str = "missing_field") -> Refused:
    """422: a field of the body is not acceptable."""
    return Refused(422, "Validation Failed", [{"resource": resource, "field": field, "code": code}])


def address() -> Address:
    """Where this request found us."""
    html = request.host_url.rstrip("/")
    return Address(html, html + PREFIX)


class Rim:
    """The API's blueprint with its guards. `tokens` are installation tokens by their text."""

    def __init__(self, world: World, keys: Keys, measures: Measures | None = None) -> None:
        self.world, self.keys = world, keys
        self.measures = measures or Measures()
        self.tokens: dict[str, tuple[int, float]] = {}
        self.blueprint = Blueprint("github", __name__, url_prefix=PREFIX)
        self.blueprint.before_request(self._too_much)
        self.blueprint.before_request(self._down)
        self.blueprint.after_request(self._counted)
        self.blueprint.after_request(_validator)
        self.blueprint.register_error_handler(Refused, refusal)

    def app(self, path: str, *methods: str) -> Callable[[View], View]:
        """A path for the App itself: needs its JWT."""

        def register(view: View) -> View:
            def guarded(**arguments: Any) -> Response:
                self._app_only()
                with self.world.lock:
                    return view(**arguments)

            self.blueprint.add_url_rule(path, f"app{path}", guarded, methods=list(methods))
            return view

        return register

    def repo(self, path: str, *methods: str, app: bool = False) -> Callable[[View], View]:
        """A path of one repository, by its name or by its id: needs a token of an installation that has it."""

        def register(view: View) -> View:
            def guarded(owner: str = "", name: str = "", number: int = 0, **arguments: Any) -> Response | Redirect:
                if app:
                    self._app_only()
                stranger = not app and methods == ("GET",) and "Authorization" not in request.headers
                installation = 0 if app or stranger else self._installation()
                with self.world.lock:
                    repo = self.world.repos.get(number) if number else self.world.repo(f"{owner}/{name}")
                    granted = self.world.installation_of(repo) if repo else None
                    seen = granted is not None and (stranger or granted.id == installation)
                    if repo is None or not (seen or app):
                        raise Refused(404, "Not Found")
                    if not number and repo.full_name.lower() != f"{owner}/{name}".lower():
                        return _moved(repo, owner, name)
                    return view(repo, **arguments)

            for start in ("/repos/<owner>/<name>", "/repositories/<int:number>"):
                self.blueprint.add_url_rule(
                    start + path, f"{start}{path}{'-'.join(methods)}", guarded, methods=list(methods)
                )
            return view

        return register

    def token(self, installation: int) -> tuple[str, float]:
        """A new installation token and when it expires, in seconds since 1970 (real ones: tokens know no scenario)."""
        token, expires = "ghs_" + secrets.token_hex(18), time.time() + _HOUR
        self.tokens[token] = (installation, expires)
        return token, expires

    def _too_much(self) -> Response | None:
        installation, _ = self.tokens.get(bearer(), (0, 0.0))
        return self.measures.refusal(installation, request.method)

    def _counted(self, response: Response) -> Response:
        installation, _ = self.tokens.get(bearer(), (0, 0.0))
        self.measures.heard(installation, request.method, request.path.removeprefix(PREFIX), response)
        return response

    def _down(self) -> Response | None:
        arguments = request.view_args or {}
        repo = self.world.repo(f"{arguments.get('owner')}/{arguments.get('name')}")
        repo = repo or self.world.repos.get(arguments.get("number", 0))
        if self.world.out("github", repo.scenario if repo else None):
            return Response("<html><body>502 Bad Gateway</body></html>", 502, mimetype="text/html")
        return None

    def _app_only(self) -> None:
        try:
            claims = jwt.decode(
                bearer(), self.keys.public, algorithms=["RS256"], options={"require": ["iat", "exp", "iss"]}
            )
        except jwt.InvalidTokenError as error:
            raise Refused(401, "A JSON web token could not be decoded") from error
        if str(claims["iss"]) != str(self.keys.app_id):
            raise Refused(401, "'Issuer' claim ('iss') must be an Integer")
        if claims["exp"] - claims["iat"] > 11 * 60:
            raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")

    def _installation(self) -> int:
        installation, expires = self.tokens.get(bearer(), (0, 0.0))
        known = self.world.installations.get(installation)
        if time.time() >= expires or known is None:
            raise Refused(401, "Bad credentials")
        if known.suspended_at is not None:
            raise Refused(403, SUSPENDED)
        return installation


def bearer() -> str:
    """The token that the request brings; '' for none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "token") else ""


def _moved(repo: Repo, owner: str, name: str) -> Redirect:
    """The old name of a repository: GitHub sends the client to the id."""
    rest = request.full_path.removesuffix("?").split(f"/repos/{owner}/{name}", 1)[1]
    where = f"{address().api}/repositories/{repo.id}{rest}"
    return redirect(where, 301 if request.method == "GET" else 307)


def refusal(error: Refused) -> tuple[Response, int]:
    """The answer that GitHub gives instead."""
    said: Shape = {
        "message": error.message,
        "documentation_url": "https://docs.github.com/rest",
        "status": str(error.status),
    }
    if error.errors is not None:
        said["errors"] = error.errors
    return jsonify(said), error.status


def _validator(response: Response) -> Response:
    """ETags of GitHub hold for one token: under another the same answer has another."""
    if request.method == "GET" and response.status_code == 200:
        response.set_etag(hashlib.sha256(bearer().encode() + response.get_data()).hexdigest(), weak=True)
        response.make_conditional(request)
    return response


def body() -> Shape:
    """The request's JSON object."""
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        raise Refused(400, "Problems parsing JSON")
    return said


def paged(items: list[Any], key: str | None = None, most: int | None = None) -> Response:
    """One page of a list: `per_page` (30, at most 100) and `page`; bare, or under `key` beside `total_count`.

    `most`: how many GitHub gives out at all.
    """
    size = min(max(request.args.get("per_page", 30, int), 1), 100)
    number = max(request.args.get("page", 1, int), 1)
    reachable = items[:most]
    last = max(1, -(-len(reachable) // size))
    part = reachable[(number - 1) * size : number * size]
    response = jsonify(part if key is None else {"total_count": len(items), key: part})
    links = {"next": number + 1, "last": last} if number < last else {}
    if number > 1:
        links |= {"first": 1, "prev": number - 1}
    if links:
        response.headers["Link"] = ", ".join(f'<{_page(page)}>; rel="{rel}"' for rel, page in links.items())
    return response


def _page(number: int) -> str:
    return f"{request.base_url}?{urlencode({**request.args.to_dict(), 'page': number})}"
