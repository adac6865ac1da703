"""The pretend GitHub's login: the page that asks whether an App may know you, the exchange, and `/user`.

Source: docs.github.com, "Generating a user access token for a GitHub App"; PKCE must be S256 here, and must be there.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from sandbox.github import shapes
from sandbox.github.people import People, Person
from sandbox.github.rim import PREFIX, Refused, address, bearer, paged, refusal
from sandbox.keys import Keys
from sandbox.world import World


def blueprint(world: World, keys: Keys, people: People) -> Blueprint:
    """`/login/oauth/…` of the website, `/user…` of the API."""
    own = Blueprint("people", __name__, template_folder="../templates")
    own.register_error_handler(Refused, refusal)

    @own.before_request
    def down() -> Response | None:
        return Response("<html><body>502 Bad Gateway</body></html>", 502) if people.down else None

    @own.get("/login/oauth/authorize")
    def ask() -> str:
        _checked()
        return render_template("authorize.html", people=people.accounts.values(), asked=request.args)

    @own.post("/login/oauth/authorize")
    def agree() -> Redirect:
        back, state, challenge = _checked()
        person = people.accounts.get(request.values.get("person", ""))
        if person is None:
            return redirect(f"{back}?{urlencode({'error': 'access_denied', 'state': state})}")
        return redirect(f"{back}?{urlencode({'code': people.agreed(person, back, challenge), 'state': state})}")

    def _checked() -> tuple[str, str, str]:
        said = request.values
        if said.get("client_id") != people.client_id:
            raise Refused(404, "Not Found")
        back = said.get("redirect_uri", "")
        if back not in people.callbacks:
            raise Refused(400, "The redirect_uri is not associated with this application.")
        if said.get("code_challenge_method") != "S256" or len(said.get("code_challenge", "")) != 43:
            raise Refused(400, "code_challenge must be a SHA-256 digest in base64url; only S256 is supported.")
        return back, said.get("state", ""), said["code_challenge"]

    @own.post("/login/oauth/access_token")
    def exchange() -> Response:
        people.asked.append(f"exchange {request.form.get('grant_type', 'authorization_code')}")
        return jsonify(people.exchange(request.form.to_dict()))

    def whose() -> Person:
        people.asked.append(request.path.removeprefix(PREFIX))
        person = people.access.get(bearer())
        if person is None:
            raise Refused(401, "Bad credentials")
        return person

    @own.get(f"{PREFIX}/user")
    def user() -> Response:
        person = whose()
        return jsonify(shapes.user(person.login, address(), person.id))

    @own.get(f"{PREFIX}/user/installations")
    def installations() -> Response:
        person = whose()
        with world.lock:
            seen = [i for i in world.installations.values() if i.repositories & person.roles.keys()]
            return paged([shapes.installation(one, keys.app_id, address()) for one in seen], "installations")

    @own.get(f"{PREFIX}/user/installations/<int:number>/repositories")
    def repositories(number: int) -> Response:
        person = whose()
        with world.lock:
            known = world.installations.get(number)
            seen = sorted(known.repositories & person.roles.keys()) if known else []
            if not seen:
                raise Refused(404, "Not Found")
            shown = [
                {**shapes.repository(world.repos[one], address()), "permissions": person.permissions(one)}
                for one in seen
            ]
            return paged(shown, "repositories")

    return own
