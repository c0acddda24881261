"""A load tool: asks a server over HTTP from a process of its own, so that what it costs is not the server's.

`python -m eshop_dagster.stages.load < plan.json` prints what it measured as JSON. Each of its connections asks again as
soon as it is answered (saturation); with a rate, requests are due at fixed instants, and the time counts from the
instant at which one was due: a server that stalls is not asked less for it.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

_HEADER_END = b"\r\n\r\n"


@dataclass
class Measured:
    """What became of the requests.

    Attributes:
        seconds: time to answer, one by one.
        statuses: number of answers by status; `0` where the connection broke.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def as_json(self, elapsed: float) -> dict[str, Any]:
        """Return throughput, percentiles in milliseconds and the statuses."""
        times = np.array(self.seconds) * 1000
        found = (
            {f"p{share}_ms": round(float(np.percentile(times, share)), 3) for share in (50, 99)} if len(times) else {}
        )
        return {
            "requests": len(times),
            "seconds": round(elapsed, 3),
            "per_second": round(len(times) / elapsed, 1),
            **found,
            "largest_ms": round(float(times.max()), 3) if len(times) else None,
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
        }


class _Connection(asyncio.Protocol):
    """One connection that is kept open; one request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answered: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_HEADER_END)
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self._received) >= end + 4 + length and self._answered and not self._answered.done():
            self._received.clear()
            self._answered.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_result(0)

    async def ask(self, request: bytes) -> int:
        """Return the status of the answer; 0 where the connection broke."""
        assert self._transport is not None
        if self._transport.is_closing():
            return 0
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered


def request_bytes(plan: dict[str, Any], body: str | None) -> bytes:
    """Return one request as it goes over the line."""
    content = (body or "").encode()
    lines = [f"{plan['method']} {plan['path']} HTTP/1.1", f"Host: 127.0.0.1:{plan['port']}"]
    lines += [f"{name}: {value}" for name, value in plan.get("headers", {}).items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Return what a plan measured.

    Args:
        plan: `port`, `method`, `path`, `headers`, `bodies` (taken in turn), `connections`, and `seconds` or `requests`;
            with `rate`, requests a second.
    """
    requests = [request_bytes(plan, body) for body in plan.get("bodies") or [None]]
    loop = asyncio.get_running_loop()
    measured, started = Measured(), time.perf_counter()
    until = started + plan.get("seconds", float("inf"))
    sent = 0

    async def one_connection() -> None:
        nonlocal sent
        transport, connection = await loop.create_connection(_Connection, "127.0.0.1", plan["port"])
        while time.perf_counter() < until and sent < plan.get("requests", float("inf")):
            number, sent = sent, sent + 1
            asked = started + number / plan["rate"] if "rate" in plan else time.perf_counter()
            if asked > until:
                break
            if asked > time.perf_counter():
                await asyncio.sleep(asked - time.perf_counter())
            status = await connection.ask(requests[number % len(requests)])
            measured.seconds.append(time.perf_counter() - asked)
            measured.statuses[status] += 1
            if status == 0:
                transport, connection = await loop.create_connection(_Connection, "127.0.0.1", plan["port"])
        transport.close()

    await asyncio.gather(*(one_connection() for _ in range(plan["connections"])))
    # Closed connections end in the loop's next turns.
    await asyncio.sleep(0.01)
    return measured.as_json(time.perf_counter() - started)


def main() -> None:
    """Read a plan, print what it measured."""
    import uvloop

    plan = json.load(sys.stdin)
    sys.stdout.write(json.dumps(uvloop.run(run(plan))))


if __name__ == "__main__":
    main()
