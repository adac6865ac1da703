"""Whether the web process could listen where the settings say, asked before any process is started."""

from __future__ import annotations

import errno
import socket

from app.settings import BadSetting, Settings


def require_free(settings: Settings) -> None:
    """Refuse to start where gunicorn could not listen: it would try for a minute, and name no setting.

    The port is let go at once. One that somebody takes later is tried again, as ever. Raises BadSetting.
    """
    host, port = settings.host, settings.port
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
            door.bind((host, port))
    except OSError as error:
        raise BadSetting(_why(error, where)) from error


def _why(error: OSError, where: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken: another program listens there, perhaps another Artifact Monitor. End that, or set PORT "
            "to a port that is free."
        )
    if error.errno == errno.EACCES:
        return f"{where} may not be listened at by this account; set PORT to 1024 or more."
    return f"{where} is no address of this machine ({error.strerror}); correct HOST, or PORT."
