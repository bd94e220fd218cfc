from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import select

from kb.cases.service import CaseService
from kb.classify.examples import Example, Origin, examples_from
from kb.entries.models import Revision
from kb.entries.service import KnowledgeService
from kb.filing.service import TaxonomyService, _InForce, refresh_taxonomy, shipped_pack
from kb.indexing.document_source import DatabaseDocumentSource
from kb.taxonomy.edits import TaxonomyChange
from kb.taxonomy.pack import write_taxonomy_pack
from kb.taxonomy.tree import load_taxonomy, put_in_force
from kit.db import Database
from kit.errors import AssistError
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_core_drafts import case_draft, entry_draft

pytestmark = pytest.mark.module

SINGLE, AREA = "power.outage.single", "power.outage.area"
CHANGE: TypeAdapter[TaxonomyChange] = TypeAdapter(TaxonomyChange)


@pytest.fixture(autouse=True)
def _shipped_taxonomy() -> Iterator[None]:
    yield
    put_in_force(None)
    _InForce.numbers = {}


async def change(database: Database, clock: SteppingClock, base_number: int, **fields: Any) -> None:  # noqa: ANN401
    async with database.session() as session:
        wanted = CHANGE.validate_python(fields)
        await TaxonomyService(session, clock).change("power", base_number, wanted, "李知识", "")
    await refresh_taxonomy(database)


async def test_change_is_in_force_at_once_and_in_the_history(database: Database, clock: SteppingClock) -> None:
    await change(database, clock, 0, kind="rename", code=SINGLE, zh="单户停电", en="Single")
    await change(database, clock, 1, kind="retire", code=AREA, is_retired=True)

    assert load_taxonomy().situation_path(SINGLE) == ["供电", "停电", "单户停电"]
    assert load_taxonomy().situations[AREA].is_retired
    async with database.session() as session:
        rows = await TaxonomyService(session, clock).history("power")
        tree = await KnowledgeService(session, clock).categories()
    assert [(row.number, row.change["kind"], row.author) for row in rows] == [
        (2, "retire", "李知识"),
        (1, "rename", "李知识"),
    ]
    assert tree.sectors[0].groups[0].situations[0].name_zh == "单户停电"


async def test_entries_cases_and_choices_follow_a_merged_code(database: Database, clock: SteppingClock) -> None:
    async with database.session() as session:
        entry = await KnowledgeService(session, clock).create_entry(entry_draft(), "curator")
        case = await CaseService(session, clock).add_case(case_draft())
    await change(database, clock, 0, kind="merge", code=SINGLE, into=AREA)

    async with database.session() as session:
        current = (await KnowledgeService(session, clock).get_entry(entry.id)).current
        assert (current.situation, current.number, current.author) == (AREA, 2, "李知识")
        assert (await CaseService(session, clock).get_case(case.id)).situation == AREA
        first = await session.scalar(select(Revision).where(Revision.id == entry.current.id))
        assert first is not None
        assert (first.situation, first.state) == (SINGLE, "retired")
        (version,) = await TaxonomyService(session, clock).history("power")
    assert version.change["followed"] == {"entries": 1, "cases": 1}
    documents = [document async for document in DatabaseDocumentSource(database).all_documents()]
    choice = Example("我家没电", f"fault/{SINGLE}", Origin.CHOICE)
    learned = examples_from(documents, load_taxonomy(), [choice])
    assert {example.category_id for example in learned} == {f"fault/{AREA}"}


async def test_knowledge_that_names_a_merged_code_is_filed_under_the_new_one(
    database: Database, clock: SteppingClock
) -> None:
    await change(database, clock, 0, kind="recode", code=SINGLE, to="power.outage.household")
    async with database.session() as session:
        entry = await KnowledgeService(session, clock).create_entry(entry_draft(), "curator")

    assert entry.current.situation == "power.outage.household"


async def test_entries_follow_a_renamed_idea(database: Database, clock: SteppingClock) -> None:
    async with database.session() as session:
        entry = await KnowledgeService(session, clock).create_entry(entry_draft(), "curator")
    idea = entry.current.idea
    await change(database, clock, 0, kind="rename_idea", code=SINGLE, idea=idea, to="先分户内户外")

    async with database.session() as session:
        current = (await KnowledgeService(session, clock).get_entry(entry.id)).current
    assert (current.idea, current.number) == ("先分户内户外", 2)


async def test_retired_situation_takes_nothing_new_and_keeps_what_it_has(
    database: Database, clock: SteppingClock
) -> None:
    async with database.session() as session:
        entry = await KnowledgeService(session, clock).create_entry(entry_draft(), "curator")
    await change(database, clock, 0, kind="retire", code=SINGLE, is_retired=True)

    async with database.session() as session:
        knowledge = KnowledgeService(session, clock)
        revised = await knowledge.revise_entry(
            entry.id, entry.current.id, entry_draft(script="请先看总开关。"), "curator"
        )
        assert revised.number == 2
        with pytest.raises(AssistError) as refused:
            await knowledge.create_entry(entry_draft(title="另一条"), "curator")
    assert refused.value.error_code == "situation_retired"


async def test_two_curators_cannot_change_the_same_version(database: Database, clock: SteppingClock) -> None:
    await change(database, clock, 0, kind="retire", code=SINGLE, is_retired=True)
    with pytest.raises(AssistError) as stale:
        await change(database, clock, 0, kind="retire", code=AREA, is_retired=True)

    assert stale.value.error_code == "taxonomy_stale"


async def test_file_without_a_code_in_use_is_refused_and_nothing_changes(
    database: Database, clock: SteppingClock
) -> None:
    async with database.session() as session:
        await KnowledgeService(session, clock).create_entry(entry_draft(), "curator")
    lines = write_taxonomy_pack(shipped_pack("power")).splitlines()
    at = next(number for number, line in enumerate(lines) if SINGLE in line)
    text = "\n".join(lines[:at] + lines[at + 3 :])
    with pytest.raises(AssistError) as refused:
        async with database.session() as session:
            await TaxonomyService(session, clock).import_pack("power", 0, text, "李知识", "")

    assert (refused.value.error_code, refused.value.details["codes"]) == ("taxonomy_code_in_use", [SINGLE])
    async with database.session() as session:
        assert (await TaxonomyService(session, clock).current("power")).number == 0


async def test_earlier_version_can_be_restored(database: Database, clock: SteppingClock) -> None:
    await change(database, clock, 0, kind="rename", code=SINGLE, zh="单户停电", en="Single")
    async with database.session() as session:
        await TaxonomyService(session, clock).restore("power", 1, 0, "李知识")
    assert await refresh_taxonomy(database) == {"power": 2}

    assert load_taxonomy().situations[SINGLE].name_zh == "一户停电"
