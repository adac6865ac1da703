"""The pretend GitHub makes an App from a manifest: the page that shows it, and the exchange for its credentials.

Source: docs.github.com, "Registering a GitHub App from a manifest".
"""

from __future__ import annotations

import json
import secrets
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from sandbox import stable
from sandbox.github import shapes
from sandbox.github.people import People
from sandbox.github.rim import PREFIX, Refused, address, refusal
from sandbox.keys import Keys, make
from sandbox.world import World

_KNOWN = {
    *("name", "url", "hook_attributes", "redirect_url", "callback_urls", "setup_url", "description", "public"),
    *("default_events", "default_permissions", "request_oauth_on_install", "setup_on_update"),
}
_NAME = 34
_NOT_SUBSCRIBABLE = {"installation", "installation_repositories", "github_app_authorization", "ping"}


def blueprint(world: World, keys: Keys, people: People) -> Blueprint:
    """`/settings/apps/new`, the same of an organisation, and `/app-manifests/{code}/conversions`."""
    own = Blueprint("manifests", __name__, template_folder="../templates")
    own.register_error_handler(Refused, refusal)

    @own.post("/settings/apps/new")
    @own.post("/organizations/<org>/settings/apps/new")
    def shown(org: str = "") -> str:
        manifest = read_manifest(request.form.get("manifest", ""))
        again = json.dumps(manifest)
        return render_template("new_app.html", manifest=again, name=manifest["name"], state=request.args.get("state"))

    @own.post("/sandbox/apps")
    def made() -> Redirect:
        manifest = read_manifest(request.form.get("manifest", ""))
        code = secrets.token_hex(20)
        people.apps[code] = manifest
        back, state = str(manifest["redirect_url"]), request.form.get("state", "")
        return redirect(f"{back}?{urlencode({'code': code, 'state': state})}")

    @own.post(f"{PREFIX}/app-manifests/<code>/conversions")
    def conversion(code: str) -> Response:
        manifest = people.apps.pop(code, None)
        if manifest is None:
            raise Refused(404, "Not Found")
        urls = manifest.get("callback_urls", [])
        people.callbacks = [str(url) for url in urls] if isinstance(urls, list) else []
        at, name = address(), str(manifest["name"])
        number, slug = stable.number("app", name) % 10**6, name.lower().replace(" ", "-")
        answer = jsonify(
            {
                **shapes.app(number, at, world.now),
                "name": name,
                "slug": slug,
                "html_url": f"{at.html}/apps/{slug}",
                "external_url": manifest["url"],
                "permissions": manifest["default_permissions"],
                "events": manifest["default_events"],
                "client_id": people.client_id,
                "client_secret": people.client_secret,
                "webhook_secret": secrets.token_hex(20),
                "pem": make().private,
            }
        )
        answer.status_code = 201
        return answer

    return own


def read_manifest(text: str) -> dict[str, object]:
    """The manifest, if GitHub would take it. Raises Refused."""
    try:
        manifest = json.loads(text)
    except ValueError as error:
        raise Refused(422, "manifest is not JSON") from error
    if not isinstance(manifest, dict) or manifest.keys() - _KNOWN:
        raise Refused(422, "manifest holds keys that are unknown")
    name, url = manifest.get("name"), manifest.get("url")
    if not isinstance(name, str) or not 0 < len(name) <= _NAME or not isinstance(url, str) or not _is_url(url):
        raise Refused(422, "name or url is not acceptable")
    hook = manifest.get("hook_attributes", {})
    if not _is_url(str(hook.get("url", ""))) or not _is_url(str(manifest.get("redirect_url", ""))):
        raise Refused(422, "hook_attributes.url or redirect_url is not acceptable")
    if len(manifest.get("callback_urls", [])) > 10:
        raise Refused(422, "callback_urls are more than 10")
    if _NOT_SUBSCRIBABLE & set(manifest.get("default_events", [])):
        raise Refused(422, "default_events holds one that is not supported")
    return manifest


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
