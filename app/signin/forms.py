"""Whether a form was filled in on our own page: a token in it, and what the browser says about where it comes from."""

from __future__ import annotations

import hmac

from flask import Request
from markupsafe import Markup

from app.network.addresses import Origin, Unusable
from app.network.addresses import origin as origin_of
from app.settings import Settings
from app.signin.cookies import session_cookie
from app.signin.seal import seal_of

FIELD = "form_token"
HEADER = "X-Form-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PURPOSE = "form"
_OPERATOR = "operator"


def token(request: Request, settings: Settings) -> str:
    """The token of this browser's session; of the operator's, where nobody logs in. It is worth nothing elsewhere."""
    cookie = session_cookie(settings).read(request) if settings.github_client_id else ""
    return seal_of(settings).mark(_PURPOSE, f"session {cookie}" if cookie else _OPERATOR)


def field(request: Request, settings: Settings) -> Markup:
    """The hidden field that every form of ours holds: `{{ form_token() }}`."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token(request, settings))


def problem(request: Request, settings: Settings) -> str:
    """Why a request that changes something is not taken for our own page's; '' when it is.

    1. `Sec-Fetch-Site`, where the browser sends it, says that it comes from this very site. 2. So does `Origin`; one of
    the two must be there. 3. The token is that of the session.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and origin is None:
        return "The browser does not say which page this comes from."
    if site not in (None, "same-origin") or (origin is not None and _place(origin) != _ours(request, settings)):
        return "This comes from another site's page."
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), token(request, settings).encode()):
        return "The page that this comes from is no longer valid; load it again and repeat what you did."
    return ""


def _ours(request: Request, settings: Settings) -> Origin | str:
    """Where our pages are: on a host of this machine, where nobody logs in (`app.signin.here` saw to it)."""
    return _place(settings.base_url if settings.github_client_id else f"http://{request.headers.get('Host', '')}")


def _place(address: str) -> Origin | str:
    """Scheme, host and port; the text itself where it is no address, which is nobody's."""
    try:
        return origin_of(address)
    except Unusable:
        return address
