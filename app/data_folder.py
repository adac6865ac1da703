"""The data folder, made by those who begin something in it: `run`, `migrate` and `setup`. Others find it or say so."""

from __future__ import annotations

from app.settings import Settings
from app.variables import BadSetting


def make(settings: Settings) -> None:
    """Make it where it is not there yet, for the monitor's account alone. Raises BadSetting, which names DATA_DIR."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(
            f"DATA_DIR is {settings.data_dir}, and that folder cannot be made ({error.strerror}); set it to one that "
            "the monitor's account may write to."
        ) from error
