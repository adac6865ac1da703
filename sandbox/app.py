"""One WSGI app with everything that the monitor talks to: GitHub's API and pages, and registries of all kinds."""

from __future__ import annotations

from flask import Flask, Response, request

from sandbox import docker_hub, ecr, images, npm, pypi
from sandbox.github import app as github
from sandbox.github import attestations, login, logs, manifests, pages
from sandbox.github.measures import Measures
from sandbox.github.people import People
from sandbox.heard import Heard
from sandbox.heard import blueprint as hearing
from sandbox.keys import Keys
from sandbox.world import World

NPM = "/npm"
PYPI = "/pypi"
HUB = "/hub"
IMAGES = "/images"
AMAZON = "/amazon"
_REGISTRIES = (NPM, PYPI, HUB, IMAGES)


def create(
    world: World,
    keys: Keys,
    *,
    advisories: bool = True,
    tokens: bool = False,
    people: People | None = None,
    heard: Heard | None = None,
    version: str = "",
    measures: Measures | None = None,
) -> Flask:
    """The app around a world: `/api/v3`, `/npm/`, `/pypi/simple/`, `/hub/v2/`, `/images/<host>/v2/`, `/amazon/`, pages,
    and `/heard` in the place of whoever is told outside GitHub.

    Safe for several threads. `tokens`: registries of images answer only who brings a token of theirs. `people`: who
    may log in. `version`: GitHub is an Enterprise Server. `measures`: what GitHub counts.
    """
    people = people or People()
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it, its base type does not
    app.url_map.strict_slashes = False
    app.register_blueprint(github.blueprint(world, keys, advisories=advisories, version=version, measures=measures))
    app.register_blueprint(login.blueprint(world, keys, people))
    app.register_blueprint(manifests.blueprint(world, keys, people))
    app.register_blueprint(npm.blueprint(world), url_prefix=NPM)
    app.register_blueprint(pypi.blueprint(world), url_prefix=PYPI)
    app.register_blueprint(docker_hub.blueprint(world), url_prefix=HUB)
    app.register_blueprint(images.blueprint(world, tokens=tokens), url_prefix=IMAGES)
    app.register_blueprint(ecr.blueprint(world), url_prefix=AMAZON)
    app.register_blueprint(logs.blueprint(world))
    app.register_blueprint(attestations.blueprint(world))
    app.register_blueprint(pages.blueprint(world))
    app.register_blueprint(hearing(world, heard or Heard()))

    @app.after_request
    def validator(response: Response) -> Response:
        """Registries answer 304 to who has the page already."""
        if request.method == "GET" and response.status_code == 200 and request.path.startswith(_REGISTRIES):
            response.add_etag()
            response.make_conditional(request)
        return response

    return app
