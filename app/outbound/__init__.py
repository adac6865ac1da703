"""Sending what a channel rendered: one file per transport, and what they share about failing.

Only places that the operator named are dialled (the routes file, `SMTP_URL`), so they may be private. Nothing here
raises anything but Temporary and Permanent, and no sentence names an address, a host or a secret: what is said here
stands on the health page, which everybody may read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from app.outbound.way import Outbound, Sent, nowhere

if TYPE_CHECKING:
    from app.outbound.line import Line
    from app.settings import Settings
    from checks.outside import Sending


@dataclass(frozen=True)
class _OnFirstUse:
    real: Callable[[], Outbound]

    def send(self, sending: Sending, ref: str = "") -> Sent:
        return self.real().send(sending, ref)

    def reach(self, sending: Sending) -> None:
        self.real().reach(sending)


def make_outbound(settings: Settings, line: Line | None = None) -> Outbound:
    """The way out for these settings, made on first use: a web process sends only when somebody tests a route, and
    the transports are a tenth of it. `line` is for tests."""

    @cache
    def real() -> Outbound:
        from app.outbound.send import made

        return made(settings, line)

    return _OnFirstUse(real)


__all__ = ["Outbound", "Sent", "make_outbound", "nowhere"]
