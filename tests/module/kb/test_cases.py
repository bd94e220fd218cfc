from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kb.cases.ranking import CaseCircumstances
from kb.cases.repository import CaseFilter
from kb.cases.service import CaseService
from kb.entries.models import CaseOutcome
from kb.entries.service import KnowledgeService
from kit.errors import InvalidInputError, NotFoundError
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_core_drafts import case_draft, entry_draft

pytestmark = pytest.mark.module


@pytest.fixture
def service(session: AsyncSession, clock: SteppingClock) -> CaseService:
    return CaseService(session, clock)


async def test_case_keeps_its_facts_and_its_entries_in_order(
    service: CaseService, session: AsyncSession, clock: SteppingClock
) -> None:
    knowledge = KnowledgeService(session, clock)
    entries = [(await knowledge.create_entry(entry_draft(title=f"第{n}条"), "curator")).id for n in range(3)]

    case = await service.add_case(case_draft(), [entries[2], entries[0], entries[2]])

    assert case.facts == {"设备": "漏电保护器"}
    assert case.entry_ids == [entries[2], entries[0]]
    assert await service.get_case(case.id) == case
    linked = await service.list_cases(CaseFilter(entry_id=entries[0]))
    assert [item.id for item in linked.items] == [case.id]
    assert (await service.list_cases(CaseFilter(entry_id=entries[1]))).items == []


async def test_updated_case_replaces_text_and_links(
    service: CaseService, session: AsyncSession, clock: SteppingClock
) -> None:
    entry = await KnowledgeService(session, clock).create_entry(entry_draft(), "curator")
    case = await service.add_case(case_draft(), [entry.id])

    await service.update_case(case.id, case_draft(solution="换了漏保。"), [])

    kept = await service.get_case(case.id)
    assert (kept.solution, kept.entry_ids) == ("换了漏保。", [])


async def test_case_pages_run_from_newest_to_oldest(service: CaseService) -> None:
    days = [date(2026, 7, day) for day in (3, 1, 2, 2, 5)]
    for day in days:
        await service.add_case(case_draft(occurred_on=day))

    first = await service.list_cases(limit=3)
    second = await service.list_cases(cursor=first.next_cursor, limit=3)

    assert [item.occurred_on for item in (*first.items, *second.items)] == sorted(days, reverse=True)
    assert len({item.id for item in (*first.items, *second.items)}) == 5
    assert second.next_cursor is None


async def test_case_filters_by_sector_situation_group_and_text(service: CaseService) -> None:
    power = await service.add_case(case_draft())
    water = await service.add_case(
        case_draft(title="水管爆裂", problem="马路冒水。", sector="water", situation="water.leak.burst")
    )

    async def found(**wanted: str) -> list[object]:
        return [item.id for item in (await service.list_cases(CaseFilter(**wanted))).items]

    assert await found(sector="water") == [water.id]
    assert await found(situation="power.outage") == [power.id]
    assert await found(text="冒水") == [water.id]
    assert await found(text="_") == []


async def test_bad_cases_are_refused(service: CaseService) -> None:
    with pytest.raises(NotFoundError) as missing:
        await service.get_case(uuid4())
    with pytest.raises(InvalidInputError) as unknown:
        await service.add_case(case_draft(situation="power.outage.nowhere"))
    with pytest.raises(InvalidInputError) as cursor:
        await service.list_cases(cursor="eHw")

    assert missing.value.error_code == "case_not_found"
    assert unknown.value.error_code == "situation_unknown"
    assert cursor.value.error_code == "cursor_invalid"


async def test_circumstances_are_those_of_the_case(service: CaseService) -> None:
    case = await service.add_case(case_draft(equipment="漏电保护器", area="城南片区"))
    assert await service.find_circumstances([case.id, uuid4()]) == {
        case.id: CaseCircumstances(CaseOutcome(case.outcome), "漏电保护器", "城南片区")
    }
