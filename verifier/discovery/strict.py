"""YAML of our config files, read strictly: whatever is not understood is refused with its line and what to write."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from verifier.discovery.meant import meant

BYTES = 64 * 1024
DEPTH = 8
LENGTH = 512
"""The longest text, in characters."""


class BadConfig(ValueError):
    """The file cannot be used. `line` counts from 1; `sentence` says what is wrong there and what to write instead."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(f"line {line}: {sentence}")
        self.line = line
        self.sentence = sentence


def compose(text: bytes, guide: str = "docs/config.md") -> yaml.Node:
    """The one document as nodes. What could grow (aliases), run (tags) or nest without end is refused before that.

    `guide` is named where the file is empty.
    """
    if len(text) > BYTES:
        raise BadConfig(1, f"the file is larger than the {BYTES} bytes that are read; make it smaller.")
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
        if (error.context or "").startswith("while scanning an a"):  # an alias or anchor without a name
            raise BadConfig(
                mark.line + 1 if mark else 1, 'what begins with * or & needs quotes, like "*-nightly".'
            ) from error
        problem = error.problem or error.context or "it cannot be parsed"
        raise BadConfig(mark.line + 1 if mark else 1, f"this is not YAML: {_cut(problem)}.") from error
    except yaml.reader.ReaderError as error:
        line = decoded.count("\n", 0, error.position) + 1
        raise BadConfig(line, "there is a character here that YAML does not allow; remove it.") from error
    # PyYAML converts numbers in escapes and directives without looking: chr() and int() then raise these.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise BadConfig(1, "this is not YAML.") from error
    if node is None:
        raise BadConfig(1, f"the file is empty; {guide} shows what to write.")
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
            raise BadConfig(line, "anchors and aliases (& and *) are not read here; write it out, or put it in quotes.")
        if getattr(event, "tag", None) is not None:
            raise BadConfig(line, "tags (!) are not read here; leave it out.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH:
                raise BadConfig(line, f"this is nested more than {DEPTH} deep; nothing in this file needs that.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def mapping(node: yaml.Node, known: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
    """Its keys with their nodes; unknown and repeated keys are refused, with the key that was meant."""
    if not isinstance(node, yaml.MappingNode):
        raise BadConfig(line(node), f"{what} must be a list of keys with values: {', '.join(known)}.")
    found: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if key not in known:
            named = shown(key) if key is not None else "a list or mapping"
            raise BadConfig(
                line(key_node),
                f"{named} is not a key of {what}{meant(key or '', known)}; known keys: {', '.join(known)}.",
            )
        if key in found:
            raise BadConfig(line(key_node), f"{key} stands here twice; leave one.")
        found[key] = value
    return found


def items(node: yaml.Node, key: str, most: int) -> list[yaml.Node]:
    """The nodes of a list that is not empty and not too long."""
    if not isinstance(node, yaml.SequenceNode):
        raise BadConfig(line(node), f"{key} must be a list, like {key}: [one, two]")
    if not node.value:
        raise BadConfig(line(node), f"{key} is an empty list; leave {key} out, or name something.")
    if len(node.value) > most:
        raise BadConfig(line(node), f"{key} has {len(node.value)} entries; at most {most} are read.")
    return list(node.value)


def text(node: yaml.Node, what: str) -> str:
    """Text that is not empty and not too long."""
    if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str" or not node.value:
        raise BadConfig(line(node), f"{what} must be text here; put it in quotes if it is.")
    if len(node.value) > LENGTH:
        raise BadConfig(line(node), f"{what} has {len(node.value)} characters; at most {LENGTH} are read.")
    return str(node.value)


def flag(node: yaml.Node, key: str) -> bool:
    """true or false, in these words alone."""
    # YAML 1.1 would take yes, no, on and off as well; the schema, and the next reader, would not.
    if isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("true", "false"):
        return bool(node.value == "true")
    raise BadConfig(line(node), f"{key} is true or false; in quotes it would be text.")


def word(node: yaml.Node, key: str, known: Iterable[str]) -> str:
    """One of a few words. `off` needs no quotes: YAML's other meaning of it is not taken."""
    known = tuple(known)
    if isinstance(node, yaml.ScalarNode) and node.value in known:
        return str(node.value)
    said = f"{shown(node.value)}: " if isinstance(node, yaml.ScalarNode) and isinstance(node.value, str) else ""
    hint = meant(node.value, known) if said else ""
    raise BadConfig(line(node), f"{said}{key} is one of {', '.join(known)}{hint}.")


def line(node: yaml.Node) -> int:
    """The line a node stands on, from 1."""
    return int(node.start_mark.line) + 1


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def shown(text: str) -> str:
    """A stranger's text as a sentence may show it."""
    return ascii(_cut(text)) if not text.isprintable() else f"'{_cut(text)}'"
