"""The pretended GitHub knows commits, files, logs and attestations, consistently with the world at its present time."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
from typing import Any

import cramjam
import pytest
import yaml

from sandbox.source import blob_sha
from tests.sandbox.github import Asked
from tests.sandbox.test_github import problem

HERE = "/repos/octo/lathe"
END = "2026-03-02T00:00:00"
WORKFLOW = ".github/workflows/publish.yml"
PATCH, ORPHAN, FORCED = "2" * 40, "3" * 40, "4" * 40


@pytest.fixture
def asked() -> Asked:
    return Asked("small-source", END)


def said(asked: Asked, path: str) -> Any:
    answer = asked.ask(f"{HERE}{path}")
    assert 200 == answer.status_code, answer.text
    return answer.json


def release(asked: Asked) -> str:
    return str(said(asked, "/git/ref/tags%2Fv1.2.0")["object"]["sha"])


def test_answers_about_the_source_have_the_shapes_of_githubs_description(asked: Asked) -> None:
    sha = release(asked)
    tree = said(asked, f"/git/trees/{sha}?recursive=1")
    digest = "sha256:" + hashlib.sha256(tarball(asked)).hexdigest()
    paths = [
        "/contents/package.json",
        "/contents/src",
        f"/git/trees/{sha}",
        f"/git/trees/{tree['sha']}?recursive=1",
        f"/git/blobs/{tree['tree'][-1]['sha']}",
        f"/git/commits/{sha}",
        f"/commits/{sha}",
        f"/commits/{PATCH}",
        f"/commits?sha=main&path={WORKFLOW}&per_page=5",
        f"/commits/{sha}/pulls",
        f"/compare/main...{PATCH}",
        "/branches",
        "/branches/main",
        "/actions/runs/100/approvals",
        "/environments",
        f"/attestations/{digest}?predicate_type=provenance",
    ]

    assert {} == {path: found for path in paths if (found := problem(asked.ask(f"{HERE}{path}")))}


def test_the_standing_of_a_commit_is_told_from_its_branch(asked: Asked) -> None:
    main = said(asked, "/branches/main")["commit"]["sha"]
    before = Asked("small-source", "2026-03-01T11:00:00")

    def status(world: Asked, head: str) -> str:
        return str(said(world, f"/compare/main...{head}")["status"])

    assert ("identical", "identical") == (status(asked, "main"), status(asked, main))
    assert "identical" == status(before, release(before))
    assert ("diverged", "diverged") == (status(asked, release(asked)), status(asked, PATCH))
    assert "ahead" == said(before, f"/compare/v1.1.0...{release(before)}")["status"]
    assert "behind" == said(before, "/compare/main...v1.1.0")["status"]


def test_what_has_no_common_ancestor_or_is_not_known_is_404(asked: Asked) -> None:
    unrelated = asked.ask(f"{HERE}/compare/main...{ORPHAN}")
    unknown = asked.ask(f"{HERE}/compare/main...{'5' * 40}")

    assert (404, 404) == (unrelated.status_code, unknown.status_code)
    assert "No common ancestor" in (unrelated.json or {})["message"]
    assert 404 == asked.ask(f"{HERE}/git/trees/{'5' * 40}").status_code
    assert 422 == asked.ask(f"{HERE}/commits/{'5' * 40}").status_code


def test_a_deleted_branch_is_gone_and_its_commit_is_still_known(asked: Asked) -> None:
    before = Asked("small-source", "2026-03-01T12:05:00")

    assert PATCH == said(before, "/branches/patch-1")["commit"]["sha"]
    assert 404 == asked.ask(f"{HERE}/branches/patch-1").status_code
    assert PATCH == said(asked, f"/commits/{PATCH}")["sha"]


def test_a_commit_says_who_made_it_and_whether_it_is_signed(asked: Asked) -> None:
    good, bad = said(asked, f"/commits/{release(asked)}"), said(asked, f"/commits/{PATCH}")

    assert (True, "mona") == (good["commit"]["verification"]["verified"], good["committer"]["login"])
    assert (False, None) == (bad["commit"]["verification"]["verified"], bad["committer"])
    assert "you@example.com" == bad["commit"]["committer"]["email"]
    assert ["src/index.js"] == [file["filename"] for file in good["files"]]


def test_somebody_who_is_not_new_has_an_earlier_commit(asked: Asked) -> None:
    before = "until=2026-02-28T00:00:00Z&per_page=1"

    assert 1 == len(said(asked, f"/commits?sha=main&author=mona&{before}"))
    assert 1 == len(said(asked, f"/commits?sha=main&author=octo&{before}"))
    assert [] == said(asked, f"/commits?sha=main&author=you@example.com&{before}")


def test_merged_pull_requests_brought_a_commit_or_none_did(asked: Asked) -> None:
    (pull,) = said(asked, f"/commits/{release(asked)}/pulls")

    assert (12, release(asked)) == (pull["number"], pull["merge_commit_sha"])
    assert pull["merged_at"]
    assert [] == said(asked, f"/commits/{PATCH}/pulls")


def test_files_stand_as_they_stood_at_each_commit(asked: Asked) -> None:
    def text(path: str, ref: str) -> bytes:
        held = said(asked, f"/contents/{path}?ref={ref}")
        data = base64.b64decode(held["content"])
        assert (blob_sha(data), len(data)) == (held["sha"], held["size"])
        assert data == base64.b64decode(said(asked, f"/git/blobs/{held['sha']}")["content"])
        return data

    assert b"export const turns = 1" == text("src/index.js", "v1.1.0")
    assert b"export const turns = 2" == text("src/index.js", release(asked))
    assert b"on: push" == text(WORKFLOW, PATCH)
    assert text(WORKFLOW, "v1.1.0") == text(WORKFLOW, release(asked))
    assert 404 == asked.ask(f"{HERE}/contents/src/other.js").status_code


def test_git_ids_are_gits_own() -> None:
    assert "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" == blob_sha(b"")
    assert "ce013625030ba8dba906f756967f9e9ca394464a" == blob_sha(b"hello\n")


def test_a_tree_lists_every_file_with_its_blob_and_every_folder(asked: Asked) -> None:
    tree = said(asked, f"/git/trees/{release(asked)}?recursive=1")
    blobs = {entry["path"]: entry["sha"] for entry in tree["tree"] if entry["type"] == "blob"}
    folders = [entry for entry in tree["tree"] if entry["type"] == "tree"]
    (inside,) = [entry for entry in folders if entry["path"] == "src"]

    assert (False, blob_sha(b"export const turns = 2")) == (tree["truncated"], blobs["src/index.js"])
    assert {".github/artifact-monitor.yml", WORKFLOW, "package.json", "src/index.js"} == set(blobs)
    assert ["index.js"] == [entry["path"] for entry in said(asked, f"/git/trees/{inside['sha']}")["tree"]]


def test_the_workflow_file_of_a_run_holds_its_jobs_and_publishes_what_the_repository_publishes(asked: Asked) -> None:
    file = yaml.safe_load(base64.b64decode(said(asked, f"/contents/{WORKFLOW}?ref=v1.1.0")["content"]))
    (job,) = said(asked, "/actions/runs/100/attempts/1/jobs")["jobs"]

    assert [job["name"]] == list(file["jobs"])
    assert [{"name": "Publish", "run": "npm publish"}] == file["jobs"]["publish"]["steps"]
    assert "npm" == file["jobs"]["publish"]["environment"]


def test_approvals_and_environments_are_those_of_the_runs(asked: Asked) -> None:
    (approval,) = said(asked, "/actions/runs/100/approvals")

    assert ("approved", "hubot") == (approval["state"], approval["user"]["login"])
    assert ["npm"] == [environment["name"] for environment in approval["environments"]]
    assert [] == said(asked, "/actions/runs/200/approvals")
    assert ["npm"] == [environment["name"] for environment in said(asked, "/environments")["environments"]]


def job_of(asked: Asked, run: int) -> Any:
    (job,) = said(asked, f"/actions/runs/{run}/attempts/1/jobs")["jobs"]
    return job


def test_a_log_is_elsewhere_and_needs_no_token_there(asked: Asked) -> None:
    job = job_of(asked, 100)
    answer = asked.ask(f"{HERE}/actions/jobs/{job['id']}/logs")
    text = asked.client.get(answer.headers["Location"].removeprefix("http://localhost")).get_data(as_text=True)
    (shasum,) = [line.split()[-1] for line in text.splitlines() if "npm notice shasum:" in line]

    assert (302, "") == (answer.status_code, problem(answer))
    assert text.startswith("\ufeff2026-03-01T10:01:00.0000000Z ##[group]Run npm publish\n")
    assert "with tag latest and public access\n" in text
    assert text.endswith("+ lathe@1.2.0\n")
    assert hashlib.sha1(tarball(asked), usedforsecurity=False).hexdigest() == shasum


def test_a_rehearsal_is_logged_as_one_and_a_deleted_log_is_gone(asked: Asked) -> None:
    dry = asked.ask(f"{HERE}/actions/jobs/{job_of(asked, 300)['id']}/logs").headers["Location"]

    assert "(dry-run)\n" in asked.client.get(dry.removeprefix("http://localhost")).get_data(as_text=True)
    assert 410 == asked.ask(f"{HERE}/actions/jobs/{job_of(asked, 200)['id']}/logs").status_code
    assert ["self-hosted"] == job_of(asked, 200)["labels"]


def test_there_is_no_log_before_the_job_is_over() -> None:
    early = Asked("small-source", "2026-03-01T10:02:00")

    assert 404 == early.ask(f"{HERE}/actions/jobs/{job_of(early, 100)['id']}/logs").status_code


def tarball(asked: Asked) -> bytes:
    manifest: Any = asked.client.get("/npm/lathe").json
    where = manifest["versions"]["1.2.0"]["dist"]["tarball"]
    data: bytes = asked.client.get(where.removeprefix("http://localhost")).data
    given = manifest["versions"]["1.2.0"]["dist"]["integrity"]
    assert given == "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    return data


def test_a_version_with_contents_is_a_real_tarball_with_its_own_digests(asked: Asked) -> None:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(tarball(asked)))) as packed:
        held = {entry.name: packed.extractfile(entry) for entry in packed}
        index = held["package/src/index.js"]
        assert index is not None
        assert b"evil()" == index.read()

    assert {"package/package.json", "package/src/index.js"} == set(held)
    assert 404 == asked.client.get("/npm/lathe/-/lathe-1.1.0.tgz").status_code


def test_an_attestation_of_github_alone_is_found_by_the_files_digest(asked: Asked) -> None:
    data = tarball(asked)
    digest = hashlib.sha256(data).hexdigest()
    early = Asked("small-source", "2026-03-01T14:59:59")
    (item,) = said(asked, f"/attestations/sha256:{digest}")["attestations"]
    packed = asked.client.get(item["bundle_url"].removeprefix("http://localhost")).data
    bundle = json.loads(bytes(cramjam.snappy.decompress_raw(packed)))
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))

    assert [{"name": "lathe-1.2.0.tgz", "digest": {"sha256": digest}}] == statement["subject"]
    assert [] == said(early, f"/attestations/sha256:{digest}")["attestations"]
    assert [] == said(asked, f"/attestations/sha256:{'0' * 64}")["attestations"]
    assert [] == said(asked, f"/attestations/sha256:{digest}?predicate_type=sbom")["attestations"]
    assert 404 == asked.client.get("/npm/-/npm/v1/attestations/lathe@1.2.0").status_code


def test_a_forced_push_names_what_it_replaced(asked: Asked) -> None:
    pushes = {webhook.payload["ref"]: webhook.payload for webhook in asked.sent if webhook.event == "push"}
    forced, deleted = pushes["refs/heads/main"], pushes["refs/heads/patch-1"]

    assert (True, release(asked), FORCED) == (forced["forced"], forced["before"], forced["after"])
    assert [FORCED] == [commit["id"] for commit in forced["commits"]]
    assert (False, True, PATCH) == (deleted["forced"], deleted["deleted"], deleted["before"])
