"""The load tool measures what a server does, also when it stalls."""

import asyncio
from typing import Any

import pytest

from eshop_dagster.stages.load import request_bytes, run


def measured(delay_seconds: float = 0.0, status: int = 200, **plan: Any) -> dict[str, Any]:
    """Return what the tool says of a server that takes so long for each answer."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b"":
            await reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
            await asyncio.sleep(delay_seconds)
            writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 2\r\n\r\nok" % status)

    async def quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def both() -> dict[str, Any]:
        server = await asyncio.start_server(quiet, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        asked = {"port": port, "method": "POST", "path": "/", "bodies": ["{}"], "connections": 2}
        found = await run({**asked, **plan})
        server.close()
        return found

    return asyncio.run(both())


def test_as_many_requests_as_asked_are_sent_and_counted_by_status() -> None:
    found = measured(requests=25, status=429)
    assert found["requests"] == 25
    assert found["statuses"] == {"429": 25}


def test_with_a_rate_the_time_counts_from_when_a_request_was_due() -> None:
    # Two connections that each take 0.05 s keep up with 40 a second; a hundred are due, and those in line wait.
    found = measured(0.05, requests=20, rate=100)
    assert found["largest_ms"] > 200


def test_a_request_has_the_length_of_its_body_in_bytes() -> None:
    sent = request_bytes({"method": "POST", "path": "/x", "port": 1, "headers": {"A": "b"}}, "é")
    assert sent.startswith(b"POST /x HTTP/1.1\r\n")
    assert b"A: b\r\n" in sent and b"Content-Length: 2\r\n" in sent
    assert sent.endswith(b"\r\n\r\n" + "é".encode())


@pytest.mark.parametrize("plan", [{"seconds": 0.2}, {"seconds": 0.2, "rate": 50}])
def test_a_measurement_ends_when_its_time_is_over(plan: dict[str, Any]) -> None:
    assert measured(0.01, **plan)["requests"] >= 5
