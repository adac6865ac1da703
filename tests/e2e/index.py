"""Python indexes as a publisher uses them: upload, yank, take down."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import requests

from tests.e2e import dist

LOGIN = ("admin", "e2e-admin")


class Index(Protocol):
    """A running index. `url` is its simple API, with a trailing slash."""

    url: str

    @abstractmethod
    def upload(self, *files: Path) -> None:
        """Publish these files."""

    @abstractmethod
    def yank(self, project: str, version: str, reason: str) -> None:
        """Yank a release."""

    @abstractmethod
    def delete(self, project: str, version: str) -> None:
        """Take every file of a release down."""


def publish(index: Index, folder: Path, project: str, *versions: str) -> None:
    """Publish one wheel and one sdist of each version."""
    for version in versions:
        index.upload(dist.wheel(folder, project, version), dist.sdist(folder, project, version))


class Shelf:
    """The server of `shelf.py`: takes no uploads; files are copied to its folder, and their time is the upload's."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self._folder = url, folder

    def upload(self, *files: Path) -> None:
        """Copy them in. The server's times are whole seconds: what is uploaded now shall be later than a moment ago."""
        time.sleep(1.05 - time.time() % 1)  # a file's own time may lag a little behind the clock
        for file in files:
            place = self._folder / _project(file)
            place.mkdir(exist_ok=True)
            whole = self._folder.parent / file.name
            shutil.copy(file, whole)
            whole.rename(place / file.name)  # nobody sees half a file

    def yank(self, project: str, version: str, reason: str) -> None:
        """Say so in the file that the server reads."""
        yanks = self._folder.parent / "yanks.json"
        said = json.loads(yanks.read_text("utf-8")) if yanks.exists() else {}
        yanks.write_text(json.dumps({**said, project: {**said.get(project, {}), version: reason}}), "utf-8")

    def delete(self, project: str, version: str) -> None:
        """Remove its files."""
        for file in _of(self._folder / project, version):
            file.unlink()


def twine(program: str, url: str, login: tuple[str, str], *files: Path) -> None:
    """Upload with the real client; raises AssertionError with its own words when it fails."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TWINE_")}
    command = [program, "upload", "--non-interactive", "--disable-progress-bar", "--config-file", os.devnull]
    done = subprocess.run(
        [*command, "--repository-url", url, "-u", login[0], "-p", login[1], *map(str, files)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert 0 == done.returncode, f"twine: {done.stdout}{done.stderr}"


class Pulp:
    """pulp-python: uploads by twine, yanks, deletes, validators and provenance. `root` is the server's address."""

    def __init__(self, root: str, program: str) -> None:
        self._root, self._twine = root.rstrip("/"), program
        self.url = f"{self._root}/pypi/dev/simple/"

    def upload(self, *files: Path) -> None:
        """Upload with twine, and wait for what its worker does then."""
        twine(self._twine, f"{self._root}/pypi/dev/legacy/", LOGIN, *files)
        names = {file.name for file in files}
        self._shows(_project(files[0]), lambda shown: names <= {file["filename"] for file in shown})

    def yank(self, project: str, version: str, reason: str) -> None:
        """Its own call for this."""
        self._ask("POST", "/pypi/dev/yank/", json={"name": project, "version": version, "reason": reason})
        self._shows(project, lambda shown: all(f["yanked"] for f in shown if f"-{version}" in f["filename"]))

    def delete(self, project: str, version: str) -> None:
        """Take its files out of the repository."""
        self._modify(remove_content_units=[unit["pulp_href"] for unit in self.units(project, version)])

    def attest(self, project: str, file: Path, document: dict[str, Any]) -> None:
        """Add a PEP 740 provenance object to a file; `verify` false: nobody signed it."""
        (unit,) = [unit for unit in self.units(project, "") if unit["filename"] == file.name]
        (repository,) = self._ask("GET", "/pulp/api/v3/repositories/python/python/?name=dev")["results"]
        said = {"package": unit["pulp_href"], "repository": repository["pulp_href"], "verify": "false"}
        task = self._ask(
            "POST",
            "/pulp/api/v3/content/python/provenance/",
            data=said,
            files={"file": ("provenance.json", json.dumps(document))},
        )
        self._done(task)

    def units(self, project: str, version: str) -> list[dict[str, Any]]:
        """The files of one release as Pulp keeps them; of all, when `version` is empty."""
        path = f"/pulp/api/v3/content/python/packages/?name={project}&version={version}".removesuffix("&version=")
        found: list[dict[str, Any]] = self._ask("GET", path)["results"]
        return found

    def _shows(self, project: str, wanted: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Wait until the project's page shows it."""
        for _ in range(300):
            accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
            answer = requests.get(f"{self.url}{project}/", headers=accept, timeout=60)
            if answer.ok and wanted(answer.json()["files"]):
                return
            time.sleep(0.1)
        raise AssertionError(f"Pulp does not show it: {answer.status_code} {answer.text[:2000]}")

    def _modify(self, **changes: Any) -> None:
        (repository,) = self._ask("GET", "/pulp/api/v3/repositories/python/python/?name=dev")["results"]
        self._done(self._ask("POST", f"{repository['pulp_href']}modify/", json=changes))

    def _done(self, task: dict[str, str]) -> None:
        """Wait for what its worker does."""
        for _ in range(300):
            state = self._ask("GET", task["task"])
            if state["state"] == "completed":
                return
            assert state["state"] in ("waiting", "running"), f"Pulp could not: {state['error']}"
            time.sleep(0.1)
        raise AssertionError(f"Pulp did not finish: {task}")

    def _ask(self, method: str, path: str, **body: Any) -> Any:
        answer = requests.request(method, f"{self._root}{path}", auth=LOGIN, timeout=60, **body)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None


def _project(file: Path) -> str:
    return file.name.split("-", 1)[0].replace("_", "-")


def _of(folder: Path, version: str) -> list[Path]:
    return [file for file in folder.iterdir() if file.name.removesuffix(".tar.gz").split("-")[1] == version]
