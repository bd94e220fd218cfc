from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from assist_api.suggestions.ahead import MAX_BEGUN, SearchAhead
from assist_api.suggestions.query import SearchRequest
from assist_api.suggestions.service import Searched
from tests.fakes.assist_calls_search import make_result

pytestmark = pytest.mark.unit


def request_for(text: str, segment_id: UUID | None = None) -> SearchRequest:
    return SearchRequest(1, text, (), (), segment_id or uuid4(), 1.0)


class Desk:
    """Answers when the gate opens, and keeps what was asked and what was given up."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.fault: Exception | None = None
        self.asked: list[str] = []
        self.given_up: list[str] = []
        self.told: list[Searched] = []
        self.has_told = asyncio.Event()

    async def search(self, request: SearchRequest) -> Searched:
        self.asked.append(request.text)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.given_up.append(request.text)
            raise
        if self.fault is not None:
            raise self.fault
        return Searched(request, make_result())

    async def tell(self, searched: Searched) -> None:
        self.told.append(searched)
        self.has_told.set()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def ahead(desk: Desk) -> AsyncIterator[SearchAhead]:
    made = SearchAhead(desk.search, desk.tell)
    yield made
    await made.aclose()


async def begun(ahead: SearchAhead, request: SearchRequest) -> None:
    await ahead.begin(request)
    await asyncio.sleep(0)


async def test_what_was_begun_is_the_answer_as_soon_as_it_is_there(desk: Desk, ahead: SearchAhead) -> None:
    request = request_for("停电了")
    await begun(ahead, request)
    answer = asyncio.create_task(ahead.answer(request))
    await asyncio.sleep(0)
    assert not answer.done()
    desk.gate.set()
    assert await answer == Searched(request, make_result())
    assert desk.asked == ["停电了"]
    assert desk.told == [answer.result()]


async def test_an_answer_is_told_before_anyone_asks_for_it(desk: Desk, ahead: SearchAhead) -> None:
    request = request_for("停电了")
    desk.gate.set()
    await ahead.begin(request)
    await asyncio.wait_for(desk.has_told.wait(), 5)
    assert desk.told == [Searched(request, make_result())]
    assert await ahead.answer(request) is desk.told[0]


async def test_more_was_said_so_what_was_begun_is_given_up(desk: Desk, ahead: SearchAhead) -> None:
    paused = request_for("停电了")
    await begun(ahead, paused)
    assert await ahead.answer(replace(paused, text="停电了，怎么办")) is None
    assert (desk.given_up, desk.told) == (["停电了"], [])


async def test_the_next_pause_of_an_utterance_takes_the_place_of_the_last(desk: Desk, ahead: SearchAhead) -> None:
    first = request_for("停电了")
    second = replace(first, text="停电了，怎么办")
    for request in (first, second, second):
        await begun(ahead, request)
    desk.gate.set()
    assert await ahead.answer(second) == Searched(second, make_result())
    assert (desk.asked, desk.given_up) == (["停电了", "停电了，怎么办"], ["停电了"])


async def test_no_more_searches_run_than_a_call_has_sides(desk: Desk, ahead: SearchAhead) -> None:
    requests = [request_for(f"第{number}句") for number in range(MAX_BEGUN + 1)]
    for request in requests:
        await begun(ahead, request)
    assert desk.given_up == ["第0句"]
    assert await ahead.answer(requests[0]) is None


async def test_a_search_that_fails_ahead_is_run_again_by_whoever_needs_it(desk: Desk, ahead: SearchAhead) -> None:
    request = request_for("停电了")
    desk.fault = RuntimeError("index is gone")
    desk.gate.set()
    await begun(ahead, request)
    assert await ahead.answer(request) is None
    assert desk.told == []


async def test_a_call_that_ends_gives_up_what_is_under_way(desk: Desk, ahead: SearchAhead) -> None:
    await begun(ahead, request_for("停电了"))
    await ahead.aclose()
    assert desk.given_up == ["停电了"]
