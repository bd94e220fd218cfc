"""A call service on a real database and real files, with a scripted recogniser and a key word search."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from assist_api.accounts.models import Account
from assist_api.audit.log import AuditLog
from assist_api.calls.category import CallCategories
from assist_api.calls.events import CallEndedEvent, CallEvent
from assist_api.calls.hub import CallHub
from assist_api.calls.observers import Observe, observe_nothing
from assist_api.calls.recordings import IncomingFile
from assist_api.calls.schemas import ReplaySpeed
from assist_api.calls.service import CallService
from assist_api.calls.viewer import CallViewer
from assist_api.http.actor import Actor
from assist_api.http.permissions import Role
from assist_api.migrations import runner
from assist_api.suggestions.service import SuggestionService
from kb.cases.service import CaseService
from kb.entries.service import KnowledgeService
from kb.kinds import DocumentKind
from kit.bus import LocalBus
from kit.clock import Clock, SystemClock
from kit.db import Database
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_search import KeywordCategories, KeywordSearch, make_hit
from tests.fakes.assist_calls_speech import Line, ScriptedEngine
from tests.fakes.kb_core_drafts import case_draft, entry_draft

OUTAGE_CALL = (
    Line(1, 100, 900, "您好，请问有什么可以帮您？"),
    Line(0, 1_500, 2_400, "你好，我姓王。"),
    Line(0, 3_000, 4_800, "你好，我们家突然停电了"),
    Line(1, 5_200, 6_000, "您看一下空开"),
    Line(0, 6_500, 8_000, "总开关跳闸了，推不上去"),
)
OUTAGE_MS = 9_000


@dataclass(slots=True)
class Desk:
    """The parts a test looks at; `outage` and `tripping` are entries, `case` is a case."""

    calls: CallService
    hub: CallHub
    database: Database
    engine: ScriptedEngine
    search: KeywordSearch
    categories: KeywordCategories
    data_dir: Path
    outage: UUID
    tripping: UUID
    case: UUID

    async def begin(
        self, viewer: CallViewer, audio: bytes | None = None, *, speed: ReplaySpeed = "max", call_id: UUID | None = None
    ) -> UUID:
        """Start a replay of a recording as long as the script."""
        files = [IncomingFile("call.wav", io.BytesIO(audio or wav_bytes(OUTAGE_MS)))]
        return await self.calls.start_replay(viewer, files, speed=speed, call_id=call_id)

    async def run(
        self, viewer: CallViewer, audio: bytes | None = None, *, speed: ReplaySpeed = "max"
    ) -> list[CallEvent]:
        """Replay to the end and return every event, partials too."""
        call_id = uuid4()
        async with self.hub.watch(call_id) as events:
            await self.begin(viewer, audio, speed=speed, call_id=call_id)
            return [event async for event in until_ended(events)]

    async def ended(self, call_id: UUID) -> None:
        """Wait until a call that was started has ended."""
        async with asyncio.timeout(20):
            while self.calls.is_carried_here(call_id):  # noqa: ASYNC110  # rejected: a test has no event to wait for
                await asyncio.sleep(0.01)


async def until_ended(events: AsyncIterator[CallEvent]) -> AsyncIterator[CallEvent]:
    """Yield events up to and with `call.ended`."""
    async with asyncio.timeout(20):
        async for event in events:
            yield event
            if isinstance(event, CallEndedEvent):
                return


@asynccontextmanager
async def open_desk(
    database_url: str,
    data_dir: Path,
    lines: Sequence[Line] = OUTAGE_CALL,
    *,
    clock: Clock | None = None,
    max_concurrent: int = 4,
    engine: ScriptedEngine | None = None,
    observe: Observe = observe_nothing,
) -> AsyncIterator[Desk]:
    """Open a desk; a second one on the same database and folder is the same machine after a restart."""
    clock = clock or SystemClock()
    database = Database(database_url)
    await runner.upgrade(database)
    outage, tripping, case = await _knowledge(database, clock)
    search = KeywordSearch(
        {
            "停电": make_hit(str(outage[0]), 0.6, revision_id=str(outage[1])),
            "跳闸": make_hit(str(tripping[0]), 0.8, revision_id=str(tripping[1])),
            "总开关": make_hit(str(case), 0.7, kind=DocumentKind.CASE),
        }
    )
    categories = KeywordCategories({"停电": "fault/power.outage.single", "跳闸": "fault/power.outage.partial"})
    hub = CallHub(LocalBus())
    engine = engine or ScriptedEngine(lines)
    calls = CallService(
        database=database,
        engine=engine,
        suggestions=SuggestionService(search, database, clock),
        categories=CallCategories(categories),
        hub=hub,
        clock=clock,
        data_dir=data_dir,
        max_concurrent=max_concurrent,
        audit=AuditLog(clock),
        observe=observe,
    )
    await calls.start()
    try:
        yield Desk(calls, hub, database, engine, search, categories, data_dir, outage[0], tripping[0], case)
    finally:
        await calls.aclose()
        await database.aclose()


async def _knowledge(database: Database, clock: Clock) -> tuple[tuple[UUID, UUID], tuple[UUID, UUID], UUID]:
    async with database.session() as session:
        knowledge, cases = KnowledgeService(session, clock), CaseService(session, clock)
        one = await knowledge.create_entry(entry_draft(title=f"停电 {uuid4()}"), "测试")
        other = await knowledge.create_entry(
            entry_draft(title=f"跳闸 {uuid4()}", situation="power.outage.partial"), "测试"
        )
        case = await cases.add_case(case_draft())
    return (one.id, one.current.id), (other.id, other.current.id), case.id


async def add_agent(
    database: Database, name: str = "zhang", *, sees_all: bool = False, role: Role = Role.AGENT
) -> CallViewer:
    """Store an account and return it as a viewer."""
    account_id = uuid4()
    async with database.session() as session:
        session.add(
            Account(
                id=account_id,
                username=f"{name}.{account_id.hex[:6]}",
                display_name=name,
                role=role,
                locale="zh-CN",
                password_hash="-",
                must_change_password=False,
                is_active=True,
                created_at=SystemClock().now(),
            )
        )
    actor = Actor(account_id, name, "agent")
    return CallViewer(actor, can_read_all=sees_all, can_hear_all=sees_all, can_act_on_all=sees_all)
