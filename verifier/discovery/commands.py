"""Commands that publish: what one simple command of a shell does, by the tables of `tools.py`. Pure, bounded.

A dry run, an index for tests and a registry on the runner itself are no publication. A command that calls something of
the repository (a script of package.json, a target of a Makefile, a file) says what has to be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from posixpath import basename

from verifier.discovery.actions import is_test
from verifier.discovery.image_commands import pushed
from verifier.discovery.image_names import local
from verifier.discovery.judged import IMAGES, NOTHING, UNKNOWN, Judged, naming, yes
from verifier.discovery.programs import (
    ALIASES,
    BUILT_IN,
    INDEX_OPTIONS,
    INDEX_VARIABLES,
    INERT,
    INNER_VALUED,
    INTERPRETERS,
    OPAQUE,
    RUNS,
    SHELLS,
    VALUED,
    WRAPPERS,
)
from verifier.discovery.shell import HOLE
from verifier.discovery.tools import GOALS, RULES, Rule

WORDS = 200
"""The most words of one command that are read."""
_NESTED = 6
"""The most programs that one command starts through another: sudo env npx …"""

_SCRIPT = re.compile(r"(?:\./|\.\./|/)?[\w@.+/-]+\.(?:sh|bash|zsh|js|mjs|cjs|ts|mts|cts|py|rb|ps1|php)")
_PREFIX = re.compile(r"\$\{\w{1,60}\}(?=\w)")
_DRY = re.compile(r"--?dry-?run(?:=(?!false$|\ue000$|\$).*)?", re.IGNORECASE)
_LOCAL = re.compile(r"(?:docker://)?(?:(?:localhost|127\.0\.0\.1)(?::\d+)?|[a-z-]*registry:\d+)/")


class Kind(StrEnum):
    """What a command calls: a package.json script, a make target, a file, or a shell text of its own."""

    SCRIPT = "script"
    TARGET = "target"
    FILE = "file"
    SHELL = "shell"


@dataclass(frozen=True)
class Follow:
    """What a command calls, in which directory below its own, with which further words."""

    kind: Kind
    what: str
    directory: str = ""
    rest: tuple[str, ...] = ()


def judge(words: Sequence[str], env: Mapping[str, str], depth: int = 0) -> Judged | tuple[Follow, ...]:
    """What a command does, or what has to be looked at to tell. `env` are the variables set for it."""
    words = words[:WORDS]
    if not words or depth > _NESTED:
        return UNKNOWN if words else NOTHING
    program, rest = program_of(words[0]), words[1:]
    if program in INERT:
        return NOTHING
    if program == "find" and "-exec" not in rest:
        return NOTHING
    if program in WRAPPERS:
        inner = _inner(_after(rest, ["-exec"]) if program == "find" else rest)
        return judge(inner, env, depth + 1) if inner else UNKNOWN
    positional = _positional(program, rest)
    for start in RUNS.get(program, ()):
        if tuple(positional[: len(start)]) == start:
            inner = _inner(_after(rest, start))
            return judge(inner, env, depth + 1) if inner else UNKNOWN
    for rule in RULES.get(program, ()):
        if tuple(positional[: len(rule.words)]) == rule.words and _with(rule, rest):
            return _published(program, rule, positional[len(rule.words) :], rest, env)
    if program in GOALS:
        return _goal(program, rest, positional)
    if program in ("npm", "pnpm", "yarn", "bun"):
        return _package_manager(program, rest, positional, env, depth)
    if program in INTERPRETERS:
        return _interpreted(program, rest, env, depth)
    return _file_or_target(program, words, positional)


def program_of(word: str) -> str:
    """The name of the program that a word calls: without its path (`$BIN/`, `${PREFIX}`), version and `.exe`."""
    if word.startswith("@"):
        word = "@" + word[1:].partition("@")[0]
        return ALIASES.get(word, word)
    name = basename(_PREFIX.sub("", word[:1_000]).replace("\\", "/")).partition("@")[0]
    return re.sub(r"\.(?:exe|cmd|bat)$", "", name.lower())


def _positional(program: str, rest: Sequence[str]) -> list[str]:
    """The words that are no options and no options' values."""
    valued, found, skip = VALUED.get(program, frozenset()), [], False
    for word in rest:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            skip = word in valued
        elif not (program == "cargo" and word.startswith("+")):
            found.append(word)
    return found


def _after(rest: Sequence[str], start: Sequence[str]) -> list[str]:
    """The words after the last of those that start what is run."""
    words = list(rest)
    for word in start:
        words = words[words.index(word) + 1 :]
    return words


def _inner(rest: Sequence[str]) -> list[str]:
    """The command inside another: from the first word on that names a program we know or is a script."""
    for at, word in enumerate(rest[:20]):
        if at and rest[at - 1] in INNER_VALUED:
            continue
        program = program_of(word)
        known = program in RULES or program in GOALS or program in WRAPPERS or program in INERT or program in RUNS
        if known or program in BUILT_IN or program in INTERPRETERS or program in OPAQUE or _SCRIPT.fullmatch(word):
            return list(rest[at:])
    return []


def _with(rule: Rule, rest: Sequence[str]) -> bool:
    """The options that a rule needs are there, and none that forbids it."""

    def has(option: str) -> bool:
        if not option.startswith("-"):
            return any(option in word for word in rest)
        return any(word == option or (word.startswith(f"{option}=") and not word.endswith("=false")) for word in rest)

    needed = not rule.needs or any(map(has, rule.needs))
    refused = any(word in rest or (word.startswith("-") and has(word)) for word in rule.unless)
    return needed and not refused and "".join(rest[-1:]).startswith(rule.last)


def _published(program: str, rule: Rule, what: Sequence[str], rest: Sequence[str], env: Mapping[str, str]) -> Judged:
    """It publishes, unless it is a dry run, or goes to an index for tests or to a registry on the runner."""
    if "--help" in rest or "--version" in rest or _dry(rest) or (what and _LOCAL.match(what[-1])):
        return NOTHING
    indexes = [env[name] for name in INDEX_VARIABLES if name in env]
    for at, word in enumerate(rest):
        option, assigned, value = word.partition("=")
        if option in INDEX_OPTIONS:
            indexes.append(value if assigned else "".join(rest[at + 1 : at + 2]))
    if any(is_test(index) for index in indexes):
        return NOTHING
    named = list(pushed(program, rule.words, what, rest, env)) if rule.types == IMAGES else []
    return NOTHING if named and all(map(local, named)) else naming(yes(*rule.types), named)


def _dry(rest: Sequence[str]) -> bool:
    return any(
        bool(_DRY.fullmatch(word)) and ("=" in word or "".join(rest[at + 1 : at + 2]).lower() != "false")
        for at, word in enumerate(rest)
    )


def _goal(program: str, rest: Sequence[str], positional: Sequence[str]) -> Judged:
    """Build tools whose goals stand anywhere among the words."""
    goal, types = GOALS[program]
    if any(goal.fullmatch(word) for word in positional) and not _dry(rest):
        return NOTHING if any("deploy.skip" in word for word in rest) else yes(*types)
    return NOTHING


def _package_manager(
    program: str, rest: Sequence[str], positional: list[str], env: Mapping[str, str], depth: int
) -> Judged | tuple[Follow, ...]:
    if program == "yarn" and positional[:1] == ["workspace"]:
        return _unscripted(judge(["yarn", *_after(rest, positional[:2])], env, depth + 1))
    if program == "yarn" and positional[:2] == ["workspaces", "foreach"]:
        inner = _inner(_after(rest, positional[:2]))
        command = ["yarn", *inner] if inner[:1] == ["npm"] else inner
        return _unscripted(judge(command, env, depth + 1)) if command else UNKNOWN
    if program == "pnpm" and positional[:1] and positional[0] in ("recursive", "multi", "m"):
        positional, rest = positional[1:], [*rest, "-r"]
    if not positional:
        return NOTHING
    name, workspaces = positional[0], _each_workspace(program, rest)
    if program == "npm" and name == "version":
        scripts = ("preversion", "version", "postversion")
        return tuple(Follow(Kind.SCRIPT, script, _directory(rest)) for script in scripts)
    named = positional[1:2] if name in ("run", "run-script", "rum", "urn") else [name]
    if not named or (named == [name] and (name in BUILT_IN[program] or program == "npm")):
        return NOTHING
    if workspaces:
        return UNKNOWN
    further = tuple(_after(rest, named))
    if program == "bun" and _SCRIPT.fullmatch(named[0]):
        return (Follow(Kind.FILE, named[0], "", further),)
    return (Follow(Kind.SCRIPT, named[0], _directory(rest), further),)


def _unscripted(answer: Judged | tuple[Follow, ...]) -> Judged:
    """The scripts of another package of the workspace are not looked for."""
    return answer if isinstance(answer, Judged) else UNKNOWN


def _each_workspace(program: str, rest: Sequence[str]) -> bool:
    options = ("-r", "--recursive", "--filter", "-F", "--workspace", "--workspaces", "-ws")
    named = program == "npm" and "-w" in rest
    return named or any(word.partition("=")[0] in options for word in rest)


def _directory(rest: Sequence[str]) -> str:
    for at, word in enumerate(rest):
        option, assigned, value = word.partition("=")
        if option in ("--prefix", "-C", "--dir", "--cwd", "--directory"):
            return value if assigned else "".join(rest[at + 1 : at + 2])
    return ""


def _file_or_target(program: str, words: Sequence[str], positional: list[str]) -> Judged | tuple[Follow, ...]:
    rest = words[1:]
    if program in ("make", "gmake"):
        targets = [word for word in positional if "=" not in word] or [""]
        return tuple(Follow(Kind.TARGET, target, _directory(rest)) for target in targets[:10])
    if _SCRIPT.fullmatch(words[0]) or ("/" in words[0] and program not in RULES and HOLE not in words[0]):
        return (Follow(Kind.FILE, words[0], "", tuple(rest)),)
    if program in RULES or program in RUNS:
        return UNKNOWN if positional and positional[0] in OPAQUE.get(program, ()) else NOTHING
    return UNKNOWN


def _interpreted(program: str, rest: Sequence[str], env: Mapping[str, str], depth: int) -> Judged | tuple[Follow, ...]:
    python = re.fullmatch(r"python[\d.]*|py", program)
    scripts = [word for word in rest if _SCRIPT.fullmatch(word) and program not in SHELLS]
    for at, word in enumerate(rest):
        following = list(rest[at + 1 :])
        if python and word == "-m" and following:
            return judge(following, env, depth + 1)
        if not python and re.fullmatch(r"-[a-z]*c|-Command", word) and following:
            return (Follow(Kind.SHELL, following[0]),)
        plain = not word.startswith("-") and ("/" in word or program in SHELLS)
        if word == scripts[0] if scripts else plain:
            if python and word.endswith("setup.py"):
                return yes("pypi") if "upload" in following else NOTHING
            return (Follow(Kind.FILE, word, "", tuple(following)),)
    return UNKNOWN
