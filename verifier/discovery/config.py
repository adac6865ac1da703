"""`.github/artifact-monitor.yml`: what a repository says it publishes, and from where. Strict: what is not understood
is refused, with its line, so that a slip of the keyboard never widens or narrows what is watched.

The format is described in `docs/config.md` and, for editors, in `schema.json` beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

import yaml

from verifier import purls
from verifier.model import Artifact, Publisher, Repository
from verifier.model.github import EVENTS

BYTES = 64 * 1024
DEPTH = 8
ARTIFACTS = 1000
ENTRIES = 100
"""The most workflows, refs or events of one list."""
LENGTH = 512
"""The longest text, in characters."""

TYPES = ("npm", "pypi")
"""The purl types whose registries we can read; any other would be watched by nobody."""

TRIGGERS = (
    *EVENTS,
    *("branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment", "deployment_status"),
    *("discussion", "discussion_comment", "fork", "gollum", "issue_comment", "issues", "label", "merge_group"),
    *("milestone", "page_build", "public", "pull_request", "pull_request_review", "pull_request_review_comment"),
    *("pull_request_target", "registry_package", "repository_dispatch", "status", "watch", "workflow_call"),
    "workflow_run",
)
"""The events that start a workflow. Source: docs.github.com, "Events that trigger workflows"."""

_RULES = ("workflows", "refs", "events", "manual")
_TOP = ("version", "artifacts", *_RULES)
_ARTIFACT = ("purl", *_RULES)
_WORKFLOWS = ".github/workflows/"
_FILE = re.compile(r"[^/\\\x00-\x1f\x7f]+\.ya?ml")

T = TypeVar("T")


class BadConfig(ValueError):
    """The file cannot be used. `line` counts from 1; `sentence` says what is wrong there and what to write instead."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True)
class _Rules:
    """What holds for one artifact, or for all that do not say otherwise. None: not said."""

    workflows: tuple[str, ...] | None = None
    refs: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    manual: bool | None = None

    def over(self, defaults: _Rules) -> _Rules:
        def first(own: T | None, default: T | None) -> T | None:
            return default if own is None else own

        return _Rules(
            first(self.workflows, defaults.workflows),
            first(self.refs, defaults.refs),
            first(self.events, defaults.events),
            first(self.manual, defaults.manual),
        )


def read(text: bytes, repository: Repository) -> tuple[Publisher, ...]:
    """The publishers that the file names, for this repository, in its order. Raises BadConfig and nothing else."""
    top = _mapping(_compose(text), _TOP, "the file")
    _version(top)
    defaults = _rules(top)
    entries = top.get("artifacts")
    if entries is None:
        raise BadConfig(1, "artifacts is missing; list at least one: artifacts: [{purl: pkg:npm/name, workflows: […]}]")
    publishers: list[Publisher] = []
    for node in _items(entries, "artifacts", ARTIFACTS):
        publisher = _publisher(node, defaults, repository)
        if publisher in publishers:
            raise BadConfig(_line(node), f"{publisher.artifact.purl} stands here twice with the same rules; leave one.")
        publishers.append(publisher)
    return tuple(publishers)


def _publisher(node: yaml.Node, defaults: _Rules, repository: Repository) -> Publisher:
    entry = _mapping(node, _ARTIFACT, "an artifact")
    if "purl" not in entry:
        raise BadConfig(_line(node), "an artifact needs its purl, like purl: pkg:npm/%40scope/name")
    artifact = _artifact(entry["purl"])
    rules = _rules(entry).over(defaults)
    if not rules.workflows and not rules.manual:
        raise BadConfig(
            _line(node),
            f"no workflow publishes {artifact.purl}; name it under workflows, or write manual: true "
            "if people publish it by hand.",
        )
    return Publisher(
        artifact,
        repository.id,
        repository.owner_id,
        rules.workflows or (),
        rules.refs or (),
        EVENTS if rules.events is None else rules.events,
        rules.manual,
    )


def _version(top: dict[str, yaml.Node]) -> None:
    node = top.get("version")
    if node is None:
        raise BadConfig(1, "version is missing; write version: 1")
    if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:int" or node.value != "1":
        raise BadConfig(_line(node), "this monitor reads version 1 of the format; write version: 1")


def _rules(entry: dict[str, yaml.Node]) -> _Rules:
    def texts(key: str, one: Callable[[yaml.Node], str]) -> tuple[str, ...] | None:
        if key not in entry:
            return None
        return tuple(dict.fromkeys(one(node) for node in _items(entry[key], key, ENTRIES)))

    manual = _flag(entry["manual"]) if "manual" in entry else None
    return _Rules(texts("workflows", _workflow), texts("refs", _ref), texts("events", _event), manual)


def _artifact(node: yaml.Node) -> Artifact:
    text = _text(node, "purl")
    try:
        artifact = purls.artifact(text)
    except ValueError as error:
        raise BadConfig(_line(node), f"{error}.") from error
    if artifact.type not in TYPES:
        hint = _meant(artifact.type, TYPES)
        raise BadConfig(
            _line(node), f"{_shown(artifact.type)} is not a type we can watch{hint}; we can: {', '.join(TYPES)}."
        )
    return artifact


def _workflow(node: yaml.Node) -> str:
    text = _text(node, "a workflow")
    name = text.removeprefix(_WORKFLOWS)
    if not _FILE.fullmatch(name):
        raise BadConfig(
            _line(node), f"{_shown(text)} is not a workflow file; write its path, like {_WORKFLOWS}publish.yml"
        )
    return _WORKFLOWS + name


def _ref(node: yaml.Node) -> str:
    text = _text(node, "a ref")
    if not text.startswith("refs/") or text == "refs/" or re.search(r"[\x00-\x20\x7f]", text):
        raise BadConfig(_line(node), f"{_shown(text)} is not a full ref; write it like refs/heads/main or refs/tags/v*")
    return text


def _event(node: yaml.Node) -> str:
    text = _text(node, "an event")
    if text not in TRIGGERS:
        raise BadConfig(_line(node), f"{_shown(text)} is not an event that starts a workflow{_meant(text, TRIGGERS)}.")
    return text


def _flag(node: yaml.Node) -> bool:
    # YAML 1.1 would take yes, no, on and off as well; the schema, and the next reader, would not.
    if isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("true", "false"):
        return bool(node.value == "true")
    raise BadConfig(_line(node), "manual is true or false.")


def _compose(text: bytes) -> yaml.Node:
    """The one document as nodes. What could grow (aliases), run (tags) or nest without end is refused before that."""
    if len(text) > BYTES:
        raise BadConfig(1, f"the file has {len(text)} bytes; at most {BYTES} are read.")
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise BadConfig(line, "the file is not UTF-8; save it as UTF-8.") from error
    try:
        _check_events(yaml.parse(decoded, Loader=yaml.SafeLoader))
        node = yaml.compose(decoded, Loader=yaml.SafeLoader)
    except BadConfig:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "it cannot be parsed"
        raise BadConfig(mark.line + 1 if mark else 1, f"this is not YAML: {_cut(problem)}.") from error
    except yaml.reader.ReaderError as error:
        line = decoded.count("\n", 0, error.position) + 1
        raise BadConfig(line, "there is a character here that YAML does not allow; remove it.") from error
    # PyYAML converts numbers in escapes and directives without looking: chr() and int() then raise these.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise BadConfig(1, "this is not YAML.") from error
    if node is None:
        raise BadConfig(1, "the file is empty; docs/config.md shows what to write.")
    return node


def _check_events(events: Iterable[yaml.Event]) -> None:
    depth = documents = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise BadConfig(line, "there is a second document here; keep everything in one.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise BadConfig(line, "anchors and aliases (& and *) are not read here; write it out.")
        if getattr(event, "tag", None) is not None:
            raise BadConfig(line, "tags (!) are not read here; leave it out.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH:
                raise BadConfig(line, f"this is nested more than {DEPTH} deep; nothing in this file needs that.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _mapping(node: yaml.Node, known: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise BadConfig(_line(node), f"{what} must be a list of keys with values: {', '.join(known)}.")
    found: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if key not in known:
            shown = _shown(key) if key is not None else "a list or mapping"
            raise BadConfig(
                _line(key_node),
                f"{shown} is not a key of {what}{_meant(key or '', known)}; known keys: {', '.join(known)}.",
            )
        if key in found:
            raise BadConfig(_line(key_node), f"{key} stands here twice; leave one.")
        found[key] = value
    return found


def _items(node: yaml.Node, key: str, most: int) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise BadConfig(_line(node), f"{key} must be a list, like {key}: [one, two]")
    if not node.value:
        raise BadConfig(_line(node), f"{key} is an empty list; leave {key} out, or name something.")
    if len(node.value) > most:
        raise BadConfig(_line(node), f"{key} has {len(node.value)} entries; at most {most} are read.")
    return list(node.value)


def _text(node: yaml.Node, what: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str" or not node.value:
        raise BadConfig(_line(node), f"{what} must be text here; put it in quotes if it is.")
    if len(node.value) > LENGTH:
        raise BadConfig(_line(node), f"{what} has {len(node.value)} characters; at most {LENGTH} are read.")
    return str(node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _shown(text: str) -> str:
    return ascii(_cut(text)) if not text.isprintable() else f"'{_cut(text)}'"


def _meant(text: str, known: Iterable[str]) -> str:
    close = get_close_matches(text[:40].lower(), known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
