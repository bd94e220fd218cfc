"""Routing on a real Asterisk: rules are put in force under a running call, and callers go where the rules say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from assist_api.accounts.models import Account
from assist_api.audit.log import AuditLog
from assist_api.customers.models import Customer, CustomerPhone
from assist_api.http.actor import program
from assist_api.migrations import runner
from assist_api.routing.book import DialledNumber, Member, OpeningHours, Queue, RoutingBook
from assist_api.routing.repository import RoutingRepository
from assist_api.routing.router import CallRouter
from assist_api.routing.service import RoutingBooks
from cti_adapter.adapter import CTIAdapter
from cti_adapter.agi import RouteAnswer, RouteQuestion
from cti_adapter.asterisk.applying import LocalExchange
from cti_adapter.asterisk.plan_file import save_plan
from cti_adapter.asterisk.process import ConfigurationRefusedError
from cti_adapter.commands import ReadyAgent
from cti_adapter.events import AgentStateChanged, PBXConnected, QueueJoined
from cti_adapter.phone.sip_phone import PhoneCall, SIPPhone
from cti_adapter.states import AgentState
from kit.clock import SystemClock
from kit.db import Database
from tests.fakes.assist_calls_desk import add_agent
from tests.fakes.cti_events import WAIT_SECONDS, EventLog, follow
from tests.fakes.cti_tones import AGENT_HZ, CUSTOMER_HZ
from tests.integration.cti_adapter.test_call_control import hears, voice
from tests.servers.asterisk import phone_secret, run_asterisk, settings_of
from tests.servers.tingzhi import free_port

pytestmark = pytest.mark.integration

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, SECOND = "8001", "8002"
ORDINARY, IMPORTANT, ASSIGNED = "13800138000", "13900139000", "13700137000"
OPERATOR = program("test")
HOTLINE = Queue(name="hotline", title="热线", members=(Member(agent=FIRST),), has_wrap_up=False)
WATER = Queue(name="water", title="供水", members=(Member(agent=SECOND),), has_wrap_up=False)
POWER_NUMBER = DialledNumber(number="95598", title="热线", queue="hotline")
WATER_NUMBER = DialledNumber(number="96500", title="供水", queue="water")
BOOK = RoutingBook(numbers=(POWER_NUMBER, WATER_NUMBER), queues=(HOTLINE, WATER))


@dataclass
class Centre:
    """An exchange that asks our routing, two agents and as many callers as a test needs."""

    books: RoutingBooks
    adapter: CTIAdapter
    log: EventLog
    database: Database
    phones: dict[str, SIPPhone]
    stack: AsyncExitStack
    server: tuple[str, int]
    is_deciding: bool = True
    """Whether our service answers when it is asked where a call goes."""

    async def put(self, book: RoutingBook) -> str:
        """Put a book in force; return what became of it."""
        based_on = await self.books.newest_number()
        version = await self.books.put(OPERATOR, book, note="test", based_on=based_on)
        return version.state

    async def call(self, caller: str, number: str = "95598") -> PhoneCall:
        """Let somebody call from a telephone of his own."""
        phone = await self.stack.enter_async_context(SIPPhone.open("caller", self.server))
        return await phone.call(number, source=voice(CUSTOMER_HZ), caller=caller)

    async def rings(self, agent: str) -> PhoneCall:
        """Answer what rings at an agent."""
        ringing = await asyncio.wait_for(self.phones[agent].ringing.get(), WAIT_SECONDS)
        return await self.phones[agent].answer(ringing, source=voice(AGENT_HZ))

    async def joined(self, caller: str, count: int = 1) -> list[str]:
        """Return the queues that a caller's calls joined, once there are so many."""

        def queues() -> list[str]:
            mine = {call.call_id for call in self.adapter.calls if call.caller_number == caller}
            return [event.queue for event in self.log.of(QueueJoined) if event.call_id in mine]

        await until(lambda: len(queues()) >= count)
        return queues()

    async def is_free(self, agent: str) -> None:
        """Wait until an agent could be rung."""
        await until(lambda: any(item.agent == agent and item.state is AgentState.READY for item in self.adapter.agents))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not holds():  # noqa: ASYNC110 — what the exchange knows has no event of ours
            await asyncio.sleep(0.05)


@asynccontextmanager
async def open_centre(folder: Path) -> AsyncIterator[Centre]:
    clock, agi_port = SystemClock(), free_port()
    database = Database(f"sqlite+aiosqlite:///{folder / 'routing.sqlite'}")
    await runner.upgrade(database)
    exchange = LocalExchange(folder)
    books = RoutingBooks(database, clock, AuditLog(clock), exchange, ZONE)
    router = CallRouter(database, clock, books, ZONE)
    with run_asterisk(folder / "asterisk", f"127.0.0.1:{agi_port}") as process:
        save_plan(process.plan, folder)
        await books.refresh()
        settings = settings_of(process, agi_port=agi_port)
        centres: list[Centre] = []

        async def route(question: RouteQuestion) -> RouteAnswer | None:
            return await router.route(question) if all(centre.is_deciding for centre in centres) else None

        async with AsyncExitStack() as stack, follow(settings, route=route) as (adapter, log):
            router.follow(lambda: adapter.agents)
            server = ("127.0.0.1", process.plan.addresses.sip_port)
            phones = {}
            await log.wait(PBXConnected)
            for agent in (FIRST, SECOND):
                opened = SIPPhone.open(f"agent-{agent}", server, secret=phone_secret(agent))
                phones[agent] = await stack.enter_async_context(opened)
                await phones[agent].register()
                await adapter.execute(ReadyAgent(agent))
                await log.wait(AgentStateChanged, lambda event, who=agent: (event.agent, event.state) == (who, "ready"))
            centres.append(Centre(books, adapter, log, database, phones, stack, server))
            yield centres[0]
    await database.aclose()


async def add_customer(centre: Centre, phone: str, customer_class: str, extension: str | None = None) -> None:
    """Store a customer; with an extension, an agent with this telephone looks after him."""
    agent_id = None
    if extension is not None:
        agent_id = (await add_agent(centre.database, "王强")).account_id
        async with centre.database.session() as session:
            await session.execute(update(Account).where(Account.id == agent_id).values(extension=extension))
    async with centre.database.session() as session:
        session.add(
            Customer(
                id=uuid4(),
                account_number=phone,
                name="某用户",
                sector="power",
                customer_class=customer_class,
                class_reason="",
                class_until=None,
                agent_account_id=agent_id,
                created_at=datetime.now(UTC),
                phones=[CustomerPhone(number=phone, label="")],
                premises=[],
            )
        )


class TestRealRouting:
    async def test_rules_are_put_in_force_under_a_running_call_and_refused_ones_leave_it_alone(self, tmp_path: Path):
        async with open_centre(tmp_path) as centre:
            customer = await centre.call(ORDINARY)
            agent = await centre.rings(FIRST)
            await hears(customer, AGENT_HZ)

            assert await centre.put(BOOK) == "applied"
            other = await centre.call(IMPORTANT, "96500")
            colleague = await centre.rings(SECOND)
            await hears(other, AGENT_HZ)
            await colleague.hang_up()
            await centre.is_free(SECOND)

            # Asterisk reads [general] as its own section: there is no such queue afterwards.
            general = Queue(name="general", title="总机", members=(Member(agent=SECOND),))
            refused = BOOK.model_copy(update={"queues": (HOTLINE, WATER, general)})
            with pytest.raises(ConfigurationRefusedError, match="the queue general"):
                await centre.put(refused)
            assert centre.books.book == BOOK
            async with centre.database.session() as session:
                rows = await RoutingRepository(session).page(limit=5, before=None)
                assert [row.state for row in rows] == ["refused", "applied"]
            await centre.call(IMPORTANT, "96500")
            await centre.rings(SECOND)
            await hears(customer, AGENT_HZ)
            await hears(agent, CUSTOMER_HZ)

    async def test_callers_go_where_the_rules_say(self, tmp_path: Path):
        async with open_centre(tmp_path) as centre:
            await add_customer(centre, IMPORTANT, "vip")
            await add_customer(centre, ASSIGNED, "ordinary", extension=SECOND)
            patient = HOTLINE.model_copy(update={"max_wait_seconds": 8, "overflow": "water"})
            assert await centre.put(BOOK.model_copy(update={"queues": (patient, WATER)})) == "applied"

            # Whoever looks after a customer is rung first, though others are free.
            known = await centre.call(ASSIGNED)
            own = await centre.rings(SECOND)
            await hears(known, AGENT_HZ)
            assert await centre.joined(ASSIGNED) == ["seat_8002"]

            # The important caller overtakes; the other one has waited long enough after eight seconds.
            talking = await centre.call("13600136000")
            first = await centre.rings(FIRST)
            await hears(talking, AGENT_HZ)
            ordinary = await centre.call(ORDINARY)
            assert await centre.joined(ORDINARY) == ["hotline"]
            important = await centre.call(IMPORTANT)
            assert await centre.joined(IMPORTANT) == ["hotline"]
            await first.hang_up()
            first = await centre.rings(FIRST)
            await hears(important, AGENT_HZ)
            assert await centre.joined(ORDINARY, 2) == ["hotline", "water"]
            await own.hang_up()
            second = await centre.rings(SECOND)
            await hears(ordinary, AGENT_HZ)
            await second.hang_up()
            await centre.is_free(SECOND)

            # Whoever finds nobody free does not begin to wait where somebody else could answer at once.
            quick = patient.model_copy(update={"overflow_when_nobody_is_free": True})
            assert await centre.put(BOOK.model_copy(update={"queues": (quick, WATER)})) == "applied"
            diverted = await centre.call("13500135000")
            second = await centre.rings(SECOND)
            await hears(diverted, AGENT_HZ)
            assert await centre.joined("13500135000") == ["water"]
            await second.hang_up()
            await centre.is_free(SECOND)

            # Nobody decides any more: the plan says that the number is closed, and where its calls go then.
            closed = OpeningHours(name="never", title="", week=((),) * 7)
            numbers = (POWER_NUMBER.model_copy(update={"hours": "never", "closed_queue": "water"}), WATER_NUMBER)
            assert await centre.put(BOOK.model_copy(update={"numbers": numbers, "hours": (closed,)})) == "applied"
            centre.is_deciding = False
            late = await centre.call("13300133000")
            await centre.rings(SECOND)
            await hears(late, AGENT_HZ)
            assert await centre.joined("13300133000") == ["water"]
