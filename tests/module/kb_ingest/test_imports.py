from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kb.entries.models import Entry, IndexChangeRow, Revision, RevisionState
from kb.entries.review import ReviewService
from kb.ingest.drafts import FileSettings, ImportSettings, PublishMode
from kb.ingest.models import FileState, ImportState
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, TooLargeError
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_ingest_desk import CURATOR, ImportDesk, counts
from tests.fakes.kb_ingest_files import RULES, archive

pytestmark = pytest.mark.module
FIRST, THIRD = "小区供水约定 第一条", "小区供水约定 第三条"


async def test_preview_writes_no_entry_and_publishing_writes_all(desk: ImportDesk, tmp_path: Path) -> None:
    previewed = await desk.preview({"约定.md": RULES}, sector="water", owner="供水科")
    assert (previewed.state, counts(previewed)) == (ImportState.READY, {"new": 5})
    assert await desk.entries(None) == {}
    done = await desk.imports.work(previewed.id, CURATOR, desk.imports.publish)
    assert (done.state, done.done_count, counts(done)) == (ImportState.FINISHED, 1, {"new": 5})
    third = (await desk.entries())[THIRD].current
    assert (third.answer, third.script, third.sector, third.owner) == ("水表每月抄一次。", "", "water", "供水科")
    assert [(source.title, source.detail) for source in third.sources] == [("约定.md", "第二章 水表 · 第三条")]
    assert list((tmp_path / "imports").iterdir()) == []


async def test_account_of_characters_is_kept_with_the_file(desk: ImportDesk) -> None:
    (file,) = (await desk.preview({"约定.md": RULES})).files
    assert file.unexplained_characters == 0
    assert file.source_characters > file.kept_characters > 90
    assert [drop.reason for drop in file.drops] == ["markup"]


async def test_same_document_again_changes_nothing(desk: ImportDesk, database: Database) -> None:
    await desk.publish({"约定.md": RULES})
    assert counts(await desk.publish({"约定.md": RULES})) == {"unchanged": 5}
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Revision)) == 5
        assert await session.scalar(select(func.count()).select_from(IndexChangeRow)) == 5


async def test_next_edition_updates_adds_and_retires(desk: ImportDesk) -> None:
    await desk.publish({"约定.md": RULES})
    edition = RULES.replace("每月抄一次", "两月抄一次").replace("第十条之一", "第十一条")
    done = await desk.publish({"约定.md": edition})
    assert counts(done) == {"new": 1, "changed": 1, "unchanged": 3, "gone": 1}
    entries = await desk.entries()
    assert (entries[THIRD].current.answer, entries[THIRD].current.number) == ("水表两月抄一次。", 2)
    assert "小区供水约定 第十条之一" not in entries
    assert counts(await desk.publish({"约定.md": RULES})) == {"changed": 2, "unchanged": 3, "gone": 1}
    assert "小区供水约定 第十条之一" in await desk.entries()


async def test_what_a_person_wrote_stays(desk: ImportDesk) -> None:
    await desk.publish({"约定.md": RULES})
    await desk.edit(THIRD, answer="水表每月抄一次，抄表员带证件。")
    assert counts(await desk.publish({"约定.md": RULES})) == {"unchanged": 5}
    edition = RULES.replace("每月抄一次", "两月抄一次")
    done = await desk.publish({"约定.md": edition})
    assert counts(done) == {"kept": 1, "unchanged": 4}
    assert "抄表员带证件" in (await desk.entries())[THIRD].current.answer
    page = await desk.imports.units(done.id, done.files[0].id, -1, 50)
    assert [unit.problem for unit in page.items if unit.plan == "kept"] == ["edited_by_person"]


async def test_editor_asks_no_script_of_a_rule_but_takes_none_away(desk: ImportDesk) -> None:
    await desk.publish({"约定.md": RULES})
    await desk.edit(THIRD, owner="抄表班")
    await desk.edit(THIRD, script="水表每个月抄一次。")
    with pytest.raises(InvalidInputError, match="script is empty"):
        await desk.edit(THIRD, script="")


async def test_text_in_review_is_no_knowledge_until_somebody_publishes_it(desk: ImportDesk, database: Database) -> None:
    await desk.publish({"约定.md": RULES}, mode=PublishMode.REVIEW)
    assert await desk.entries() == {}
    waiting = (await desk.entries(RevisionState.IN_REVIEW))[FIRST]
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(IndexChangeRow)) == 0
        await ReviewService(session, SteppingClock()).publish(waiting.id, waiting.current.id)
    assert set(await desk.entries()) == {FIRST}
    async with database.session() as session:
        with pytest.raises(ConflictError) as twice:
            await ReviewService(session, SteppingClock()).publish(waiting.id, waiting.current.id)
    assert twice.value.error_code == "not_in_review"


async def test_new_edition_in_review_waits_beside_the_published_text(desk: ImportDesk, database: Database) -> None:
    await desk.publish({"约定.md": RULES})
    edition = RULES.replace("每月抄一次", "两月抄一次")
    assert counts(await desk.publish({"约定.md": edition}, mode="review")) == {"changed": 1, "unchanged": 4}
    assert (await desk.entries())[THIRD].current.answer == "水表每月抄一次。"
    assert set(await desk.entries(RevisionState.IN_REVIEW)) == {THIRD}
    assert counts(await desk.publish({"约定.md": edition}, mode="review")) == {"unchanged": 5}
    entry = (await desk.entries())[THIRD]
    async with database.session() as session:
        statement = select(Revision.id).where(Revision.state == RevisionState.IN_REVIEW)
        waiting = await session.scalar(statement)
        assert isinstance(waiting, UUID)
        published = await ReviewService(session, SteppingClock()).publish(entry.id, waiting)
    assert (published.current.answer, published.current.number) == ("水表两月抄一次。", 2)


async def test_text_that_is_turned_down_leaves_what_was_published(desk: ImportDesk, database: Database) -> None:
    await desk.publish({"约定.md": RULES})
    await desk.publish({"约定.md": RULES.replace("每月", "每天")}, mode="review")
    entry = (await desk.entries())[THIRD]
    async with database.session() as session:
        waiting = await session.scalar(select(Revision.id).where(Revision.state == RevisionState.IN_REVIEW))
        assert isinstance(waiting, UUID)
        after = await ReviewService(session, SteppingClock()).turn_down(entry.id, waiting)
    assert after.current.answer == "水表每月抄一次。"
    assert await desk.entries(RevisionState.IN_REVIEW) == {}


async def test_same_title_in_another_document_is_refused_already_in_the_preview(desk: ImportDesk) -> None:
    previewed = await desk.preview({"a.md": RULES, "b.md": RULES})
    assert [{plan.value: n for plan, n in file.counts.items() if n} for file in previewed.files] == [
        {"new": 5}, {"refused": 5},
    ]  # fmt: skip
    page = await desk.imports.units(previewed.id, previewed.files[1].id, -1, 2)
    assert [unit.problem for unit in page.items] == ["title_taken", "title_taken"]
    assert page.next_after == 1


async def test_bad_file_costs_only_itself(desk: ImportDesk) -> None:
    done = await desk.publish({"坏.docx": b"PK\x03\x04nothing", "约定.md": RULES})
    assert [(file.name, file.state, file.refusal and file.refusal.code) for file in done.files] == [
        ("坏.docx", FileState.REFUSED, "file_damaged"), ("约定.md", FileState.PUBLISHED, None),
    ]  # fmt: skip
    assert len(await desk.entries()) == 5


async def test_archive_becomes_its_files(desk: ImportDesk) -> None:
    data = archive(
        {"规定/约定.md": RULES.encode(), "规定/内.zip": archive({"x.txt": b"x"}), "规定/下/b.txt": "关阀。".encode()}
    )
    done = await desk.publish({"规定.zip": data})
    assert {file.name: file.state.value for file in done.files} == {
        "规定.zip": "unpacked", "约定.md": "published", "内.zip": "refused", "下/b.txt": "published",
    }  # fmt: skip
    assert counts(await desk.publish({"约定.md": RULES})) == {"unchanged": 5}


async def test_settings_may_differ_by_file_and_change_after_the_preview(desk: ImportDesk) -> None:
    previewed = await desk.preview({"a.md": "# 甲\n\n一。", "b.md": "# 乙\n\n二。"}, sector="gas")
    await desk.imports.change_file_settings(previewed.id, previewed.files[1].id, FileSettings(sector="water"), CURATOR)
    await desk.imports.work_off()
    await desk.imports.work(previewed.id, CURATOR, desk.imports.publish)
    assert {title: entry.current.sector for title, entry in (await desk.entries()).items()} == {
        "甲": "gas", "乙": "water",
    }  # fmt: skip


async def test_what_cannot_be_is_refused_with_its_field(desk: ImportDesk) -> None:
    with pytest.raises(InvalidInputError) as unknown:
        await desk.imports.create(ImportSettings(situation="power.nothing"), CURATOR)
    assert unknown.value.field == "situation"
    created = await desk.imports.create(ImportSettings(), CURATOR)
    with pytest.raises(InvalidInputError) as empty:
        await desk.imports.read(created.id, CURATOR)
    assert empty.value.error_code == "import_empty"
    with pytest.raises(ConflictError) as early:
        await desk.imports.publish(created.id, CURATOR)
    assert early.value.error_code == "import_not_ready"
    for name, code in (("../a.md", "file_path_unsafe"), ("", "file_path_unsafe")):
        with pytest.raises(InvalidInputError) as outside:
            await desk.imports.add_file(created.id, CURATOR, name, io.BytesIO(b"x"), 1)
        assert outside.value.error_code == code
    with pytest.raises(TooLargeError):
        await desk.imports.add_file(created.id, CURATOR, "a.md", io.BytesIO(b"x"), 2_000_001)
    for number in range(20):
        await desk.imports.add_file(created.id, CURATOR, f"{number}.md", io.BytesIO(b"x"), 1)
    with pytest.raises(TooLargeError) as many:
        await desk.imports.add_file(created.id, CURATOR, "one-more.md", io.BytesIO(b"x"), 1)
    assert many.value.error_code == "import_too_many_files"


async def test_cancelled_import_leaves_no_file_and_no_entry(
    desk: ImportDesk, database: Database, tmp_path: Path
) -> None:
    previewed = await desk.preview({"约定.md": RULES})
    cancelled = await desk.imports.cancel(previewed.id, CURATOR)
    assert cancelled.state == ImportState.CANCELLED
    with pytest.raises(ConflictError):
        await desk.imports.publish(previewed.id, CURATOR)
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Entry)) == 0
    assert list((tmp_path / "imports").iterdir()) == []
    page = await desk.imports.list_imports(None, 10)
    assert [(item.state, item.first_name) for item in page.items] == [(ImportState.CANCELLED, "约定.md")]
