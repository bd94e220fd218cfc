from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kb.entries.models import IndexChangeRow, Revision, RevisionState
from kb.entries.repository import EntryFilter
from kb.entries.service import KnowledgeService
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module


@pytest.fixture
def service(session: AsyncSession, clock: SteppingClock) -> KnowledgeService:
    return KnowledgeService(session, clock)


async def test_new_entry_is_published_at_once(service: KnowledgeService) -> None:
    entry = await service.create_entry(entry_draft(), "curator")

    assert entry.current.number == 1
    assert entry.current.state is RevisionState.PUBLISHED
    assert entry.current.published_at is not None
    assert entry.current.category_path == ["供电", "停电", "一户停电", "先分清户内还是户外故障", "检查总开关后报修"]
    assert await service.get_entry(entry.id) == entry


async def test_revision_replaces_the_published_one_and_keeps_its_text(service: KnowledgeService) -> None:
    entry = await service.create_entry(entry_draft(), "curator")

    second = await service.revise_entry(entry.id, entry.current.id, entry_draft(script="请看总开关。"), "other")

    newest, oldest = await service.list_revisions(entry.id)
    assert newest == second
    assert (newest.number, newest.state, newest.author) == (2, RevisionState.PUBLISHED, "other")
    assert (oldest.number, oldest.state, oldest.script) == (1, RevisionState.RETIRED, entry.current.script)
    assert (await service.get_entry(entry.id)).current == second


async def test_revision_of_an_old_base_is_refused(service: KnowledgeService) -> None:
    entry = await service.create_entry(entry_draft(), "curator")
    await service.revise_entry(entry.id, entry.current.id, entry_draft(script="第二版。"), "first")

    with pytest.raises(ConflictError) as caught:
        await service.revise_entry(entry.id, entry.current.id, entry_draft(script="第三版。"), "second")

    assert caught.value.error_code == "stale_revision"
    assert caught.value.details["current_author"] == "first"
    assert len(await service.list_revisions(entry.id)) == 2


async def test_of_two_concurrent_revisions_one_wins(database: Database, clock: SteppingClock) -> None:
    async with database.session() as session:
        entry = await KnowledgeService(session, clock).create_entry(entry_draft(), "curator")
    async with database.session() as first, database.session() as second:
        # Both have read the same base; the swap of the pointer decides.
        slow = KnowledgeService(second, clock)
        await slow.get_entry(entry.id)
        await KnowledgeService(first, clock).revise_entry(
            entry.id, entry.current.id, entry_draft(script="先到。"), "first"
        )
        await first.commit()
        with pytest.raises(ConflictError, match="meanwhile"):
            await slow.revise_entry(entry.id, entry.current.id, entry_draft(script="后到。"), "second")


async def test_revision_that_changes_nothing_is_refused(service: KnowledgeService) -> None:
    entry = await service.create_entry(entry_draft(), "curator")

    with pytest.raises(InvalidInputError) as caught:
        await service.revise_entry(entry.id, entry.current.id, entry_draft(change_note="只是说明"), "curator")

    assert caught.value.error_code == "nothing_changed"


async def test_retired_entry_leaves_the_published_list_and_can_come_back(service: KnowledgeService) -> None:
    entry = await service.create_entry(entry_draft(), "curator")

    retired = await service.retire_entry(entry.id)

    assert retired.current.state is RevisionState.RETIRED
    assert (await service.list_entries(EntryFilter(status=RevisionState.PUBLISHED))).items == []
    with pytest.raises(ConflictError, match="retired already"):
        await service.retire_entry(entry.id)
    back = await service.revise_entry(entry.id, retired.current.id, entry_draft(), "curator")
    assert (back.number, back.state) == (2, RevisionState.PUBLISHED)


async def test_every_change_reaches_the_index_log_in_its_own_transaction(
    database: Database, clock: SteppingClock
) -> None:
    async with database.session() as session:
        service = KnowledgeService(session, clock)
        entry = await service.create_entry(entry_draft(), "curator")
        await service.revise_entry(entry.id, entry.current.id, entry_draft(script="第二版。"), "curator")
        await service.retire_entry(entry.id)
    with pytest.raises(RuntimeError):
        async with database.session() as session:
            await KnowledgeService(session, clock).create_entry(entry_draft(title="会被撤销"), "curator")
            raise RuntimeError
    async with database.session() as session:
        rows = (await session.scalars(select(IndexChangeRow).order_by(IndexChangeRow.change_number))).all()

    assert [row.document_id for row in rows] == [entry.id] * 3
    assert rows[0].change_number < rows[1].change_number < rows[2].change_number


async def test_title_may_not_be_taken_within_sector_and_region(service: KnowledgeService) -> None:
    await service.create_entry(entry_draft(), "curator")

    with pytest.raises(InvalidInputError) as caught:
        await service.create_entry(entry_draft(), "curator")

    assert (caught.value.field, caught.value.error_code) == ("title", "title_taken")
    await service.create_entry(entry_draft(region="370100"), "curator")


async def test_missing_entry_is_not_found(service: KnowledgeService) -> None:
    for action in (service.get_entry, service.retire_entry, service.list_revisions):
        with pytest.raises(NotFoundError) as caught:
            await action(uuid4())
        assert caught.value.error_code == "entry_not_found"


async def test_pages_hold_every_entry_once_newest_first(service: KnowledgeService) -> None:
    created = [await service.create_entry(entry_draft(title=f"第{number}条"), "curator") for number in range(7)]

    seen, cursor = [], None
    for expected_size in (3, 3, 1):
        page = await service.list_entries(cursor=cursor, limit=3)
        assert len(page.items) == expected_size
        seen += [item.id for item in page.items]
        cursor = page.next_cursor

    assert cursor is None
    assert seen == [entry.id for entry in reversed(created)]


async def test_list_filters_by_sector_situation_group_and_title(service: KnowledgeService) -> None:
    outage = await service.create_entry(entry_draft(), "curator")
    bill = await service.create_entry(
        entry_draft(title="电费100%不对", situation="power.billing.dispute", business_type="enquiry"), "curator"
    )
    gas = await service.create_entry(
        entry_draft(title="闻到燃气味", sector="gas", situation="gas.safety.leak"), "curator"
    )

    async def found(**wanted: str) -> list[object]:
        return [item.id for item in (await service.list_entries(EntryFilter(**wanted))).items]

    assert await found(sector="gas") == [gas.id]
    assert await found(situation="power.outage") == [outage.id]
    assert await found(situation="power.billing.dispute") == [bill.id]
    assert await found(title="100%") == [bill.id]
    assert await found(title="%") == [bill.id]
    assert await found(title="没有这条") == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"cursor": "不是游标"}, "cursor"),
        ({"cursor": "abc"}, "cursor"),
        ({"wanted": EntryFilter(title="\x00")}, "title"),
    ],
)
async def test_unusable_list_arguments_name_their_field(
    service: KnowledgeService, arguments: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await service.list_entries(**arguments)  # type: ignore[arg-type]

    assert caught.value.field == field


async def test_category_tree_counts_published_entries(service: KnowledgeService) -> None:
    first = await service.create_entry(entry_draft(), "curator")
    await service.create_entry(entry_draft(title="另一条", means="换保险丝"), "curator")
    await service.create_entry(entry_draft(title="第三条", idea="", means=""), "curator")
    await service.retire_entry(first.id)

    tree = await service.categories()

    power = next(sector for sector in tree.sectors if sector.code == "power")
    situation = power.groups[0].situations[0]
    assert situation.code == "power.outage.single"
    assert situation.entry_count == 2
    assert [(idea.name_zh, idea.entry_count) for idea in situation.ideas] == [("先分清户内还是户外故障", 1)]
    assert [means.name_zh for means in situation.ideas[0].means] == ["换保险丝"]
    assert [item.code for item in tree.business_types][:2] == ["fault", "application"]


async def test_published_text_cannot_be_changed_in_place(database: Database, clock: SteppingClock) -> None:
    async with database.session() as session:
        entry = await KnowledgeService(session, clock).create_entry(entry_draft(), "curator")
    with pytest.raises(ValueError, match="script cannot change"):
        async with database.session() as session:
            revision = await session.get_one(Revision, entry.current.id)
            revision.script = "偷偷改掉"
