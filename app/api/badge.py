"""`GET /badge?purl=…`: how an artifact stands, as a small picture: a word and a sign, never a colour alone.

It never says that all is well when we could not look. What is not public is shown to who may see it, and to everybody
else exactly what is shown of something that does not exist.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from app.api import problems
from app.api.access import Door
from app.api.answers import answer
from app.api.operations import PURL
from app.api.parameters import asked
from app.api.problems import Stop
from app.api.reading import artifact_of
from app.pages.words import BADGES, shown
from verifier.ledger.views import Summary

if TYPE_CHECKING:
    from app.deps import Deps

MINUTES = 5
STALE = timedelta(hours=24)
"""How long ago the last look may be while we say that all is well."""
LABEL = 60
"""The most characters of a name."""

_COLOURS = {
    "compliant": "#1a7f37",
    "waived": "#57606a",
    "non-compliant": "#a40e26",
    "suspect": "#8a4600",
    "pending": "#57606a",
    "unverifiable": "#57606a",
}
_GREY = "#57606a"


@dataclass(frozen=True)
class Badge:
    """What the picture says."""

    label: str
    word: str
    sign: str
    colour: str = _GREY


NOTHING = Badge("artifact monitor", "not watched", "–")


def badge_of(summary: Summary, now: datetime) -> Badge:
    """How it stands; where it stands well and nobody looked lately, that. Pure."""
    label, badge = shown(summary.artifact.label, LABEL), BADGES[summary.standing]
    if summary.standing.well and not _looked(summary, now):
        return Badge(label, "could not look", "?")
    return Badge(label, badge.word, badge.sign, _COLOURS[badge.word])


def picture(badge: Badge) -> str:
    """The SVG. Widths are estimated and then held by `textLength`, whatever font there is. Pure."""
    right = f"{badge.sign} {badge.word}"
    left_width, right_width = _width(badge.label) + 12, _width(right) + 12
    width, label, said = left_width + right_width, escape(badge.label, quote=False), escape(right, quote=False)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{_quoted(badge)}">'
        f"<title>{label}: {escape(badge.word, quote=False)}</title>"
        f'<rect width="{left_width}" height="20" fill="#24292f"/>'
        f'<rect x="{left_width}" width="{right_width}" height="20" fill="{badge.colour}"/>'
        '<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="6" y="14" textLength="{left_width - 12}" lengthAdjust="spacingAndGlyphs">{label}</text>'
        f'<text x="{left_width + 6}" y="14" textLength="{right_width - 12}" lengthAdjust="spacingAndGlyphs">'
        f"{said}</text>"
        "</g></svg>"
    )


def routes(deps: Deps, door: Door) -> Blueprint:
    """`GET /badge`. It may stand in anybody's page; what is not public is kept by nobody's cache but the caller's."""
    blueprint = Blueprint("badge", __name__)
    blueprint.register_error_handler(Exception, problems.of)

    @blueprint.get("/badge")
    def badge() -> Response:
        purl = asked((PURL,), request.args)["purl"]
        caller = door.caller(request)
        try:
            wanted = artifact_of(purl)
        except Stop:
            summary = None
        else:
            with deps.ledger.reading() as book:
                summary = book.views.artifact(caller.viewer.sees, wanted)
        found = NOTHING if summary is None else badge_of(summary, deps.now())
        whose = "public" if caller.anybody else "private"
        made = answer(picture(found).encode(), "image/svg+xml", request, f"{whose}, max-age={MINUTES * 60}")
        if summary is None:
            made.status_code = 404
        if caller.anybody:
            made.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return made

    return blueprint


def _looked(summary: Summary, now: datetime) -> bool:
    return not summary.problem and summary.polled_at is not None and now - summary.polled_at <= STALE


def _width(text: str) -> int:
    """In pixels, about: wide characters count twice."""
    return sum(13 if unicodedata.east_asian_width(character) in "WF" else 7 for character in text)


def _quoted(badge: Badge) -> str:
    return escape(f"{badge.label}: {badge.word}")
