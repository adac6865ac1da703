"""What we say: one file per channel, listed here by hand. Out-of-band channels come before GitHub's."""

from checks import advisory, check_run, issue
from checks.base import Channel
from checks.outside import Outside

OUTSIDE: tuple[Outside, ...] = ()
CHANNELS: tuple[Channel, ...] = (check_run, issue, advisory)
