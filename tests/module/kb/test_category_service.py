from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kb.classify.service import CategoryService
from kb.classify.storage import FILE_NAME
from kb.document_source import DatabaseDocumentSource
from kb.service import KnowledgeService
from kit.db import Database
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    # Nothing here depends on the kind of database.
    return f"sqlite+aiosqlite:///{tmp_path}/kb.sqlite"


@pytest.fixture
async def service(database: Database, clock: SteppingClock, tmp_path: Path) -> AsyncIterator[CategoryService]:
    service = CategoryService(DatabaseDocumentSource(database), tmp_path / "categories", clock)
    yield service
    await service.aclose()


async def add_knowledge(database: Database, clock: SteppingClock, *, gas: bool = False) -> None:
    async with database.session() as session:
        knowledge = KnowledgeService(session, clock)
        if gas:
            draft = entry_draft(
                title="闻到煤气味", variants=["厨房有煤气味", "燃气漏了"], sector="gas", situation="gas.safety.leak"
            )
            await knowledge.create_entry(draft, "curator")
            return
        await knowledge.create_entry(entry_draft(), "curator")
        draft = entry_draft(
            title="电费太高",
            variants=["电费怎么这么多", "电费收错了"],
            situation="power.billing.dispute",
            business_type="enquiry",
            script="我帮您核对电费。",
        )
        await knowledge.create_entry(draft, "curator")


async def test_empty_knowledge_ranks_nothing_and_says_so(service: CategoryService) -> None:
    assert not await service.ensure_trained()
    result = await service.rank_call(["家里没电了"])

    assert (result.categories, result.has_abstained) == ((), True)


async def test_category_follows_the_knowledge(
    service: CategoryService, database: Database, clock: SteppingClock
) -> None:
    await add_knowledge(database, clock)
    assert await service.ensure_trained()
    before = await service.rank_call(["厨房有煤气味"])

    await add_knowledge(database, clock, gas=True)
    await service.ensure_trained()
    after = await service.rank_call(["厨房有煤气味"])

    assert "fault/gas.safety.leak" not in [category.category_id for category in before.categories]
    assert after.categories[0].category_id == "fault/gas.safety.leak"


async def test_restart_loads_what_was_learned(
    service: CategoryService, database: Database, clock: SteppingClock, tmp_path: Path
) -> None:
    await add_knowledge(database, clock)
    await service.ensure_trained()
    learned_at = (tmp_path / "categories" / FILE_NAME).stat().st_mtime_ns
    again = CategoryService(DatabaseDocumentSource(database), tmp_path / "categories", clock)

    assert await again.ensure_trained()
    assert (tmp_path / "categories" / FILE_NAME).stat().st_mtime_ns == learned_at
    restored, learned = await again.rank_call(["电费太多了"]), await service.rank_call(["电费太多了"])
    assert [item.category_id for item in restored.categories] == [item.category_id for item in learned.categories]
    await again.aclose()
    await again.aclose()


class NotingClock(SteppingClock):
    """Tells when someone begins to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.has_slept = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.has_slept.set()
        await super().sleep(seconds)


async def test_follow_learns_in_the_background(database: Database, tmp_path: Path) -> None:
    clock = NotingClock()
    await add_knowledge(database, clock)
    service = CategoryService(DatabaseDocumentSource(database), tmp_path / "categories", clock)
    follower = asyncio.create_task(service.follow())
    await clock.has_slept.wait()
    ranked = await service.rank_call(["电费怎么这么多"])
    follower.cancel()

    with pytest.raises(asyncio.CancelledError):
        await follower
    assert ranked.categories[0].category_id == "enquiry/power.billing.dispute"
    await service.aclose()
