"""What we say: one file per channel, listed here by hand. Out-of-band channels come before GitHub's."""

from checks import advisory, check_run, issue, mail, pagerduty, slack, splunk, syslog, teams, webhook
from checks.base import Channel
from checks.outside import Outside

OUTSIDE: dict[str, Outside] = {
    channel.KIND: channel for channel in (slack, mail, syslog, splunk, webhook, teams, pagerduty)
}
"""By what `kind` says in a route."""
CHANNELS: tuple[Channel, ...] = (check_run, issue, advisory)
