from __future__ import annotations

import pytest

from kb.cases.service import CaseService
from kb.entries.service import KnowledgeService
from kb.indexing.document_source import PAGE_SIZE, DatabaseDocumentSource
from kb.kinds import Audience, DocumentKind
from kb.search.documents import DocumentSource
from kit.db import Database
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_core_drafts import case_draft, entry_draft

pytestmark = pytest.mark.module


@pytest.fixture
def source(database: Database) -> DocumentSource:
    return DatabaseDocumentSource(database)


async def test_empty_database_has_no_changes(source: DocumentSource) -> None:
    assert await source.latest_change_number() == 0
    assert await source.changes_after(0, 10) == []
    assert [document async for document in source.all_documents()] == []


async def test_change_carries_the_document_as_it_is_now(
    source: DocumentSource, database: Database, clock: SteppingClock
) -> None:
    async with database.session() as session:
        service = KnowledgeService(session, clock)
        entry = await service.create_entry(entry_draft(), "curator")
        revision = await service.revise_entry(
            entry.id, entry.current.id, entry_draft(answer="# 停电\n先看**总开关**\n\n|表|\n|-|\n|格|"), "curator"
        )

    created, revised = await source.changes_after(0, 10)

    assert created.document == revised.document
    document = revised.document
    assert document is not None
    assert (document.document_id, document.revision_id) == (str(entry.id), str(revision.id))
    assert (document.revision_number, document.category_id) == (2, "fault/power.outage.single")
    assert document.answer == "停电\n先看总开关\n表\n格"
    assert document.audiences == {Audience.AGENT}
    assert await source.latest_change_number() == revised.change_number
    assert await source.changes_after(created.change_number, 1) == [revised]


async def test_retired_entry_is_deleted_from_the_index(
    source: DocumentSource, database: Database, clock: SteppingClock
) -> None:
    async with database.session() as session:
        service = KnowledgeService(session, clock)
        entry = await service.create_entry(entry_draft(), "curator")
        await service.retire_entry(entry.id)

    changes = await source.changes_after(0, 10)

    assert [change.document for change in changes] == [None, None]
    assert [document async for document in source.all_documents()] == []


async def test_case_is_indexed_by_problem_and_solution(
    source: DocumentSource, database: Database, clock: SteppingClock
) -> None:
    async with database.session() as session:
        case = await CaseService(session, clock).add_case(case_draft())

    (change,) = await source.changes_after(0, 10)

    assert change.kind is DocumentKind.CASE
    assert change.document is not None
    assert change.document.document_id == change.document.revision_id == str(case.id)
    assert (change.document.script, change.document.answer) == (case.problem, case.solution)


async def test_rebuild_reads_every_document_over_many_pages(
    source: DocumentSource, database: Database, clock: SteppingClock
) -> None:
    async with database.session() as session:
        service = KnowledgeService(session, clock)
        for number in range(PAGE_SIZE + 1):
            await service.create_entry(entry_draft(title=f"第{number}条"), "curator")
        await CaseService(session, clock).add_case(case_draft())

    documents = [document async for document in source.all_documents()]

    assert len({document.document_id for document in documents}) == PAGE_SIZE + 2
    assert documents[-1].kind is DocumentKind.CASE
