"""Writes what `emulate` starts with: its repository, a plain token, and our App with app.yml's permissions.

python -m tests.e2e.emulate_seed FOLDER: makes `seed.yaml` and the App's new key `key.pem` there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from sandbox.keys import make
from tests.documents import document

OWNER, REPOSITORY, TRACKER = "octo", "widget", "alerts"
TOKEN = "a-plain-token"
APP, INSTALLATION = 7, 100


def seed(folder: Path) -> None:
    """Write both files."""
    key = make().private
    app = {
        "app_id": APP,
        "slug": "artifact-monitor",
        "name": "Artifact Monitor",
        "private_key": key,
        "permissions": yaml.safe_load(document("app.yml"))["default_permissions"],
        "events": [],
        "installations": [{"installation_id": INSTALLATION, "account": OWNER, "repository_selection": "all"}],
    }
    github = {
        "users": [{"login": OWNER}],
        "repos": [{"owner": OWNER, "name": name, "auto_init": True} for name in (REPOSITORY, TRACKER)],
        "apps": [app],
    }
    tokens = {TOKEN: {"login": OWNER, "scopes": ["repo"]}}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key.pem").write_text(key, "utf-8")
    (folder / "seed.yaml").write_text(yaml.safe_dump({"tokens": tokens, "github": github}), "utf-8")


if __name__ == "__main__":
    seed(Path(sys.argv[1]))
