from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kb.cases.service import CaseService
from kb.entries.models import RevisionOrigin
from kb.entries.repository import EntryRepository
from kb.entries.schemas import EntryDetail
from kb.entries.service import KnowledgeService
from kb.packs.importing import ImportReport, ItemOutcome, PackImporter
from kit.db import Database
from kit.errors import InvalidInputError
from tests.fakes.kb_core_clock import SteppingClock
from tests.fakes.kb_core_drafts import case_draft, entry_draft

pytestmark = pytest.mark.module


class Packs:
    """Writes pack files and imports them."""

    def __init__(self, folder: Path, database: Database, clock: SteppingClock) -> None:
        self.folder = folder / "packs"
        self.folder.mkdir()
        self._importer = PackImporter(database, clock)

    def write(self, name: str, entries: list[dict[str, Any]] | None = None, **sections: Any) -> None:  # noqa: ANN401  # rejected: any section
        content = ({"entries": entries} if entries else {}) | sections
        (self.folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))

    async def load(self) -> ImportReport:
        return await self._importer.import_pack([self.folder])


def entry_item(key: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # rejected: any field
    return {"key": key, **entry_draft(**({"title": f"条目{key}"} | changes)).model_dump(mode="json")}


def case_item(key: str, entries: list[str], **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # rejected: any field
    return {"key": key, "entries": entries, **case_draft(**changes).model_dump(mode="json")}


@pytest.fixture
def packs(tmp_path: Path, database: Database, clock: SteppingClock) -> Packs:
    return Packs(tmp_path, database, clock)


async def entry_of(database: Database, clock: SteppingClock, key: str) -> EntryDetail | None:
    async with database.session() as session:
        entry = await EntryRepository(session).find_by_key(key)
        return None if entry is None else await KnowledgeService(session, clock).get_entry(entry.id)


async def test_cases_find_entries_of_a_later_file(packs: Packs, database: Database, clock: SteppingClock) -> None:
    packs.write("a-cases.yaml", cases=[case_item("case-1", ["one"])])
    packs.write("b-entries.yaml", [entry_item("one")])

    report = await packs.load()

    assert not report.has_refusals
    assert report.count(ItemOutcome.CREATED) == 2
    entry = await entry_of(database, clock, "one")
    async with database.session() as session:
        case = await CaseService(session, clock).find_case_by_key("case-1")
    assert entry is not None
    assert case is not None
    assert case.entry_ids == [entry.id]


async def test_second_import_changes_nothing(packs: Packs, database: Database, clock: SteppingClock) -> None:
    packs.write("pack.yaml", [entry_item("one"), entry_item("two")], cases=[case_item("case-1", ["two", "one"])])
    await packs.load()
    before = await entry_of(database, clock, "one")

    report = await packs.load()

    assert report.count(ItemOutcome.UNCHANGED) == 3
    assert await entry_of(database, clock, "one") == before


async def test_changed_item_becomes_a_new_revision(packs: Packs, database: Database, clock: SteppingClock) -> None:
    packs.write("pack.yaml", [entry_item("one")], cases=[case_item("case-1", ["one"])])
    await packs.load()
    packs.write("pack.yaml", [entry_item("one", script="新的话术。")], cases=[case_item("case-1", [], area="城西")])

    report = await packs.load()

    assert report.count(ItemOutcome.UPDATED) == 2
    entry = await entry_of(database, clock, "one")
    assert entry is not None
    assert (entry.current.number, entry.current.script) == (2, "新的话术。")
    assert entry.current.origin is RevisionOrigin.PACK


async def test_edit_by_a_person_is_kept_and_reported(packs: Packs, database: Database, clock: SteppingClock) -> None:
    packs.write("pack.yaml", [entry_item("one"), entry_item("two")])
    await packs.load()
    one, two = await entry_of(database, clock, "one"), await entry_of(database, clock, "two")
    assert one is not None
    assert two is not None
    async with database.session() as session:
        service = KnowledgeService(session, clock)
        await service.revise_entry(one.id, one.current.id, entry_draft(title="人改的"), "curator")
        await service.retire_entry(two.id)

    same_pack = await packs.load()
    packs.write("pack.yaml", [entry_item("one", script="包改的。"), entry_item("two", script="包改的。")])
    new_pack = await packs.load()

    assert same_pack.count(ItemOutcome.UNCHANGED) == 2
    assert new_pack.files[0].keys(ItemOutcome.KEPT) == ["one", "two"]
    kept = await entry_of(database, clock, "one")
    assert kept is not None
    assert (kept.current.title, kept.current.number) == ("人改的", 2)


async def test_file_with_one_bad_item_imports_nothing_and_others_go_on(
    packs: Packs, database: Database, clock: SteppingClock
) -> None:
    packs.write("a.yaml", [entry_item("one"), entry_item("bad", situation="no.such")])
    packs.write("b.yaml", [entry_item("two")])
    packs.write("c.yaml", [entry_item("three"), entry_item("four", title="条目two")])
    packs.write("d.yaml", [entry_item("two", title="另一个")])
    packs.write("e.yaml", cases=[case_item("case-1", ["two", "nowhere"])])

    report = await packs.load()

    found = {(file.path.name, item.key, item.code) for file in report.files for item in file.refused}
    assert found == {
        ("a.yaml", "bad", "situation_unknown"),
        ("c.yaml", "four", "title_taken"),
        ("d.yaml", "two", "key_duplicate"),
        ("e.yaml", "case-1", "entry_key_unknown"),
    }
    present = [key for key in ("one", "two", "three", "four") if await entry_of(database, clock, key)]
    assert present == ["two"]


async def test_missing_path_and_empty_folder_are_refused(packs: Packs, database: Database) -> None:
    importer = PackImporter(database, SteppingClock())
    for path in (packs.folder, packs.folder / "nowhere.yaml"):
        with pytest.raises(InvalidInputError) as caught:
            await importer.import_pack([path])
        assert caught.value.error_code == "pack_not_found"
