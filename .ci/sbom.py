"""Writes the software bill of materials of a release: CycloneDX 1.6, from the pinned requirements, the same each time.

Usage: sbom.py FILE. The document is validated against CycloneDX's own schema. What it names of the package index is
left out: where a package was fetched from is the mirror's business, what was fetched is told by its hashes.
"""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

ROOT = Path(__file__).parent.parent


def made() -> str:
    """The document. Raises ValueError where it is none, CalledProcessError where it cannot be made."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    about = setup["metadata"]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "pyproject.toml"
        # cyclonedx-py reads what the whole is called from here alone; setup.cfg is where we keep it.
        fields = {"name": about["name"], "version": about["version"], "description": about["description"]}
        lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items()]
        project.write_text(
            "\n".join(["[project]", *lines, f'license = {{ text = "{about["license"]}" }}', ""]), "utf-8"
        )
        command = ["requirements", str(ROOT / "requirements.txt"), "--pyproject", str(project), "--output-reproducible"]
        answer = subprocess.run(
            [str(Path(sys.executable).with_name("cyclonedx-py")), *command, "--of", "JSON", "--sv", "1.6", "-o", "-"],
            check=True,
            capture_output=True,
            text=True,
        )
    document: dict[str, Any] = json.loads(answer.stdout)
    for component in document["components"]:
        for reference in component["externalReferences"]:
            reference["url"] = component["purl"]
        component.pop("description", None)
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    problem = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6).validate_str(text)
    if problem is not None:
        raise ValueError(f"It is not CycloneDX 1.6: {problem}")
    return text


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made(), "utf-8")
