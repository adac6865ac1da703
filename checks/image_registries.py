"""What each registry of images wants for cutting access, removing a tag or its bytes, and locking tags. Pure.

Source: docs.docker.com (tags, image management, immutable tags, access tokens), docker/hub-tool (the call that removes
a tag), docs.github.com (deleting and restoring a package, REST packages), docs.aws.amazon.com (CLI reference of ecr,
ecr-public, iam and cloudtrail), skopeo-delete(1). Every name, tag and digest that comes here is safe for a shell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from checks.steps import Step, cut
from verifier import image_hosts

_PUBLIC_REGION = "us-east-1"
"""Where the whole of Amazon's public registry is."""


@dataclass(frozen=True)
class Image:
    """One tag of an image. `rogue` is the digest it points at, '' where nobody knows it. `replaced`: it held something
    before. `ours`: what it holds are the bytes of another release, which must not be removed."""

    host: str
    path: str
    tag: str
    rogue: str
    replaced: bool = False
    removed: bool = False
    ours: bool = False

    @property
    def by_digest(self) -> str:
        """The bytes by their name; '' where their digest is not known, or others need them."""
        return f"{self.host}/{self.path}@{self.rogue}" if self.rogue and not self.ours else ""


Answer = Callable[[Sequence[Image]], list[Step]]


def nothing(images: Sequence[Image]) -> list[Step]:
    """Where there is nothing to do."""
    return []


@dataclass(frozen=True)
class Registry:
    """One kind of registry: what people call it ('': by its host), its steps about some of its images, and the command
    that logs in to a host."""

    words: str
    access: Answer
    remove: Answer
    lock: Answer = nothing
    login: Callable[[str], str] = "docker login {}".format


def registry_of(host: str) -> Registry:
    """The kind of registry that a host is."""
    if image_hosts.amazon(host) is not None:
        return _AMAZON
    return _BY_HOST.get(host, _OTHER)


def _hub_access(images: Sequence[Image]) -> list[Step]:
    return [
        Step(
            "**Cut the access to Docker Hub.** *Account settings* → *Personal access tokens*: delete every token you "
            "do not know, and every one that a computer or a CI secret held; the list shows when each was used last. "
            "In an organization look at its access tokens and members too. Change the password and the second factor.",
            access=True,
        )
    ]


def _hub_remove(images: Sequence[Image]) -> list[Step]:
    """A tag that held something before is pointed back, one that is new is taken away; bytes go by their digest."""
    api, bearer = "https://hub.docker.com/v2", "Authorization: Bearer ACCESS_TOKEN"
    new = [
        f'curl -X DELETE -H "{bearer}" {api}/repositories/{i.path}/tags/{i.tag}/'
        for i in images
        if not i.replaced and not i.removed
    ]
    said_who = """'{"identifier": "NAME", "secret": "TOKEN"}'"""
    token = f'curl -H "Content-Type: application/json" -d {said_who} {api}/auth/token'
    tags = (
        " Tags that are new: *My Hub* → *Repositories* → the repository → *Tags* → *Delete*, or the calls below. The "
        "first gives, for your name and a personal access token that may delete, what to write in place of "
        "`ACCESS_TOKEN`."
    )
    bytes_ = " The bytes: *Image Management* of the repository, by digest: *Preview and delete*."
    said = (tags if new else "") + (bytes_ if any(image.by_digest for image in images) else "")
    immutable = " Tags that are immutable must be made mutable first."
    lines = cut([token, *new]) if new else ()
    return [Step(f"**Take it away on Docker Hub.**{said}{immutable}", lines)] if said else []


def _hub_lock(images: Sequence[Image]) -> list[Step]:
    return [
        Step(
            "**Keep release tags from being moved again on Docker Hub**, after they are right: *Settings* → *General* "
            "→ *Tag mutability settings* of the repository."
        )
    ]


def _ghcr_access(images: Sequence[Image]) -> list[Step]:
    return [
        Step(
            "**Cut the access to GitHub's registry.** *Settings* → *Developer settings* → *Personal access tokens* → "
            "*Tokens (classic)*: delete those with `write:packages` that you do not know or that a computer or a CI "
            "secret held. In the package's settings *Manage Actions access* lists the repositories whose workflows may "
            "push, *Manage access* the people: remove who does not belong there.",
            access=True,
        )
    ]


def _ghcr_remove(images: Sequence[Image]) -> list[Step]:
    """A version there is a digest with every tag on it: a tag of bytes that others need cannot be taken off alone."""
    rogue = [image for image in images if not image.ours]
    lines = ["gh auth refresh --scopes read:packages,delete:packages"]
    for image in rogue:
        owner, _, name = image.path.partition("/")
        package = f"/orgs/{owner}/packages/container/{quote(name, safe='')}/versions"
        which = f'.name == "{image.rogue}"' if image.rogue else f'.metadata.container.tags[] == "{image.tag}"'
        lines += [
            f"gh api --paginate {package} --jq '.[] | select({which}) | .id'",
            f"gh api --method DELETE {package}/VERSION_ID",
        ]
    return [
        Step(
            "**Take it away on GitHub's registry.** The first call gives the number to write in place of `VERSION_ID`; "
            "for a personal account write `/user` in place of `/orgs/…`. It goes with every tag that points at it, "
            "so point those back first, and can be restored for 30 days. A public one with more than 5000 downloads "
            "only GitHub's support deletes:",
            cut(lines),
        )
    ][: len(rogue)]


def _amazon_access(images: Sequence[Image]) -> list[Step]:
    regions = list(dict.fromkeys(_place(image)[1] for image in images)) or ["REGION"]
    event = "AttributeKey=EventName,AttributeValue=PutImage"
    return [
        Step(
            "**Cut the access at Amazon.** The events name who pushed: look for the digest, and for the key or the "
            "role. Deactivate the key; of a role revoke its sessions, and look at its trust policy and the "
            "repository's policy:",
            (
                *cut([f"aws cloudtrail lookup-events --region {at} --lookup-attributes {event}" for at in regions]),
                "aws iam update-access-key --user-name USER --access-key-id ACCESS_KEY_ID --status Inactive",
            ),
            access=True,
        )
    ]


def _amazon_remove(images: Sequence[Image]) -> list[Step]:
    """By its digest it goes with every tag on it; by its tag only that goes, and the bytes with the last one."""
    lines = []
    for image in images:
        which = f"imageDigest={image.rogue}" if image.by_digest else f"imageTag={image.tag}"
        service = "ecr-public" if image.host == image_hosts.AMAZON_PUBLIC else "ecr"
        lines.append(f"aws {service} batch-delete-image {_where(image)} --image-ids {which}")
    return [
        Step(
            "**Take it away at Amazon.** A digest goes with every tag that points at it, so point those back first; it "
            "cannot be undone:",
            cut(lines),
        )
    ]


def _amazon_lock(images: Sequence[Image]) -> list[Step]:
    exclusion = (
        "--image-tag-mutability IMMUTABLE_WITH_EXCLUSION "
        "--image-tag-mutability-exclusion-filters filterType=WILDCARD,filter=latest"
    )
    lines = [
        f"aws ecr put-image-tag-mutability {_where(image)} {how}"
        for image in images
        for how in ("--image-tag-mutability IMMUTABLE", exclusion)
    ]
    return [
        Step(
            "**Keep tags from being moved again at Amazon**, after they are right. Where a workflow moves tags like "
            "`latest`, not with the first command but with the second, and a filter for each of them:",
            cut(lines),
        )
    ]


def _amazon_login(host: str) -> str:
    public, found = host == image_hosts.AMAZON_PUBLIC, image_hosts.amazon(host)
    region = found.region if found else _PUBLIC_REGION
    password = f"aws {'ecr-public' if public else 'ecr'} get-login-password --region {region}"
    return f"{password} | docker login --username AWS --password-stdin {host}"


def _where(image: Image) -> str:
    """The options that say which repository; one of the public registry is named without the alias in front."""
    account, region = _place(image)
    if image.host == image_hosts.AMAZON_PUBLIC:
        return f"--region {region} --repository-name {image.path.partition('/')[2] or image.path}"
    return f"--registry-id {account} --region {region} --repository-name {image.path}"


def _place(image: Image) -> tuple[str, str]:
    """Account and region, as the host names them; the public registry is in one region."""
    found = image_hosts.amazon(image.host)
    return (found.account, found.region) if found else ("", _PUBLIC_REGION)


def _other_access(images: Sequence[Image]) -> list[Step]:
    hosts = " and ".join(f"`{host}`" for host in sorted({image.host for image in images})) or "the registry"
    return [
        Step(
            f"**Cut the access to {hosts}.** Revoke the access tokens, deploy tokens and robot accounts that may "
            "push, all that you do not know and all that a computer or a CI secret held; look at who else may push.",
            access=True,
        )
    ]


def _other_remove(images: Sequence[Image]) -> list[Step]:
    lines = [f"skopeo delete docker://{image.by_digest}" for image in images if image.by_digest]
    by_digest = ", or by its digest, where the registry allows that: it goes with every tag on it, so point those back"
    return [
        Step(
            f"**Take it away** on the registry's own page{f'{by_digest} first:' if lines else '.'}",
            cut(lines),
        )
    ]


_HUB = Registry("Docker Hub", _hub_access, _hub_remove, _hub_lock)
_GHCR = Registry("GitHub's container registry", _ghcr_access, _ghcr_remove)
_AMAZON = Registry("Amazon ECR", _amazon_access, _amazon_remove, _amazon_lock, _amazon_login)
_AMAZON_PUBLIC = Registry("Amazon ECR Public", _amazon_access, _amazon_remove, login=_amazon_login)
_OTHER = Registry("", _other_access, _other_remove)
_BY_HOST = {
    image_hosts.DOCKER_HUBS[0]: _HUB,
    image_hosts.GITHUB: _GHCR,
    image_hosts.AMAZON_PUBLIC: _AMAZON_PUBLIC,
}
