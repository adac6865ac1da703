"""The registries we can watch, by purl type. One file each, listed here by hand."""

from verifier.registries import npm, pypi
from verifier.registries.base import Registry

REGISTRIES: dict[str, Registry] = {
    npm.TYPE: npm,
    pypi.TYPE: pypi,
}

__all__ = ["REGISTRIES", "Registry", "npm", "pypi"]
