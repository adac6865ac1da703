"""structlog without rich, which it takes along wherever it is installed, and with it pygments and attrs.

They are there for tracebacks in colour that show the values of variables. Ours never do (`app.logs.events`), and every
process would be 4 MB larger. structlog does without where rich cannot be imported; who imports it later gets it as
always.
"""

from __future__ import annotations

import sys
from typing import Any, cast

_ABSENT = object()
_modules = cast(dict[str, Any], sys.modules)  # None under a name: it cannot be imported. docs: the import system, 5.3.1

_held = _modules.get("rich", _ABSENT)
_modules["rich"] = None
try:
    import structlog
finally:
    del _modules["rich"]
    if _held is not _ABSENT:
        _modules["rich"] = _held

__all__ = ["structlog"]
