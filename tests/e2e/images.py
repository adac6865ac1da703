"""A repository of images as a publisher uses it: the real skopeo pushes and deletes."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from tests.e2e.layout import INDEX, MANIFEST, Layout, digest, image

HOST = "registry.example"
"""What the registry is called in the names of its images; OCI_REGISTRIES says where it is."""
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_EMPTY = "application/vnd.oci.empty.v1+json"

Login = tuple[str, str]
LOGIN: Login = ("e2e-reader", "e2e-password")
"""Whom the closed registry lets in: see registry.htpasswd."""


class Images:
    """One repository, of its own name, in the registry at `address`. `folder` is where its images are made."""

    def __init__(self, address: str, folder: Path, login: Login | None = None) -> None:
        self.address, self._folder, self.login = address, folder, login
        folder.mkdir(parents=True, exist_ok=True)
        self.path = f"acme/widget-{uuid.uuid4().hex[:8]}"

    @property
    def name(self) -> str:
        """Its full name, host first."""
        return f"{HOST}/{self.path}"

    @property
    def purl(self) -> str:
        """What the monitor calls it."""
        return f"pkg:oci/{self.path.partition('/')[2]}?repository_url={self.name}"

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """What the setting OCI_REGISTRIES must say."""
        return ((HOST, self.address),)

    def build(self, says: str, *platforms: str) -> Layout:
        """An image in a folder, not pushed yet."""
        return image(self._folder / uuid.uuid4().hex, says, *platforms)

    def push(self, layout: Layout, *tags: str) -> None:
        """Push it under each of these tags; what they held before is replaced."""
        for tag in tags:
            login = ["--dest-creds", ":".join(self.login)] if self.login else ["--dest-no-creds"]
            options = ["--all", "--preserve-digests", "--dest-tls-verify=false", *login]
            self._skopeo("copy", *options, f"oci:{layout.folder}", f"{self._reference}:{tag}")

    def publish(self, *tags: str) -> dict[str, Layout]:
        """Build and push one image for each tag."""
        made = {tag: self.build(tag) for tag in tags}
        for tag, layout in made.items():
            self.push(layout, tag)
        return made

    @property
    def logins(self) -> Path:
        """Where the real client keeps logins; there are none before `log_in`."""
        path = self._folder / "auth.json"
        if not path.exists():
            path.write_text("{}", "utf-8")
        return path

    def log_in(self) -> None:
        """Have the real client write the login down."""
        user, password = self.login or ("", "")
        options = ["--tls-verify=false", "--authfile", str(self.logins), "--username", user, "--password", password]
        self._skopeo("login", *options, urlsplit(self.address).netloc)

    def delete(self, tag: str) -> None:
        """Delete what a tag points at, by its digest; every tag of that digest goes with it."""
        self._skopeo("delete", "--tls-verify=false", f"{self._reference}:{tag}")

    def tags(self) -> set[str]:
        """The tags as the registry lists them."""
        answer = requests.get(f"{self._api}/tags/list", auth=self.login, timeout=30)
        answer.raise_for_status()
        return set(answer.json()["tags"] or ())

    def tag(self, layout: Layout, tags: Iterable[str]) -> None:
        """More tags for an image that was pushed, without pushing it again."""
        for tag in tags:
            self._put(f"manifests/{tag}", layout.content, layout.kind)

    def attach(self, subject: Layout, bundle: dict[str, Any]) -> None:
        """Push a Sigstore bundle that refers to an image, as cosign 3 does: skopeo cannot.

        A registry that knows no referrers gets a list of them under the tag that the specification has for that.
        """
        empty, body = b"{}", json.dumps(bundle).encode()
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": BUNDLE,
            "config": {"mediaType": _EMPTY, "digest": self._blob(empty), "size": len(empty)},
            "layers": [{"mediaType": BUNDLE, "digest": self._blob(body), "size": len(body)}],
            "subject": {"mediaType": subject.kind, "digest": subject.digest, "size": subject.size},
        }
        content = json.dumps(manifest).encode()
        if "OCI-Subject" in self._put(f"manifests/{digest(content)}", content, MANIFEST).headers:
            return
        listed = {"mediaType": MANIFEST, "digest": digest(content), "size": len(content), "artifactType": BUNDLE}
        index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [listed]}).encode()
        self._put(f"manifests/{subject.digest.replace(':', '-')}", index, INDEX)

    def _blob(self, content: bytes) -> str:
        begun = requests.post(f"{self._api}/blobs/uploads/", timeout=30)
        begun.raise_for_status()
        where = urljoin(begun.url, begun.headers["location"])
        self._put(f"{where}{'&' if '?' in where else '?'}digest={digest(content)}", content, "application/octet-stream")
        return digest(content)

    def _put(self, where: str, content: bytes, kind: str) -> requests.Response:
        answer = requests.put(urljoin(f"{self._api}/", where), data=content, headers={"Content-Type": kind}, timeout=30)
        assert 201 == answer.status_code, f"{where}: {answer.status_code} {answer.text[:500]}"
        return answer

    @property
    def _api(self) -> str:
        return f"{self.address}/v2/{self.path}"

    @property
    def _reference(self) -> str:
        return f"docker://{urlsplit(self.address).netloc}/{self.path}"

    def _skopeo(self, *arguments: str) -> None:
        """Run it, without what the machine's user has set up. Raises AssertionError with its own words."""
        environment = {key: value for key, value in os.environ.items() if key != "REGISTRY_AUTH_FILE"}
        environment |= {"XDG_RUNTIME_DIR": str(self._folder), "HOME": str(self._folder)}
        done = subprocess.run(
            ["skopeo", "--insecure-policy", *arguments], env=environment, capture_output=True, text=True, timeout=300
        )
        assert 0 == done.returncode, f"skopeo {' '.join(arguments)}: {done.stdout}{done.stderr}"


def pushed(name: str, tags: Iterable[tuple[str, Layout]]) -> tuple[str, ...]:
    """What `docker push` prints of them in the log of a run."""
    said = [f"{tag}: digest: {layout.digest} size: {layout.size}" for tag, layout in tags]
    return f"The push refers to repository [{name}]", *said
