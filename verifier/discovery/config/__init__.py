"""`.github/artifact-monitor.yml`: what a repository says it publishes, and from where. Strict: what is not understood
is refused, with its line, so that a slip of the keyboard never widens or narrows what is watched.

The format is described in `docs/config.md` and, for editors, in `schema.json` of the folder above. One file per part
of it, each with the keys that it knows and a `read`: `rules`, `artifacts`, `conduct`, `waivers`.
"""

from verifier.discovery.config.file import NOTHING, Config, File, apply, granted, parse, read, read_organisation
from verifier.discovery.config.values import ENTRIES, TRIGGERS, TYPES, unfit

__all__ = [
    "ENTRIES",
    "NOTHING",
    "TRIGGERS",
    "TYPES",
    "Config",
    "File",
    "apply",
    "granted",
    "parse",
    "read",
    "read_organisation",
    "unfit",
]
