from __future__ import annotations

from uuid import UUID

import pytest

from assist_api.second_pass.comparison import differences
from assist_api.transcripts.utterances import LegRole, TextChange, Utterance

pytestmark = pytest.mark.unit


def said(*texts: str, role: LegRole = LegRole.CUSTOMER) -> list[Utterance]:
    return [
        Utterance(
            segment_id=UUID(int=number),
            leg_role=role,
            start_ms=number * 1_000,
            end_ms=number * 1_000 + 900,
            text=text,
            is_final=True,
            partial_index=-1,
            confidence=0.9,
            language="zh",
        )
        for number, text in enumerate(texts)
    ]


def found(seen: list[Utterance], second: list[Utterance]) -> list[list[tuple[str, str]]]:
    changes = differences(seen, second)
    for item, of_item in zip(second, changes, strict=True):
        assert all(item.written[change.start : change.end] == change.written for change in of_item)
    return [[(change.heard, change.written) for change in of_item] for of_item in changes]


def test_equal_words_with_other_marks_and_cuts_do_not_differ() -> None:
    assert found(said("我家停电了。", "好的"), said("我家停电了，好的！")) == [[]]


def test_other_words_are_named_with_what_the_agent_saw() -> None:
    assert found(said("我家线费了，怎么办"), said("我家欠费了，怎么办呢")) == [[("线", "欠"), ("", "呢")]]


def test_words_left_out_leave_an_empty_place() -> None:
    assert found(said("嗯嗯我家停电了"), said("我家停电了")) == [[("嗯嗯", "")]]


def test_an_edit_over_two_utterances_is_cut_and_each_leg_is_compared_alone() -> None:
    agent = said("您好", role=LegRole.AGENT)
    assert found([*said("甲乙"), *agent], [*said("丙", "丁"), *agent]) == [[("甲乙", "丙")], [("", "丁")], []]
    assert found([], said("喂")) == [[("", "喂")]]
    assert differences(said("喂"), []) == []


def test_numbers_are_compared_as_they_are_written() -> None:
    change = TextChange(start=0, end=4, heard="零七一二", written="0712")
    spoken = [said("零七一二")[0].model_copy(update={"changes": [change]})]
    assert found(spoken, said("0712")) == [[]]
