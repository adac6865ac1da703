"""What everybody knows of the way out: how it is called, and what stands in for it where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from checks.base import Permanent
from checks.outside import Sending


@dataclass(frozen=True)
class Sent:
    """What is known there now: the id by which it can be changed or answered to, and its address; '' for neither."""

    ref: str = ""
    url: str = ""


class Outbound(Protocol):
    """The way out. Raises Temporary and Permanent, nothing else."""

    def send(self, sending: Sending, ref: str = "") -> Sent:
        """Send once. `ref` is what the sendings of the same message before it gave."""

    def reach(self, sending: Sending) -> None:
        """As far as can be gone without sending: connect, prove the certificate, log in at the mail server."""


class _Nowhere:
    def send(self, sending: Sending, ref: str = "") -> Sent:
        raise Permanent("Nothing is set up here to send anything.")

    def reach(self, sending: Sending) -> None:
        raise Permanent("Nothing is set up here to send anything.")


nowhere: Outbound = _Nowhere()
"""Where no way out was given."""
