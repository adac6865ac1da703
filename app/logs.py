"""Structured logs, one event a line on standard error; secrets never reach them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.settings import Settings

HIDDEN = "[hidden]"

_SECRET_KEY = re.compile(
    r"secret|token|passw|private_?key|authorization|cookie|signature|credential|\bjwt\b|\bpem\b", re.I
)
_LOGIN_IN_URL = re.compile(r"(?<=://)[^/\s@]+@")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_DEPTH = 6


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's logs one way: `console` for people, `json` for machines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: Processor = structlog.processors.JSONRenderer()
    if settings.log_format == "console":
        plain = structlog.dev.plain_traceback
        last = structlog.dev.ConsoleRenderer(colors=(stream or sys.stderr).isatty(), exception_formatter=plain)
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[strip, redact, last])
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns of a malformed answer with the whole address, and a webhook's address is its secret.
    for telling in ("urllib3", "slack_sdk"):
        logging.getLogger(telling).setLevel(logging.ERROR)


def without_locals() -> None:
    """Where nobody configured logs yet: tracebacks without the values of variables, which hold secrets.

    structlog's own default shows them.
    """
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The event with every value under a secret's name, key in PEM and login in an address replaced by `HIDDEN`."""
    return {key: _clean(key, value, _DEPTH) for key, value in event.items()}


def _clean(key: str, value: Any, depth: int) -> Any:
    if _SECRET_KEY.search(key) and value:
        return HIDDEN
    if isinstance(value, str):
        return _PEM.sub(HIDDEN, _LOGIN_IN_URL.sub(f"{HIDDEN}@", value))
    if isinstance(value, Mapping):
        return {k: _clean(str(k), v, depth - 1) for k, v in value.items()} if depth else HIDDEN
    if isinstance(value, list | tuple):
        return [_clean("", item, depth - 1) for item in value] if depth else HIDDEN
    return value
