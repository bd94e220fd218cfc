"""Routing questions as the dialplan asks them, also from clients that leave or send nonsense."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from cti_adapter.agi import RouteAnswer, RouteQuestion, Router, RouteServer
from kit.errors import InvalidInputError, MisconfiguredError
from tests.fakes.cti_events import WAIT_SECONDS

pytestmark = pytest.mark.module

HEAD = b"agi_network: yes\nagi_network_script: route\nagi_callerid: 13800138000\nagi_uniqueid: pbx1-1.0\n\n"
VARIABLES = {
    "CALL_ID": "pbx1-1.0",
    "DIALLED_NUMBER": "95598",
    "TARGET_QUEUE": "hotline",
    "IVR_STAGE": "",
    "QUEUE_SINCE": "1764547200",
}


@asynccontextmanager
async def serve(route: Router) -> AsyncIterator[RouteServer]:
    server = RouteServer("127.0.0.1", 0, "pbx1", route)
    await server.start()
    try:
        yield server
    finally:
        await server.aclose()


async def ask(server: RouteServer, head: bytes = HEAD) -> dict[str, str]:
    """Play the exchange: answer what is asked for variables, and return what is set."""
    host, _, port = server.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    was_set: dict[str, str] = {}
    try:
        writer.write(head)
        async with asyncio.timeout(WAIT_SECONDS):
            while line := (await reader.readline()).decode().strip():
                words = line.split(" ", 3)
                if words[0] == "GET":
                    writer.write(f"200 result=1 ({VARIABLES[words[2]]})\n".encode())
                else:
                    was_set[words[2]] = words[3]
                    writer.write(b"200 result=1\n")
    finally:
        writer.close()
        await writer.wait_closed()
    return was_set


async def test_a_call_is_described_and_sent_where_the_answer_says():
    asked: list[RouteQuestion] = []

    async def route(question: RouteQuestion) -> RouteAnswer:
        asked.append(question)
        return RouteAnswer("vip", head_start_seconds=10, max_wait_seconds=60, seat="seat_8001")

    async with serve(route) as server:
        assert await ask(server) == {
            "ROUTED": "1",
            "__TARGET_QUEUE": "vip",
            "HEAD_START": "10",
            "TARGET_WAIT": "60",
            "OVERFLOW_QUEUE": "none",
            "SEAT_QUEUE": "seat_8001",
            "SEAT_WAIT": "12",
        }
    (question,) = asked
    assert (question.caller_number, question.dialled_number, question.queue) == ("13800138000", "95598", "hotline")
    assert question.waits_since == datetime(2025, 12, 1, tzinfo=UTC)


async def test_no_answer_a_bug_and_a_broken_client_leave_the_server_standing():
    async def route(question: RouteQuestion) -> RouteAnswer | None:
        if question.caller_number == "bug":
            raise RuntimeError("a bug of the router")
        return None

    async with serve(route) as server:
        assert await ask(server) == {}
        assert await ask(server, HEAD.replace(b"13800138000", b"bug")) == {}
        host, _, port = server.address.rpartition(":")
        for text in (b"", b"agi_network", b"\xff\xfe\n\n", b"x" * 100_000):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(text)
            writer.close()
        assert await ask(server) == {}


@pytest.mark.parametrize("queue", ["a b", "a\nb", "a,b", "a)", "${X}", ""])
def test_an_answer_that_could_end_an_argument_is_refused_by_name(queue: str):
    with pytest.raises(InvalidInputError) as refused:
        RouteAnswer(queue).variables()
    assert refused.value.field == "__TARGET_QUEUE"


async def test_a_taken_port_is_named():
    async def route(_: RouteQuestion) -> None:
        return None

    async with serve(route) as server:
        port = int(server.address.rpartition(":")[2])
        with pytest.raises(MisconfiguredError, match="CTI_AGI_PORT"):
            await RouteServer("127.0.0.1", port, "pbx1", route).start()
