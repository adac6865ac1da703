"""The operator's mail server, as `SMTP_URL` and `MAIL_FROM` name it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from app.variables import BadSetting, line

_PORTS = {"smtp": 587, "smtps": 465}
_LABEL = re.compile(r"(?!-)[0-9A-Za-z_-]{1,63}(?<!-)")
_LOCAL = re.compile(r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+(?:\.[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+)*")
_ADDRESS_LIMIT = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets
_HOST_LIMIT = 253


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `tls`: encrypted from the first byte; else by STARTTLS, which this machine may lack."""

    host: str
    port: int
    tls: bool
    sender: str = ""
    """The envelope's sender: an address without a name."""
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def server(name: str, text: str) -> MailServer:
    """`smtp://` or `smtps://` with a login in percent-encoding. Raises BadSetting, which never repeats the login."""
    line(name, text)
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        login, password = unquote(parts.username or "", errors="strict"), unquote(parts.password or "", errors="strict")
    except ValueError as error:  # a port that is none, brackets that do not close, bytes that are no UTF-8
        raise BadSetting(_SHAPE.format(name=name)) from error
    if scheme not in _PORTS or not host or port == 0 or parts.path.strip("/") or parts.query or parts.fragment:
        raise BadSetting(_SHAPE.format(name=name))
    if not is_host(host):
        raise BadSetting(
            f"{name} names a host that is none: write it in ASCII (xn--… where it is not), with nothing empty between "
            "its dots."
        )
    if not (login.isascii() and password.isascii() and (login + password + "x").isprintable()):
        raise BadSetting(f"{name} holds a login with characters beyond ASCII, which mail servers read in many ways.")
    if bool(login) != bool(password):
        raise BadSetting(f"{name} holds half a login; write smtp://NAME:PASSWORD@HOST, or neither.")
    return MailServer(host, port or _PORTS[scheme], scheme == "smtps", "", login, password)


def sender(name: str, text: str) -> str:
    """An address alone, like `alerts@x.example`."""
    if not is_address(line(name, text)):
        raise BadSetting(f"{name} is not an address alone; write it like alerts@host.example, in ASCII.")
    return text


def is_address(text: str) -> bool:
    """Whether a text is a mail address that every server takes: ASCII, without quotes, comments or a name."""
    local, at, host = text.rpartition("@")
    return bool(at) and len(text) <= _ADDRESS_LIMIT and bool(_LOCAL.fullmatch(local)) and is_host(host)


def is_host(text: str) -> bool:
    """Whether a text is a numeric address or a name of ASCII labels, none of them empty or too long."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= _HOST_LIMIT and all(_LABEL.fullmatch(label) for label in text.split("."))
    return True


_SHAPE = (
    "{name} is not a mail server's address; write smtp://NAME:PASSWORD@HOST:587 (STARTTLS) or "
    "smtps://NAME:PASSWORD@HOST:465, with %40 for an @ in the name and %3A, %2F for : and / in the password."
)
