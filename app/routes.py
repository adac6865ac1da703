"""The routes file: who is told what out of band, as the operator of the monitor wrote it. Read strictly.

It comes from the setting `ROUTES` alone, never from a repository: whoever took over a repository must not be able to
say who hears of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from app.network.logins import open_to_others
from app.settings import Settings
from app.variables import BadSetting
from checks import OUTSIDE, mail, pagerduty, syslog
from checks.fields import EVERY
from checks.hearing import NOTICE
from checks.outside import BadRoute, Outside, Route
from verifier import purls
from verifier.discovery.meant import meant
from verifier.discovery.strict import BYTES, BadConfig, compose, flag, items, line, mapping, shown, text, word
from verifier.model import OUTCOMES, BulletinKind, Filter, Severity
from verifier.verdict.severity import severity_of_bulletin

MOST = 100
"""The most routes."""
_MOST_NAMED = 200
"""The most entries of one list."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_FIELD = re.compile(r"`([a-z_]+)`")
_SECRET_NAMES = re.compile(r"token|secret|passw|key|url|webhook", re.I)
"""Fields whose value is taken for a secret. An address is one too: whoever knows a webhook's may post to it."""
_SECRET_LIMIT = 8192
_DEEPEST = 3


class _Reader:
    """One reading of one file: what it may look up, and where a secret stands in the open."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self.in_the_open: tuple[int, str] | None = None
        """The line and the name of the first field that holds a secret literally."""

    def value(self, node: yaml.Node, name: str, depth: int = _DEEPEST) -> Any:
        """A field as plain data; `{env: NAME}` and `{file: PATH}` as the text that they lead to."""
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, name)
        if depth == 0:
            raise BadConfig(line(node), f"{name} is nested too deep.")
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.value(each, name, depth - 1) for each in items(node, name, _MOST_NAMED))
        pairs = [(self._key(key, name), value) for key, value in node.value]
        found = dict(pairs)
        if len(found) < len(pairs):
            raise BadConfig(line(node), f"a key stands twice in {name}; leave one.")
        if tuple(found) in (("env",), ("file",)):
            return self._secret(next(iter(found)), next(iter(found.values())), name)
        return {key: self.value(value, key, depth - 1) for key, value in found.items()}

    def _scalar(self, node: yaml.ScalarNode, name: str) -> Any:
        if node.tag == "tag:yaml.org,2002:bool":
            return flag(node, name)
        if node.tag == "tag:yaml.org,2002:int" and re.fullmatch(r"[0-9]{1,9}", node.value):
            return int(node.value)
        read = text(node, name)
        if not read.isprintable():
            raise BadConfig(line(node), f"{name} holds a line break or another control character.")
        if _SECRET_NAMES.search(name) and self.in_the_open is None:
            self.in_the_open = line(node), name
        return read

    def _key(self, node: yaml.Node, name: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not re.fullmatch(r"[\w.-]{1,100}", node.value):
            raise BadConfig(line(node), f"a key in {name} is no word.")
        return str(node.value)

    def _secret(self, how: str, node: yaml.Node, name: str) -> str:
        where = text(node, how)
        if how == "env":
            if not _VARIABLE.fullmatch(where):
                raise BadConfig(line(node), f"{shown(where)} is not the name of an environment variable.")
            held = self._environment.get(where, "")
            if not held:
                raise BadConfig(line(node), f"{name} is to be in the environment variable {where}, which is not set.")
        else:
            held = self._file(where, node, name)
        if len(held) > _SECRET_LIMIT or not held.isprintable() or held != held.strip():
            raise BadConfig(
                line(node), f"{name} is not one line of text where {how} leads; look for a space or a line break in it."
            )
        return held

    def _file(self, where: str, node: yaml.Node, name: str) -> str:
        try:
            with (self._folder / Path(where).expanduser()).open("rb") as file:
                held = file.read(_SECRET_LIMIT + 3).decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise BadConfig(line(node), f"the file of {name} is not UTF-8.") from error
        except (OSError, ValueError, RuntimeError) as error:  # a NUL in the path, a home folder that nobody has
            raise BadConfig(line(node), f"the file of {name} cannot be read; check the path.") from error
        if not held:
            raise BadConfig(line(node), f"the file of {name} is empty.")
        return held


def of(settings: Settings, environment: Mapping[str, str], kinds: Mapping[str, Outside] = OUTSIDE) -> tuple[Route, ...]:
    """The routes that the settings name. Raises BadSetting for a file that cannot be used, or mail without a server."""
    found = load(settings.routes, environment, kinds)
    by_mail = [route.name for route in found if isinstance(route.target, mail.Target)]
    if by_mail and not (settings.smtp_url and settings.mail_from):
        raise BadSetting(f"The route {by_mail[0]} sends mail; set SMTP_URL and MAIL_FROM, or leave the route out.")
    return tuple(_from(route, settings.mail_from) for route in found)


def _from(route: Route, sender: str) -> Route:
    """Mail without a sender of its own comes from the server's."""
    if isinstance(route.target, mail.Target) and not route.target.sender:
        return replace(route, target=replace(route.target, sender=sender))
    return route


def load(path: Path | None, environment: Mapping[str, str], kinds: Mapping[str, Outside]) -> tuple[Route, ...]:
    """The routes of a file; none where there is no file. Raises BadSetting with the line and what to write there."""
    if path is None:
        return ()
    try:
        with path.open("rb") as file:
            content = file.read(BYTES + 1)
        loose = open_to_others(path)
    except OSError as error:
        raise BadSetting(f"ROUTES names a file that cannot be read ({error.strerror}); check the path.") from error
    reader = _Reader(path.parent, environment)
    try:
        routes = _read(content, reader, kinds)
    except BadConfig as error:
        raise BadSetting(f"ROUTES, {path.name}, {error}") from error
    if reader.in_the_open is not None and loose:
        at, name = reader.in_the_open
        raise BadSetting(
            f"ROUTES, {path.name}, line {at}: {name} stands here in the open, and others than the file's owner may "
            f"read it. Write {name}: {{env: NAME}} or {{file: PATH}}, or: chmod 600 {path}"
        )
    return routes


def _read(content: bytes, reader: _Reader, kinds: Mapping[str, Outside]) -> tuple[Route, ...]:
    document = mapping(compose(content, "docs/channels.md"), ("routes",), "the routes file")
    if "routes" not in document:
        raise BadConfig(1, "routes is missing; docs/channels.md shows what to write.")
    found: dict[str, Route] = {}
    for node in items(document["routes"], "routes", MOST):
        route = _route(node, reader, kinds)
        if route.name in found:
            raise BadConfig(line(node), f"there are two routes with the name {route.name}; give each its own.")
        found[route.name] = route
    return tuple(found.values())


def _route(node: yaml.Node, reader: _Reader, kinds: Mapping[str, Outside]) -> Route:
    if not isinstance(node, yaml.MappingNode):
        raise BadConfig(line(node), "a route must be a list of keys with values: name, kind, …")
    nodes: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name in nodes:
            raise BadConfig(line(key), f"{shown(name)} stands here twice; leave one.")
        nodes[name] = value
    for key in ("name", "kind"):
        if key not in nodes:
            raise BadConfig(line(node), f"a route needs a {key}.")
    name = text(nodes["name"], "name")
    if not _NAME.fullmatch(name):
        raise BadConfig(line(nodes["name"]), "name is 1 to 40 small letters, digits and -, like security-team.")
    kind = text(nodes["kind"], "kind")
    if kind not in kinds:
        known = ", ".join(sorted(kinds))
        raise BadConfig(line(nodes["kind"]), f"{shown(kind)} is no kind{meant(kind, kinds)}; known kinds: {known}.")
    wanted, weekly = _filter(nodes), flag(nodes["weekly"], "weekly") if "weekly" in nodes else False
    fields = {key: reader.value(value, key) for key, value in nodes.items() if key not in EVERY}
    try:
        target = kinds[kind].read(fields)
    except BadRoute as error:
        field = next((word for word in _FIELD.findall(str(error)) if word in fields), "")
        raise BadConfig(line(nodes[field] if field else node), f"route {name}: {error}") from error
    _check(nodes, kinds[kind], target, wanted, weekly)
    return Route(name, kind, wanted, target, weekly)


def _check(nodes: Mapping[str, yaml.Node], kind: Outside, target: Any, wanted: Filter, weekly: bool) -> None:
    """Refuse a route that would hear nothing, or whose place can never be reached."""
    if weekly and kind is pagerduty:
        raise BadConfig(line(nodes["weekly"]), "pagerduty takes no summaries; leave weekly out, or take another kind.")
    if wanted.outcomes == (NOTICE,) and wanted.severity > severity_of_bulletin(BulletinKind.TAMPERED):
        raise BadConfig(line(nodes["severity"]), "no notice is that loud; write severity: high, or a lower one.")
    if isinstance(target, syslog.Target) and target.ca and not Path(target.ca).is_file():
        raise BadConfig(line(nodes["ca"]), "ca names a file that is not there or cannot be read; check the path.")


def _filter(nodes: Mapping[str, yaml.Node]) -> Filter:
    return Filter(
        tuple(_organisation(each) for each in _nodes(nodes, "organisations")),
        tuple(_repository(each) for each in _nodes(nodes, "repositories")),
        tuple(_artifact(each) for each in _nodes(nodes, "artifacts")),
        _outcomes(nodes),
        _severity(nodes),
    )


def _nodes(nodes: Mapping[str, yaml.Node], key: str) -> list[yaml.Node]:
    return items(nodes[key], key, _MOST_NAMED) if key in nodes else []


def _organisation(node: yaml.Node) -> str:
    name = text(node, "organisations")
    if "/" in name:
        raise BadConfig(line(node), f"{shown(name)} is no organisation; write its name alone, or use repositories.")
    return name


def _repository(node: yaml.Node) -> str:
    name = text(node, "repositories")
    if "/" not in name and "*" not in name:
        raise BadConfig(line(node), f"{shown(name)} matches no repository; write owner/name, like 'alice/*'.")
    return name


def _artifact(node: yaml.Node) -> str:
    """A purl as artifacts are named here, or a pattern of them with its scope's @ encoded."""
    name = text(node, "artifacts")
    wild = "*" in name or bool(re.search(r"\?(?!repository_url=)", name))
    try:
        found = name.replace("/@", "/%40") if wild else purls.artifact(name).purl
    except ValueError as error:
        raise BadConfig(line(node), f"artifacts: {error}.") from error
    if not found.startswith(("pkg:", "*")) or "@" in found:
        raise BadConfig(line(node), f"{shown(name)} matches no artifact; write it like 'pkg:npm/*', without a version.")
    return found


def _outcomes(nodes: Mapping[str, yaml.Node]) -> tuple[str, ...]:
    if "outcomes" not in nodes:
        return ()
    return tuple(word(each, "an outcome", OUTCOMES) for each in items(nodes["outcomes"], "outcomes", len(OUTCOMES)))


def _severity(nodes: Mapping[str, yaml.Node]) -> Severity:
    words = {severity.word: severity for severity in Severity}
    return words[word(nodes["severity"], "severity", words)] if "severity" in nodes else Severity.INFO
