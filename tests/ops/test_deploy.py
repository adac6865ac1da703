"""What the files of a production run name exists: commands, settings, files, secrets."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli.main import main
from app.processes.worker import END_WITHIN
from app.secret_files import SECRETS
from app.settings import VARIABLES
from tests.documents import ROOT, document
from tests.webhooks.running import free_port

SETTINGS = {*VARIABLES, *(f"{name}_FILE" for name in SECRETS)}
OTHERS = {"PATH", "TMPDIR", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PIP_DISABLE_PIP_VERSION_CHECK"}
OTHERS |= {"PIP_NO_CACHE_DIR"}
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
USER = "10001:10001"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, with what stands behind them."""
    text = re.sub(r"(?m)^#.*\n", "", document("Dockerfile")).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line.strip()]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(document("compose.yaml"))
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services that run the monitor."""
    return {name: service for name, service in compose()["services"].items() if "build" in service}


def is_command(words: list[str]) -> bool:
    """A command line that the image, or the virtual environment, has."""
    program = Path(words[0]).name
    if program == "gunicorn":
        return words[1] == "-c" and (ROOT / words[2]).is_file()
    if program != "artifact-monitor" or words[1] not in main.commands:
        return False
    if words[1] == "alive":
        (process,) = (parameter.type for parameter in main.commands["alive"].params)
        return words[2] in getattr(process, "choices", ())
    options = {name for parameter in main.commands[words[1]].params for name in parameter.opts}
    return len(words) == 2 or words[2] in options


def unit(path: Path) -> dict[str, list[str]]:
    """What a unit says, by name; the same name may stand there more than once."""
    found = dict[str, list[str]]()
    for line in path.read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_the_image_copies_what_is_there_and_all_that_runs() -> None:
    copied = [
        source
        for name, words in instructions()
        if name == "COPY" and "--from" not in words
        for source in words.split()[:-1]
    ]
    packages = ("app/", "handlers/", "verifier/", "checks/", "sandbox/")

    assert [] == [source for source in copied if not (ROOT / source).exists()]
    assert {*packages, "requirements.txt", "setup.cfg", "gunicorn.conf.py", "app.yml"} <= set(copied)
    let_in = {line[1:] for line in document(".dockerignore").splitlines() if line.startswith("!")}
    assert {source.rstrip("/") for source in copied} == let_in


def test_the_image_runs_as_nobody_with_pinned_packages() -> None:
    last = max(number for number, (name, _) in enumerate(instructions()) if name == "FROM")
    final = instructions()[last:]

    assert [USER] == [words for name, words in final if name == "USER"]
    assert [] == [words for name, words in final if name == "RUN" and "pip" in words]
    installs = [words for name, words in instructions() if name == "RUN" and "pip install" in words]
    assert all("--no-deps" in words for words in installs)
    assert "--require-hashes -r requirements.txt" in installs[0]
    assert [] == [words for name, words in instructions() if name == "ADD" or "curl" in words or "wget" in words]


def test_the_images_settings_and_commands_exist() -> None:
    said = dict(pair.split("=", 1) for name, words in instructions() if name == "ENV" for pair in shlex.split(words))
    ((_, command),) = [found for found in instructions() if found[0] == "CMD"]
    ((_, health),) = [found for found in instructions() if found[0] == "HEALTHCHECK"]

    assert set() == set(said) - SETTINGS - OTHERS
    assert is_command(json.loads(command))
    assert is_command(json.loads(health.partition("CMD ")[2]))


@pytest.mark.parametrize("name", ours())
def test_a_service_names_settings_commands_and_secrets_that_exist(name: str) -> None:
    service, secrets = ours()[name], compose()["secrets"]

    assert set() == set(service["environment"]) - SETTINGS
    assert is_command(service.get("command", ["gunicorn", "-c", "gunicorn.conf.py"]))
    health = service.get("healthcheck", {})
    assert health.get("disable") or "test" not in health or is_command(health["test"][1:])
    assert set(service["secrets"]) <= set(secrets)
    named = {Path(value).name for key, value in service["environment"].items() if key.endswith("_FILE")}
    assert set(service["secrets"]) == named


@pytest.mark.parametrize("name", ours())
def test_a_service_may_do_nothing_that_it_needs_not(name: str) -> None:
    service = ours()[name]

    assert service["read_only"]
    assert ["ALL"] == service["cap_drop"]
    assert ["no-new-privileges:true"] == service["security_opt"]
    assert int(service["stop_grace_period"].removesuffix("s")) > END_WITHIN + 10


def test_a_worker_is_looked_after_as_a_worker_and_there_are_two() -> None:
    services = ours()

    assert ["CMD", "artifact-monitor", "alive", "worker"] == services["worker"]["healthcheck"]["test"]
    assert ["CMD", "artifact-monitor", "alive", "clock"] == services["clock"]["healthcheck"]["test"]
    assert 2 == services["worker"]["deploy"]["replicas"]
    for name in ("web", "worker", "clock"):
        assert "service_completed_successfully" == services[name]["depends_on"]["migrate"]["condition"]


def test_databases_are_reached_from_inside_alone_and_with_a_password() -> None:
    found = compose()
    ports = {name: service["ports"] for name, service in found["services"].items() if "ports" in service}

    assert {"web": ["127.0.0.1:8750:8750"]} == ports
    assert {"internal": True} == found["networks"]["inside"]
    for name in ("postgres", "redis"):
        assert ["inside"] == found["services"][name]["networks"]
    assert "POSTGRES_PASSWORD_FILE" in found["services"]["postgres"]["environment"]
    assert "/run/secrets/redis_conf" in found["services"]["redis"]["command"]
    assert "requirepass" in document("docs/deploy.md")


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="there is no redis-server")
def test_redis_is_healthy_where_it_takes_its_password_and_answers(tmp_path: Path) -> None:
    conf, port = tmp_path / "redis.conf", free_port()
    conf.write_text(f'requirepass secret\nmaxmemory 64mb\nsave ""\nport {port}\ndir {tmp_path}\n')
    shell, command = compose()["services"]["redis"]["healthcheck"]["test"]
    command = command.replace("$$", "$").replace("redis-cli", f"redis-cli -p {port}")

    def healthy(file: Path) -> bool:
        told = command.replace("/run/secrets/redis_conf", str(file))
        return subprocess.run(["/bin/sh", "-c", told], capture_output=True).returncode == 0

    assert "CMD-SHELL" == shell
    assert not healthy(conf)
    server = subprocess.Popen(["redis-server", str(conf)], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while not (well := healthy(conf)) and time.monotonic() < until:
            time.sleep(0.1)
        assert well
        other = tmp_path / "other.conf"
        other.write_text("requirepass wrong\n")
        assert not healthy(other)
    finally:
        server.terminate()
        server.wait(30)


def test_the_app_is_set_up_where_every_process_looks_for_it() -> None:
    """The set-up's page is served to this machine alone, so its container is in the machine's own network."""
    services = ours()
    environment = dict(pair.split("=", 1) for name, words in instructions() if name == "ENV" for pair in words.split())

    assert "/data" == environment["DATA_DIR"]
    assert ["data:/data"] == services["setup"]["volumes"]
    assert "host" == services["setup"]["network_mode"] and "networks" not in services["setup"]
    assert ["setup"] == services["setup"]["profiles"]
    for name in ("web", "worker", "clock"):
        assert services[name]["volumes"][0].startswith("data:/data")


def test_every_secret_of_the_services_is_made_or_named_by_the_document() -> None:
    text = document("docs/deploy.md")

    assert [] == [secret["file"] for secret in compose()["secrets"].values() if secret["file"] not in text]
    assert "secrets/" in document(".gitignore").split()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_names_settings_commands_and_credentials_that_exist(path: Path) -> None:
    said = unit(path)
    settings = dict(pair.split("=", 1) for line in said["Environment"] for pair in line.split())
    credentials = {line.partition(":")[0] for line in said.get("LoadCredential", ())}

    assert set() == set(settings) - SETTINGS - OTHERS
    assert is_command(shlex.split(said["ExecStart"][0]))
    assert credentials == {Path(value).name for value in settings.values() if value.startswith("%d/")}
    assert int(said["TimeoutStopSec"][0]) > END_WITHIN + 10
    assert path.stem.removesuffix("@") in document("docs/deploy.md")


@pytest.mark.parametrize("name", ["web", "worker@", "clock"])
def test_a_database_that_is_down_at_boot_is_tried_until_it_is_there(name: str) -> None:
    """A unit that was required and failed once would leave those behind it dead for good."""
    migrate, other = (unit(ROOT / "deploy/systemd" / f"artifact-monitor-{n}.service") for n in ("migrate", name))
    migrating = "artifact-monitor-migrate.service"

    assert ["oneshot", "on-failure", "0"] == [migrate[key][0] for key in ("Type", "Restart", "StartLimitIntervalSec")]
    assert "--wait" in migrate["ExecStart"][0]
    assert "Requires" not in other
    assert all(migrating in other[key][0].split() for key in ("Wants", "After", "PartOf"))
    assert "always" == other["Restart"][0]


def test_platforms_wait_for_the_database_too_and_can_be_rolled_back() -> None:
    assert "release: artifact-monitor migrate --wait 60" in document("Procfile").splitlines()
    assert "--wait" in ours()["migrate"]["command"]
    assert all("NEWER_DATABASE" in ours()[name]["environment"] for name in ("migrate", "web", "worker", "clock"))


def test_a_command_by_hand_has_the_settings_that_the_units_give(tmp_path: Path) -> None:
    """The function of docs/deploy.md, with the account's change left out."""
    (recipe,) = re.findall(r"^monitor\(\) \($.*?^\)$", document("docs/deploy.md"), re.M | re.S)
    given = {
        "environment": "BASE_URL=https://monitor.example",
        "database-url": "postgresql://a",
        "redis-url": "redis://b",
    }
    for name, text in given.items():
        (tmp_path / name).write_text(f"{text}\n")
    shown = "$1 $2 $BASE_URL $DATABASE_URL $REDIS_URL $DATA_DIR"
    for name, does in {"runuser": 'shift 3; exec "$@"', "artifact-monitor": f'echo "{shown}"'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    recipe = recipe.replace("/etc/artifact-monitor", str(tmp_path))
    recipe = recipe.replace("/opt/artifact-monitor/.venv/bin", str(tmp_path))
    called = ["/bin/sh", "-c", f"{recipe}\nmonitor token create"]
    said = subprocess.run(called, capture_output=True, text=True, check=True).stdout

    assert "token create https://monitor.example postgresql://a redis://b /var/lib/artifact-monitor\n" == said
    (tmp_path / "database-url").unlink()
    assert 0 != subprocess.run(called, capture_output=True).returncode
    assert {"database-url", "redis-url"} == {
        line.partition(":")[0] for path in UNITS for line in unit(path).get("LoadCredential", ())
    }


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_systemd_takes_the_units_and_finds_them_hardened(tmp_path: Path) -> None:
    """The programs that they start are not there where this runs, so another stands in for them."""
    for path in UNITS:
        text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={shutil.which('true')}", path.read_text("utf-8"))
        (tmp_path / path.name).write_text(text.replace("WorkingDirectory=/opt/artifact-monitor", "WorkingDirectory=/"))
    files = [str(tmp_path / path.name) for path in UNITS]
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True)

    assert (0, []) == (
        verified.returncode,
        [line for line in verified.stderr.splitlines() if "artifact-monitor" in line],
    )
    for file in files:
        judged = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", file]
        assert 0 == subprocess.run(judged, capture_output=True).returncode, file


def test_the_command_is_on_the_path_of_platforms_that_install_requirements_only() -> None:
    hook = ROOT / "bin" / "post_compile"

    assert hook.stat().st_mode & 0o111
    assert "pip install --no-deps --no-build-isolation --quiet ." in hook.read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["artifact-monitor", "wroker"],
        ["artifact-monitor", "setup", "--prot", "8751"],
        ["gunicorn", "-c", "nowhere.py"],
        ["artifact-monitor", "alive", "redis"],
    ],
)
def test_a_command_that_there_is_not_would_be_noticed(words: list[str]) -> None:
    assert not is_command(words)
