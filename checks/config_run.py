"""The check run about the config file: red on the commit that broke it, with the line; green where it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from checks.base import Post
from checks.document import document
from checks.escape import SENTENCE, markdown, plain
from checks.plan import digest
from verifier.model import CONFIG_PATH, Repository

NAME = "config"
TITLE = "Artifact Monitor config"
LIMIT = 60_000


@dataclass(frozen=True)
class Refused:
    """What cannot be read there, by its line, and what to write instead."""

    line: int
    sentence: str


def marker(repository_id: int) -> str:
    """What its `external_id` is."""
    return f"config/{repository_id}"


def render(repository: Repository, refused: Refused | None) -> Post:
    """The check run: a failure with an annotation at the line, or success. `open` while it is a failure."""
    output = _good() if refused is None else _bad(refused)
    body: dict[str, Any] = {
        "name": TITLE,
        "external_id": marker(repository.id),
        "status": "completed",
        "conclusion": "success" if refused is None else "failure",
        "output": output,
    }
    return Post(body["external_id"], digest(body), body, open=refused is not None)


def _good() -> dict[str, Any]:
    return {
        "title": "The configuration can be read",
        "summary": f"`{CONFIG_PATH}` counts again. What it tightens acts at once; what it loosens acts 24 hours after "
        "it could be read again, and until then nothing more is allowed than before.",
    }


def _bad(refused: Refused) -> dict[str, Any]:
    summary = [
        f"**Line {refused.line}:** {markdown(refused.sentence)}",
        "What was in force before stays in force until the file can be read again. "
        f"`artifact-monitor config check {CONFIG_PATH}` tells the same before it is pushed; "
        "`docs/config.md` of Artifact Monitor describes every key.",
    ]
    return {
        "title": f"{CONFIG_PATH} cannot be read: line {refused.line}",
        "summary": document(summary, ("", []), [], LIMIT),
        "annotations": [
            {
                "path": CONFIG_PATH,
                "start_line": refused.line,
                "end_line": refused.line,
                "annotation_level": "failure",
                "title": "This cannot be read",
                "message": plain(refused.sentence, SENTENCE),
            }
        ],
    }
