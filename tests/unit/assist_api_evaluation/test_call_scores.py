from __future__ import annotations

from uuid import UUID, uuid4, uuid5

import pytest

from assist_api.evaluation.call_scores import (
    final_to_card_ms,
    score_call,
    speech_to_card_ms,
    speech_to_final_ms,
    speech_to_rest_ms,
)
from assist_api.evaluation.layouts import CallScript
from assist_api.suggestions.cards import Card
from tests.fakes.assist_calls_cards import make_card
from tests.fakes.assist_evaluation_data import CALL
from tests.fakes.assist_evaluation_story import CALL_ID, Story

pytestmark = pytest.mark.unit

RIGHT, RELATED, FOREIGN = uuid4(), uuid4(), uuid4()
SCRIPT = CallScript.model_validate(CALL)
SECTORS = {RIGHT: "heating", RELATED: "heating", FOREIGN: "gas"}


def cards(*entry_ids: UUID) -> list[Card]:
    return [card(entry_id) for entry_id in entry_ids]


def card(entry_id: UUID) -> Card:
    sector = SECTORS[entry_id]
    return make_card(entry_id, suggestion_id=uuid5(CALL_ID, str(entry_id)), title=f"title {sector}", sector=sector)


def test_first_best_and_last_rank_are_told_apart():
    story = Story()
    first = story.hear("我家", 2000, 0)
    story.show(cards(RELATED, FOREIGN), first, 0)
    second = story.hear("暖气", 5000, 0)
    story.show(cards(RELATED, RIGHT), second, 0)
    third = story.hear("不热", 9000, 0)
    story.show(cards(RIGHT, RELATED), third, 0)
    story.show(cards(RELATED, FOREIGN, RIGHT), third, 0)
    score = score_call(SCRIPT, {RIGHT}, story.observed)
    assert (score.entry_first_ms, score.entry_rank_first) == (5000, 2)
    assert (score.entry_rank_best, score.entry_rank_last) == (1, 3)
    assert score.is_entry_found


def test_entry_that_was_only_there_for_a_while_counts_as_found():
    story = Story()
    segment = story.hear("暖气", 2000, 0)
    story.show(cards(RIGHT), segment, 0)
    story.show(cards(RELATED), segment, 0)
    score = score_call(SCRIPT, {RIGHT}, story.observed)
    assert score.is_entry_found
    assert score.entry_rank_last is None


def test_call_without_cards_has_no_rank():
    score = score_call(SCRIPT, {RIGHT}, [])
    assert not score.is_entry_found
    assert (score.entry_first_ms, score.entry_rank_first, score.entry_rank_last) == (None, None, None)
    assert score.end_reason == ""


def test_any_of_several_expected_entries_counts():
    story = Story()
    story.show(cards(FOREIGN, RELATED), story.hear("暖气", 2000, 0), 0)
    assert score_call(SCRIPT, {RIGHT, RELATED}, story.observed).entry_rank_first == 2


def test_cards_of_another_sector_are_wrong_and_related_ones_only_others():
    story = Story()
    story.show(cards(RIGHT, RELATED, FOREIGN), story.hear("暖气", 2000, 0), 0)
    score = score_call(SCRIPT, {RIGHT}, story.observed)
    assert score.other_cards == ("title heating", "title gas")
    assert score.wrong_cards == ("title gas",)


def test_a_new_order_of_the_same_cards_is_no_change():
    story = Story()
    segment = story.hear("暖气", 2000, 0)
    for entries in ([RIGHT, RELATED], [RELATED, RIGHT], [RELATED]):
        story.show(cards(*entries), segment, 0)
    assert score_call(SCRIPT, {RIGHT}, story.observed).card_changes == 2


def test_the_last_ranking_decides_on_the_category():
    story = Story()
    story.rank("fault/heating.warmth.cold")
    story.rank("enquiry/heating.billing", "fault/heating.warmth.cold")
    story.end()
    score = score_call(SCRIPT, {RIGHT}, story.observed)
    assert score.category_first == "enquiry/heating.billing"
    assert not score.is_category_right
    story.rank("fault/heating.warmth.cold")
    assert score_call(SCRIPT, {RIGHT}, story.observed).is_category_right


def test_each_leg_is_compared_with_its_own_lines_in_order_of_time():
    story = Story()
    story.hear("不热。", 4000, 0)
    story.hear("我家暖汽", 2000, 0)
    story.hear("請您先放一下氣", 3000, 0, role="agent")
    score = score_call(SCRIPT, {RIGHT}, story.observed)
    assert score.customer.heard == "我家暖汽不热"
    assert (score.customer.characters, score.customer.errors) == (6, 1)
    assert score.agent.error_rate == 0


def test_delays_begin_at_the_end_of_speech_and_at_the_final():
    story = Story()
    story.answer(at_ms=1000)
    segment = story.hear("暖气不热", 2000, 3600)
    story.show(cards(RIGHT), segment, 3650)
    assert speech_to_final_ms(story.observed) == [600]
    assert final_to_card_ms(story.observed) == [50]
    assert speech_to_card_ms(story.observed) == [650]


def test_an_answer_that_stood_before_the_final_keeps_nobody_waiting_for_it():
    story = Story()
    story.answer(at_ms=1000)
    segment = uuid4()
    story.show(cards(RELATED), segment, 2100)
    story.show(cards(RIGHT), segment, 3450)
    story.hear("暖气不热", 2000, 3600, segment_id=segment)
    story.show(cards(RIGHT, RELATED), segment, 3660)
    assert final_to_card_ms(story.observed) == [0, 0, 60]
    assert speech_to_card_ms(story.observed) == [450], "the first answered what was said before a pause"
    assert speech_to_rest_ms(story.observed) == [660]


def test_a_call_played_as_fast_as_it_goes_has_no_delay_after_speech():
    story = Story()
    story.answer(speed="max")
    story.show(cards(RIGHT), story.hear("暖气不热", 2000, 100), 150)
    assert speech_to_final_ms(story.observed) == []
    assert speech_to_card_ms(story.observed) == []
    assert final_to_card_ms(story.observed) == [50]


def test_an_answer_of_no_card_has_a_delay_and_chatter_has_none():
    story = Story()
    story.withhold("nothing_fits", story.hear("暖气不热", 2000, 100), 130)
    story.withhold("not_a_question", story.hear("喂你好", 3000, 200), 201)
    assert final_to_card_ms(story.observed) == [30]
