"""Which images a command pushes, by its own words: `docker push NAME`, `--tag NAME`, the last word of a copy.

Source: each tool's own command line. What is in a Bake file, a Compose file or a chart stays there, and is not named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename

from verifier.discovery.image_names import expanded

_TAGGED = frozenset(
    ("docker build", "docker buildx build", "docker buildx b", "docker buildx imagetools create", "crane append")
)
"""They name it with an option."""
_FIRST = frozenset(("crane tag", "oras push", "regctl index create", "pack build"))
_LAST = frozenset(
    (
        *("docker push", "docker image push", "docker manifest push", "nerdctl push", "skopeo copy"),
        *("podman push", "podman image push", "podman manifest push", "buildah push", "buildah manifest push"),
        *("crane push", "crane copy", "crane cp", "regctl image copy", "oras copy", "oras cp"),
    )
)
_TAGS = ("-t", "--tag", "--new_tag")
_OUTPUTS = ("-o", "--output")
_OUTPUT_NAME = re.compile(r"(?:^|[,\"])name=([^,\"\s]{1,400})")
_CHART = re.compile(r"(?:.*/)?([a-z0-9][a-z0-9-]{0,100}?)-v?\d[^/]{0,100}\.tgz")


def pushed(
    program: str, words: Sequence[str], what: Sequence[str], rest: Sequence[str], env: Mapping[str, str]
) -> Iterator[str]:
    """The references that a command pushes. `words` say what it does, `what` are those behind them, `rest` is all.

    `env` are the variables whose values are known; in a reference that holds others, these stay as written.
    """
    command = " ".join((program, *words))
    named: Sequence[str] = ()
    if command in _TAGGED:
        named = [*_values(rest, _TAGS), *outputs("\n".join(_values(rest, _OUTPUTS)))]
    elif command in _FIRST:
        named = what[:1]
    elif command in _LAST:
        named = what[-1:]
    elif program == "ko":
        named = _by_ko(what, rest, env)
    elif command == "helm push":
        named = _chart(what)
    return (expanded(name, env) for name in named)


def outputs(text: str) -> list[str]:
    """The names in BuildKit's `type=image,name=…`, one exporter a line."""
    return _OUTPUT_NAME.findall(text)


def _values(rest: Sequence[str], options: Sequence[str]) -> list[str]:
    """The values of these options, in the next word or behind `=`."""
    found = []
    for at, word in enumerate(rest):
        option, assigned, value = word.partition("=")
        if option in options:
            found.append(value if assigned else "".join(rest[at + 1 : at + 2]))
    return found


def _by_ko(what: Sequence[str], rest: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """ko takes the repository from a variable, and puts the program's folder behind it as its options say."""
    repository = env.get("KO_DOCKER_REPO", "")
    if not repository or "--bare" in rest:
        return [repository] if repository else []
    if not {"-B", "--base-import-paths"} & set(rest):
        return []
    folders = [basename(path.rstrip("/")) for path in what]
    return [f"{repository}/{folder}" for folder in folders if folder not in ("", ".", "..")]


def _chart(what: Sequence[str]) -> list[str]:
    """A chart's file bears its name and version; the repository that is named is the folder around it."""
    chart = _CHART.fullmatch(what[0]) if len(what) == 2 else None
    return [f"{what[1].rstrip('/')}/{chart[1]}"] if chart else []
