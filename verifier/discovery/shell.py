"""A shell text as the simple commands it may run: words without quotes, in order. One pass, bounded, never raises.

This reads sh and bash, and PowerShell and cmd as far as they look alike. Nothing is evaluated: both branches of an `if`
count, a variable stays its name, and `${{ … }}` of GitHub becomes HOLE, a word's unknown part. What is in single
quotes, a comment or a here-document is no command; what is in `$(…)` or backquotes is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LENGTH = 64 * 1024
"""The most characters of one script that are read."""
COMMANDS = 2_000
DEPTH = 50

HOLE = "\ue000"
"""Stands for what only GitHub knows: the value of an expression. From Unicode's private area."""

_DOCUMENT = re.compile(r"<-?[ \t]*(['\"]?)([\w.-]{1,60})\1")
_PLAIN = re.compile(r"[^\\$`\"'\s#<>&();|]+")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=(.*)", re.DOTALL)
_KEYWORDS = frozenset(("if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "time", "&"))


@dataclass(frozen=True)
class Command:
    """One simple command. `words` without the assignments before it, which are in `env`; no words: only those."""

    words: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def with_holes(text: str) -> str:
    """The text with every `${{ … }}` replaced by HOLE."""
    parts = text.split("${{")
    for at, part in enumerate(parts[1:], 1):
        _, closed, rest = part.partition("}}")
        parts[at] = HOLE + rest if closed else "${{" + part
    return "".join(parts)


def commands(script: str) -> tuple[Command, ...]:
    """The simple commands of a script, at most COMMANDS of its first LENGTH characters."""
    reader = _Reader(with_holes(script[:LENGTH].replace("\r\n", "\n")))
    reader.read()
    return tuple(reader.found[:COMMANDS])


class _Reader:
    """Where the reading stands: the words so far, the word begun, the quotes and the commands around it."""

    def __init__(self, text: str) -> None:
        self.found: list[Command] = []
        self._text = text
        self._at = 0
        self._words: list[str] = []
        self._word: list[str] | None = None
        self._quoted = False
        self._dropped = False
        self._outer: list[tuple[str, list[str], list[str] | None, bool]] = []
        self._documents: list[str] = []

    def read(self) -> None:
        while self._at < len(self._text) and len(self.found) < COMMANDS:
            plain = _PLAIN.match(self._text, self._at)
            if plain is not None:
                self._add(plain.group())
                self._at = plain.end()
                continue
            character = self._text[self._at]
            self._at += 1
            if character == "\\":
                self._escape()
            elif character == "$" and self._next() == "(":
                self._at += 1
                self._open("$(")
            elif character == "`":
                if self._outer and self._outer[-1][0] == "`":
                    self._close()
                else:
                    self._open("`")
            elif character == '"':
                self._quoted = not self._quoted
                self._add("")
            elif self._quoted:
                self._add(character)
            else:
                self._bare(character)
        while self._outer:
            self._close()
        self._end_command()

    def _bare(self, character: str) -> None:
        if character == "'":
            end = self._text.find("'", self._at)
            end = len(self._text) if end < 0 else end
            self._add(self._text[self._at : end])
            self._at = end + 1
        elif character == "\n":
            self._end_command()
            self._skip_documents()
        elif character in " \t\r":
            self._end_word()
        elif character == "#" and self._word is None:
            self._at = self._line_end()
        elif character in "<>" or (character == "&" and self._next() == ">"):
            self._redirect(character)
        elif character == "(":
            self._open("(")
        elif character == ")":
            if self._outer and self._outer[-1][0] != "`":
                self._close()
            else:
                self._end_command()
        elif character in ";&|":
            self._end_command()
        else:
            self._add(character)

    def _escape(self) -> None:
        following = self._next()
        self._at += 1
        if following != "\n":
            self._add(following)

    def _redirect(self, character: str) -> None:
        """A redirection is no word, and neither is the file it names; `<<` begins a here-document."""
        if self._word is not None and "".join(self._word).isdigit():
            self._word = None
        self._end_word()
        if character == "<" and self._text.startswith("<", self._at) and not self._text.startswith("<<", self._at):
            mark = _DOCUMENT.match(self._text, self._at)
            if mark is not None:
                self._documents.append(mark.group(2))
                self._at = mark.end()
                return
        while self._next() in "<>&|" and self._next():
            self._at += 1
        self._dropped = True

    def _skip_documents(self) -> None:
        for mark in self._documents:
            while self._at < len(self._text):
                end = self._line_end()
                line = self._text[self._at : end]
                self._at = end + 1
                if line.strip() == mark:
                    break
        self._documents.clear()

    def _open(self, kind: str) -> None:
        """A command inside begins. Too deep inside, it is read as part of the one around it."""
        if len(self._outer) >= DEPTH:
            self._end_command()
            return
        if kind == "(" and self._word is None and not self._quoted:
            self._end_command()
        self._outer.append((kind, self._words, self._word, self._quoted))
        self._words, self._word, self._quoted = [], None, False

    def _close(self) -> None:
        self._end_command()
        kind, self._words, self._word, self._quoted = self._outer.pop()
        if kind == "(":
            self._end_command()
        else:
            self._add("$()")

    def _add(self, text: str) -> None:
        self._word = [] if self._word is None else self._word
        self._word.append(text)

    def _end_word(self) -> None:
        if self._word is not None and not self._dropped:
            self._words.append("".join(self._word))
        if self._word is not None:
            self._dropped = False
        self._word = None

    def _end_command(self) -> None:
        self._end_word()
        self._dropped = self._quoted = False
        begun, env = 0, dict[str, str]()
        for word in self._words:
            assigned = _ASSIGNMENT.fullmatch(word)
            if assigned:
                env[assigned.group(1)] = assigned.group(2)
            elif word not in _KEYWORDS:
                break
            begun += 1
        words, self._words = tuple(self._words[begun:]), []
        if words or env:
            self.found.append(Command(words, env))

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _line_end(self) -> int:
        end = self._text.find("\n", self._at)
        return len(self._text) if end < 0 else end
