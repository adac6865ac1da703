"""Load on a receiver of webhooks: as much as it takes, by wrk; or so much a second, whether or not it keeps up."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import re
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

SECRET = "benchmark-secret"
CONNECTIONS = 16

# Ids of 32 hexadecimal digits, fresh in each run of wrk and in each request.
_WRK = """
local file = io.open(os.getenv("BODY"), "rb"); local body = file:read("*a"); file:close()
local headers = {["Content-Type"] = "application/json", ["X-GitHub-Event"] = "workflow_run",
  ["X-Hub-Signature-256"] = os.getenv("SIGNATURE"), ["User-Agent"] = "GitHub-Hookshot/044aadd",
  ["Connection"] = os.getenv("CONNECTION")}
local run, count = os.getenv("RUN"), 0
function request()
  count = count + 1
  headers["X-GitHub-Delivery"] = string.format("%s-%012x", run, count)
  return wrk.format("POST", os.getenv("WHERE"), headers, body)
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("taken=%f requests=%d refused=%d broken=%d p50=%f p99=%f\\n", summary.duration / 1e6,
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True)
class Found:
    """What one load showed. Times in milliseconds; `bad` is what was not answered with 2xx."""

    per_second: float
    accepted: int
    bad: int
    p50: float
    p99: float


def signature(body: bytes) -> str:
    """As GitHub signs it."""
    return "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def most(folder: Path, body: bytes, port: int, path: str, seconds: float, keep_alive: bool) -> Found:
    """As many as it takes on 16 connections. wrk counts what was answered."""
    (folder / "load.lua").write_text(_WRK)
    (folder / "body.json").write_bytes(body)
    environment = {
        **os.environ,
        "BODY": str(folder / "body.json"),
        "SIGNATURE": signature(body),
        "CONNECTION": "keep-alive" if keep_alive else "close",
        "RUN": uuid.uuid4().hex[:20],
        "WHERE": path,
    }
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", str(folder / "load.lua")]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}"], env=environment, check=True, capture_output=True, text=True
    ).stdout
    seen = {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", said)}
    accepted = int(seen["requests"] - seen["refused"])
    bad = int(seen["refused"] + seen["broken"])
    return Found(accepted / seen["taken"], accepted, bad, seen["p50"], seen["p99"])


def steady(body: bytes, port: int, path: str, rate: float, seconds: float) -> Found:
    """So many a second on kept connections. A request is late from when it should have left, sent or not."""
    return asyncio.run(_steady(body, port, path, rate, seconds))


async def _steady(body: bytes, port: int, path: str, rate: float, seconds: float) -> Found:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"X-GitHub-Event: workflow_run\r\nX-Hub-Signature-256: {signature(body)}\r\nContent-Length: {len(body)}\r\n"
        "X-GitHub-Delivery: "
    ).encode()
    due: asyncio.Queue[float | None] = asyncio.Queue()
    times: list[float] = []
    bad = 0

    async def sender() -> None:
        nonlocal bad
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (at := await due.get()) is not None:
            writer.write(head + str(uuid.uuid4()).encode() + b"\r\n\r\n" + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", answer)
            await reader.readexactly(int(length[1]) if length else 0)
            bad += answer.split(b" ", 2)[1][:1] != b"2"
            times.append(1000 * (time.perf_counter() - at))
        writer.close()

    senders = [asyncio.create_task(sender()) for _ in range(2 * CONNECTIONS)]
    begun = time.perf_counter()
    for number in range(int(rate * seconds)):
        at = begun + number / rate
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        due.put_nowait(at)
    for _ in senders:
        due.put_nowait(None)
    await asyncio.gather(*senders)
    taken = time.perf_counter() - begun
    times.sort()
    return Found(len(times) / taken, len(times) - bad, bad, times[len(times) // 2], times[int(len(times) * 0.99)])
