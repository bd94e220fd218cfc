from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import TypeAdapter

from assist_api.accounts.repository import AccountRepository
from assist_api.calls.events import CallEvent, CallSnapshot, CallSnapshotEvent, ServerMessage, StageState, event_of
from assist_api.calls.hub import CallHub
from assist_api.calls.reducer import reduce_call
from assist_api.calls.stream import CallStream, StreamTimes
from assist_api.calls.viewer import COMMAND_LINE
from assist_api.http.permissions import Role
from assist_api.http.sockets import TOO_SLOW, Closing
from kit.bus import LocalBus
from kit.clock import SystemClock
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk, add_agent, open_desk
from tests.fakes.assist_calls_server import DeskSocket, SocketClosedError, open_socket, run_desk_server
from tests.fakes.assist_core_server import Server

pytestmark = pytest.mark.module

MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
ASK = '{"type": "snapshot.requested"}'


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[Server, Desk]]:
    async with run_desk_server(sqlite_url, tmp_path) as running:
        yield running


def cookies(browser: httpx.AsyncClient) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)


async def begin(browser: httpx.AsyncClient, *, speed: str) -> UUID:
    files = [("files", ("call.wav", wav_bytes(OUTAGE_MS), "audio/wav"))]
    answer = await browser.post("/api/v1/calls/replays", files=files, data={"speed": speed})
    return UUID(answer.json()["call_id"])


class Screen:
    """The page's side: a snapshot, events applied in order, a new snapshot after a gap."""

    def __init__(self) -> None:
        self.snapshot: CallSnapshot | None = None
        self.seq = 0
        self.gaps = 0

    def take(self, message: dict[str, Any]) -> None:
        parsed = MESSAGE.validate_python(message)
        if isinstance(parsed, CallSnapshotEvent):
            self.snapshot, self.seq = parsed.data, parsed.seq
            return
        assert self.snapshot is not None, "the first message is a snapshot"
        self.gaps += parsed.seq != self.seq + 1
        self.snapshot, self.seq = reduce_call(self.snapshot, parsed), parsed.seq


async def until_call_ended(screen: Screen, socket: DeskSocket) -> None:
    while screen.snapshot is None or screen.snapshot.call.state != "ended":
        screen.take(await socket.hear())


async def test_a_screen_that_joins_sees_what_the_server_has_without_a_gap(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await begin(browser, speed="max")
    screen = Screen()
    async with open_socket(server.app, call_id, cookies(browser)) as socket:
        await until_call_ended(screen, socket)
    assert screen.gaps == 0
    assert screen.snapshot == (await desk.calls.snapshot(call_id)).data


async def test_screens_that_come_go_and_ask_again_are_never_stale(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await begin(browser, speed="1")
    screen = Screen()
    for _ in range(4):
        async with open_socket(server.app, call_id, cookies(browser)) as socket:
            screen.take(await socket.hear())
            screen.take(await socket.hear())
            await socket.say(ASK)
            screen.take(await socket.hear())
    await desk.calls.stop(COMMAND_LINE, call_id)
    async with open_socket(server.app, call_id, cookies(browser)) as socket:
        await until_call_ended(screen, socket)
    assert screen.gaps == 0
    assert screen.snapshot == (await desk.calls.snapshot(call_id)).data


async def test_a_snapshot_can_be_asked_for_at_any_time(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await begin(browser, speed="max")
    await desk.ended(call_id)
    async with open_socket(server.app, call_id, cookies(browser)) as socket:
        first = await socket.hear()
        await socket.say(ASK)
        second = await socket.hear()
    assert first["type"] == second["type"] == "call.snapshot"
    assert (first["seq"], first["data"]) == (second["seq"], second["data"])


async def test_feedback_reaches_the_screens_of_an_ended_call(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await begin(browser, speed="max")
    await desk.ended(call_id)
    async with open_socket(server.app, call_id, cookies(browser)) as socket:
        snapshot = await socket.hear()
        card = snapshot["data"]["suggestions"]["cards"][0]
        path = f"/api/v1/calls/{call_id}/suggestions/{card['suggestion_id']}/feedback"
        await browser.post(path, json={"verdict": "used"})
        event = await socket.hear()
    assert (event["type"], event["seq"]) == ("feedback.recorded", snapshot["seq"] + 1)


@pytest.mark.parametrize(
    ("text", "data", "code", "reason"),
    [
        (None, b"\x00", 1007, "message_binary"),
        ("{", None, 1007, "message_malformed"),
        ('{"type": "unheard.of"}', None, 1007, "message_malformed"),
        ("x" * 5_000, None, 1009, "message_too_large"),
    ],
)
async def test_what_is_not_in_the_protocol_closes_the_socket(
    served: tuple[Server, Desk], text: str | None, data: bytes | None, code: int, reason: str
) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await begin(browser, speed="max")
    await desk.ended(call_id)
    async with open_socket(server.app, call_id, cookies(browser)) as socket:
        await socket.hear()
        await socket.say(text, data)
        with pytest.raises(SocketClosedError) as closed:
            await socket.hear()
    assert (closed.value.code, closed.value.reason) == (code, reason)


async def test_strangers_are_turned_away_with_a_reason(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser, other = await server.browser_of(Role.AGENT), await server.browser_of_other(Role.AGENT)
    call_id = await begin(browser, speed="max")
    await desk.ended(call_id)
    refusals = [
        (call_id, "", 4401, "not_signed_in"),
        (call_id, "tingzhi_session=forged", 4401, "not_signed_in"),
        (call_id, cookies(other), 4404, "call_not_found"),
        (uuid4(), cookies(browser), 4404, "call_not_found"),
        ("not-an-id", cookies(browser), 4404, "call_not_found"),
    ]
    for wanted, cookie, code, reason in refusals:
        async with open_socket(server.app, wanted, cookie) as socket:
            with pytest.raises(SocketClosedError) as closed:
                await socket.hear()
        assert (closed.value.code, closed.value.reason) == (code, reason)


async def test_signing_out_closes_the_socket(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await begin(browser, speed="max")
    await desk.ended(call_id)
    async with open_socket(server.app, call_id, cookies(browser)) as socket:
        await socket.hear()
        await browser.delete("/api/v1/session")
        with pytest.raises(SocketClosedError) as closed:
            await socket.hear()
    assert (closed.value.code, closed.value.reason) == (4401, "session_ended")


NOT_ALLOWED = Closing(4403, "not_allowed")


class StuckSocket(DeskSocket):
    """A client whose network stopped after the first message."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = 0

    async def send_text(self, data: str) -> None:
        self.taken += 1
        if self.taken > 1:
            await asyncio.Event().wait()


class AskingSocket:
    """A client that asks for one snapshot and is silent then."""

    def __init__(self) -> None:
        self.has_asked = False
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        if self.has_asked:
            await asyncio.Event().wait()
        self.has_asked = True
        return {"type": "websocket.receive", "text": ASK}

    async def send_text(self, _data: str) -> None:
        self.taken += 1


@pytest.mark.parametrize("events", [1, 20])
async def test_a_slow_screen_is_cut_off_and_the_call_goes_on(desk: Desk, events: int) -> None:
    call_id = await desk.begin(await add_agent(desk.database), speed="1")
    hub = CallHub(LocalBus(), queue_size=4)

    async def find_refusal() -> Closing | None:
        return None

    times = StreamTimes(send=StreamTimes().poll / 10)
    stream = CallStream(
        StuckSocket(), call_id, calls=desk.calls, hub=hub, clock=SystemClock(), find_refusal=find_refusal, times=times
    )
    served = asyncio.create_task(stream.run())
    snapshot = await desk.calls.snapshot(call_id)
    await asyncio.sleep(0.05)
    for number in range(events):
        data = StageState(stage="speech", state="degraded", code="speech_behind", lag_ms=number)
        await hub.publish(_stage_event(snapshot, 1_000 + number, data))
    assert await served == TOO_SLOW
    assert desk.calls.is_carried_here(call_id)
    await desk.calls.stop(COMMAND_LINE, call_id)
    await desk.ended(call_id)


def _stage_event(snapshot: CallSnapshotEvent, seq: int, data: StageState) -> CallEvent:
    return event_of(snapshot.call_id, seq, snapshot.at, data)


async def test_a_call_carried_by_another_process_is_followed(sqlite_url: str, tmp_path: Path) -> None:
    async with run_desk_server(sqlite_url, tmp_path) as (server, _desk), open_desk(sqlite_url, tmp_path) as elsewhere:
        supervisor = await server.browser_of(Role.SUPERVISOR)
        call_id = await elsewhere.begin(await add_agent(elsewhere.database), speed="1")
        screen = Screen()
        async with open_socket(server.app, call_id, cookies(supervisor)) as socket:
            screen.take(await socket.hear())
            await elsewhere.calls.stop(COMMAND_LINE, call_id)
            await elsewhere.ended(call_id)
            await until_call_ended(screen, socket)
        assert screen.snapshot == (await elsewhere.calls.snapshot(call_id)).data


async def test_socket_ends_when_the_account_loses_the_right_to_the_call(served: tuple[Server, Desk]) -> None:
    server, desk = served
    call_id = await desk.begin(await add_agent(desk.database), speed="max")
    await desk.ended(call_id)
    supervisor = await server.browser_of(Role.SUPERVISOR)
    async with open_socket(server.app, call_id, cookies(supervisor)) as socket:
        assert (await socket.hear())["type"] == "call.snapshot"
        async with desk.database.session() as session:
            account = await AccountRepository(session).find_by_name("a.supervisor")
            assert account is not None
            account.role = Role.AGENT
        with pytest.raises(SocketClosedError) as closed:
            await socket.hear()
    assert (closed.value.code, closed.value.reason) == (4404, "call_not_found")


async def test_right_is_looked_at_before_a_message_is_answered(desk: Desk) -> None:
    call_id = await desk.begin(await add_agent(desk.database), speed="max")
    await desk.ended(call_id)
    socket = AskingSocket()

    async def find_refusal() -> Closing | None:
        return NOT_ALLOWED if socket.has_asked else None

    stream = CallStream(
        socket, call_id, calls=desk.calls, hub=CallHub(LocalBus()), clock=SystemClock(), find_refusal=find_refusal
    )
    assert await stream.run() == NOT_ALLOWED
    assert socket.taken == 1


async def test_session_has_so_many_sockets_and_no_more(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await begin(browser, speed="max")
    await desk.ended(call_id)
    desk.hub.places.limit = 1
    async with open_socket(server.app, call_id, cookies(browser)) as first:
        await first.hear()
        async with open_socket(server.app, call_id, cookies(browser)) as second:
            with pytest.raises(SocketClosedError) as closed:
                await second.hear()
    assert (closed.value.code, closed.value.reason) == (4429, "too_many_sockets")
    async with open_socket(server.app, call_id, cookies(browser)) as third:
        assert (await third.hear())["type"] == "call.snapshot"
