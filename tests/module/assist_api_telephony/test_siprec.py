"""Conversations that a recording client sends (RFC 7866), as the call core has them; sockets and database are real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from assist_api.calls.events import CallInfo
from assist_api.recordings.joining import join
from assist_api.telephony.agents import AgentAccounts
from assist_api.telephony.bridge import CallBridge
from cti_adapter.call_records import read_sessions
from cti_adapter.phone.recording_client import RecordingClient, Speaker
from cti_adapter.phone.sip_phone import PCMSource
from cti_adapter.recording_files import list_recordings
from cti_adapter.siprec.server import SiprecServer
from cti_adapter.siprec.settings import SiprecSettings
from kit.clock import SystemClock
from kit.errors import MisconfiguredError
from kit.tasks import cancel_and_wait
from tests.fakes.assist_calls_desk import Desk, open_desk
from tests.fakes.cti_tones import AGENT_HZ, CUSTOMER_HZ, heard, tone
from tests.module.assist_api_telephony.test_bridge import CALLER, WORDS, ToneEngine, reached, words

pytestmark = pytest.mark.module

AGENT, COLLEAGUE = "8001", "8002"


@asynccontextmanager
async def listening(
    desk: Desk, folder: Path, *, silence_seconds: float = 30, max_calls: int = 4, peer: str = "127.0.0.1/32"
) -> AsyncIterator[SiprecServer]:
    settings = SiprecSettings(
        enabled=True,
        port=0,
        silence_timeout=timedelta(seconds=silence_seconds),
        max_calls=max_calls,
        peers=(peer,),
        first_rtp_port=31_000,
        rtp_ports=200,
    )
    server = SiprecServer(settings, SystemClock(), folder, folder / "records")
    bridge = CallBridge(server, desk.calls, AgentAccounts(desk.database), sector="power")
    running = asyncio.create_task(bridge.run())
    try:
        await asyncio.sleep(0)
        await server.start()
        yield server
    finally:
        await server.aclose()
        await cancel_and_wait(running)
        await bridge.aclose()


def speakers() -> list[Speaker]:
    return [
        Speaker(CALLER, PCMSource(tone(CUSTOMER_HZ), is_endless=True)),
        Speaker(AGENT, PCMSource(tone(AGENT_HZ), is_endless=True)),
    ]


async def led_by(desk: Desk, agent: str) -> CallInfo:
    async with asyncio.timeout(30):
        while (info := await reached(desk, "answered", "transferred")).agent_name != agent:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return info


@pytest.mark.parametrize("payload_type", [8, 0])
async def test_a_sent_conversation_is_heard_held_passed_on_and_recorded(
    sqlite_url: str, tmp_path: Path, payload_type: int
) -> None:
    folder = tmp_path / "recordings"
    async with open_desk(sqlite_url, tmp_path, engine=ToneEngine([])) as desk, listening(desk, folder) as server:
        address = ("127.0.0.1", server.port)
        async with RecordingClient.open(address, speakers(), payload_type=payload_type) as client:
            answered = await client.invite()
            assert (answered.status, "+sip.srs" in answered.header("Contact")) == (200, True)
            info = await reached(desk, "answered")
            assert (info.source, info.agent_name, info.customer_number_masked) == ("live", AGENT, "138****8000")
            assert await words(desk, info.id) == WORDS

            assert (await client.change(direction="inactive")).status == 200
            await reached(desk, "held")
            assert (await client.change()).status == 200
            await reached(desk, "answered")
            assert (await client.change(agent=COLLEAGUE)).status == 200
            await led_by(desk, COLLEAGUE)
            assert (await client.bye()).status == 200
            assert (await reached(desk, "ended")).end_reason == "completed"
    legs = list(list_recordings(folder, "any"))
    assert sorted(leg.role.value for leg in legs) == ["agent", "agent", "customer"]
    assert {leg.call_id for leg in legs} == {info.id}
    now = SystemClock().now()
    records = read_sessions(folder / "records", now - timedelta(minutes=5), now)
    assert [(record.call_id, record.agent) for record in records.values()] == [(info.id, COLLEAGUE)]
    first = min(legs, key=lambda leg: leg.started_at_ms)
    _, files = await asyncio.to_thread(join, legs, first.started_at_ms, tmp_path)
    customer, agent = (path.read_bytes()[44 : 44 + 8_000] for path in files)
    assert (heard(customer), heard(agent)) == ({CUSTOMER_HZ}, {AGENT_HZ})


async def test_a_client_that_dies_ends_its_call_and_the_next_one_is_taken(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        open_desk(sqlite_url, tmp_path, engine=ToneEngine([])) as desk,
        listening(desk, tmp_path, silence_seconds=1, max_calls=1) as server,
    ):
        address = ("127.0.0.1", server.port)
        async with RecordingClient.open(address, speakers()) as client:
            await client.invite()
            await reached(desk, "answered")
            async with RecordingClient.open(address, speakers()) as second:
                refused = await second.invite()
                assert (refused.status, refused.header("Retry-After")) == (503, "30")
            client.is_silent = True
            assert (await reached(desk, "interrupted", "ended")).end_reason == "failed"
        async with RecordingClient.open(address, speakers()) as client:
            assert (await client.invite()).status == 200


async def test_what_cannot_be_understood_is_refused_and_the_server_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path, engine=ToneEngine([])) as desk, listening(desk, tmp_path) as server:
        address = ("127.0.0.1", server.port)
        cases: list[tuple[tuple[str, bytes] | None, tuple[str, ...], int]] = [
            (("text/plain", b"hello"), (), 415),
            (("multipart/mixed;boundary=x", b"nothing"), (), 400),
            (("application/sdp", b"v=0\r\nm=audio 4 RTP/SAVP 8\r\n"), (), 488),
            (None, ("Require: 100rel",), 420),
        ]
        for body, headers, status in cases:
            async with RecordingClient.open(address, speakers()) as client:
                assert (await client.invite(body=body, headers=headers)).status == status
        _, writer = await asyncio.open_connection(*address)
        writer.write(b"\x00\xff nonsense\r\n\r\nINVITE\r\n\r\n")
        await writer.drain()
        async with RecordingClient.open(address, speakers()) as client:
            assert (await client.invite()).status == 200
        writer.close()
        with pytest.raises(MisconfiguredError, match="CTI_SIPREC_PORT"):
            settings = SiprecSettings(port=server.port, first_rtp_port=31_000)
            await SiprecServer(settings, SystemClock(), tmp_path, tmp_path / "records").start()


async def test_a_stranger_is_not_heard(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        open_desk(sqlite_url, tmp_path, engine=ToneEngine([])) as desk,
        listening(desk, tmp_path, peer="192.0.2.0/24") as server,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
        assert server.calls == ()
