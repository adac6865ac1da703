"""What somebody who subscribed is sent besides messages, and what each of their mails carries. Pure.

Source: RFC 8058 (one click ends it), RFC 2369 (List-Unsubscribe), RFC 3834 (Auto-Submitted).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from checks.escape import plain
from checks.mail import POLICY
from checks.message import Message, Part
from checks.messages import COMMANDS, NOW, SILENCE, YOURS, sealed
from checks.outside import Mail
from verifier.model import Filter

ONE_CLICK = "List-Unsubscribe=One-Click"
"""The body that a mail program posts."""

WORDS = {
    "non_compliant": "versions that are non-compliant",
    "suspect": "versions that are suspect",
    "anomaly": "versions of a valid run that are odd",
    "notice": "changes of configuration and publish workflows, and tampering",
}
"""What can be heard, in the order in which it is offered."""

_CONFIRM = """\
Somebody, probably you, asked for alerts of the Artifact Monitor to be sent to
this address. See what was asked for, and confirm or refuse it, within a day:

{page}

If it was not you, do nothing: nothing more is sent, and the address is
forgotten after a day.
"""
WHY = (
    "You get this because this address subscribed to alerts of the Artifact Monitor. The link to unsubscribe shows "
    "what it hears, and ends it. Whoever has this mail can do so."
)
"""Stands at the end of each mail to a subscriber."""
_STRANGERS = (
    "1. **Do not install or update to these versions** until the maintainers have said what happened.",
    "2. Where one is installed already, treat that machine, and every secret it could read, as known to others.",
    "3. Say nothing as certain in public: this is what registries and workflow runs show, and not yet who did it.",
)


def confirmation(to: str, sender: str, page: str, end: str, name: str, now: datetime) -> Mail:
    """The mail that asks whether somebody wants it. No text of whoever filled in the form is in it.

    `page` shows what was asked, `end` is where one click refuses it; `name` makes the Message-ID.
    """
    message_id = f"<confirm.{name}@{sender.rpartition('@')[2].rstrip('>')}>"
    message = EmailMessage(policy=POLICY)
    message["From"], message["To"] = sender, to
    message["Subject"] = "Confirm your subscription to alerts of the Artifact Monitor"
    message["Date"], message["Message-ID"] = format_datetime(now), message_id
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{end}>"
    message["List-Unsubscribe-Post"] = ONE_CLICK
    message.set_content(_CONFIRM.format(page=page), cte="quoted-printable")
    return Mail(to, message.as_bytes(), message_id)


def for_strangers(message: Message) -> Message:
    """The message for people who use what it is about: their steps in place of the maintainers'."""
    parts = [
        Part(NOW, _STRANGERS) if part.heading == NOW else part
        for part in message.parts
        if part.heading not in (YOURS, SILENCE, COMMANDS)
    ]
    return sealed(replace(message, parts=tuple(parts), url=""))


def described(wanted: Filter, weekly: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a subscription hears, as a heading and its words each; plain text, harmless on one line."""
    rows = (
        ("Organisations", wanted.organisations),
        ("Repositories", wanted.repositories),
        ("Artifacts", wanted.artifacts),
    )
    named = [(heading, tuple(plain(name, 200) for name in names) or ("all",)) for heading, names in rows]
    outcomes = tuple(words for name, words in WORDS.items() if not wanted.outcomes or name in wanted.outcomes)
    pace = ("a summary once a week" if weekly else "at once",)
    return (*named, ("What", outcomes), ("When", pace))
