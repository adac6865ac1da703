"""What we say: one file per channel, listed here by hand. Out-of-band channels come before GitHub's."""

from checks import mail, pagerduty, slack, splunk, syslog, teams, webhook
from checks.channels import CHANNELS
from checks.outside import Outside

OUTSIDE: dict[str, Outside] = {
    channel.KIND: channel for channel in (slack, mail, syslog, splunk, webhook, teams, pagerduty)
}
"""By what `kind` says in a route."""

__all__ = ["CHANNELS", "OUTSIDE"]
