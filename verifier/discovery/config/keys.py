"""Mappings of the config file. A secret that is about to be published is answered with more than "unknown key"."""

from __future__ import annotations

import re

import yaml

from verifier.discovery import strict
from verifier.discovery.strict import BadConfig, line, shown

_SECRET = re.compile(
    r"pass(?:word|phrase)?|.*tokens?|.*credentials?|.*secrets?|log_?in|user(?:_?name)?|.*auth|.*_keys?"
)


def mapping(node: yaml.Node, known: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
    """Its keys with their nodes. Raises BadConfig for keys that are not known, repeated, or a secret's."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and key.value in known:
            continue
        if (secret := _secret(key, value)) is not None:
            raise BadConfig(
                line(secret),
                f"{shown(secret.value)}: credentials never stand in this file, which everybody with the repository "
                "reads. They belong into the settings of the monitor's server (docs/install.md). "
                "Revoke what stood here.",
            )
    return strict.mapping(node, known, what)


def _secret(key: yaml.Node, value: yaml.Node) -> yaml.ScalarNode | None:
    """The key of a secret: this one, or one somewhere within its value."""
    if isinstance(key, yaml.ScalarNode) and _SECRET.fullmatch(key.value.lower()[:40]):
        return key
    return _secret_in(value)


def _secret_in(node: yaml.Node) -> yaml.ScalarNode | None:
    if isinstance(node, yaml.MappingNode):
        found = (_secret(key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        found = (_secret_in(one) for one in node.value)
    else:
        return None
    return next((key for key in found if key is not None), None)
