"""The lines of `.github/artifact-monitor.yml` that answer the questions of discovery."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from verifier.discovery.config import TYPES
from verifier.model import Artifact, Proposal

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./%~:@+-]*")


def config(proposals: Sequence[Proposal]) -> str:
    """The whole file for these proposals, as one would write it where there is none; '' where none can be settled.

    Without a workflow it is published by hand. Workflows that are the same for all stand once, at the top.
    """
    able = [proposal for proposal in proposals if Artifact(proposal.purl).type in TYPES]
    if not able:
        return ""
    shared = {proposal.workflows for proposal in able}
    top = _workflows(able[0].workflows) + "\n" if len(able) > 1 and len(shared) == 1 and able[0].workflows else ""
    return f"version: 1\n{top}artifacts:\n{''.join(_entry(proposal, bool(top)) for proposal in able)}"


def _entry(proposal: Proposal, shared: bool) -> str:
    who = "" if shared else f"    {_workflows(proposal.workflows) if proposal.workflows else 'manual: true'}\n"
    return f"  - purl: {_scalar(proposal.purl)}\n{who}"


def _workflows(paths: Sequence[str]) -> str:
    return f"workflows: [{', '.join(_scalar(path.rsplit('/', 1)[-1]) for path in paths)}]"


def _scalar(text: str) -> str:
    """The text as a YAML scalar that means exactly it. Colons are plain only where no space follows them."""
    return text if _PLAIN.fullmatch(text) and not text.endswith(":") else json.dumps(text, ensure_ascii=False)
