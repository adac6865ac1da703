"""What a shell text publishes, with what it calls in the repository: scripts of package.json, make targets, files.

The files are asked for by their path at the run's commit. What is not there, is not followed or would never end cannot
be told. Bounded by the characters read, the files asked for and the depth.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from posixpath import normpath, splitext

from verifier.discovery.actions import is_test
from verifier.discovery.commands import Follow, Kind, judge
from verifier.discovery.judged import NOTHING, UNKNOWN, Judged, together
from verifier.discovery.makefile import recipe
from verifier.discovery.shell import HOLE, LENGTH, commands

FILES = 30
"""The most files asked for."""
CHARACTERS = 512 * 1024
"""The most characters read, what is read twice counted twice."""
DEPTH = 4
"""How many scripts deep a script is followed."""

LITERALS = "literals"
"""Marks in a trail that texts of a program are read: a path among them is not called but imported, or only named."""

_SHELL = ("", ".sh", ".bash", ".zsh", ".ps1")
_OTHER = re.compile(r"#!.{0,200}(?:node|python|ruby|deno|bun|tsx)")
# In programs the arguments of a call may stand apart: execa("npm", ["publish"]).
_APART = re.compile(r"[\"'`][ \t]{0,9},\s{0,99}(?:\[\s{0,99})?[\"'`]")
_LITERAL = re.compile(r"([\"'`])([^\"'`\\\n]{3,300})\1")


class Follower:
    """Judges shell texts; one object for one workflow, because what it may read is shared by all its steps."""

    def __init__(self, files: Callable[[str], bytes | None]) -> None:
        self._files = files
        self._held: dict[str, bytes | None] = {}
        self._manifests: dict[str, dict[str, str] | None] = {}
        self._left = CHARACTERS
        self.problems: list[str] = []

    def file(self, path: str) -> bytes | None:
        """A file of the repository; None when it is not there, lies outside, or too many were asked for."""
        path = normpath(path)
        if path.startswith(("..", "/")) or HOLE in path or "$" in path:
            return None
        if path not in self._held:
            if len(self._held) >= FILES:
                self._problem(f"It calls more than {FILES} files.")
                return None
            self._held[path] = self._files(path)
        return self._held[path]

    def afford(self, characters: int) -> bool:
        """So many more may be read; False when it is too much."""
        self._left -= characters + 20
        if self._left < 0:
            self._problem("Its scripts are too long to be read to the end.")
        return self._left >= 0

    def script(
        self, text: str, directory: str = "", env: Mapping[str, str] | None = None, trail: tuple[str, ...] = ()
    ) -> Judged:
        """What a shell text does, run in that directory of the repository with those variables set."""
        if not self.afford(len(text)):
            return UNKNOWN
        set_, found = dict(env or {}), list[Judged]()
        for command in commands(text):
            if not command.words or command.words[0] == "export":
                set_.update(command.env)
                set_.update((name, value) for name, given, value in map(_parted, command.words) if given)
            elif command.words[0] in ("cd", "pushd") and len(command.words) > 1:
                directory = f"{directory}/{command.words[1]}" if directory else command.words[1]
            else:
                answer = judge(command.words, {**set_, **command.env} if command.env else set_)
                found.append(answer if isinstance(answer, Judged) else self._all(answer, directory, set_, trail))
        if len(text) > LENGTH and not any(part.publishes for part in found):
            return UNKNOWN
        return together(found)

    def program(
        self, text: str, directory: str = "", env: Mapping[str, str] | None = None, trail: tuple[str, ...] = ()
    ) -> Judged:
        """What a program in another language publishes, where it spells the command out; else it cannot be told."""
        if not self.afford(len(text)):
            return UNKNOWN
        spelled = _APART.sub(" ", text[:LENGTH])
        literals = "\n".join(found.group(2) for found in _LITERAL.finditer(spelled))
        answer = self.script(literals, directory, env, (*trail, LITERALS))
        return answer if answer.publishes else UNKNOWN

    def _all(self, calls: Iterable[Follow], directory: str, env: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        return together([self._call(call, directory, env, trail) for call in calls])

    def _call(self, call: Follow, directory: str, env: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        directory = "/".join(part for part in (directory, call.directory) if part)
        step = f"{call.kind} {directory} {call.what}"
        if len(trail) >= DEPTH or step in trail or (call.kind is Kind.FILE and LITERALS in trail):
            return UNKNOWN
        trail = (*trail, step)
        match call.kind:
            case Kind.SHELL:
                return self.script(call.what, directory, env, trail)
            case Kind.SCRIPT:
                return self._package_script(call, directory, env, trail)
            case Kind.TARGET:
                return self._target(call.what, directory, env, trail)
            case Kind.FILE:
                return self._program(call.what, directory, env, trail)

    def _package_script(self, call: Follow, directory: str, env: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        """A script of package.json with those that run before and after it; else the program of that name."""
        scripts = self._scripts(f"{directory}/package.json" if directory else "package.json")
        name, rest = call.what, [word for word in call.rest if word != "--"]
        if scripts is None or name not in scripts:
            if call.what in ("preversion", "version", "postversion") and scripts is not None:
                return NOTHING
            answer = judge([name, *rest], env)
            if not isinstance(answer, Judged):
                return self._all(answer, directory, env, trail)
            return answer if scripts is not None or answer.publishes else UNKNOWN
        own = " ".join([scripts[name], *map(shlex.quote, rest)])
        around = [scripts[key] for key in (f"pre{name}", f"post{name}") if key in scripts]
        return together([self.script(text, directory, env, trail) for text in (own, *around)])

    def _scripts(self, path: str) -> dict[str, str] | None:
        if path not in self._manifests:
            self._manifests[path] = _scripts_of(self.file(path))
        return self._manifests[path]

    def _target(self, target: str, directory: str, env: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        for name in ("Makefile", "makefile", "GNUmakefile"):
            held = self.file(f"{directory}/{name}" if directory else name)
            if held is not None:
                text = _decoded(held)
                lines = recipe(text, target) if self.afford(len(text)) else None
                return UNKNOWN if lines is None else self.script(lines, directory, env, trail)
        return UNKNOWN

    def _program(self, path: str, directory: str, env: Mapping[str, str], trail: tuple[str, ...]) -> Judged:
        """A file that is run: a shell script is read, of any other program only the commands that it spells out."""
        held = self.file(path if not directory else f"{directory}/{path}")
        if held is None:
            return UNKNOWN
        text = _decoded(held)
        if splitext(path)[1] in _SHELL and not _OTHER.match(text):
            return self.script(text, directory, env, trail)
        return UNKNOWN if is_test(path) else self.program(text, directory, env, trail)

    def _problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)


def _parted(word: str) -> tuple[str, str, str]:
    return word.partition("=")


def _decoded(text: bytes) -> str:
    return text[: 4 * LENGTH].decode("utf-8", "replace")


def _scripts_of(manifest: bytes | None) -> dict[str, str] | None:
    """The scripts of a package.json; None where it cannot be read."""
    try:
        read = json.loads(manifest) if manifest is not None else None
    except (ValueError, RecursionError):
        return None
    scripts = read.get("scripts", {}) if isinstance(read, dict) else None
    if not isinstance(scripts, dict):
        return None
    return {name: script for name, script in scripts.items() if isinstance(script, str)}
