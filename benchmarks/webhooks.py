"""How long the running app takes to accept a webhook: gunicorn with 2 workers on SQLite, 200 requests a second.

Open loop: requests leave on schedule whether or not earlier ones were answered, so waiting is counted.

    python benchmarks/webhooks.py [--rate 200] [--seconds 20] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

SECRET = "benchmark-secret"
ROOT = Path(__file__).resolve().parent.parent


def payload() -> bytes:
    """A `workflow_run` delivery of GitHub's size, about 20 KB."""
    sample = ROOT / "tests" / "handlers" / "payloads" / "workflow_run.completed.json"
    body = json.loads(sample.read_text()) if sample.exists() else {"action": "completed"}
    body["padding"] = "x" * max(0, 20_000 - len(json.dumps(body)))
    return json.dumps(body).encode()


def request(body: bytes, port: int) -> bytes:
    """One signed delivery with a fresh id, as bytes on the wire."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST /webhooks HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"X-GitHub-Event: workflow_run\r\nX-GitHub-Delivery: {uuid.uuid4()}\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def deliver(body: bytes, port: int) -> tuple[float, int]:
    """(seconds until the answer, status)."""
    wire, start = request(body, port), time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(wire)
    status = int((await reader.readline()).split()[1])
    taken = time.perf_counter() - start
    writer.close()
    return taken, status


async def load(body: bytes, port: int, rate: int, seconds: float) -> list[tuple[float, int]]:
    """Deliveries leaving evenly at `rate` a second."""
    start, tasks = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0, start + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(deliver(body, port)))
    return list(await asyncio.gather(*tasks))


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the app listens; at most 30 seconds."""
    for _ in range(300):
        if process.poll() is not None:
            sys.exit("the app ended before it listened")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the app did not listen within 30 seconds")


def measure(rate: int, seconds: float) -> dict[str, float]:
    """Start the app, warm it up, load it, and give milliseconds."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        environment |= {"DATA_DIR": folder, "GITHUB_WEBHOOK_SECRET": SECRET, "PORT": str(port), "LOG_FORMAT": "json"}
        scripts = Path(sys.executable).parent
        subprocess.run(
            [scripts / "artifact-monitor", "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        app = subprocess.Popen(
            [scripts / "gunicorn", "-c", "gunicorn.conf.py", "-w", "2"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port, app)
            body = payload()
            asyncio.run(load(body, port, 50, 2))
            answers = asyncio.run(load(body, port, rate, seconds))
        finally:
            app.terminate()
            app.wait(10)
    taken = sorted(1000 * t for t, _ in answers)
    return {
        "rate": rate,
        "requests": len(answers),
        "not_202": sum(status != 202 for _, status in answers),
        "p50_ms": statistics.median(taken),
        "p99_ms": taken[int(len(taken) * 0.99)],
        "max_ms": taken[-1],
    }


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = measure(options.rate, options.seconds)
    print(
        "  ".join(
            f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}" for name, value in result.items()
        )
    )
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
