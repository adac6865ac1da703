"""gunicorn's settings for the web process; `artifact-monitor run` starts it with them too.

Two synchronous workers take more webhooks than GitHub sends. They serve one connection at a time, so put a proxy that
buffers requests in front of it wherever strangers can connect slowly.
Source: gunicorn 27 settings, docs.gunicorn.org/en/stable/settings.html
"""

import os
from pathlib import Path

from app.settings import read

_settings = read(os.environ)
_memory = Path("/dev/shm")  # noqa: S108  # for an unnamed file that gunicorn opens exclusively

wsgi_app = "app.wsgi:application()"
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.web_workers
worker_class = "sync"
# Each worker opens its own database connections: none may be shared over a fork.
preload_app = False
# GitHub gives up on a webhook after 10 s; a worker that is silent for longer than this is replaced.
timeout = 30
graceful_timeout = 15
# The heartbeat file must not wait for a disk.
worker_tmp_dir = str(_memory) if os.access(_memory, os.W_OK) else None
# A way to control the process that nobody here uses.
control_socket_disable = True
# The body's size is bounded by the app, which answers in words; these bound what comes before it.
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
# One line a request says nothing that the ledger does not; failures are logged by the app.
accesslog = None
loglevel = "warning"
