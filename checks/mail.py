"""E-mail: one message for each recipient alone, as text and as HTML. All mails about one thing make one thread. Pure.

Source: RFC 5322 (messages), RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 8058 (one-click unsubscribing). Nothing
is loaded from anywhere when it is read, and no colour is set that a dark screen would not bear.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from html import escape as entities
from typing import Any

from checks import fields as route
from checks import marked, shown
from checks.escape import title
from checks.message import Message, Part, State, news
from checks.outside import BadRoute, Mail, Sending
from verifier.ledger.protocol import Posted
from verifier.model import Severity

KIND = "email"
GROUPED = True
UPDATES = False
SUBJECT = 200
ROOM = 70_000
"""Bytes of all parts as HTML, about: what some readers cut off begins at about 100 kB of it."""
MOST = 100
"""The most recipients of one route."""
SENDER = "artifact-monitor@localhost"
NAME = "Artifact Monitor"
_UNFOLDED = SMTP.clone(max_line_length=400)
"""Python would begin a subject of more than a line on the line after its name, which some readers show as empty."""

_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
"""A piece of code in Markdown."""

_WHOLE = frozenset(("message-id", "in-reply-to", "references", "list-id", "list-unsubscribe"))


class _Policy(EmailPolicy):
    """Lines of mail, with identifiers and addresses left whole.

    What is longer than a line Python writes as encoded words (RFC 2047): no program finds a thread or a link in them.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _WHOLE:
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


POLICY = _Policy(linesep=SMTP.linesep)
"""How every mail of ours is written."""

_MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px"
_STYLES = {
    "p": "margin:0 0 12px",
    "ul": "margin:0 0 12px;padding-left:22px",
    "ol": "margin:0 0 12px;padding-left:26px",
    "li": "margin:0 0 6px",
    "code": f"{_MONO};background:rgba(127,127,127,.16);border-radius:3px;padding:1px 4px;word-break:break-all",
    "pre": f"{_MONO};background:rgba(127,127,127,.16);border-radius:6px;padding:10px 12px;margin:6px 0 10px;"
    "white-space:pre-wrap;word-break:break-word",
    "a": "color:#3b82f6",
}
_COLOURS = {
    Severity.CRITICAL: "#dc2626",
    Severity.HIGH: "#ea580c",
    Severity.MEDIUM: "#d97706",
    Severity.LOW: "#2563eb",
    Severity.INFO: "#6b7280",
}


@dataclass(frozen=True)
class Target:
    """To whom, and from whom ('': the server's own sender, filled in by who sends)."""

    to: tuple[str, ...] = field(repr=False)
    sender: str = ""


def read(fields: Mapping[str, Any]) -> Target:
    """`to`, a list of addresses, and perhaps `from`."""
    route.only(fields, KIND, "to", "from")
    found = fields.get("to")
    if not isinstance(found, Sequence) or isinstance(found, str | bytes) or not 1 <= len(found) <= MOST:
        raise BadRoute(f"`to` must be a list of 1 to {MOST} e-mail addresses.")
    sender = route.mail_address(fields["from"], "from") if "from" in fields else ""
    return Target(tuple(dict.fromkeys(_recipient(one, n) for n, one in enumerate(found, 1))), sender)


def _recipient(found: Any, number: int) -> str:
    try:
        return route.mail_address(found, "to")
    except BadRoute as error:
        raise BadRoute(f"The list's address number {number} is none: {error}") from None


def render(message: Message, target: Target, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
    """The same mail for each recipient alone; nobody learns of the others."""
    return tuple(mail(message, to, target.sender or SENDER, now) for to in target.to)


def mail(message: Message, to: str, sender: str, now: datetime, *, unsubscribe: str = "", why: str = "") -> Mail:
    """The message for one recipient. `sender` and `to` are addresses as `checks.fields.mail_address` takes them.

    `unsubscribe` is an address that ends this recipient's subscription with one POST (RFC 8058); `why` is a plain
    sentence about why they get it, shown at the end.
    """
    host = sender.rpartition("@")[2]
    made, name = EmailMessage(policy=POLICY), _id(host, message.key, message.digest, to)
    made["From"] = Address(NAME, addr_spec=sender)
    made["To"] = Address(addr_spec=to)
    line = subject(message)
    made["Subject"] = line if line.isascii() else message.id
    made["Date"] = format_datetime(now)
    made["Message-ID"] = name
    made["In-Reply-To"] = made["References"] = _id(host, message.key, "", to)
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made["List-Id"] = f"{NAME} <artifact-monitor.{host}>"
    if unsubscribe:
        made["List-Unsubscribe"] = f"<{unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    parts = shown.fitted(message.parts, ROOM, _size)
    foot = [*([why] if why else []), *([f"Unsubscribe: {unsubscribe}"] if unsubscribe else [])]
    made.set_content(_text(message, parts, foot), cte="quoted-printable")
    made.add_alternative(_html(message, parts, why, unsubscribe), subtype="html", cte="quoted-printable")
    made.set_boundary(f"=_{message.id}")
    content = made.as_bytes(policy=_UNFOLDED)
    if not line.isascii():
        # Python's own folding loses the spaces between two encoded words.
        coded = Header(line, "utf-8", header_name="Subject").encode(linesep="\r\n")
        content = content.replace(f"Subject: {message.id}".encode(), f"Subject: {coded}".encode(), 1)
    return Mail(to, content, name)


def subject(message: Message) -> str:
    """One line of at most 200 characters: how loud, where, what."""
    where = f"{message.repository.full_name}: " if message.repository is not None else ""
    how = message.state.value if message.state is State.RESOLVED else message.severity.word
    how = f"{how}, {message.state.value}" if message.state is State.ACKNOWLEDGED else how
    line = " ".join(title(f"[{how}] {where}{message.title}", SUBJECT).split())
    return line if len(line) <= SUBJECT else f"{line[: SUBJECT - 1]}…"


def _id(host: str, *parts: str) -> str:
    """A Message-ID that is the same whenever the same thing is said to the same person."""
    return f"<{hashlib.sha256(chr(0).join(parts).encode('utf-8', 'backslashreplace')).hexdigest()[:40]}@{host}>"


def _size(piece: str) -> int:
    """About how many bytes of HTML it makes: every item and every piece of code in it carries its style."""
    return len(piece.encode()) + len(_STYLES["li"]) + len(_CODE.findall(piece)) * len(_STYLES["code"])


def _text(message: Message, parts: Sequence[Part], foot: Sequence[str]) -> str:
    found = [f"{shown.badge(message)} {message.title}"]
    if message.change:
        found.append(news(message))
    found.append(marked.plain(message.lead))
    for part in parts:
        lines = (marked.plain(piece) for piece in part.lines)
        found.append(f"{part.heading}\n{'-' * len(part.heading)}\n" + "\n".join(lines))
    about = [f"{words}: {value}" for words, value in (*shown.status(message), *shown.links(message))]
    return "\n\n".join([*found, "\n".join(["-- ", *about, *foot])]) + "\n"


def _html(message: Message, parts: Sequence[Part], why: str, unsubscribe: str) -> str:
    colour = "#16a34a" if shown.badge(message) == "✅" else _COLOURS[message.severity]
    new = f'<p style="{_STYLES["p"]}"><em>{entities(news(message))}</em></p>' if message.change else ""
    sections = "".join(
        f'<h2 style="font-size:15px;margin:22px 0 8px">{entities(part.heading)}</h2>\n'
        + marked.html("\n".join(part.lines), _STYLES)
        for part in parts
    )
    status = " · ".join(f"{entities(words)}: {entities(value)}" for words, value in shown.status(message))
    where = [*shown.links(message), *([("Unsubscribe", unsubscribe)] if unsubscribe else [])]
    links = " · ".join(
        f'<a style="{_STYLES["a"]}" href="{entities(url)}">{entities(words)}</a>' for words, url in where
    )
    told = [message.severity.word.upper(), shown.kind(message).upper()]
    head = " · ".join([*told, *([entities(title(message.repository.full_name))] if message.repository else [])])
    foot = "<br>".join(part for part in (status, links, entities(why)) if part)
    return f"""\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>{entities(message.title)}</title></head>
<body style="margin:0;padding:16px">
<div style="max-width:680px;margin:0 auto;font:15px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<div style="border-left:5px solid {colour};padding:2px 0 2px 14px;margin:0 0 16px">
<div style="font-size:12px;font-weight:bold;letter-spacing:.06em;color:{colour}">{head}</div>
<h1 style="font-size:19px;line-height:1.3;margin:2px 0 0">{entities(message.title)}</h1></div>
{new}{marked.html(message.lead, _STYLES)}{sections}
<div style="border-top:1px solid rgba(127,127,127,.4);margin:24px 0 0;padding:10px 0 0;font-size:12px;opacity:.8">{foot}
</div></div></body></html>
"""
