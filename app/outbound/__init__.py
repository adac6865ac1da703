"""Sending what a channel rendered: one file per transport, and what they share about failing.

Only places that the operator named are dialled (the routes file, `SMTP_URL`), so they may be private. Nothing here
raises anything but Temporary and Permanent, and no sentence names an address, a host or a secret: what is said here
stands on the health page, which everybody may read.
"""

from app.outbound.send import Outbound, Sent, make_outbound, nowhere

__all__ = ["Outbound", "Sent", "make_outbound", "nowhere"]
