"""The real npm client, with its own configuration and cache: what the machine's user has set up stays out of it."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path

import requests


class Npm:
    """One account of a registry, and a folder to publish from."""

    def __init__(self, registry: str, folder: Path) -> None:
        self.registry, self._folder = registry.rstrip("/"), folder
        self.account = f"user-{uuid.uuid4().hex[:8]}"
        folder.mkdir(parents=True)
        (folder / "npmrc").write_text(f"registry={self.registry}/\n{self._login()}\n", "utf-8")

    def _login(self) -> str:
        """A new account. The client's own `adduser` asks at the terminal; this is the request it makes."""
        made = requests.put(
            f"{self.registry}/-/user/org.couchdb.user:{self.account}",
            json={"name": self.account, "password": uuid.uuid4().hex, "email": f"{self.account}@host.example"},
            timeout=30,
        )
        made.raise_for_status()
        return f"{self.registry.partition(':')[2]}/:_authToken={made.json()['token']}"

    def run(self, *arguments: str, cwd: Path | None = None) -> str:
        """Run it; raises AssertionError with its own words when it fails."""
        environment = {key: value for key, value in os.environ.items() if not key.lower().startswith("npm_config_")}
        environment |= {
            "npm_config_userconfig": str(self._folder / "npmrc"),
            "npm_config_cache": str(self._folder / "cache"),
            "npm_config_update_notifier": "false",
        }
        done = subprocess.run(
            ["npm", *arguments], cwd=cwd or self._folder, env=environment, capture_output=True, text=True, timeout=120
        )
        assert 0 == done.returncode, f"npm {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def publish(self, name: str, *versions: str, says: str = "") -> None:
        """Publish these versions, one after the other. `says` makes their content differ."""
        for version in versions:
            folder = self._folder / f"{name.replace('/', '-')}-{version}-{uuid.uuid4().hex[:6]}"
            folder.mkdir()
            (folder / "package.json").write_text(json.dumps({"name": name, "version": version}), "utf-8")
            (folder / "index.js").write_text(f"// {says}\n", "utf-8")
            self.run("publish", "--access", "public", cwd=folder)

    def unpublish(self, name: str, version: str) -> None:
        """Take one version down."""
        self.run("unpublish", f"{name}@{version}")

    def unpublish_all(self, name: str) -> None:
        """Take the whole package down."""
        self.run("unpublish", name, "--force")

    def document(self, name: str) -> dict[str, object]:
        """What the registry shows of it to everybody."""
        answer = requests.get(f"{self.registry}/{name.replace('/', '%2f')}", timeout=30)
        answer.raise_for_status()
        shown: dict[str, object] = answer.json()
        return shown
