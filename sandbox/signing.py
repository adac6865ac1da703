"""A webhook on the wire, as GitHub signs it. Source: docs.github.com, "Validating webhook deliveries"."""

from __future__ import annotations

import hashlib
import hmac
import json

from sandbox.state import Webhook


def signed(webhook: Webhook, secret: str) -> tuple[dict[str, str], bytes]:
    """(headers, body) of one delivery."""
    body = json.dumps(webhook.payload).encode()
    return {
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
        "X-GitHub-Event": webhook.event,
        "X-GitHub-Delivery": webhook.id,
        "Content-Type": "application/json",
    }, body
