"""A repository in a pretend Amazon ECR (moto), as a publisher uses it through boto3."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from boto3.session import Session

from tests.e2e.layout import Layout, image

ACCOUNT, REGION = "123456789012", "eu-west-1"
LOGIN = {"AWS_ACCESS_KEY_ID": "e2e", "AWS_SECRET_ACCESS_KEY": "e2e-secret", "AWS_EC2_METADATA_DISABLED": "true"}


class Ecr:
    """One repository, of its own name. `folder` is where its images are made."""

    def __init__(self, address: str, folder: Path) -> None:
        self._folder = folder
        self._client: Any = Session().client("ecr", region_name=REGION, endpoint_url=address)
        self.path = f"acme/widget-{uuid.uuid4().hex[:8]}"
        self._client.create_repository(repositoryName=self.path)

    @property
    def name(self) -> str:
        """Its full name, host first."""
        return f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{self.path}"

    @property
    def purl(self) -> str:
        """What the monitor calls it."""
        return f"pkg:oci/{self.path.partition('/')[2]}?repository_url={self.name}"

    def build(self, says: str, *platforms: str) -> Layout:
        """An image in a folder, not pushed yet."""
        return image(self._folder / uuid.uuid4().hex, says, *platforms)

    def push(self, layout: Layout, *tags: str) -> None:
        """Push its manifest under each of these tags; what they held before is replaced.

        moto would take another digest than that of the manifest if it were not told.
        """
        for tag in tags:
            self._client.put_image(
                repositoryName=self.path,
                imageManifest=layout.content.decode(),
                imageManifestMediaType=layout.kind,
                imageDigest=layout.digest,
                imageTag=tag,
            )

    def publish(self, *tags: str) -> dict[str, Layout]:
        """Build and push one image for each tag."""
        made = {tag: self.build(tag) for tag in tags}
        for tag, layout in made.items():
            self.push(layout, tag)
        return made

    def untag(self, tag: str) -> None:
        """Delete a tag."""
        self._client.batch_delete_image(repositoryName=self.path, imageIds=[{"imageTag": tag}])

    def delete(self) -> None:
        """Delete the repository with everything in it."""
        self._client.delete_repository(repositoryName=self.path, force=True)
