from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kb.entries.models import RevisionOrigin
from kb.search.question.analysis.lexicon import WordUse
from kb.words.current import CurrentWords
from kb.words.file_format import WordFileKind, read_words
from kb.words.importing import WordImport, import_demo_words
from kb.words.repository import WordFilter
from kb.words.schemas import WordGroup, WordGroupDraft, WordImportReport
from kb.words.service import WordService
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, NotFoundError
from tests.fakes.kb_core_clock import SteppingClock

pytestmark = pytest.mark.module


def draft(*words: str, **changes: Any) -> WordGroupDraft:  # noqa: ANN401  # rejected: any field
    return WordGroupDraft(**({"use": WordUse.SYNONYMS, "sector": "power", "words": list(words)} | changes))


class Desk:
    """Runs use cases, each in a transaction of its own."""

    def __init__(self, database: Database, clock: SteppingClock) -> None:
        self.database = database
        self.clock = clock

    async def create(self, made: WordGroupDraft) -> WordGroup:
        async with self.database.session() as session:
            return await WordService(session, self.clock).create(made, "甲")

    async def change(self, group: WordGroup, made: WordGroupDraft, base: int | None = None) -> WordGroup:
        async with self.database.session() as session:
            return await WordService(session, self.clock).change(group.id, base or group.number, made, "乙")

    async def remove(self, group: WordGroup) -> None:
        async with self.database.session() as session:
            await WordService(session, self.clock).remove(group.id, "乙")

    async def load(
        self, text: str, origin: RevisionOrigin = RevisionOrigin.EDIT, kind: WordFileKind = WordFileKind.YAML
    ) -> WordImportReport:
        async with self.database.session() as session:
            file = read_words(text.encode(), kind)
            return await WordImport(session, self.clock, "丙", origin).run(file)

    async def words(self, **wanted: Any) -> list[list[str]]:  # noqa: ANN401  # rejected: any filter
        async with self.database.session() as session:
            page = await WordService(session, self.clock).list_groups(WordFilter(**wanted))
        return [group.words for group in page.items]


@pytest.fixture
def desk(database: Database, clock: SteppingClock) -> Desk:
    return Desk(database, clock)


async def test_list_shows_the_newest_change_first_and_filters(desk: Desk) -> None:
    breaker = await desk.create(draft("空开", "断路器"))
    await desk.create(draft("ＷＩＦＩ", "无线网", sector=None))
    await desk.create(draft("表后阀", use=WordUse.WHOLE, sector="gas"))
    await desk.change(breaker, draft("空开", "断路器", "空气开关"))
    assert await desk.words() == [["空开", "断路器", "空气开关"], ["表后阀"], ["ＷＩＦＩ", "无线网"]]
    assert await desk.words(sector="all") == [["ＷＩＦＩ", "无线网"]]
    assert await desk.words(text="WiFi") == [["ＷＩＦＩ", "无线网"]]
    assert await desk.words(use=WordUse.WHOLE, sector="gas") == [["表后阀"]]


async def test_pages_follow_each_other(desk: Desk) -> None:
    for number in range(3):
        await desk.create(draft(f"词语{number}", f"别名{number}"))
    async with desk.database.session() as session:
        service = WordService(session, desk.clock)
        first = await service.list_groups(limit=2)
        rest = await service.list_groups(limit=2, cursor=first.next_cursor)
    assert [group.words[0] for group in first.items + rest.items] == ["词语2", "词语1", "词语0"]
    assert (first.total, rest.next_cursor) == (3, None)


async def test_word_belongs_to_one_group_of_its_use_and_sector(desk: Desk) -> None:
    first = await desk.create(draft("空开", "断路器"))
    with pytest.raises(InvalidInputError) as caught:
        await desk.create(draft("漏保", "断路器"))
    assert (caught.value.field, caught.value.error_code) == ("words.1", "word_taken")
    assert "空开、断路器" in caught.value.message
    await desk.create(draft("断路器", "开关", sector="tv"))
    await desk.create(draft("总闸", "断路器", use=WordUse.ONE_WAY))
    await desk.change(first, draft("空开", "断路器", "空气开关"))


async def test_second_editor_is_told(desk: Desk) -> None:
    group = await desk.create(draft("空开", "断路器"))
    await desk.change(group, draft("空开", "空气开关"))
    with pytest.raises(ConflictError) as caught:
        await desk.change(group, draft("空开", "漏保"))
    assert (caught.value.error_code, caught.value.details["current_author"]) == ("stale_words", "乙")


async def test_group_that_is_gone_cannot_be_changed(desk: Desk) -> None:
    group = await desk.create(draft("空开", "断路器"))
    await desk.remove(group)
    with pytest.raises(NotFoundError):
        await desk.change(group, draft("空开", "漏保"))
    with pytest.raises(NotFoundError):
        await desk.remove(group)


async def test_two_people_cannot_claim_a_word_at_the_same_time(desk: Desk) -> None:
    outcomes = await asyncio.gather(
        desk.create(draft("空开", "断路器")), desk.create(draft("断路器", "漏保")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvalidInputError", "WordGroup"]
    assert len(await desk.words()) == 1


async def test_file_is_imported_whole_or_not_at_all(desk: Desk) -> None:
    await desk.create(draft("空开", "断路器"))
    sound, clashing = (
        "{use: whole, sector: power, words: [缺相]}",
        "{use: synonyms, sector: power, words: [漏保, 断路器]}",
    )
    text = f"groups:\n  - {sound}\n  - {clashing}\n"
    with pytest.raises(InvalidInputError) as caught:
        await desk.load(text)
    assert [item["field"] for item in caught.value.details["errors"]] == ["3.words.1"]
    assert await desk.words() == [["空开", "断路器"]]


async def test_import_updates_the_group_with_the_same_first_word(desk: Desk) -> None:
    await desk.create(draft("空开", "断路器"))
    text = "groups:\n  - {use: synonyms, sector: power, words: [空开, 断路器, 空气开关]}\n"
    assert (await desk.load(text)).updated == 1
    assert (await desk.load(text)).unchanged == 1
    assert await desk.words() == [["空开", "断路器", "空气开关"]]


LIST = "groups:\n  - {key: power.breaker, use: synonyms, sector: power, words: [空开, 断路器]}\n"
NEXT_LIST = LIST.replace("断路器]", "断路器, 空气开关]")


async def test_next_version_of_the_product_updates_what_nobody_touched(desk: Desk) -> None:
    await desk.load(LIST, RevisionOrigin.PACK)
    assert (await desk.load(NEXT_LIST, RevisionOrigin.PACK)).updated == 1
    assert await desk.words() == [["空开", "断路器", "空气开关"]]


async def test_what_a_person_changed_or_removed_stays_so(desk: Desk) -> None:
    await desk.load(LIST, RevisionOrigin.PACK)
    async with desk.database.session() as session:
        (group,) = await WordService(session, desk.clock).all_groups()
    changed = await desk.change(group, draft("空开", "漏保"))
    assert (await desk.load(NEXT_LIST, RevisionOrigin.PACK)).kept == 1
    await desk.remove(changed)
    assert (await desk.load(NEXT_LIST, RevisionOrigin.PACK)).kept == 1
    assert await desk.words() == []
    assert (await desk.load(NEXT_LIST)).updated == 1
    assert await desk.words() == [["空开", "断路器", "空气开关"]]


async def test_list_of_the_product_gives_way_to_groups_of_people(desk: Desk) -> None:
    await desk.create(draft("断路器", "总闸"))
    assert (await desk.load(LIST, RevisionOrigin.PACK)).kept == 1
    assert await desk.words() == [["断路器", "总闸"]]


async def test_demo_words_are_imported_once(database: Database, clock: SteppingClock) -> None:
    first = await import_demo_words(database, clock)
    again = await import_demo_words(database, clock)
    assert first.created >= 80
    assert (again.created, again.updated, again.unchanged) == (0, 0, first.created)


async def test_other_process_sees_a_change_and_reads_nothing_without_one(desk: Desk) -> None:
    current = CurrentWords(desk.database, desk.clock)
    assert not await current.refresh()
    group = await desk.create(draft("表后阀", use=WordUse.WHOLE))
    assert await current.refresh()
    assert current.whole_words == ("表后阀",)
    assert not await current.refresh()
    await desk.remove(group)
    assert await current.refresh()
    assert current.whole_words == ()


async def test_a_list_of_names_takes_the_place_of_the_one_before_and_leaves_other_words_alone(desk: Desk) -> None:
    await desk.create(draft("和平路", use=WordUse.WHOLE, sector=None))
    streets = [f"{number}号街" for number in range(10, 50)]
    await desk.load(
        "\n".join(["名称,类别", "和平路,街道", *(f"{name},街道" for name in streets)]), kind=WordFileKind.CSV
    )
    assert sorted(map(len, await desk.words(use=WordUse.WHOLE))) == [1, 11, 29]
    again = await desk.load("名称,类别\n新街口,街道\n", kind=WordFileKind.CSV)
    assert (again.created, again.updated) == (0, 2)
    assert sorted(await desk.words(use=WordUse.WHOLE)) == [["和平路"], ["新街口"]]
