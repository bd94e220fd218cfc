from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist_api.calls.events import (
    CallAnswered,
    CallEnded,
    CallEvent,
    CallInterrupted,
    CallOffered,
    CallSnapshot,
    CallStateChanged,
    EndReason,
    FeedbackRecorded,
    StageState,
    Verdict,
    event_of,
)
from assist_api.calls.reducer import empty_snapshot, fold, reduce_call
from assist_api.calls.states import LEGAL_TRANSITIONS, CallState, IllegalTransitionError
from assist_api.categories.ranked import CategoryRanking
from assist_api.http.wire import WireModel
from assist_api.suggestions.cards import Card, CardSpoken, SuggestionList, SuggestionWithheld
from assist_api.transcripts.utterances import LegRole, Utterance
from tests.fakes.assist_calls_cards import make_card
from tests.fakes.assist_calls_events import AT, call_info

pytestmark = pytest.mark.unit

CALL = UUID(int=1)


def start() -> CallSnapshot:
    return empty_snapshot(call_info(CALL))


def said(segment: int, text: str, *, is_final: bool, index: int = 0, start_ms: int = 0, end_ms: int = 10) -> Utterance:
    return Utterance(
        segment_id=UUID(int=segment),
        leg_role=LegRole.CUSTOMER,
        start_ms=start_ms,
        end_ms=end_ms,
        text=text,
        is_final=is_final,
        partial_index=-1 if is_final else index,
        confidence=0.9,
        language="zh",
    )


def after(*data: WireModel, snapshot: CallSnapshot | None = None) -> CallSnapshot:
    events = [event_of(CALL, seq, AT, item) for seq, item in enumerate(data, start=1)]
    return fold(snapshot or start(), events)


ANSWERED = CallAnswered(
    source="demo", title="停电", duration_ms=9_000, speed="max", leg_roles=[LegRole.CUSTOMER], resumed_at_ms=0
)


def test_an_empty_snapshot_forgets_what_events_tell() -> None:
    call = start().call
    assert (call.state, call.ended_at, call.end_reason, call.end_code, call.heard_ms) == ("offered", None, None, "", 0)


def test_answering_sets_the_head() -> None:
    call = after(ANSWERED).call
    assert (call.title, call.duration_ms, call.speed, call.leg_roles) == ("停电", 9_000, "max", [LegRole.CUSTOMER])


def test_a_newer_partial_replaces_and_an_older_is_ignored() -> None:
    snapshot = after(said(1, "家", is_final=False), said(1, "家里", is_final=False, index=1))
    assert [item.text for item in snapshot.utterances] == ["家里"]
    late = event_of(CALL, 3, AT, said(1, "旧", is_final=False, index=1))
    assert reduce_call(snapshot, late) is snapshot


def test_a_second_final_and_a_late_partial_are_ignored() -> None:
    snapshot = after(
        said(1, "停电", is_final=True), said(1, "别的", is_final=True), said(1, "停", is_final=False, index=9)
    )
    assert [item.text for item in snapshot.utterances] == ["停电"]


def test_an_empty_final_takes_the_utterance_away() -> None:
    assert after(said(1, "嗯", is_final=False), said(1, "", is_final=True)).utterances == []


def test_utterances_stand_in_the_order_of_speech() -> None:
    snapshot = after(said(2, "二", is_final=True, start_ms=50), said(1, "一", is_final=True, start_ms=5))
    assert [item.text for item in snapshot.utterances] == ["一", "二"]


@pytest.mark.parametrize(
    "end",
    [
        CallInterrupted(heard_ms=7),
        CallEnded(reason=EndReason.STOPPED, code="", message="", duration_ms=7),
    ],
)
def test_partials_do_not_outlive_their_process(end: WireModel) -> None:
    lag = StageState(stage="speech", state="degraded", code="speech_behind", lag_ms=4_000)
    snapshot = after(said(1, "一", is_final=True), said(2, "半", is_final=False), lag, end)
    assert [item.text for item in snapshot.utterances] == ["一"]
    assert snapshot.stages == []


def test_the_end_is_kept_with_its_reason() -> None:
    call = after(ANSWERED, CallEnded(reason=EndReason.FAILED, code="speech_failed", message="m", duration_ms=400)).call
    assert (call.state, call.end_reason, call.end_code) == ("ended", "failed", "speech_failed")
    assert (call.ended_at, call.duration_ms, call.heard_ms) == (AT, 9_000, 400)


def test_a_stage_that_is_well_again_leaves_the_list() -> None:
    broken = StageState(stage="search", state="degraded", code="search_unavailable", lag_ms=0)
    well = StageState(stage="search", state="ok", code="", lag_ms=0)
    assert after(broken).stages == [broken]
    assert after(broken, well).stages == []


def test_a_second_verdict_replaces_the_first() -> None:
    first = FeedbackRecorded(
        feedback_id=UUID(int=5), suggestion_id=UUID(int=6), entry_id=None, verdict=Verdict.USED, note=""
    )
    second = first.model_copy(update={"verdict": Verdict.WRONG})
    assert after(first, second).feedback == [second]


def test_a_withheld_search_leaves_the_list() -> None:
    shown = SuggestionList(cards=[], cases=[], trigger_segment_id=UUID(int=3), search_state="lexical_only")
    withheld = SuggestionWithheld(reason="unchanged", trigger_segment_id=UUID(int=4), search_state="complete")
    assert after(shown, withheld).suggestions == shown


def test_where_nothing_fits_the_list_is_folded_until_the_next_one() -> None:
    shown = SuggestionList(cards=[], cases=[], trigger_segment_id=UUID(int=3), search_state="complete")
    withheld = SuggestionWithheld(reason="nothing_fits", trigger_segment_id=UUID(int=4), search_state="complete")
    assert after(shown, withheld).withheld == withheld
    assert after(shown, withheld).suggestions == shown
    assert after(shown, withheld, shown).withheld is None


def test_a_verdict_that_is_withdrawn_leaves_none() -> None:
    used = FeedbackRecorded(
        feedback_id=UUID(int=5), suggestion_id=UUID(int=6), entry_id=None, verdict=Verdict.USED, note=""
    )
    assert after(used, used.model_copy(update={"verdict": Verdict.WITHDRAWN})).feedback == []


def test_the_newest_of_what_was_said_of_a_card_counts() -> None:
    first = CardSpoken(suggestion_id=UUID(int=6), script=[], steps=[0], is_finished=False, segment_id=UUID(int=1))
    second = first.model_copy(update={"is_finished": True})
    other = first.model_copy(update={"suggestion_id": UUID(int=7)})
    assert after(first, other, second).spoken == [other, second]


def test_a_card_stored_before_there_were_numbers_still_loads() -> None:
    stored = make_card(UUID(int=2)).model_dump(mode="json")
    for name in ("number", "answers_segment_id", "folded"):
        del stored[name]
    card = Card.model_validate(stored)
    assert (card.number, card.answers_segment_id, card.folded) == (None, None, [])


RUNNING = ("offered", "ringing", "answered", "held", "transferred")


def moved(state: str, agent_name: str | None = None) -> CallStateChanged:
    return CallStateChanged.model_validate({"state": state, "agent_name": agent_name, "agent_account_id": None})


def ended(reason: EndReason) -> CallEnded:
    return CallEnded(reason=reason, code="", message="", duration_ms=90)


def test_a_telephone_call_goes_through_its_states_and_keeps_its_agent() -> None:
    offered = CallOffered(title="95598", leg_roles=[LegRole.CUSTOMER, LegRole.AGENT])
    held = after(offered, moved("ringing"), moved("answered", "8001"), moved("held")).call
    assert (held.state, held.agent_name, held.title) == (CallState.HELD, "8001", "95598")
    assert after(offered, moved("ringing"), ended(EndReason.ABANDONED)).call.state is CallState.ABANDONED


def test_a_refusal_names_what_is_possible() -> None:
    with pytest.raises(IllegalTransitionError, match=r"offered cannot become held; possible: ringing, answered, "):
        after(moved("held"))
    with pytest.raises(IllegalTransitionError, match="none, it is over"):
        after(moved("answered"), ended(EndReason.COMPLETED), CallInterrupted(heard_ms=1))


@given(st.lists(st.sampled_from([*map(moved, RUNNING), CallInterrupted(heard_ms=1), *map(ended, EndReason)])))
def test_no_sequence_of_events_breaks_the_table(data: list[WireModel]) -> None:
    snapshot = start()
    for seq, item in enumerate(data, start=1):
        before = snapshot
        try:
            snapshot = reduce_call(before, event_of(CALL, seq, AT, item))
        except IllegalTransitionError:
            continue
        assert snapshot.call.state in LEGAL_TRANSITIONS[before.call.state]
        assert not before.call.state.is_over


def test_every_state_that_is_not_over_can_be_interrupted_and_end() -> None:
    for state in CallState:
        possible = LEGAL_TRANSITIONS[state]
        assert state.is_over or {CallState.ENDED, CallState.INTERRUPTED} <= possible
    assert {state for state in CallState if state.is_over} == {CallState.ENDED, CallState.ABANDONED}


def _utterances() -> st.SearchStrategy[Utterance]:
    return st.builds(
        said,
        st.integers(1, 4),
        st.sampled_from(["", "停电", "没有电了"]),
        is_final=st.booleans(),
        index=st.integers(0, 4),
        start_ms=st.integers(0, 50),
        end_ms=st.integers(50, 99),
    )


def _data() -> st.SearchStrategy[Any]:
    stage = st.builds(
        StageState,
        stage=st.sampled_from(["speech", "search"]),
        state=st.sampled_from(["ok", "degraded"]),
        code=st.just("c"),
        lag_ms=st.integers(0, 9),
    )
    feedback = st.builds(
        FeedbackRecorded,
        feedback_id=st.just(UUID(int=9)),
        suggestion_id=st.sampled_from([UUID(int=7), UUID(int=8)]),
        entry_id=st.none(),
        verdict=st.sampled_from(Verdict),
        note=st.just(""),
    )
    category = st.builds(
        CategoryRanking, categories=st.just([]), has_abstained=st.booleans(), trigger_segment_id=st.just(UUID(int=3))
    )
    states = st.sampled_from([ANSWERED, CallInterrupted(heard_ms=60), *map(moved, RUNNING), *map(ended, EndReason)])
    return st.one_of(_utterances(), stage, feedback, category, states)


def legal(data: list[WireModel]) -> list[WireModel]:
    """Return what the reducer takes, in order."""
    taken: list[WireModel] = []
    for item in data:
        with suppress(IllegalTransitionError):
            after(*taken, item)
            taken.append(item)
    return taken


@given(st.lists(_data(), max_size=30), st.integers(0, 30))
def test_any_prefix_as_snapshot_and_the_rest_make_the_whole(data: list[WireModel], cut: int) -> None:
    data = legal(data)
    events: list[CallEvent] = [event_of(CALL, seq, AT, item) for seq, item in enumerate(data, start=1)]
    over_the_wire = CallSnapshot.model_validate_json(fold(start(), events[:cut]).model_dump_json())
    assert fold(over_the_wire, events[cut:]) == fold(start(), events)


@given(st.lists(_data(), max_size=30))
def test_persisted_events_alone_give_the_finals_and_all_else(data: list[WireModel]) -> None:
    def is_persisted(item: WireModel) -> bool:
        return not isinstance(item, Utterance) or item.is_final

    data = legal(data)
    whole = after(*data)
    stored = after(*filter(is_persisted, data))
    finals = [item for item in whole.utterances if item.is_final]
    assert stored == whole.model_copy(update={"utterances": finals})
