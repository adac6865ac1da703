"""A Makefile's recipes: what a target runs, its prerequisites' recipes first. Bounded, never raises.

Source: the GNU make manual, "Rules" and "How to Use Variables". Only plain variables are filled in; conditions,
includes and functions are not read.
"""

from __future__ import annotations

import re

from verifier.discovery.shell import HOLE

LENGTH = 256 * 1024
"""The most characters of one Makefile that are read."""
TARGETS = 50
"""The most targets that one target leads to."""
VARIABLES = 500
WIDTH = 1_000
"""The most characters of one line, with its variables filled in."""
NESTED = 3
"""How many variables deep a variable is filled in."""

_RULE = re.compile(r"([^\s:=#][^:=#]{0,300})::?(?!=)([^=#;]{0,1000})(?:;(.*))?")
_VARIABLE = re.compile(r"(?:export[ \t]+)?([A-Za-z_][\w.-]{0,60})[ \t]*(?::{1,3}|\?|\+)?=[ \t]*(.{0,1000})")
_REFERENCE = re.compile(r"\$(?:\$|\(([^()$]{1,60})\)|\{([^{}$]{1,60})\}|[@<^*?+%])")
_LEFT = re.compile(r"\$[({][\w.-]{1,60}[)}]")
_DOLLAR = "\ue001"
"""Stands for `$$` until everything is filled in."""


def recipe(makefile: str, target: str) -> str | None:
    """The shell lines of a target ('' for the first one) and of what it needs; None when it is not there."""
    variables, rules, first = _read(makefile[:LENGTH])
    wanted, done, lines = [target or first], set[str](), list[str]()
    while wanted and len(done) < TARGETS:
        name = wanted.pop(0)
        if name in done or name not in rules:
            continue
        done.add(name)
        needs, own = rules[name]
        wanted += needs[:TARGETS]
        lines += own
    for _ in range(NESTED):
        variables = {name: _filled(value, variables) for name, value in variables.items()}
    text = "\n".join(_filled(line, variables) for line in lines)
    return _LEFT.sub(HOLE, text).replace(_DOLLAR, "$") if done else None


def _read(text: str) -> tuple[dict[str, str], dict[str, tuple[list[str], list[str]]], str]:
    variables: dict[str, str] = {"MAKE": "make"}
    rules: dict[str, tuple[list[str], list[str]]] = {}
    first, current = "", list[str]()
    for line in text.replace("\\\r\n", "\\\n").splitlines():
        if line.startswith("\t"):
            for name in current:
                rules[name][1].append(line.strip().lstrip("@-+"))
            continue
        found = _RULE.match(line)
        if found is None:
            held = _VARIABLE.match(line.strip())
            if held and len(variables) < VARIABLES:
                variables[held.group(1)] = held.group(2)
            continue
        current = found.group(1).split()[:TARGETS]
        for name in current:
            needs, own = rules.setdefault(name, ([], []))
            needs += found.group(2).replace("|", " ").split()
            own += [found.group(3)] if found.group(3) else []
        first = first or next((name for name in current if not name.startswith(".")), "")
    return variables, rules, first


def _filled(line: str, variables: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found.group(1) or found.group(2)
        if name is None:
            return _DOLLAR if found.group() == "$$" else HOLE
        return variables.get(name.strip(), HOLE)

    return _REFERENCE.sub(value, line[:WIDTH])[:WIDTH]
