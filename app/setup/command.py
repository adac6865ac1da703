"""`artifact-monitor setup`: serves the set-up's pages on this machine until the App is made or somebody stops it.

On this machine only, whatever the monitor itself listens on: with an ephemeral disk, or on a machine without a browser,
run it on your own and copy what it prints into the secret store.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from werkzeug.serving import WSGIRequestHandler, make_server

from app import app_file, data_folder
from app.app_file import AppFile
from app.build import now
from app.settings import BadSetting, Settings
from app.setup import manifest
from app.setup.convert import as_environment
from app.setup.site import SetUp, create

HERE = "127.0.0.1"
_LAST_LOOK = 3.0
"""Seconds that the last page gets to load its style sheet."""

Say = Callable[[str], None]


class _Quiet(WSGIRequestHandler):
    """The code stands in an address, so no address is logged."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


def set_up(settings: Settings, port: int, printing: bool, say: Say) -> None:
    """Serve until it is done. Raises BadSetting where an App is set up already, or could not reach us."""
    refuse(settings)
    manifest.require(settings)
    manifest.load()
    if not printing:
        data_folder.make(settings)
        if not os.access(settings.data_dir, os.W_OK):
            raise BadSetting("DATA_DIR cannot be written, so the credentials could not be kept; mend that, or --print.")
    done = threading.Event()

    def keep(app: AppFile) -> None:
        if printing:
            say(f"\nThe App's credentials, shown once; nothing is kept of them here:\n\n{as_environment(app)}\n")
        else:
            path = app_file.write(settings.data_dir, app)
            say(f"\nThe App's credentials and its BASE_URL are in {path}, readable to this account alone.")
        done.set()

    on_this_machine = replace(settings, host=HERE)
    going_on = SetUp(on_this_machine, "", keep, now)
    server = make_server(HERE, port, create(going_on), threaded=True, request_handler=_Quiet)
    going_on.address = f"http://{HERE}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        say(f"Open this in a browser on this machine:\n\n  {going_on.begin_at}\n\nCtrl-C ends it.")
        done.wait()
        say("Next: start the monitor, then install the App; /setup of the dashboard says whether its webhooks arrive.")
        time.sleep(_LAST_LOOK)
    except KeyboardInterrupt:
        say("Nothing was set up.")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refuse(settings: Settings) -> None:
    """Only while there is no App. Raises BadSetting."""
    if settings.github_app_id or settings.github_client_id:
        raise BadSetting(
            "An App is set up already: GITHUB_APP_ID or GITHUB_CLIENT_ID is set, or DATA_DIR holds an app.json. Unset "
            "them, or move that file away, to make another."
        )
