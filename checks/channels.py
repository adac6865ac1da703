"""GitHub's channels, listed by hand, and what each is called where people read of it."""

from checks import advisory, check_run, issue
from checks.base import Channel

CHANNELS: tuple[Channel, ...] = (check_run, issue, advisory)
TITLES = {channel.NAME: channel.TITLE for channel in CHANNELS}
"""By the channel's name."""
