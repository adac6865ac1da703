"""Repositories, refs and files of the pretend GitHub, as they stand at any commit. Read only."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from flask import Response, jsonify, request

from sandbox.github import commit_shapes, shapes
from sandbox.github.rim import Refused, Rim, address, paged
from sandbox.github.shapes import Shape
from sandbox.source import Tree, blob_sha, entries, folder, tree_sha
from sandbox.state import Repo


def register(rim: Rim) -> None:
    """Add these paths."""

    @rim.repo("", "GET")
    def repository(repo: Repo) -> Response:
        return jsonify(shapes.full_repository(repo, address()))

    @rim.repo("/branches", "GET")
    def branches(repo: Repo) -> Response:
        listed = [_branch(repo, name) for name in sorted(repo.source.heads)]
        wanted = request.args.get("protected")
        return paged([branch for branch in listed if wanted in (None, str(branch["protected"]).lower())])

    @rim.repo("/branches/<path:branch>", "GET")
    def branch(repo: Repo, branch: str) -> Response:
        if branch not in repo.source.heads:
            raise Refused(404, "Branch not found")
        shown = _branch(repo, branch)
        url = shown["protection_url"].removesuffix("/protection")
        return jsonify(
            {
                **shown,
                "commit": commit_shapes.commit(repo, repo.source.commits[repo.source.heads[branch]], address()),
                "_links": {"self": url, "html": f"{address().html}/{repo.full_name}/tree/{branch}"},
            }
        )

    @rim.repo("/git/ref/<path:ref>", "GET")
    def git_ref(repo: Repo, ref: str) -> Response:
        kind, _, name = ref.partition("/")
        sha = {"heads": repo.source.heads, "tags": repo.tags}.get(kind, {}).get(name)
        if sha is None:
            raise Refused(404, "Not Found")
        url = _git(repo)
        return jsonify(
            {
                "ref": f"refs/{ref}",
                "node_id": shapes.node("Ref", ref),
                "url": f"{url}/refs/{ref}",
                "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
            }
        )

    @rim.repo("/contents/", "GET")
    @rim.repo("/contents/<path:path>", "GET")
    def contents(repo: Repo, path: str = "") -> Response:
        wanted = request.args.get("ref", repo.default_branch)
        sha = repo.commit_of(wanted)
        if sha is None:
            raise Refused(404, f"No commit found for the ref {wanted}")
        tree = repo.source.commits[sha].tree
        if path not in tree:
            inside = folder(tree, path.strip("/"))
            if not inside:
                raise Refused(404, "Not Found")
            return jsonify([_entry(repo, f"{path}/{name}".lstrip("/"), held, wanted) for name, held in entries(inside)])
        if "raw" in request.headers.get("Accept", ""):
            return Response(tree[path], mimetype="application/vnd.github.raw+json")
        held = tree[path]
        content = {"content": base64.encodebytes(held).decode(), "encoding": "base64"}
        return jsonify({**_entry(repo, path, held, wanted), **content})

    @rim.repo("/git/trees/<path:ref>", "GET")
    def trees(repo: Repo, ref: str) -> Response:
        tree = _tree(repo, ref)
        listed = [entry for entry in _listed(repo, tree) if "recursive" in request.args or "/" not in entry["path"]]
        sha = tree_sha(tree)
        return jsonify({"sha": sha, "url": f"{_git(repo)}/trees/{sha}", "tree": listed, "truncated": False})

    @rim.repo("/git/blobs/<sha>", "GET")
    def blobs(repo: Repo, sha: str) -> Response:
        every = (data for commit in repo.source.commits.values() for data in commit.tree.values())
        data = next((data for data in every if blob_sha(data) == sha), None)
        if data is None:
            raise Refused(404, "Not Found")
        return jsonify(
            {
                "sha": sha,
                "node_id": shapes.node("Blob", sha),
                "size": len(data),
                "url": f"{_git(repo)}/blobs/{sha}",
                "content": base64.encodebytes(data).decode(),
                "encoding": "base64",
            }
        )


def _branch(repo: Repo, name: str) -> Shape:
    """A branch in a list. Only the default branch is protected."""
    url = f"{address().api}/repos/{repo.full_name}"
    protected = name == repo.default_branch
    return {
        "name": name,
        "commit": {"sha": repo.source.heads[name], "url": f"{url}/commits/{repo.source.heads[name]}"},
        "protected": protected,
        "protection": {
            "enabled": protected,
            "required_status_checks": {
                "enforcement_level": "everyone" if protected else "off",
                "contexts": [],
                "checks": [],
            },
        },
        "protection_url": f"{url}/branches/{name}/protection",
    }


def _git(repo: Repo) -> str:
    return f"{address().api}/repos/{repo.full_name}/git"


def _tree(repo: Repo, ref: str) -> Tree:
    """A tree by a ref, a commit's id or its own."""
    sha = repo.commit_of(ref)
    if sha is not None:
        return repo.source.commits[sha].tree
    every = (tree for commit in repo.source.commits.values() for tree in _folders(commit.tree))
    found = next((tree for tree in every if tree_sha(tree) == ref), None)
    if found is None:
        raise Refused(404, "Not Found")
    return found


def _folders(tree: Tree) -> Iterator[Tree]:
    """A folder and every folder in it."""
    yield tree
    for _, held in entries(tree):
        if not isinstance(held, bytes):
            yield from _folders(held)


def _listed(repo: Repo, tree: Tree, inside: str = "") -> Iterator[Shape]:
    """Every file and folder, folders before what they hold."""
    for name, held in entries(tree):
        path = f"{inside}{name}"
        if isinstance(held, bytes):
            sha = blob_sha(held)
            file = {"type": "blob", "mode": "100644", "size": len(held), "url": f"{_git(repo)}/blobs/{sha}"}
            yield {"path": path, "sha": sha, **file}
        else:
            sha = tree_sha(held)
            yield {"path": path, "sha": sha, "type": "tree", "mode": "040000", "url": f"{_git(repo)}/trees/{sha}"}
            yield from _listed(repo, held, f"{path}/")


def _entry(repo: Repo, path: str, held: bytes | Tree, ref: str) -> Shape:
    """A file or a folder, without what is in it."""
    file = isinstance(held, bytes)
    sha = blob_sha(held) if isinstance(held, bytes) else tree_sha(held)
    url = f"{address().api}/repos/{repo.full_name}/contents/{path}?ref={ref}"
    html = f"{address().html}/{repo.full_name}/{'blob' if file else 'tree'}/{ref}/{path}"
    git = f"{_git(repo)}/{'blobs' if file else 'trees'}/{sha}"
    return {
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": sha,
        "size": len(held) if file else 0,
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{address().html}/{repo.full_name}/raw/{ref}/{path}" if file else None,
        "type": "file" if file else "dir",
        "_links": {"self": url, "git": git, "html": html},
    }
