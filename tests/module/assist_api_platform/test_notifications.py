from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from assist_api.accounts.models import Account
from assist_api.channel.events import ChannelEvent, ChannelSnapshotData
from assist_api.channel.hub import SOCKETS_PER_SESSION, AccountChannel
from assist_api.channel.stream import ACCOUNT_CHANGED, NOTHING_EXPECTED, ChannelStream
from assist_api.http.permissions import Role
from assist_api.http.principal import CurrentAccount
from assist_api.http.sockets import SESSION_ENDED, TOO_MANY_SOCKETS, Closing
from assist_api.notifications.rules import NotificationRule
from assist_api.notifications.service import NotificationService, Notifier
from kit.bus import LocalBus
from kit.db import Database
from tests.fakes.assist_core_clock import PatientClock
from tests.fakes.kb_core_clock import SteppingClock

pytestmark = pytest.mark.module

FAILED = NotificationRule("import.failed", frozenset({"files"}), to_roles=frozenset({Role.ADMIN}))


@pytest.fixture
def channel() -> AccountChannel:
    return AccountChannel(LocalBus[ChannelEvent]())


@pytest.fixture
async def notifier(channel: AccountChannel) -> AsyncIterator[Notifier]:
    made = Notifier(SteppingClock(), channel, (FAILED,))
    yield made
    await made.aclose()


async def add_account(database: Database, name: str, role: Role, *, is_active: bool = True) -> UUID:
    account_id = uuid4()
    async with database.session() as session:
        session.add(
            Account(
                id=account_id,
                username=name,
                display_name=name,
                role=role,
                locale="en",
                password_hash="x",
                must_change_password=False,
                is_active=is_active,
                created_at=SteppingClock().now(),
            )
        )
    return account_id


async def tell(database: Database, notifier: Notifier, owner: UUID | None, key: str | None = None) -> int:
    async with database.session() as session:
        return await notifier.notify(
            session, "import.failed", {"files": 3}, object_kind="import", object_id="i1", owner_id=owner, dedup_key=key
        )


async def test_rule_reaches_the_owner_and_those_of_its_roles_once(database: Database, notifier: Notifier) -> None:
    owner = await add_account(database, "li.na", Role.CURATOR)
    admin = await add_account(database, "admin", Role.ADMIN)
    await add_account(database, "left", Role.ADMIN, is_active=False)
    other = await add_account(database, "wang", Role.CURATOR)
    assert await tell(database, notifier, owner, "i1:1") == 2
    assert await tell(database, notifier, owner, "i1:1") == 0
    assert await tell(database, notifier, owner) == 2
    async with database.session() as session:
        service = NotificationService(session, SteppingClock())
        assert [await service.count_unread(who) for who in (owner, admin, other)] == [2, 2, 0]
        newest, oldest = await service.page(owner, limit=5)
        assert (newest.kind, newest.parameters, newest.object_id) == ("import.failed", {"files": 3}, "i1")
        (found,) = await service.page(owner, limit=5, before=(newest.created_at, newest.id))
        assert found.id == oldest.id
        assert await service.mark_read(owner, [newest.id]) == 1
        assert [row.id for row in await service.page(owner, limit=5, is_unread=True)] == [oldest.id]
        # Nobody reads the notifications of others.
        assert await service.mark_read(owner, None) == 0
        assert await service.count_unread(admin) == 2


async def test_kind_and_parameters_must_be_declared(database: Database, notifier: Notifier) -> None:
    async with database.session() as session:
        for kind, parameters in (("import.done", {}), ("import.failed", {}), ("import.failed", {"files": 1, "x": 2})):
            with pytest.raises(ValueError, match="notification"):
                await notifier.notify(session, kind, parameters, object_kind="import", object_id="i1")
    with pytest.raises(ValueError, match="declared twice"):
        notifier.rules.add(FAILED)


async def test_page_hears_of_it_after_the_commit_and_never_of_what_failed(
    database: Database, notifier: Notifier, channel: AccountChannel
) -> None:
    owner = await add_account(database, "li.na", Role.CURATOR)
    async with channel.watch(owner) as events:
        with pytest.raises(ZeroDivisionError):
            async with database.session() as session:
                await notifier.notify(
                    session, "import.failed", {"files": 1}, object_kind="import", object_id="lost", owner_id=owner
                )
                raise ZeroDivisionError
        await tell(database, notifier, owner)
        async with asyncio.timeout(20):
            event = await anext(aiter(events))
    assert event.data == {"kind": "import.failed", "object_kind": "import", "object_id": "i1"}


async def test_the_release_of_a_savepoint_tells_no_page(
    database: Database, notifier: Notifier, channel: AccountChannel
) -> None:
    owner = await add_account(database, "li.na", Role.CURATOR)
    async with channel.watch(owner) as events:
        with pytest.raises(ZeroDivisionError):
            async with database.session() as session:
                # As `kit.jobs` tells of a job that failed.
                async with session.begin_nested():
                    await notifier.notify(
                        session, "import.failed", {"files": 1}, object_kind="import", object_id="lost", owner_id=owner
                    )
                raise ZeroDivisionError
        await tell(database, notifier, owner)
        async with asyncio.timeout(20):
            event = await anext(aiter(events))
    assert event.data["object_id"] == "i1"


class PageSocket:
    """The page's end of a channel."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def receive(self) -> Any:  # noqa: ANN401  # rejected: ASGI messages are untyped mappings
        return await self.said.get()

    async def send_text(self, data: str) -> None:
        await self.sent.put(json.loads(data))

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            return await self.sent.get()


class Watched:
    """A channel of one account whose state a test changes."""

    def __init__(self, channel: AccountChannel) -> None:
        self.socket = PageSocket()
        self.unread = 0
        self.account: CurrentAccount | None = CurrentAccount(
            UUID(int=1), UUID(int=2), "li.na", "李娜", Role.AGENT, "zh-CN", must_change_password=False
        )
        assert self.account is not None
        self.stream = ChannelStream(
            self.socket,
            self.account,
            channel=channel,
            clock=PatientClock(),
            find_account=self.find,
            take_snapshot=self.snapshot,
        )

    async def find(self) -> CurrentAccount | None:
        return self.account

    async def snapshot(self) -> ChannelSnapshotData:
        return ChannelSnapshotData(counts={"unread_notifications": self.unread})


async def closing_of(run: asyncio.Task[Closing | None]) -> Closing | None:
    async with asyncio.timeout(20):
        return await run


async def test_channel_sends_a_snapshot_then_events_then_news_of_other_processes(channel: AccountChannel) -> None:
    watched = Watched(channel)
    run = asyncio.create_task(watched.stream.run())
    first = await watched.socket.hear()
    assert (first["type"], first["data"]) == ("channel.snapshot", {"counts": {"unread_notifications": 0}})
    event = ChannelEvent(id=uuid4(), type="job.changed", at=SteppingClock().now(), data={"state": "done"})
    await channel.publish(UUID(int=1), event)
    await channel.publish(UUID(int=9), event)
    assert (await watched.socket.hear())["type"] == "job.changed"
    watched.unread = 4
    assert (await watched.socket.hear())["data"] == {"counts": {"unread_notifications": 4}}
    await watched.socket.said.put({"type": "websocket.disconnect"})
    assert await closing_of(run) is None


@pytest.mark.parametrize("change", ["over", "role"])
async def test_channel_ends_with_its_session_and_with_another_role(channel: AccountChannel, change: str) -> None:
    watched = Watched(channel)
    run = asyncio.create_task(watched.stream.run())
    await watched.socket.hear()
    is_over = change == "over"
    watched.account = (
        None
        if is_over
        else CurrentAccount(UUID(int=1), UUID(int=2), "li.na", "李娜", Role.ADMIN, "en", must_change_password=False)
    )
    assert await closing_of(run) == (SESSION_ENDED if is_over else ACCOUNT_CHANGED)


async def test_channel_takes_no_messages_and_so_many_sockets_a_session(channel: AccountChannel) -> None:
    watched = [Watched(channel) for _ in range(SOCKETS_PER_SESSION + 1)]
    runs = [asyncio.create_task(item.stream.run()) for item in watched[:-1]]
    for item in watched[:-1]:
        await item.socket.hear()
    assert await watched[-1].stream.run() == TOO_MANY_SOCKETS
    for item, run in zip(watched, runs, strict=False):
        await item.socket.said.put({"type": "websocket.receive", "text": "hello"})
        assert await closing_of(run) == NOTHING_EXPECTED
    freed = Watched(channel)
    run = asyncio.create_task(freed.stream.run())
    assert (await freed.socket.hear())["type"] == "channel.snapshot"
    await freed.socket.said.put({"type": "websocket.disconnect"})
    await closing_of(run)
