"""Answers with a strong ETag: who has them already is told so, and sent nothing."""

from __future__ import annotations

import hashlib

from flask import Request, Response


def answer(body: bytes, mimetype: str, asked: Request, cache: str = "private, no-cache") -> Response:
    """The answer, or 304. The tag is that of the bytes: the same tag, the same answer, byte for byte."""
    made = Response(body, mimetype=mimetype)
    made.set_etag(hashlib.sha256(body).hexdigest()[:32])
    made.headers["Cache-Control"] = cache
    made.vary.update(("Authorization", "Cookie"))
    if asked.method in ("GET", "HEAD"):
        made.make_conditional(asked)
    return made
