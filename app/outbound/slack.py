"""Slack's Web API by its own client, over our guarded connection."""

from __future__ import annotations

import logging
from typing import Any
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from app.network import dial
from app.outbound.http import judge, post
from app.outbound.line import Line
from checks.base import Gone, Permanent, Temporary
from checks.outside import SlackCall

_SILENT = logging.getLogger("slack_sdk.silent")
_SILENT.disabled = True  # what it logs holds tokens and whole messages

_PASSING = {
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
    "message_limit_exceeded",
    "update_failed",
}
"""The codes of `error` after which the same call may work later. Source: the errors listed for chat.postMessage."""

_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}
"""The message that was to be changed cannot be: it is said anew."""
_TO_DO = {
    "channel_not_found": "the channel is not known to this token; invite the app to it and write its id (C…)",
    "not_in_channel": "the app is not in the channel; invite it with /invite",
    "is_archived": "the channel is archived",
    "invalid_auth": "the token is not accepted; write a new one",
    "token_revoked": "the token was revoked; write a new one",
    "token_expired": "the token has expired; write a new one",
    "account_inactive": "the token belongs to a removed account or app; write a new one",
    "missing_scope": "the token lacks the scope chat:write",
    "msg_too_long": "the message is too long for Slack",
    "invalid_blocks": "Slack does not take the message's blocks",
}


class _Guarded(WebClient):
    """Slack's client with our way out in place of urllib's: one place, one deadline, no proxy, no retry of its own."""

    def __init__(self, line: Line, token: str, base_url: str, deadline: dial.Deadline) -> None:
        super().__init__(token, base_url=base_url, retry_handlers=[], logger=_SILENT)
        self._line, self._deadline = line, deadline

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        body = req.data if isinstance(req.data, bytes) else b""
        answer = post(self._line, url, dict(req.header_items()), body, self._deadline)
        if not 200 <= answer.status < 300:
            judge(answer)
        return {
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body.decode("utf-8", "replace"),
        }


def call(line: Line, base_url: str, made: SlackCall, deadline: dial.Deadline) -> str:
    """One call of a method; returns the message there as `CHANNEL/TS`, '' where the answer names none.

    Raises Temporary and Permanent; Gone where the message that was to be changed is not there any more.
    """
    client = _Guarded(line, made.token, base_url, deadline)
    try:
        answer = client.api_call(made.method, json=dict(made.arguments))
        channel, ts = answer.get("channel"), answer.get("ts")
    except SlackApiError as error:
        data = error.response.data
        raise _refusal(str(data.get("error", "")) if isinstance(data, dict) else "") from None
    # The client reads answers without looking: a list where an object should be raises whatever it meets first.
    except (SlackClientError, TypeError, ValueError, AttributeError) as error:
        raise Temporary("It answered something that is not Slack's.") from error
    return f"{channel}/{ts}" if isinstance(channel, str) and isinstance(ts, str) else ""


def _refusal(code: str) -> Temporary | Permanent:
    word = code if code.isascii() and code.replace("_", "").isalnum() and len(code) <= 60 else "an unknown error"
    if word in _PASSING:
        return Temporary(f"Slack says {word}.")
    if word in _GONE:
        return Gone(f"Slack says {word}: somebody deleted what we said.")
    return Permanent(f"Slack says {word}: {_TO_DO[word]}." if word in _TO_DO else f"Slack says {word}.")
