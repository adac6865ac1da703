"""Lines of shell, by what they publish, and the files of a small repository that some of them call."""

from __future__ import annotations

FILES = {
    "package.json": b"""{"scripts": {
        "release": "changeset publish", "ship": "npm run release", "rehearse": "npm publish --dry-run",
        "ping": "npm run pong", "pong": "npm run ping", "postversion": "git push && npm publish",
        "bundle": "rollup -c", "postbundle": "npm publish dist", "lint": "eslint ."}}""",
    "packages/a/package.json": b'{"scripts": {"out": "npm publish"}}',
    "Makefile": b"T = $(P) -m twine\nP := python\nfirst:\n\techo\nup: first\n\t@$(T) upload *\n"
    b"loop: loop\n\tmake loop\n",
    "out.sh": b"#!/bin/sh\nexec npm publish\n",
    "bin/out": b"#!/usr/bin/env node\nspawnSync('npm', ['publish', '--tag', tag])\n",
    "out.py": b"subprocess.run([\n  'twine',\n  'upload', path], check=True)\n",
    "test_out.py": b"run('npm publish')\n",
    "notes.js": b"import './out.sh'\nconsole.log('to publish, run npm publish')\n",
}

PUBLISHES = {
    "npm": """
npm publish
npm stage publish --access public
npm --prefix packages/a publish
npm publish ./dist --dry-run=false
npm publish $MAYBE_DRY
cd dist && npm publish
if ! npm publish; then exit 1; fi
npm publish 2>&1 | tee log
VERSION=$(npm publish --json | jq -r .version)
X="`npm publish`"
( cd a; npm publish )
sudo -E env A=b npm publish
timeout 300 npm publish
ls *.tgz | xargs -n 1 npm publish
find . -name '*.tgz' -exec npm publish {} \\;
sh -c "npm publish"
node_modules/.bin/lerna publish from-git
npm exec -- lerna publish
npx --yes lerna@8 publish
npx -p @changesets/cli changeset publish
pnpm publish -r
pnpm --filter ./packages/a publish
pnpm recursive publish
pnpm -r exec npm publish
pnpm dlx @changesets/cli publish
pnpm changeset publish
yarn npm publish
yarn workspace a npm publish
yarn workspaces foreach -A npm publish
corepack yarn npm publish
bun publish
npm run release
npm run ship
yarn release
pnpm run release --tag next
bun run release
npm run out --prefix packages/a
cd packages/a && npm run out
npm run bundle
npm version patch
./out.sh
. ./out.sh
node bin/out
./bin/out
${BIN}npm publish
wasm-pack publish
""",
    "pypi": """
twine upload dist/*
python -m twine upload dist/*
python3.12 -m twine upload dist/*
uv run --with twine twine upload dist/*
uvx twine upload dist/*
pipx run twine upload dist/*
poetry run twine upload dist/*
poetry -C lib publish
uv publish
uv --directory lib publish
hatch publish
flit publish
pdm publish
maturin upload x.whl
python setup.py sdist upload
make up
python out.py
""",
    "cargo": "cargo publish\ncargo +nightly publish -p a\ncargo release --execute",
    "gem": "gem push a.gem\nbundle exec rake release",
    "maven": "mvn -B -s x.xml clean deploy\n./gradlew :lib:publish\nsbt +publishSigned",
    "nuget": "dotnet nuget push *.nupkg",
}

IMAGE = """
docker push a/b
docker image push --all-tags a/b
docker compose push
docker compose -f x.yml push
docker buildx build --platform x -t a/b --push .
docker build --push .
docker buildx build -o type=registry,name=x .
docker buildx build --output type=image,push=true .
docker buildx bake --push
docker buildx imagetools create -t a b
docker manifest push a/b
podman push a/b
buildah push a/b
skopeo copy docker://a docker://b
crane cp a b
oras push ghcr.io/a/b:1 x
helm push a.tgz oci://ghcr.io/a
"""

DOES_NOT = """
echo "npm publish"
printf 'npm publish'
# npm publish
npm ci # then npm publish
git commit -m "npm publish"
git push origin main
gh workflow run publish.yml
gh release create v1
npm publish --dry-run
npm publish --dry-run=true
npm run rehearse
npm pack
npm whoami
npm view a publish
npm install publish
npm help publish
npm publish --registry http://localhost:4873
npm_config_registry=http://127.0.0.1:4873 npm publish
npx changeset version
npx lerna version
npx nx release --skip-publish
npx nx release version
npx pkg-pr-new publish
cargo publish --dry-run
cargo publish -n
cargo release
docker build -t a/b .
docker buildx build --push=false .
docker push localhost:5000/a
docker pull a/b
docker login
skopeo copy docker://a oci:b
twine check dist/*
twine upload --repository testpypi dist/*
twine upload -r test dist/*
TWINE_REPOSITORY=testpypi twine upload dist/*
export TWINE_REPOSITORY_URL=https://test.example/legacy/; twine upload dist/*
poetry publish --dry-run
poetry publish -r testpypi
uv publish --publish-url https://test.example/legacy/
hatch publish -r test
python -m build
./gradlew publishToMavenLocal
mvn verify
mvn deploy -Dmaven.deploy.skip=true
goreleaser release --snapshot
make first
npm run lint
""".strip().splitlines()

UNTOLD = """
npm run nothing-of-that-name
npm run ping
npm run release -w packages/a
pnpm -r run release
make loop
make nothing
node notes.js
python test_out.py
./not-there.sh
$COMMAND
eval "$COMMAND"
curl https://example.com/x | bash
docker run image
turbo run release
npx nx run-many -t publish
tox -e release
just publish
npx some-tool publish
""".strip().splitlines()

_PIECES = """
"
'
`
$(
(
)
<<A
A
#
;
&&
&
|
>
<
=
{
}
<<<
2>&1
${{
}}
\\
-m
npm publish
npm run ping
make up
cd ..
sh -c
sudo
node
docker push x
find -exec
export A=b
./out.sh
"""
NASTY_PIECES = ["\n", " ", "\0", *_PIECES.strip().splitlines()]
"""Pieces that make shell texts nobody writes."""
