"""Probot, the framework that most GitHub Apps are written with: installed from npm into a folder, and started there."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PATH = "/api/github/webhooks"
PACKAGES = ("probot", "pg", "@octokit/webhooks-examples")
TABLE = """
    CREATE TABLE deliveries (
        id text PRIMARY KEY, event text NOT NULL, body bytea NOT NULL, received_at bigint NOT NULL
    )
"""

EMPTY = 'export default (app) => { app.on("workflow_run.completed", async () => {}); };\n'
INSERT = """
import pg from "pg";
const pool = new pg.Pool({ connectionString: process.env.DELIVERIES, max: 10 });
const text = "INSERT INTO deliveries (id, event, body, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
export default (app) => {
  app.on("workflow_run.completed", async ({ id, name, payload }) => {
    const body = Buffer.from(JSON.stringify(payload));
    await pool.query({ name: "keep", text, values: [id, name, body, Date.now() * 1000] });
  });
};
"""


def install(folder: Path) -> str:
    """Install the newest into this folder; its version. Raises CalledProcessError."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    subprocess.run(["npm", "install", *quiet, *PACKAGES], cwd=folder, check=True)
    (folder / "empty.mjs").write_text(EMPTY)
    (folder / "insert.mjs").write_text(INSERT)
    version: str = json.loads((folder / "node_modules" / "probot" / "package.json").read_text())["version"]
    return version


def delivery(folder: Path) -> bytes:
    """The longest `workflow_run.completed` among GitHub's own examples, as it is sent: some 20 KB."""
    listed = json.loads(
        (folder / "node_modules" / "@octokit" / "webhooks-examples" / "api.github.com" / "index.json").read_text()
    )
    runs = next(event["examples"] for event in listed if event["name"] == "workflow_run")
    completed = (run for run in runs if run["action"] == "completed")
    return max((json.dumps(run, separators=(",", ":")).encode() for run in completed), key=len)


def start(folder: Path, app: str, port: int, secret: str, database: str) -> subprocess.Popen[bytes]:
    """Probot with `empty.mjs` or `insert.mjs`, as in production."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "NODE_ENV": "production",
        "APP_ID": "1",
        "PRIVATE_KEY": key.decode(),
        "WEBHOOK_SECRET": secret,
        "WEBHOOK_PATH": PATH,
        "LOG_LEVEL": "fatal",
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "DELIVERIES": database,
    }
    command = ["node", "node_modules/probot/bin/probot.js", "run", f"./{app}"]
    with (folder / f"{app}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
