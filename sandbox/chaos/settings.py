"""The monitor's settings on the bench: everything around it is a door of the bench's, and nothing is inherited."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from sandbox import provenance
from sandbox.app import AMAZON, HUB, IMAGES, NPM, PYPI
from sandbox.chaos.servers import free_port
from sandbox.keys import Keys
from sandbox.live import inherited
from sandbox.process import CLOCK
from sandbox.world import World
from verifier.model.artifact import DOCKER_HUB

ROUTE = "webhook"


def environment(
    folder: Path, keys: Keys, github: str, registry: str, receiver: str, secret: str, world: World
) -> dict[str, str]:
    """The environment of every process; writes the files that it names."""
    port = free_port()
    _private(folder / "app.pem", keys.private)
    (folder / "trusted_root.json").write_bytes(provenance.trust_root())
    routes = [{"name": ROUTE, "kind": "webhook", "url": f"{receiver}/heard", "secret": secret}]
    _private(folder / "routes.yml", yaml.safe_dump({"routes": routes}))
    hosts = [f"{host}={registry}{IMAGES}/{host}" for host in world.hosts if host != DOCKER_HUB]
    return {
        **inherited(os.environ),
        "ROUTES": str(folder / "routes.yml"),
        "DATA_DIR": str(folder / "data"),
        "GITHUB_API_URL": f"{github}/api/v3",
        "GITHUB_APP_ID": str(keys.app_id),
        "GITHUB_PRIVATE_KEY": str(folder / "app.pem"),
        "GITHUB_WEBHOOK_SECRET": keys.webhook_secret,
        "NPM_REGISTRY": f"{registry}{NPM}",
        "PYPI_INDEX": f"{registry}{PYPI}/simple/",
        "DOCKER_HUB": f"{registry}{HUB}",
        "DOCKER_REGISTRY": f"{registry}{IMAGES}/{DOCKER_HUB}",
        "OCI_REGISTRIES": ",".join(hosts),
        "AWS_ENDPOINT_URL_ECR": f"{registry}{AMAZON}",
        "TRUST_ROOT": str(folder / "trusted_root.json"),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "LOG_FORMAT": "json",
        CLOCK: str(folder / "clock"),
    }


def _private(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
