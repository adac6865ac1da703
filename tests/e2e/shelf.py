"""A small real Python index: CERN's simple-repository over a folder, with digests, upload times and yanks.

Runs in the environment that `tests/e2e/run` makes: python shelf.py FOLDER YANKS.json PORT
"""

# mypy: disable-error-code="import-not-found, import-untyped, misc"
# These libraries are in the end-to-end environment only, so for mypy their classes are unknown.

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import fastapi
import httpx
import uvicorn
from simple_repository.components.core import RepositoryContainer
from simple_repository.components.local import LocalRepository
from simple_repository.components.metadata_injector import MetadataInjectorRepository
from simple_repository.components.yanking import YankRepository
from simple_repository_server.routers import simple


class Hashed(RepositoryContainer):
    """The folder's pages say no digests; these do."""

    def __init__(self, source: Any, folder: Path) -> None:
        super().__init__(source)
        self._folder = folder

    async def get_project_page(self, project_name: str, *, request_context: Any = None) -> Any:
        """The page with the digest of each file as it lies there now."""
        page = await super().get_project_page(project_name, request_context=request_context)
        return replace(page, files=tuple(self._hashed(project_name, file) for file in page.files))

    def _hashed(self, project: str, file: Any) -> Any:
        content = (self._folder / project / file.filename).read_bytes()
        return replace(file, hashes={"sha256": hashlib.sha256(content).hexdigest()})


class Yanks:
    """Which releases are yanked: `{project: {version: reason}}`, read again at each request."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def yanked_versions(self, project_page: Any) -> dict[str, str]:
        """The yanked releases of one project."""
        said: dict[str, dict[str, str]] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}
        return said.get(project_page.name, {})

    async def yanked_files(self, project_page: Any) -> dict[str, str]:
        """None: only whole releases are yanked here."""
        return {}


def serve(folder: Path, yanks: Path, port: int) -> None:
    """Serve it on loopback until killed."""

    @asynccontextmanager
    async def life(app: Any) -> AsyncIterator[None]:
        async with httpx.AsyncClient() as client:
            shelf = YankRepository(Hashed(LocalRepository(folder), folder), Yanks(yanks))
            app.include_router(simple.build_router(MetadataInjectorRepository(shelf, client), http_client=client))
            yield

    uvicorn.run(fastapi.FastAPI(lifespan=life), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
