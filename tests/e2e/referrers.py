"""A shim, not a registry: the referrers API of OCI 1.1 in front of a registry that has none.

No server that pip, npm or apt installs has this API. Everything passes through to the real registry behind it; what is
pushed through it with a `subject` is remembered, and listed. Source: OCI distribution specification 1.1, "Listing
Referrers". Run by `tests/e2e/run`: python -m tests.e2e.referrers UPSTREAM PORT
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from typing import Any

import requests
from flask import Flask, Response, request
from werkzeug.serving import run_simple

from tests.e2e.layout import INDEX

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_HOP = {"connection", "transfer-encoding", "content-encoding", "keep-alive", "date", "server"}
"""Headers that are about one connection, or that the shim's own server writes."""


def create(upstream: str) -> Flask:
    """The shim in front of the registry at `upstream`."""
    app = Flask(__name__)
    held: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)

    @app.get("/v2/<path:name>/referrers/<digest>")
    def referrers(name: str, digest: str) -> Response:
        kind = request.args.get("artifactType")
        listed = [each for each in held[name, digest] if kind in (None, each["artifactType"])]
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}
        filtered = {"OCI-Filters-Applied": "artifactType"} if kind else {}
        return Response(json.dumps(index), headers=filtered, content_type=INDEX)

    @app.route("/", defaults={"path": ""}, methods=_METHODS)
    @app.route("/<path:path>", methods=_METHODS)
    def through(path: str) -> Response:
        sent, asked = request.get_data(), f"{upstream}{request.full_path.removesuffix('?')}"
        headers = {name: value for name, value in request.headers if name.lower() not in _HOP}
        headers["Accept-Encoding"] = "identity"
        answer = requests.request(request.method, asked, data=sent, headers=headers, allow_redirects=False, timeout=60)
        returned = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP]
        if request.method == "PUT" and "/manifests/" in path and answer.ok:
            subject = note(path.removeprefix("v2/").partition("/manifests/")[0], sent)
            returned += [("OCI-Subject", subject)] if subject else []
        told = Response(answer.content, answer.status_code, returned)
        told.automatically_set_content_length = False  # of a HEAD it is that of the body which is not sent
        return told

    def note(name: str, content: bytes) -> str:
        """Remember what a manifest refers to; its digest, or ''."""
        manifest = json.loads(content)
        if "subject" not in manifest:
            return ""
        subject: str = manifest["subject"]["digest"]
        held[name, subject].append(
            {
                "mediaType": manifest["mediaType"],
                "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "size": len(content),
                "artifactType": manifest.get("artifactType") or manifest["config"]["mediaType"],
            }
        )
        return subject

    return app


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[2]), create(sys.argv[1]), threaded=True)
