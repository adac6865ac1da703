"""The tables of commands: which tools publish what, with which words, and which tools only start another.

Source: each tool's own command line. A tool that stands in no table cannot be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier.discovery.judged import IMAGES


@dataclass(frozen=True)
class Rule:
    """Words that publish these purl types, if one of `needs` is among the rest and none of `unless` is.

    What begins with a dash is an option, with or without `=value`. `needs` are also looked for inside the words.
    """

    words: tuple[str, ...]
    types: tuple[str, ...]
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    last: str = ""
    """How the last word has to begin."""


def _rule(words: str, *types: str, needs: str = "", unless: str = "", last: str = "") -> Rule:
    return Rule(tuple(words.split()), types, tuple(needs.split()), tuple(unless.split()), last)


_PUBLISH_NPM = _rule("publish", "npm")
_PUBLISH_PYPI = _rule("publish", "pypi")
# Python's tool of the same name has these words, and publishes by them no more.
_SEMANTIC_RELEASE = _rule("", unless="-d --noop version changelog generate-config")
_LERNA = (_rule("publish", "npm", unless="--skip-npm"),)
_PUSH_OUTPUT = "--push type=registry push=true"

RULES: dict[str, tuple[Rule, ...]] = {
    "npm": (_PUBLISH_NPM, _rule("stage publish", "npm")),
    "pnpm": (_PUBLISH_NPM, _rule("recursive publish", "npm")),
    "yarn": (_rule("publish", "npm", unless="-n"), _rule("npm publish", "npm", unless="-n")),
    "bun": (_PUBLISH_NPM,),
    "lerna": _LERNA,
    "lerna-lite": _LERNA,
    "changeset": (_PUBLISH_NPM,),
    "changesets": (_PUBLISH_NPM,),
    "semantic-release": (_SEMANTIC_RELEASE,),
    "multi-semantic-release": (_SEMANTIC_RELEASE,),
    "nx": (
        _rule("release publish", unless="-d"),
        _rule("release", unless="-d --skip-publish --skipPublish version changelog plan plan:check"),
    ),
    "np": (_rule("", "npm", unless="--no-publish --preview"),),
    "auto": (_rule("shipit", unless="-d"), _rule("publish", unless="-d")),
    "beachball": (_rule("publish", "npm", unless="--no-publish"),),
    "rush": (_rule("publish", "npm", needs="--publish -p"),),
    "clean-publish": (_rule("", "npm", unless="--without-publish"),),
    "shipjs": (_rule("trigger", "npm"),),
    "wasm-pack": (_PUBLISH_NPM,),
    "napi": (_rule("prepublish", "npm", unless="--skip-optional-publish"), _rule("pre-publish", "npm")),
    "jsr": (_rule("publish", "jsr"),),
    "deno": (_rule("publish", "jsr"),),
    "twine": (_rule("upload", "pypi"),),
    "poetry": (_PUBLISH_PYPI,),
    "uv": (_PUBLISH_PYPI,),
    "hatch": (_PUBLISH_PYPI,),
    "flit": (_PUBLISH_PYPI,),
    "pdm": (_PUBLISH_PYPI,),
    "rye": (_PUBLISH_PYPI,),
    "maturin": (_PUBLISH_PYPI, _rule("upload", "pypi")),
    "docker": (
        _rule("push", *IMAGES),
        _rule("image push", *IMAGES),
        _rule("compose push", *IMAGES),
        _rule("manifest push", *IMAGES),
        _rule("build", *IMAGES, needs=_PUSH_OUTPUT),
        _rule("buildx build", *IMAGES, needs=_PUSH_OUTPUT),
        _rule("buildx b", *IMAGES, needs=_PUSH_OUTPUT),
        _rule("buildx bake", *IMAGES, needs=_PUSH_OUTPUT),
        _rule("buildx imagetools create", *IMAGES),
    ),
    "docker-compose": (_rule("push", *IMAGES),),
    "podman": (_rule("push", *IMAGES), _rule("image push", *IMAGES), _rule("manifest push", *IMAGES)),
    "buildah": (_rule("push", *IMAGES), _rule("manifest push", *IMAGES)),
    "nerdctl": (_rule("push", *IMAGES),),
    "skopeo": (_rule("copy", *IMAGES, last="docker://"), _rule("sync", *IMAGES)),
    "crane": tuple(_rule(word, *IMAGES) for word in ("push", "copy", "cp", "tag", "append")),
    "regctl": (_rule("image copy", *IMAGES), _rule("index create", *IMAGES)),
    "oras": (_rule("push", *IMAGES), _rule("copy", *IMAGES), _rule("cp", *IMAGES)),
    "ko": tuple(_rule(w, *IMAGES, unless="--local -L --push=false") for w in ("build", "publish", "apply", "resolve")),
    "pack": (_rule("build", *IMAGES, needs="--publish"),),
    "helm": (_rule("push", *IMAGES),),
    "goreleaser": (_rule("release", unless="--snapshot --skip-publish --skip=publish"),),
    "cargo": (
        _rule("publish", "cargo", unless="-n"),
        _rule("release", "cargo", needs="--execute -x", unless="--no-publish"),
        _rule("smart-release", "cargo", needs="--execute"),
        _rule("workspaces publish", "cargo"),
        _rule("ws publish", "cargo"),
    ),
    "release-plz": (_rule("release", "cargo"),),
    "gem": (_rule("push", "gem"),),
    "rake": (_rule("release", "gem"),),
    "dotnet": (_rule("nuget push", "nuget"),),
    "nuget": (_rule("push", "nuget"),),
    "mix": (_rule("hex.publish", "hex"),),
    "dart": (_rule("pub publish", "pub", unless="-n"),),
    "flutter": (_rule("pub publish", "pub", unless="-n"),),
    "pod": (_rule("trunk push", "cocoapods"),),
    "luarocks": (_rule("upload", "luarocks"),),
    "anaconda": (_rule("upload", "conda"),),
    "vsce": (_rule("publish", "vscode-extension"),),
    "ovsx": (_rule("publish", "vscode-extension"),),
    "huggingface-cli": (_rule("upload", "huggingface"),),
    "hf": (_rule("upload", "huggingface"),),
}
"""Tools by name. The first rule whose words begin the tool's own words, and whose options hold, counts."""

_MAVEN = re.compile(r"deploy|deploy:deploy(?:-file)?|(?:release|jreleaser):(?:perform|deploy)|nexus-staging:release")
_GRADLE = re.compile(
    r"(?:[\w:.-]*:)?(?:publish(?!ToMavenLocal)\w*|uploadArchives|closeAndRelease\w+|releaseToMaven\w+)"
)

GOALS: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    "mvn": (_MAVEN, ("maven",)),
    "mvnw": (_MAVEN, ("maven",)),
    "gradle": (_GRADLE, ("maven",)),
    "gradlew": (_GRADLE, ("maven",)),
    "sbt": (re.compile(r"(?:[\w+;/ -]*[/; ])?\+?(?:publish(?!Local)\w*|ci-release|sonatype\w+)"), ("maven",)),
    "lein": (re.compile(r"deploy"), ("maven",)),
}
"""Build tools that publish by a goal, which may stand anywhere among their words."""
