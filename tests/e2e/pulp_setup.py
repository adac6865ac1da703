"""Makes Pulp's repository `dev` and the index that serves it. Run once, before the tests."""

from __future__ import annotations

import os

import requests

from tests.e2e.index import LOGIN


def make(root: str) -> None:
    """The repository and its index. Raises HTTPError with Pulp's own status."""

    def post(path: str, body: dict[str, object]) -> dict[str, object]:
        answer = requests.post(f"{root}/pulp/api/v3/{path}", json=body, auth=LOGIN, timeout=60)
        answer.raise_for_status()
        made: dict[str, object] = answer.json()
        return made

    repository = post("repositories/python/python/", {"name": "dev"})["pulp_href"]
    post("distributions/python/pypi/", {"name": "dev", "base_path": "dev", "repository": repository})


if __name__ == "__main__":
    make(os.environ["E2E_PULP_URL"])
