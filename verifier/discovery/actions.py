"""Actions that publish, by what `uses:` names and under which inputs. Source: each action's own action.yml.

An action is matched by owner/name, whatever its ref; one below it counts as it does, unless it has its own entry. An
input that only GitHub knows (an expression) may be anything, so it counts as publishing. A GitHub release is no
publication here: nobody installs from it by a purl.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from verifier.discovery.judged import IMAGES, NOTHING, UNKNOWN, Judged, yes
from verifier.discovery.shell import HOLE

Inputs = Mapping[str, str]
Condition = Callable[[Inputs], bool]

COMMANDS = {
    "nick-fields/retry": "command",
    "nick-invision/retry": "command",
    "wandalen/wretry.action": "command",
    "addnab/docker-run-action": "run",
}
"""Actions that run a shell text of ours, and the input that holds it."""


def judge(uses: str, inputs: Inputs) -> Judged:
    """Whether a step with this `uses:` and these inputs publishes. Local actions cannot be told by their name."""
    action, _, ref = uses.lower().partition("@")
    name = action if action in _TABLE or action in _HARMLESS else "/".join(action.split("/")[:2])
    if name == "python-semantic-release/python-semantic-release":
        return _python_semantic_release(ref)
    if name in _HARMLESS or (name.startswith("actions/") and name != "actions/github-script"):
        return NOTHING
    if name not in _TABLE:
        return UNKNOWN
    types, condition = _TABLE[name]
    return yes(*types) if condition({key.lower(): with_.strip() for key, with_ in inputs.items()}) else NOTHING


def is_test(where: str) -> bool:
    """An address, a name or a path says that it is for tests, or it is on the runner itself."""
    return bool(re.search(r"(?<![a-z])test|localhost|127\.0\.0\.1|verdaccio", where, re.IGNORECASE))


def _always(inputs: Inputs) -> bool:
    return True


def _on(key: str, default: str = "false") -> Condition:
    return lambda inputs: inputs.get(key, default).lower() not in ("false", "")


def _off(*keys: str) -> Condition:
    """None of these switches is certainly on."""
    return lambda inputs: not any(inputs.get(key, "").lower() == "true" for key in keys)


def _says(key: str, word: str, *, but: str = "(?!)") -> Condition:
    """The input has the word, or may have it, and has nothing that forbids it."""

    def holds(inputs: Inputs) -> bool:
        held = inputs.get(key, "")
        return bool(re.search(word, held) or HOLE in held) and not re.search(but, held)

    return holds


def _to_real_index(*keys: str) -> Condition:
    return lambda inputs: not any(is_test(inputs.get(key, "")) for key in keys)


_OUTPUTS = r"type=(?:registry|image\S*push=true)|push=true"


def _pushes(inputs: Inputs) -> bool:
    return _on("push")(inputs) or _says("outputs", _OUTPUTS)(inputs)


def _bake_pushes(inputs: Inputs) -> bool:
    return _on("push")(inputs) or _says("set", _OUTPUTS)(inputs)


def _python_semantic_release(ref: str) -> Judged:
    """Up to version 7 it uploaded to the index; since 8 it makes tags and GitHub releases only."""
    major = re.fullmatch(r"v(\d{1,3})(?:\..*)?", ref)
    if major is None:
        return UNKNOWN
    return yes("pypi") if int(major.group(1)) <= 7 else NOTHING


_NPM, _PYPI, _CARGO, _GEM, _NUGET = ("npm",), ("pypi",), ("cargo",), ("gem",), ("nuget",)
_ANY: tuple[str, ...] = ()

_TABLE: dict[str, tuple[tuple[str, ...], Condition]] = {
    "js-devtools/npm-publish": (_NPM, _off("dry-run")),
    "changesets/action": (_NPM, _on("publish", "")),
    "changesets/action/publish": (_NPM, _always),
    "cycjimmy/semantic-release-action": (_ANY, _off("dry_run")),
    "codfish/semantic-release-action": (_ANY, _off("dry-run", "dry_run")),
    "primer/publish": (_NPM, _always),
    "pascalgn/npm-publish-action": (_NPM, _always),
    "rxfork/npm-publish": (_NPM, _off("dry-run")),
    "simenandre/publish-with-pnpm": (_NPM, _off("dry-run")),
    "pypa/gh-action-pypi-publish": (_PYPI, _to_real_index("repository-url", "repository_url")),
    "pyo3/maturin-action": (_PYPI, _says("command", "^(?:upload|publish)$")),
    "messense/maturin-action": (_PYPI, _says("command", "^(?:upload|publish)$")),
    "jrubics/poetry-publish": (_PYPI, _to_real_index("repository_name", "repository_url")),
    "etils-actions/pypi-auto-publish": (_PYPI, _always),
    "casperdcl/deploy-pypi": (_PYPI, _on("upload", "true")),
    "docker/build-push-action": (IMAGES, _pushes),
    "depot/build-push-action": (IMAGES, _pushes),
    "useblacksmith/build-push-action": (IMAGES, _pushes),
    "docker/bake-action": (IMAGES, _bake_pushes),
    "depot/bake-action": (IMAGES, _bake_pushes),
    "redhat-actions/push-to-registry": (IMAGES, _always),
    "int128/kaniko-action": (IMAGES, _on("push")),
    "int128/docker-manifest-create-action": (IMAGES, _on("push", "true")),
    "aevea/action-kaniko": (IMAGES, _always),
    "elgohr/publish-docker-github-action": (IMAGES, _off("no_push")),
    "mr-smithers-excellent/docker-build-push": (IMAGES, _on("pushimage", "true")),
    "whoan/docker-build-with-cache-action": (IMAGES, _on("push_image_and_stages", "true")),
    "macbre/push-to-ghcr": (IMAGES, _always),
    "akhilerm/tag-push-action": (IMAGES, _always),
    "appany/helm-oci-chart-releaser": (IMAGES, _always),
    "goreleaser/goreleaser-action": (_ANY, _says("args", r"(?<!\S)release(?!\S)", but="--snapshot|--skip[= -]publish")),
    "katyo/publish-crates": (_CARGO, _off("dry-run")),
    "release-plz/action": (_CARGO, lambda inputs: inputs.get("command") != "release-pr"),
    "marcoieni/release-plz-action": (_CARGO, lambda inputs: inputs.get("command") != "release-pr"),
    "actions-rs/cargo": (_CARGO, _says("command", "^publish$")),
    "rubygems/release-gem": (_GEM, _always),
    "dawidd6/action-publish-gem": (_GEM, _always),
    "cadwallion/publish-rubygems-action": (_GEM, _always),
    "alirezanet/publish-nuget": (_NUGET, _always),
    "brandedoutcast/publish-nuget": (_NUGET, _always),
    "haaleo/publish-vscode-extension": (("vscode-extension",), _off("dryrun")),
    "k-paxian/dart-package-publisher": (("pub",), _off("dryrunonly")),
}

_HARMLESS = frozenset(
    (
        "changesets/action/pack",
        "changesets/action/select-mode",
        "changesets/action/version",
        "docker/login-action",
        "docker/metadata-action",
        "docker/setup-buildx-action",
        "docker/setup-qemu-action",
        "docker/scout-action",
        "redhat-actions/buildah-build",
        "redhat-actions/podman-login",
        "ko-build/setup-ko",
        "imjasonh/setup-ko",
        "sigstore/cosign-installer",
        "aws-actions/amazon-ecr-login",
        "aws-actions/configure-aws-credentials",
        "google-github-actions/auth",
        "azure/login",
        "pnpm/action-setup",
        "oven-sh/setup-bun",
        "denoland/setup-deno",
        "astral-sh/setup-uv",
        "pdm-project/setup-pdm",
        "snok/install-poetry",
        "abatilo/actions-poetry",
        "pypa/cibuildwheel",
        "pypa/hatch",
        "ruby/setup-ruby",
        "dtolnay/rust-toolchain",
        "nuget/login",
        "rust-lang/crates-io-auth-action",
        "rubygems/configure-rubygems-credentials",
        "hynek/build-and-inspect-python-package",
        "softprops/action-gh-release",
        "ncipollo/release-action",
        "svenstaro/upload-release-action",
        "release-drafter/release-drafter",
        "googleapis/release-please-action",
        "google-github-actions/release-please-action",
        "helm/chart-releaser-action",
        "python-semantic-release/publish-action",
        "peaceiris/actions-gh-pages",
        "jamesives/github-pages-deploy-action",
        "enricomi/publish-unit-test-result-action",
        "dorny/test-reporter",
        "mikepenz/action-junit-report",
        "codecov/codecov-action",
        "slackapi/slack-github-action",
        "peter-evans/create-pull-request",
        "stefanzweifel/git-auto-commit-action",
        "step-security/harden-runner",
        "github/codeql-action",
        "rickstaa/action-create-tag",
    )
)
"""Actions known to publish nothing that has a purl we know, whatever their step is called."""
