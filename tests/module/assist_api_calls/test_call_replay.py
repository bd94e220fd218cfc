from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from assist_api.calls.events import (
    CallEvent,
    CategoryRankedEvent,
    StageStateChangedEvent,
    SuggestionShownEvent,
    SuggestionWithheldEvent,
    TranscriptFinalEvent,
    TranscriptPartialEvent,
    Verdict,
)
from assist_api.calls.recordings import IncomingFile, PreparedRecording, RecordingStore
from assist_api.calls.reducer import empty_snapshot, fold
from assist_api.calls.schemas import FeedbackRequest
from assist_api.calls.service import DISK_THREADS
from assist_api.calls.viewer import COMMAND_LINE, CallViewer
from assist_api.transcripts.utterances import LegRole
from kb.kinds import DocumentKind
from kit.disk import DiskFullError
from kit.errors import ConflictError, NotFoundError, TooManyRequestsError
from kit.tasks import Overflow
from speech.events import Alternative
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_CALL, OUTAGE_MS, Desk, add_agent, open_desk, until_ended
from tests.fakes.assist_calls_speech import Line, ScriptedEngine
from tests.fakes.assist_core_clock import ManualClock

pytestmark = pytest.mark.module
E = TypeVar("E", bound=CallEvent)


def of_type(events: list[CallEvent], kind: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


async def test_a_call_tells_everything_in_order_on_both_databases(database_url: str, tmp_path: Path) -> None:
    async with open_desk(database_url, tmp_path) as desk:
        agent = await add_agent(desk.database)
        events = await desk.run(agent)
        stored = await desk.calls.archive.events(events[0].call_id, after=0, limit=1_000)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (events[0].type, events[-1].type) == ("call.answered", "call.ended")
    assert [event.data.text for event in of_type(events, TranscriptFinalEvent)] == [
        "您好，请问有什么可以帮您？",
        "你好，我姓王。",
        "你好，我们家突然停电了",
        "您看一下空开",
        "总开关跳闸了，推不上去",
    ]
    assert stored.items == [event for event in events if not isinstance(event, TranscriptPartialEvent)]
    assert stored.last_seq == events[-1].seq


async def test_a_card_names_the_words_that_called_it_up(desk: Desk, agent: CallViewer) -> None:
    events = await desk.run(agent)
    first, last = of_type(events, SuggestionShownEvent)[0], of_type(events, SuggestionShownEvent)[-1]
    spoken = {event.data.segment_id: event.data for event in of_type(events, TranscriptFinalEvent)}
    card = first.data.cards[0]
    match = card.matches[0]
    assert match.segment_id is not None
    assert match.utterance_span is not None
    words = spoken[match.segment_id].text[match.utterance_span.start : match.utterance_span.end]
    assert (card.entry_id, card.is_new, words) == (desk.outage, True, "停电")
    assert {card.entry_id: card.is_new for card in last.data.cards} == {desk.outage: False, desk.tripping: True}
    assert [case.case_id for case in last.data.cases] == [desk.case]


async def test_a_misheard_word_is_found_by_what_else_it_may_have_been(sqlite_url: str, tmp_path: Path) -> None:
    said = Line(0, 100, 2_000, "我们家突然挺店了", alternatives=(Alternative("我们家突然停电了", 0.8),))
    async with open_desk(sqlite_url, tmp_path, [said]) as desk:
        events = await desk.run(await add_agent(desk.database), wav_bytes(4_000))
        card = of_type(events, SuggestionShownEvent)[0].data.cards[0]
        match = card.matches[0]
        assert (card.entry_id, match.kind) == (desk.outage, "pinyin")
        assert match.utterance_span is not None
        assert said.text[match.utterance_span.start : match.utterance_span.end] == "挺店"
    assert [event.data.text for event in of_type(events, TranscriptFinalEvent)] == [said.text]


async def test_names_and_greetings_are_not_searched(desk: Desk, agent: CallViewer) -> None:
    events = await desk.run(agent)
    withheld = of_type(events, SuggestionWithheldEvent)[0]
    assert withheld.data.reason == "not_a_question"
    assert all("姓王" not in query.text for query in desk.search.queries)


async def test_the_category_follows_what_the_customer_says(desk: Desk, agent: CallViewer) -> None:
    rankings = [event.data for event in of_type(await desk.run(agent), CategoryRankedEvent)]
    assert rankings[0].categories[0].category_id == "fault/power.outage.single"
    assert rankings[0].categories[0].path[0] == "故障报修"
    assert len(rankings[-1].categories) == 2


async def test_the_category_is_told_what_search_found(desk: Desk, agent: CallViewer) -> None:
    desk.search.hits["停电"] = replace(desk.search.hits["停电"], category_id="fault/power.outage.single")
    await desk.run(agent)
    assert desk.categories.found == {"fault/power.outage.single": 0.6}


async def test_events_folded_on_the_other_side_are_the_snapshot(desk: Desk, agent: CallViewer) -> None:
    events = await desk.run(agent)
    stored = (await desk.calls.snapshot(events[0].call_id)).data
    assert fold(empty_snapshot(stored.call), events) == stored


async def test_a_mono_recording_has_one_leg(desk: Desk, agent: CallViewer) -> None:
    events = await desk.run(agent, wav_bytes(OUTAGE_MS, channels=1))
    assert {event.data.leg_role for event in of_type(events, TranscriptFinalEvent)} == {LegRole.CUSTOMER}
    assert len(desk.engine.legs) == 1


async def test_a_recording_is_never_dropped_for_speed(desk: Desk, agent: CallViewer) -> None:
    await desk.run(agent)
    assert {leg.overflow for leg in desk.engine.legs} == {Overflow.WAIT}
    assert all(leg.is_closed for leg in desk.engine.legs)


async def test_a_recording_heard_as_fast_as_possible_waits_for_its_searches(sqlite_url: str, tmp_path: Path) -> None:
    said = [f"第{number}个插座停电了没有电" for number in "一二三四五六七八九"]
    lines = [Line(0, 4_000 * at, 4_000 * at + 500, text) for at, text in enumerate(said)]
    async with open_desk(sqlite_url, tmp_path, lines) as desk:
        desk.search.gate = asyncio.Event()
        call_id = await desk.begin(await add_agent(desk.database), wav_bytes(40_000))
        await asyncio.sleep(0.5)
        assert desk.engine.legs[0].fed_ms < 40_000
        desk.search.gate.set()
        await desk.ended(call_id)
    assert list(dict.fromkeys(query.text for query in desk.search.queries)) == said


async def test_a_search_is_begun_at_the_pause_and_asked_once(sqlite_url: str, tmp_path: Path) -> None:
    said = Line(0, 100, 900, "我们家突然停电了")
    async with open_desk(sqlite_url, tmp_path, [said]) as desk:
        events = await desk.run(await add_agent(desk.database), wav_bytes(2_000), speed="1")
        assert [query.kinds for query in desk.search.queries] == [{DocumentKind.ENTRY}, {DocumentKind.CASE}]
        shown = of_type(events, SuggestionShownEvent)
        assert [card.entry_id for event in shown for card in event.data.cards] == [desk.outage]
        assert shown[0].seq < of_type(events, TranscriptFinalEvent)[0].seq
        assert shown[0].data.search_state == "complete"
        assert of_type(events, SuggestionWithheldEvent) == []


async def test_no_card_at_a_pause_is_told_once(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path, [Line(0, 100, 900, "今天天气真不错啊")]) as desk:
        events = await desk.run(await add_agent(desk.database), wav_bytes(2_000), speed="1")
    assert [event.data.reason for event in of_type(events, SuggestionWithheldEvent)] == ["nothing_fits"]


async def test_what_is_said_after_a_pause_takes_the_place_of_what_it_showed(sqlite_url: str, tmp_path: Path) -> None:
    said = Line(0, 100, 900, "我们家总开关跳闸了", text_at_pause="我们家突然停电了")
    async with open_desk(sqlite_url, tmp_path, [said]) as desk:
        events = await desk.run(await add_agent(desk.database), wav_bytes(2_000), speed="1")
        lists = [[card.entry_id for card in event.data.cards] for event in of_type(events, SuggestionShownEvent)]
    assert {query.text for query in desk.search.queries} == {"我们家突然停电了", "我们家总开关跳闸了"}
    assert lists == [[desk.outage], [desk.tripping]]


async def test_a_search_that_fails_at_the_pause_is_told_of_at_the_final(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path, [Line(0, 100, 900, "我们家突然停电了")]) as desk:
        desk.search.fault = RuntimeError("index is gone")
        events = await desk.run(await add_agent(desk.database), wav_bytes(2_000), speed="1")
    final, withheld = of_type(events, TranscriptFinalEvent)[0], of_type(events, SuggestionWithheldEvent)
    assert [(event.data.reason, event.seq > final.seq) for event in withheld] == [("search_unavailable", True)]


async def test_a_failing_search_costs_the_card_and_heals(desk: Desk, agent: CallViewer) -> None:
    desk.search.fault = RuntimeError("index is gone")
    events = await desk.run(agent)
    stages = [(event.data.stage, event.data.state) for event in of_type(events, StageStateChangedEvent)]
    assert stages == [("search", "degraded")]
    assert "search_unavailable" in [event.data.reason for event in of_type(events, SuggestionWithheldEvent)]
    assert events[-1].data.reason == "completed"
    assert of_type(events, CategoryRankedEvent)


async def test_a_failing_category_costs_the_category(desk: Desk, agent: CallViewer) -> None:
    desk.categories.fault = RuntimeError("no model")
    events = await desk.run(agent)
    assert [event.data.code for event in of_type(events, StageStateChangedEvent)] == ["category_unavailable"]
    assert of_type(events, SuggestionShownEvent)
    assert events[-1].data.reason == "completed"


async def test_an_engine_that_breaks_ends_the_call_with_a_reason(sqlite_url: str, tmp_path: Path) -> None:
    engine = ScriptedEngine([Line(0, 100, 900, "停电了")], breaks_at_ms=2_000)
    async with open_desk(sqlite_url, tmp_path, engine=engine) as desk:
        events = await desk.run(await add_agent(desk.database))
        assert (events[-1].data.reason, events[-1].data.code) == ("failed", "speech_failed")
        assert of_type(events, TranscriptFinalEvent)
        assert all(leg.is_closed for leg in engine.legs)


async def test_a_stopped_call_keeps_what_was_heard(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk:
        agent = await add_agent(desk.database)
        call_id = await desk.begin(agent, speed="1")
        await desk.calls.stop(COMMAND_LINE, call_id)
        await desk.ended(call_id)
        call = (await desk.calls.snapshot(call_id)).data.call
        assert (call.end_reason, call.end_code) == ("stopped", "")
        assert call.heard_ms < OUTAGE_MS == call.duration_ms
        with pytest.raises(ConflictError):
            await desk.calls.stop(COMMAND_LINE, call_id)
        with pytest.raises(NotFoundError):
            await desk.calls.stop(COMMAND_LINE, uuid4())


async def test_one_call_too_many_is_refused_and_leaves_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path, max_concurrent=1) as desk:
        agent = await add_agent(desk.database)
        first = await desk.begin(agent, speed="1")
        with pytest.raises(TooManyRequestsError):
            await desk.begin(agent)
        assert [call.id for call in (await desk.calls.archive.page(agent)).items] == [first]
        await desk.calls.stop(COMMAND_LINE, first)
        await desk.ended(first)
        await desk.run(agent)


async def test_a_dismissed_card_does_not_come_back_in_the_call(sqlite_url: str, tmp_path: Path) -> None:
    lines = [
        Line(0, 100, 900, "我们家突然停电了"),
        Line(0, 1_500, 2_500, "总开关跳闸了，还是停电"),
        Line(0, 3_000, 4_000, "反正就是停电，你们来看看"),
    ]
    async with open_desk(sqlite_url, tmp_path, lines) as desk:
        agent = await add_agent(desk.database)
        call_id = uuid4()
        desk.search.gate, desk.search.free_searches = asyncio.Event(), 2
        async with desk.hub.watch(call_id) as events:
            await desk.begin(agent, wav_bytes(5_000), call_id=call_id)
            shown = [event async for event in until_ended(_dismissing_the_first(events, desk, agent))]
        lists = [[card.entry_id for card in event.data.cards] for event in of_type(shown, SuggestionShownEvent)]
    assert lists[0] == [desk.outage]
    assert lists[1:]
    assert all(entries == [desk.tripping] for entries in lists[1:])


async def _dismissing_the_first(
    events: AsyncIterator[CallEvent], desk: Desk, agent: CallViewer
) -> AsyncIterator[CallEvent]:
    async for event in events:
        yield event
        if isinstance(event, SuggestionShownEvent) and desk.search.gate and not desk.search.gate.is_set():
            card = event.data.cards[0]
            request = FeedbackRequest(verdict=Verdict.DISMISSED)
            await desk.calls.give_feedback(agent, event.call_id, card.suggestion_id, request)
            desk.search.gate.set()


async def test_a_replay_that_falls_behind_says_so_and_says_when_it_has_caught_up(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine = ScriptedEngine(OUTAGE_CALL)
    engine.lags = [(7_000, 0), (5_000, 9_300), (3_000, 4_200)]
    async with open_desk(sqlite_url, tmp_path, clock=ManualClock(), engine=engine) as desk:
        events = await desk.run(await add_agent(desk.database), speed="1")
        at_full_speed = await desk.run(await add_agent(desk.database, "li"))
    stages = [event.data for event in of_type(events, StageStateChangedEvent) if event.data.stage == "speech"]
    assert [(stage.state, stage.code, stage.lag_ms) for stage in stages] == [
        ("degraded", "speech_behind", 4_200),
        ("degraded", "speech_behind", 9_300),
        ("ok", "", 0),
    ]
    assert not [event for event in of_type(at_full_speed, StageStateChangedEvent) if event.data.stage == "speech"]


async def test_call_that_finds_no_room_is_told_so_and_leaves_nothing(
    desk: Desk, agent: CallViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("assist_api.calls.recordings.shutil.copyfileobj", refuse)
    with pytest.raises(DiskFullError):
        await desk.begin(agent)
    assert desk.calls.is_idle
    assert not [path for path in (tmp_path / "recordings").rglob("*") if path.is_file()]
    monkeypatch.undo()
    await desk.ended(await desk.begin(agent))


async def test_account_has_so_many_calls_and_no_more(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path) as desk:
        desk.calls._max_of_account = 1
        agent, other = await add_agent(desk.database, "one"), await add_agent(desk.database, "other")
        first = await desk.begin(agent, speed="1")
        with pytest.raises(TooManyRequestsError) as refused:
            await desk.begin(agent, speed="1")
        assert (refused.value.error_code, refused.value.details["limit"]) == ("too_many_calls", 1)
        second = await desk.begin(other, speed="1")
        await desk.calls.stop(agent, first)
        await desk.ended(first)
        await desk.ended(await desk.begin(agent))
        await desk.calls.stop(other, second)
        await desk.ended(second)


async def test_a_call_begins_while_every_thread_for_recordings_reads_another(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its recording is moved into place in a transaction, in which SQLite lets nobody else write."""
    first, reading, may_go_on = uuid4(), threading.Semaphore(0), threading.Event()
    prepare = RecordingStore.prepare

    def slow_prepare(store: RecordingStore, call_id: UUID, files: Sequence[IncomingFile]) -> PreparedRecording:
        if call_id == first:
            for _ in range(DISK_THREADS - 1):
                assert reading.acquire(timeout=20)
        else:
            reading.release()
            assert may_go_on.wait(20)
        return prepare(store, call_id, files)

    monkeypatch.setattr(RecordingStore, "prepare", slow_prepare)
    async with open_desk(sqlite_url, tmp_path, max_concurrent=DISK_THREADS + 1) as desk:
        agent = await add_agent(desk.database)
        others = [asyncio.create_task(desk.begin(agent)) for _ in range(DISK_THREADS - 1)]
        begun = asyncio.create_task(desk.begin(agent, call_id=first))
        await asyncio.sleep(0)
        # Waits for a thread; it gets that of the first call as soon as its recording is read.
        others.append(asyncio.create_task(desk.begin(agent)))
        async with asyncio.timeout(15):
            await begun
        may_go_on.set()
        for call_id in (first, *await asyncio.gather(*others)):
            await desk.ended(call_id)
