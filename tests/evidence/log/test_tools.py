"""What each tool's own output claims. `printed/` holds what tools print, most of it taken from real runs."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from tests.evidence.log.dated import PRINTED, STEP, dated, printed
from verifier.evidence.log import read_log
from verifier.model import LogClaim

INDEX = "https://registry.example/legacy/"
NPM = "https://registry.example/"
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
SHA1, SHORTENED = "sha1:2bda8f26dd47f93a5a0c084115db742b2ebea872", "sha512-lPwuVejiivESA[...]sGSqSXy6auc3A=="
SHA512 = "sha512:" + (
    "94fc2e55e8e28af112011d76e2b6d02edb7048f785d525118bada05c3ebd5576"
    "3dcb8ea1299fdeb178f05b4caa963ebe4ca19353a99b9ac192a925f2e9ab9cdc"
)
WHEEL, SDIST = "widget_pkg-1.0-py3-none-any.whl", "widget_pkg-1.0.tar.gz"
LONG = "widget_pkg_with_a_rather_long_name_of_its_own"
TAGS = "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64"


def npm(name: str = "@scope/pkg", sha1: str = "", ends: str = "", tool: str = "npm", to: str = NPM) -> LogClaim:
    digests = (f"sha1:{sha1}",) if sha1 else ()
    return LogClaim("npm", name, "1.2.3", digests=digests, integrity=ends, tool=tool, registry=to)


def pypi(file: str, tool: str, to: str = INDEX, digest: str = "", name: str = "widget-pkg") -> LogClaim:
    return LogClaim("pypi", name, "1.0", file, (digest,) if digest else (), tool=tool, registry=to)


WHOLE = LogClaim("npm", "@scope/pkg", "1.2.3", digests=(SHA1,), integrity=SHORTENED, tool="npm", registry=NPM)
REPORTED = replace(WHOLE, digests=(SHA1, SHA512), integrity="")
SCOPE_A = npm("@scope/a", "3ed1f9bcff1f96f997852697ff36cfaf8d07e125", "sha512-NnbHugrd1Wx7G[...]UIsf2oUPe9yHg==")
SCOPE_B = npm("@scope/b", "bdc37b3469356afbe83f13b211a88061126615eb", "sha512-wdGAD1VHyyb+1[...]v2hiR8ZjMxtIg==")
SHA512_A = (
    "3676c7ba0addd56c7b19f491bc963d6aaa5c42dfa91439f4af2e859fc79e3bce"
    "9883ceb6bd6bfa156e27b49384283420f9837d62b3b28d422c7f6a143def721e"
)
SHA512_B = (
    "c1d1800f5547cb26fed6b1a8c31fc1fafe1fd9a32d671bcdd34b35fa3708345b"
    "79d775c73cf5b0d89c6b2049ef170ac56fe80dd69969b6fda1891f198ccc6d22"
)

CLAIMS: dict[str, list[LogClaim]] = {
    "npm-9": [WHOLE],
    "npm-9-json": [REPORTED],
    "npm-10": [WHOLE],
    "npm-11": [WHOLE],
    "npm-11-json": [REPORTED],
    "npm-11-staged": [replace(WHOLE, staged=True)],
    "npm-11-staged-json": [replace(REPORTED, staged=True)],
    "npm-11-workspaces": [SCOPE_A, SCOPE_B],
    "npm-11-workspaces-failed": [SCOPE_A],
    "npm-11-workspaces-json": [
        replace(SCOPE_A, digests=(*SCOPE_A.digests, f"sha512:{SHA512_A}"), integrity=""),
        replace(SCOPE_B, digests=(*SCOPE_B.digests, f"sha512:{SHA512_B}"), integrity=""),
    ],
    "npm-11-masked": [npm()],
    "pnpm-10": [npm(sha1="4cbadd863205fa7ff53230ed9bb050b071486f48", ends="sha512-2h98fsdPbBS3/[...]AXgZJIbe3qp4Q==")],
    "yarn-4-json": [npm(tool="yarn", to="https://registry.example")],
    "lerna-9": [
        npm(
            "@scope/a",
            "dbbea94f993ca425c7d1adc2adb81d22a81124ad",
            "sha512-cf5jsmoQYkXlR[...]MKLx68AXuT1/Q==",
            "lerna",
            "",
        ),
        npm(
            "@scope/b",
            "215d6689e6597c2b360f463b1996e0bc82a0e842",
            "sha512-LCEBv3T/+8ZlS[...]9pAuvMqB/rJ6A==",
            "lerna",
            "",
        ),
    ],
    "changesets-2": [npm("@scope/a", tool="changesets", to=""), npm("@scope/b", tool="changesets", to="")],
    "changesets-3-skips": [replace(npm("@scope/a", tool="changesets", to=""), skipped=True)],
    "changesets-2-failed": [npm("@scope/a", tool="changesets", to="")],
    "twine-7": [
        pypi(f"widget_pkg-1.0-{TAGS}.whl", "twine"),
        pypi(WHEEL, "twine"),
        pypi(SDIST, "twine"),
        pypi(f"{LONG}-1.0-{TAGS}.whl", "twine", name=LONG.replace("_", "-")),
    ],
    "twine-7-verbose": [pypi(WHEEL, "twine"), pypi(SDIST, "twine")],
    "twine-7-failed": [pypi("apkg-1.0-py3-none-any.whl", "twine", name="apkg")],
    "twine-7-skip-existing": [pypi(SDIST, "twine"), replace(pypi(WHEEL, "twine"), skipped=True)],
    "gh-action-pypi-publish-print-hash": [pypi(WHEEL, "twine", digest=A), pypi(SDIST, "twine", digest=B)],
    "uv": [pypi(WHEEL, "uv"), pypi(SDIST, "uv")],
    "uv-failed": [pypi("apkg-1.0-py3-none-any.whl", "uv", name="apkg")],
    "poetry-2": [pypi(WHEEL, "poetry", "loc"), pypi(SDIST, "poetry", "loc")],
    "poetry-2-skip-existing": [
        pypi(WHEEL, "poetry", "registry"),
        replace(pypi(SDIST, "poetry", "registry"), skipped=True),
    ],
    "poetry-2-failed": [pypi(SDIST, "poetry", "registry")],
    "pdm-2": [pypi(WHEEL, "pdm", ""), pypi(SDIST, "pdm", "")],
    "hatch-1": [pypi(WHEEL, "hatch", ""), pypi(SDIST, "hatch", "")],
    "hatch-1-failed": [pypi("apkg-1.0-py3-none-any.whl", "hatch", "", name="apkg")],
    "flit-4": [pypi(WHEEL, "flit"), pypi(SDIST, "flit")],
    "docker-push": [
        LogClaim("docker", "ns/app", "latest", digests=(A,), tool="docker"),
        LogClaim("docker", "ns/app", "v1.2.3", digests=(A,), tool="docker"),
        LogClaim("oci", "ghcr.io/owner/app", "v1.2.3", digests=(B,), tool="docker"),
    ],
    "buildx-push": [
        LogClaim("docker", "ns/img", "latest", digests=(B,), tool="buildkit"),
        LogClaim("oci", "ghcr.io/owner/img", "1.2.3", digests=(B,), tool="buildkit"),
    ],
    "buildx-push-older": [LogClaim("oci", "ghcr.io/owner/img", "1.2.3", digests=(A,), tool="buildkit")],
    "buildx-imagetools-create": [
        LogClaim("docker", "ns/img", "latest", digests=(A,), tool="buildkit"),
        LogClaim("oci", "ghcr.io/owner/img", "1.2.3", digests=(A,), tool="buildkit"),
    ],
    "docker-manifest-push": [
        LogClaim("docker", "ns/app", "1.2", digests=(A,), tool="docker"),
        LogClaim("oci", "ghcr.io/owner/app", "1.2", digests=(B,), tool="docker"),
    ],
    "docker-push-masked": [
        LogClaim("oci", "***.dkr-ecr.us-east-2.on.aws/team/app", "1.2.4", digests=(A,), tool="docker"),
        LogClaim("oci", "***.dkr.ecr.eu-central-1.amazonaws.com/team/app", "1.2.3", digests=(A,), tool="docker"),
    ],
    "oras": [
        LogClaim("oci", "ghcr.io/owner/widget", "1.2.3", digests=(A,), tool="oras"),
        LogClaim("oci", "quay.example/owner/widget", "1.2.3", digests=(A,), tool="oras"),
    ],
    "push-to-registry": [LogClaim("oci", "quay.example/owner/widget", "1.2.3", digests=(A,), tool="podman")],
    "crane": [LogClaim("oci", "ghcr.io/owner/b", "2", digests=(A,), tool="crane")],
    "ko": [LogClaim("oci", "ghcr.io/owner/app", digests=(A,), tool="ko")],
    "kaniko": [LogClaim("oci", "ghcr.io/owner/app", digests=(A,), tool="kaniko")],
    "helm-push": [LogClaim("oci", "ghcr.io/owner/charts/app", "1.2.3", digests=(A,), tool="helm")],
    "cargo": [LogClaim("cargo", "widget", "0.1.0", tool="cargo", registry="crates-io")],
    "gem": [LogClaim("gem", "widget", "1.2.3", tool="gem")],
}
NOTHING = (
    "npm-9-dry-run",
    "npm-11-dry-run",
    "npm-11-json-dry-run",
    "npm-11-staged-dry-run",
    "npm-11-pack",
    "npm-11-refused",
    "npm-11-masked-name",
    "yarn-1",
    "yarn-4",
    "yarn-4-json-dry-run",
    "semantic-release-24-dry-run",
    "gh-action-pypi-publish-test-index",
    "uv-dry-run",
    "poetry-2-dry-run",
    "docker-push-denied",
    "buildx-failed",
    "buildx-load",
    "buildx-imagetools-failed",
    "skopeo-podman",
    "cargo-dry-run",
)


def claimed(name: str, *lines: str, conclusion: str = "") -> list[LogClaim]:
    """What a step claims that printed this (and these lines after it), without when and in which step."""
    ended = conclusion or ("failure" if name.endswith(("-failed", "-refused", "-denied")) else "success")
    claims = read_log(dated([*printed(name), *lines]), [replace(STEP, conclusion=ended)])
    assert {claim.step for claim in claims} <= {"Publish"}
    return [replace(claim, at=None, step="") for claim in claims]


@pytest.mark.parametrize("name", CLAIMS)
def test_a_publication_is_claimed_with_all_that_its_tool_says_of_it(name: str) -> None:
    assert CLAIMS[name] == claimed(name)


@pytest.mark.parametrize("name", NOTHING)
def test_a_rehearsal_a_refusal_and_what_names_nothing_claim_nothing(name: str) -> None:
    assert [] == claimed(name)


def test_every_sample_is_either_claimed_or_said_to_claim_nothing() -> None:
    assert sorted([*CLAIMS, *NOTHING, "semantic-release-24"]) == sorted(path.stem for path in PRINTED.iterdir())


def test_semantic_release_is_believed_where_npm_itself_says_it_published() -> None:
    (claim,) = claimed("semantic-release-24")

    assert ("srpkg", "npm") == (claim.name, claim.tool)
    assert claim.integrity.startswith("sha512-")


def test_its_npm_plugins_word_alone_is_a_claim_without_a_digest() -> None:
    lines = [line for line in printed("semantic-release-24") if not line.startswith(("npm notice", "+ "))]

    (claim,) = read_log(dated(lines), [STEP])

    assert ("srpkg", "semantic-release", (), "") == (claim.name, claim.tool, claim.digests, claim.integrity)


def test_a_real_publication_after_its_own_rehearsal_is_claimed_once() -> None:
    assert [WHOLE] == claimed("npm-11-dry-run", *printed("npm-11"))
    assert [WHOLE] == claimed("npm-11", *printed("npm-11-dry-run"))


def test_a_file_named_last_is_claimed_only_by_a_step_that_succeeded() -> None:
    assert [pypi(WHEEL, "uv")] == claimed("uv", conclusion="failure")
    assert [pypi(WHEEL, "uv")] == claimed("uv", "error: it broke off")


def test_what_npm_published_stays_claimed_when_the_step_fails_later() -> None:
    """Published first, failed then: it is on the registry."""
    assert [WHOLE] == claimed(
        "npm-11", "npm error code 1", "##[error]Process completed with exit code 1.", conclusion="failure"
    )


def test_the_other_stream_may_be_late() -> None:
    """`+ name@version` goes to standard output, the rest to standard error; the runner reads them apart."""
    lines = printed("npm-11-workspaces")
    done = [line for line in lines if line.startswith("+ ")]

    assert [SCOPE_A, SCOPE_B] == [
        replace(claim, at=None, step="")
        for claim in read_log(dated([x for x in lines if x not in done] + done), [STEP])
    ]


def test_a_plus_that_nothing_announced_claims_nothing() -> None:
    assert () == read_log(dated(["+ @scope/pkg@1.2.3", "+ a@1", "+ @scope/pkg@1.2.3 (staged with id 1)"]), [STEP])


def test_an_announcement_without_its_block_is_claimed_without_a_digest() -> None:
    """npm's log level can hide the block, and some show it elsewhere."""
    to = "npm notice Publishing to https://registry.example/ with tag latest and public access"

    (claim,) = read_log(dated([to, "+ a@1.0.0", "+ b@1.0.0"]), [STEP])

    assert ("a", "1.0.0", (), "") == (claim.name, claim.version, claim.digests, claim.integrity)


def test_the_digest_of_one_package_is_never_taken_for_anothers() -> None:
    lines = [line.replace("+ @scope/pkg@1.2.3", "+ @scope/other@1.2.3") for line in printed("npm-11")]

    assert all(not claim.digests and not claim.integrity for claim in read_log(dated(lines), [STEP]))


def test_forty_packages_of_a_monorepo_are_forty_claims_with_their_digests() -> None:
    lines = []
    for number in range(40):
        sha512 = base64.b64encode(bytes([number]) * 64).decode()
        lines += [
            f"lerna success published @scope/p{number} 1.{number}.0-rc.1",
            "lerna notice === Tarball Details === ",
            f"lerna notice name:          @scope/p{number}   ",
            f"lerna notice version:       1.{number}.0-rc.1   ",
            f"lerna notice shasum:        {number:040x}",
            f"lerna notice integrity:     sha512-{sha512[:13]}[...]{sha512[-15:]}",
        ]
    claims = read_log(dated([*lines, "lerna success published 40 packages"]), [STEP])

    assert {(f"@scope/p{n}", f"1.{n}.0-rc.1", (f"sha1:{n:040x}",)) for n in range(40)} == {
        (claim.name, claim.version, claim.digests) for claim in claims
    }
    assert 40 == len(claims)


def test_the_script_that_github_shows_first_is_an_order_and_not_a_result() -> None:
    header = ["##[group]Run echo", *printed("npm-11"), "##[endgroup]"]

    assert () == read_log(dated(header), [STEP])
    assert [WHOLE] == [replace(c, at=None, step="") for c in read_log(dated([*header, *printed("npm-11")]), [STEP])]


def test_colours_and_a_byte_order_mark_change_nothing() -> None:
    plain = [line for line in printed("npm-11") if line]
    painted = ["\x1b[36m" + line.replace(" ", "\x1b[0m \x1b[1;32m", 1) + "\x1b[39m" for line in plain]

    assert read_log(dated(plain), [STEP]) == read_log("\ufeff".encode() + dated(painted), [STEP])
