"""gunicorn's settings for the web process; `artifact-monitor run` starts it with them too.

gunicorn keeps the processes; in each `app.web.server` serves with uvicorn. Slow clients cost no more than a connection,
within the bounds of `app.web.server` and `app.web.bodies`.
Source: gunicorn 27 settings, docs.gunicorn.org/en/stable/settings.html
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from app.logs import events as logs
from app.processes.start import require_migrated, require_settings
from app.settings import BadSetting, read, require_ledger
from verifier.ledger import open_ledger


@contextlib.contextmanager
def _one_line() -> Iterator[None]:
    """What an operator can mend is one line and exit code 2, as of the commands; said once, not by each process."""
    try:
        yield
    except (BadSetting, ValueError, OSError) as error:
        sys.stderr.write(f"Error: {' '.join(str(error).split())}\n")
        sys.exit(2)


with _one_line():
    _settings = read(os.environ)
    require_settings(_settings, os.environ)
_memory = Path("/dev/shm")  # noqa: S108  # for an unnamed file that gunicorn opens exclusively

wsgi_app = "app.web.asgi:application()"
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.web_workers
worker_class = "app.web.server.Worker"
# Seconds that an idle connection is kept for its next request.
keepalive = 5
# Each worker opens its own database connections: none may be shared over a fork.
preload_app = False
# GitHub gives up on a webhook after 10 s; a worker that is silent for longer than this is replaced.
timeout = 30
graceful_timeout = 15
# The heartbeat file must not wait for a disk.
worker_tmp_dir = str(_memory) if os.access(_memory, os.W_OK) else None
# A way to control the process that nobody here uses.
control_socket_disable = True
# One line a request says nothing that the ledger does not; failures are logged by the app.
accesslog = None
loglevel = "warning"


def on_starting(server: object) -> None:
    """Before any process is made: a database of another form, or none, is refused once, and not by each of them."""
    logs.configure(_settings)
    logs.adopt("gunicorn.error")  # uvicorn's lines go by the same handlers
    with _one_line():
        require_ledger(_settings)
        ledger = open_ledger(_settings.database)
        try:
            require_migrated(_settings, ledger)
        finally:
            ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
