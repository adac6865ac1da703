"""The tables of programs that publish nothing by themselves: those that start another, that do anything, or nothing.

Source: each program's own command line.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WRAPPERS = _words(
    "sudo env nice nohup timeout gtimeout xargs parallel retry exec command eval npx pnpx bunx uvx corepack "
    "cross-env find dotenv xvfb-run stdbuf unbuffer caffeinate chamber infisical doppler envchain"
)
"""Programs that start the program named after them."""

INNER_VALUED = _words("-p --package --with --from --python --extra --group --spec -u")
"""Options of such programs whose value is no program."""

RUNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "npm": (("exec",), ("x",)),
    "pnpm": (("dlx",), ("exec",)),
    "yarn": (("dlx",), ("exec",)),
    "bun": (("x",),),
    "lerna": (("exec",),),
    "uv": (("run",), ("tool", "run"), ("x",)),
    "pipx": (("run",),),
    "poetry": (("run",),),
    "pdm": (("run",),),
    "hatch": (("run",),),
    "rye": (("run",),),
    "pipenv": (("run",),),
    "bundle": (("exec",),),
    "mise": (("exec",), ("x",)),
    "op": (("run",),),
    "devbox": (("run",),),
}
"""Words of a tool after which another program is named."""

OPAQUE: dict[str, tuple[str, ...]] = {
    "docker": ("run", "exec", "compose"),
    "nx": ("run", "run-many", "affected", "exec"),
    "lerna": ("run",),
    "hatch": ("run",),
    "deno": ("run", "task"),
    "rake": ("publish", "deploy"),
}
"""Words after which a tool may do anything."""

INTERPRETERS = _words(
    "bash sh zsh dash node python python3 py ruby tsx ts-node zx jiti esno vite-node babel-node pwsh powershell "
    "php source . python2 python3.9 python3.10 python3.11 python3.12 python3.13 python3.14"
)

SHELLS = _words("bash sh zsh dash source .")

INERT = _words(
    "echo printf cd ls cat cp mv rm mkdir touch chmod chown test [ [[ true false : exit return sleep set unset "
    "export local declare read shift trap wait git gh jq yq grep egrep sed awk sort head tail cut tr tee wc date "
    "basename dirname curl wget tar zip unzip gzip sha256sum shasum openssl gpg ssh ssh-keyscan for case esac in "
    "function break continue pip pip3 apt apt-get brew apk rustup cmake ctest go tsc eslint prettier jest vitest "
    "mocha pytest ruff mypy black cosign syft trivy slsa-verifier pkg-pr-new standard-version changelogen write- "
    "output write-host build pyproject-build venv"
)
"""Programs that publish nothing, whatever their words are."""

BUILT_IN: dict[str, frozenset[str]] = {
    "npm": _words(""),
    "pnpm": _words(
        "add install i update up remove rm link unlink import rebuild prune fetch patch audit list ls outdated why "
        "start pack store root bin config set get version init create env setup self-update deploy login whoami"
    ),
    "yarn": _words(
        "add install remove up upgrade why info init link pack plugin set config cache version audit login "
        "constraints dedupe npm tag owner list outdated import policies create workspaces self-update node"
    ),
    "bun": _words("add install i remove update link unlink pm init create upgrade build test audit outdated"),
}
"""Words of a package manager that are its own and no script's name."""

ALIASES = {
    "@changesets/cli": "changeset",
    "@lerna-lite/cli": "lerna-lite",
    "@vscode/vsce": "vsce",
    "@napi-rs/cli": "napi",
    "@qiwi/multi-semantic-release": "multi-semantic-release",
    "@anolilab/multi-semantic-release": "multi-semantic-release",
}
"""Packages whose program has another name."""

VALUED: dict[str, frozenset[str]] = {
    "npm": _words("--prefix -C -w --workspace --registry --tag --access --otp --userconfig --loglevel"),
    "pnpm": _words("--filter -F -C --dir --workspace-concurrency --registry --tag --access --reporter"),
    "yarn": _words("--cwd --registry --tag --access --new-version"),
    "bun": _words("--cwd --filter --registry --tag --access"),
    "docker": _words("--context -c --config -H --host -l --log-level --builder -f --file -t --tag"),
    "podman": _words("--url --connection -c --creds --authfile"),
    "cargo": _words("--manifest-path --config -Z -C --color -p --package --registry --token"),
    "helm": _words("--kube-context --registry-config --namespace -n"),
    "uv": _words("--directory --project --index --publish-url --token"),
    "poetry": _words("-C --directory --project -P"),
    "pdm": _words("-p --project --repository -r"),
    "hatch": _words("-e --env -p --project"),
    "make": _words("-C --directory -f --file"),
    "gmake": _words("-C --directory -f --file"),
    "mvn": _words("-f --file -P -pl -s --settings -T"),
    "mvnw": _words("-f --file -P -pl -s --settings -T"),
    "gradle": _words("-p --project-dir -b -I -x"),
    "gradlew": _words("-p --project-dir -b -I -x"),
    "skopeo": _words("--policy --src-creds --dest-creds --authfile"),
    "crane": _words("--platform --image-refs --annotation -a"),
    "regctl": _words("--platform --ref --annotation --host"),
    "oras": _words("--artifact-type --config --annotation -a --annotation-file -u --username -p --password --format"),
    "pack": _words("-B --builder -p --path -e --env --env-file -b --buildpack -t --tag --run-image --cache-image"),
    "changeset": _words("--tag --otp"),
    "nx": _words("--projects -p --groups -g"),
}
"""Options whose value is the next word, where that word could be taken for the tool's own."""

INDEX_OPTIONS = _words("-r --repository --repository-url --index --index-url --publish-url --registry --repo")
"""Options that say where a tool publishes to."""

INDEX_VARIABLES = (
    *("TWINE_REPOSITORY", "TWINE_REPOSITORY_URL", "UV_PUBLISH_URL", "UV_PUBLISH_INDEX", "HATCH_INDEX_REPO"),
    *("PDM_PUBLISH_REPO", "PDM_PUBLISH_REPOSITORY", "MATURIN_REPOSITORY", "MATURIN_REPOSITORY_URL", "FLIT_INDEX_URL"),
    *("NPM_CONFIG_REGISTRY", "npm_config_registry"),
)
"""Variables that say the same."""
