"""`DATA_DIR/app.json`: the GitHub App's credentials and its address here, as the set-up wrote them, readable to the
monitor's account alone.

`app.settings` reads it where the environment does not say otherwise. It is written once and never over another.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from app.variables import BadSetting, address

NAME = "app.json"
_LIMIT = 65_536


@dataclass(frozen=True)
class AppFile:
    """What GitHub told at the App's creation. `api` is where it was made: credentials are sent to no other GitHub."""

    api: str
    id: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    private_key: str = field(repr=False)
    page: str
    """The App's page on GitHub, where it is installed."""
    base_url: str = ""
    """The BASE_URL that the App was made with: its webhooks and logins go there. Empty in older files."""


def read(folder: Path) -> AppFile | None:
    """The file of this data folder; None where there is none. Raises BadSetting, repeating nothing of it."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            raw = file.read(_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise BadSetting(f"DATA_DIR holds an {NAME} that the monitor's account may not read; give it to it.") from error
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetting(f"DATA_DIR holds an {NAME} that others may read; do: chmod 600 {path}")
    try:
        held = json.loads(raw) if len(raw) <= _LIMIT else None
    except (ValueError, RecursionError):
        held = None
    app = _app(held)
    if app is None:
        raise BadSetting(
            f"DATA_DIR holds an {NAME} that is not what the set-up wrote; move it away, and set the App's values in "
            "the environment or set it up again."
        )
    return app


def _app(held: object) -> AppFile | None:
    """What a file holds; None where the set-up wrote no such thing."""
    if not isinstance(held, dict):
        return None
    found = {each.name: held.get(each.name, each.default) for each in fields(AppFile)}
    if not all(isinstance(text, str) and (text or name == "base_url") for name, text in found.items()):
        return None
    try:
        return AppFile(**{**found, "base_url": found["base_url"] and address("BASE_URL", found["base_url"])})
    except BadSetting:
        return None


def write(folder: Path, app: AppFile) -> Path:
    """Write it, with mode 0600, all of it or nothing. Raises FileExistsError rather than write over another."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    partial = folder / f".{NAME}.{os.getpid()}"
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(app), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)  # unlike a rename, this fails where the name is taken
    finally:
        partial.unlink(missing_ok=True)
    return path
