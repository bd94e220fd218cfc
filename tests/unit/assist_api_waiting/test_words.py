"""What waiting callers are told: places and waits that do not jump, notices once, keys that are offered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist_api.routing.book import Announcements
from assist_api.waiting import words
from assist_api.waiting.words import STEPS_MINUTES, Standing, Told, announcement

pytestmark = pytest.mark.unit

EVERYTHING = Announcements(offers_callback=True, offers_message=True)


def told(*standings: Standing, spoken: Announcements = EVERYTHING) -> list[tuple[str, ...]]:
    """Return the announcements of one caller, one after the other."""
    before, texts = Told(), []
    for now in standings:
        said, before = announcement(now, before, spoken)
        texts.append(said)
    return texts


def test_a_caller_hears_notice_place_wait_and_keys() -> None:
    [said] = told(Standing(2, 240, ("人民路停电。",)))
    assert said[:4] == ("人民路停电。", "坐席都在忙，请不要挂机。", "您前面还有2位。", "大约还要等5分钟。")
    assert said[4:] == (words.OFFER_CALLBACK, words.OFFER_MESSAGE)


def test_a_notice_is_read_out_once_and_a_new_one_at_the_next_announcement() -> None:
    first, second, third = told(
        Standing(0, None, ("甲。",)), Standing(0, None, ("甲。",)), Standing(0, None, ("甲。", "乙。"))
    )
    assert (first[0], second[0], third[0]) == ("甲。", words.STILL_BUSY, "乙。")


def test_a_place_that_got_worse_and_a_wait_that_wavers_are_not_told() -> None:
    quiet = Announcements(says_notices=False)
    first, second, third, fourth = told(
        Standing(1, 110), Standing(3, 170), Standing(1, 100), Standing(0, 700), spoken=quiet
    )
    assert first[1:] == ("您前面还有1位。", "大约还要等2分钟。")
    assert second[1:] == ("大约还要等2分钟。",), "three minutes instead of two is within the error"
    assert third[1:] == ("您前面还有1位。", "大约还要等2分钟。")
    assert fourth[1:] == ("您是下一位。", "大约还要等15分钟。"), "much longer is told"


def test_unknown_and_very_long_waits_have_words_of_their_own() -> None:
    quiet = Announcements(says_place=False)
    assert told(Standing(), Standing(0, 20), Standing(0, 7200), spoken=quiet) == [
        (words.STILL_BUSY,),
        (words.STILL_BUSY, words.WITHIN_A_MINUTE),
        (words.STILL_BUSY, words.LONG),
    ]


@given(st.lists(st.integers(0, 4000), min_size=2, max_size=12))
def test_the_told_wait_rises_only_by_two_steps_and_is_never_below_the_expected_one_by_more(waits: list[int]) -> None:
    before: int | None = None
    for seconds in waits:
        _said, now = announcement(Standing(0, seconds), Told(step=before), EVERYTHING)
        assert now.step is not None
        if before is not None:
            assert not before < now.step < before + 2
        true_step = sum(minutes * 60 < seconds for minutes in STEPS_MINUTES)
        assert now.step in {true_step, true_step - 1}
        before = now.step
