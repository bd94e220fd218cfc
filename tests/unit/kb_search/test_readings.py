from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from kb.search.hits import SearchResult, SearchState
from kb.search.query import SearchQuery
from kb.search.question.readings import MAX_READINGS, READINGS_AT_ONCE, Reading, ReadResult, search_readings
from tests.fakes.assist_calls_search import make_hit, make_result

pytestmark = pytest.mark.unit

HEARD = "我想解约清醒账户"


class Index:
    """Answers by the text, with the confidence that stands there; keeps what was asked."""

    def __init__(self, confidences: Mapping[str, float], state: SearchState = SearchState.COMPLETE) -> None:
        self._confidences = confidences
        self._state = state
        self.asked: list[SearchQuery] = []

    async def search(self, query: SearchQuery) -> SearchResult:
        self.asked.append(query)
        confidence = self._confidences.get(query.text)
        hits = () if confidence is None else (make_hit(query.text, confidence),)
        return make_result(*hits, state=self._state)

    async def read(self, *readings: tuple[str, float]) -> ReadResult:
        query = SearchQuery(HEARD, sector="power", context=("你好",))
        return await search_readings(self.search, query, [Reading(*reading) for reading in readings])


async def test_a_text_that_finds_an_answer_is_asked_alone() -> None:
    index = Index({HEARD: 0.5, "我想解约亲情账户": 0.9})
    found = await index.read(("我想解约亲情账户", 0.99))
    assert (found.chosen, found.result.hits[0].confidence, len(index.asked)) == (None, 0.5, 1)


async def test_the_reading_with_the_likeliest_answer_counts() -> None:
    index = Index({HEARD: 0.1, "我想解约轻型账户": 0.2, "我想解约亲情账户": 0.8})
    found = await index.read(("我想解约轻型账户", 0.95), ("我想解约亲情账户", 0.9))
    assert found.chosen == 1
    assert found.result.has_answer
    assert [(query.sector, query.context) for query in index.asked] == [("power", ("你好",))] * 3


async def test_what_the_recogniser_thinks_less_of_counts_less() -> None:
    index = Index({HEARD: 0.2, "我想解约亲情账户": 0.25})
    assert (await index.read(("我想解约亲情账户", 0.7))).chosen is None
    assert (await index.read(("我想解约亲情账户", 0.9))).chosen == 0


async def test_texts_that_find_nothing_leave_the_first_result() -> None:
    index = Index({})
    found = await index.read(("我想解约亲情账户", 0.9))
    assert (found.chosen, found.result.hits, found.result.has_answer) == (None, (), False)
    assert found.result.took_ms == pytest.approx(2.0)


async def test_no_more_than_a_beam_of_readings_is_asked() -> None:
    index = Index({})
    await index.read(*((f"第{number}种", 0.9) for number in range(20)))
    assert len(index.asked) == 1 + MAX_READINGS


async def test_readings_are_asked_in_pairs() -> None:
    at_once: list[int] = []
    running = 0

    async def search(query: SearchQuery) -> SearchResult:
        nonlocal running
        running += 1
        at_once.append(running)
        await asyncio.sleep(0)
        running -= 1
        return make_result()

    readings = [Reading(f"第{number}种", 0.9) for number in range(MAX_READINGS)]
    await search_readings(search, SearchQuery(HEARD), readings)
    assert at_once == [1, *[1, READINGS_AT_ONCE] * (MAX_READINGS // READINGS_AT_ONCE)]


async def test_no_more_are_asked_once_some_are_answered() -> None:
    index = Index({"第1种": 0.5, "第3种": 0.9})
    found = await index.read(*((f"第{number}种", 0.9) for number in range(4)))
    assert (found.chosen, found.result.hits[0].confidence) == (1, 0.5)
    assert [query.text for query in index.asked] == [HEARD, "第0种", "第1种"]


async def test_the_better_of_a_pair_counts_and_what_answers_nothing_ends_nothing() -> None:
    index = Index({"第0种": 0.2, "第2种": 0.5, "第3种": 0.9})
    assert (await index.read(*((f"第{number}种", 0.9) for number in range(4)))).chosen == 3


async def test_a_reading_says_what_it_is_a_reading_of() -> None:
    index = Index({})
    await index.read(("我想解约亲情账户", 0.9))
    assert [query.reading_of for query in index.asked] == [None, HEARD]


async def test_no_reading_is_asked_when_time_is_up() -> None:
    index = Index({"我想解约亲情账户": 0.9})
    readings = [Reading("我想解约亲情账户", 0.9)]
    found = await search_readings(index.search, SearchQuery(HEARD), readings, is_time_left=lambda: False)
    assert (found.chosen, len(index.asked)) == (None, 1)


async def test_an_index_that_is_away_is_asked_once() -> None:
    index = Index({}, SearchState.UNAVAILABLE)
    assert (await index.read(("我想解约亲情账户", 0.9))).result.state is SearchState.UNAVAILABLE
    assert len(index.asked) == 1
