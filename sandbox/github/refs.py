"""Tags and releases of the pretend GitHub, as its lists show them. Read only."""

from __future__ import annotations

from flask import Response

from sandbox.github import shapes
from sandbox.github.rim import Rim, address, paged
from sandbox.github.shapes import Shape
from sandbox.state import Repo


def register(rim: Rim) -> None:
    """Add these paths."""

    @rim.repo("/tags", "GET")
    def tags(repo: Repo) -> Response:
        return paged([_tag(repo, name) for name in sorted(repo.tags, reverse=True)])

    @rim.repo("/releases", "GET")
    def releases(repo: Repo) -> Response:
        newest = sorted(repo.releases.values(), key=lambda release: release.published_at, reverse=True)
        return paged([shapes.release(release, repo, address()) for release in newest])


def _tag(repo: Repo, name: str) -> Shape:
    sha, url = repo.tags[name], f"{address().api}/repos/{repo.full_name}"
    return {
        "name": name,
        "zipball_url": f"{url}/zipball/refs/tags/{name}",
        "tarball_url": f"{url}/tarball/refs/tags/{name}",
        "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
        "node_id": shapes.node("Ref", repo.id),
    }
