"""Structured logs, one event a line on standard error; secrets never reach them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog
from structlog.typing import Processor

from app.logs.outage import without_traceback
from app.logs.redaction import Redaction, secrets_of
from app.settings import Settings


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's logs one way: `console` for people, `json` for machines."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_traceback,
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
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[strip, Redaction(secrets_of(settings)), last]
    )
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


def adopt(name: str) -> None:
    """Lines of a logger that keeps handlers of its own look like all others, on the stream that it writes to."""
    ours = next(iter(logging.getLogger().handlers))
    for handler in logging.getLogger(name).handlers:
        handler.setFormatter(ours.formatter)


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
            without_traceback,
            structlog.processors.format_exc_info,
            Redaction(),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


@contextmanager
def quiet() -> Iterator[None]:
    """Where what goes wrong is part of a result: nothing of it is mixed with that on the terminal meanwhile."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
