"""An import that turned out wrong is taken back as a whole."""

from __future__ import annotations

import pytest

from kb.entries.models import RevisionState
from kb.ingest.models import ImportState
from kb.ingest.schemas import ImportDetail
from kit.errors import ConflictError
from tests.fakes.kb_ingest_desk import CURATOR, ImportDesk, counts
from tests.fakes.kb_ingest_files import RULES

pytestmark = pytest.mark.module
THIRD, TENTH, ELEVENTH = "小区供水约定 第三条", "小区供水约定 第十条之一", "小区供水约定 第十一条"
EDITION = RULES.replace("每月抄一次", "两月抄一次").replace("第十条之一", "第十一条")
"""Changes one article, leaves one out, adds one."""


async def take_back(desk: ImportDesk, detail: ImportDetail) -> tuple[ImportState, int, int]:
    after = await desk.imports.work(detail.id, CURATOR, desk.imports.take_back)
    assert after.taken_back is not None
    assert after.taken_back.by == CURATOR.name
    return after.state, after.taken_back.entries, after.taken_back.left


async def test_knowledge_is_as_it_was_before(desk: ImportDesk) -> None:
    await desk.publish({"约定.md": RULES})
    before = {title: entry.current.answer for title, entry in (await desk.entries()).items()}
    edition = await desk.publish({"约定.md": EDITION})
    assert counts(edition) == {"new": 1, "changed": 1, "unchanged": 3, "gone": 1}
    assert await take_back(desk, edition) == (ImportState.TAKEN_BACK, 3, 0)
    assert {title: entry.current.answer for title, entry in (await desk.entries()).items()} == before
    # The old text is a new revision: what agents saw meanwhile stays in the history.
    assert (await desk.entries())[THIRD].current.number == 3


async def test_document_can_be_imported_again_afterwards(desk: ImportDesk) -> None:
    first = await desk.publish({"约定.md": RULES})
    assert await take_back(desk, first) == (ImportState.TAKEN_BACK, 5, 0)
    assert await desk.entries() == {}
    assert counts(await desk.publish({"约定.md": RULES})) == {"changed": 5}
    assert len(await desk.entries()) == 5
    assert counts(await desk.publish({"约定.md": EDITION}))["changed"] == 1


async def test_what_somebody_changed_since_stays(desk: ImportDesk) -> None:
    first = await desk.publish({"约定.md": RULES})
    await desk.edit(THIRD, answer="水表每月抄一次，抄表员带证件。")
    assert await take_back(desk, first) == (ImportState.TAKEN_BACK, 4, 1)
    assert set(await desk.entries()) == {THIRD}
    page = await desk.imports.units(first.id, first.files[0].id, -1, 50)
    assert [unit.title for unit in page.items if unit.is_taken_back is False] == [
        (await desk.entries())[THIRD].current.title
    ]


async def test_later_edition_stays_when_an_earlier_one_is_taken_back(desk: ImportDesk) -> None:
    first = await desk.publish({"约定.md": RULES})
    await desk.publish({"约定.md": EDITION})
    state, _, left = await take_back(desk, first)
    assert (state, left) == (ImportState.TAKEN_BACK, 2)  # the article that changed, and the one that left since
    assert set(await desk.entries()) == {THIRD, ELEVENTH}


async def test_old_title_that_another_entry_has_now_is_not_published_twice(desk: ImportDesk) -> None:
    await desk.publish({"约定.md": RULES})
    title = (await desk.entries())[TENTH].current.title
    edition = await desk.publish({"约定.md": EDITION})
    await desk.edit(THIRD, title=title)
    state, taken, left = await take_back(desk, edition)
    assert (state, taken, left) == (ImportState.TAKEN_BACK, 1, 2)  # the new article left; a person has the third


async def test_texts_that_wait_for_review_are_turned_down(desk: ImportDesk) -> None:
    await desk.publish({"约定.md": RULES})
    waiting = await desk.publish({"约定.md": EDITION}, mode="review", retires_gone=False)
    assert await take_back(desk, waiting) == (ImportState.TAKEN_BACK, 2, 0)
    assert await desk.entries(RevisionState.IN_REVIEW) == {}
    assert len(await desk.entries()) == 5


async def test_only_what_stands_can_be_taken_back(desk: ImportDesk) -> None:
    previewed = await desk.preview({"约定.md": RULES})
    with pytest.raises(ConflictError) as early:
        await desk.imports.take_back(previewed.id, CURATOR)
    assert early.value.error_code == "import_nothing_published"
    done = await desk.imports.work(previewed.id, CURATOR, desk.imports.publish)
    await take_back(desk, done)
    with pytest.raises(ConflictError):
        await desk.imports.take_back(done.id, CURATOR)
