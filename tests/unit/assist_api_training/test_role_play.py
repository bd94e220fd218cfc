from __future__ import annotations

import pytest

from assist_api.facts.cues import asked_fields
from assist_api.facts.fields import FactField, Turn
from assist_api.training.practice import CallerTurn, PracticeCall
from assist_api.training.role_play import FILING, answered, current_turn, filed, heard_turns

pytestmark = pytest.mark.unit


def turn(number: int, text: str, gives: set[FactField], reply: str) -> CallerTurn:
    asked = frozenset(asked_fields(Turn("agent", reply)))
    return CallerTurn(number, number * 1_000, number * 1_000 + 900, text, (), frozenset(gives), asked, reply)


CALL = PracticeCall(
    turns=(
        turn(0, "我家停电了。", set(), "请问您贵姓？"),
        turn(1, "我姓王。", {FactField.NAME}, "地址在哪里？"),
        turn(2, "在幸福路。", {FactField.ADDRESS}, "我们两小时内给您答复。"),
    ),
    cards=(),
    categories=(("fault/power.outage.single", ("停电",)),),
    gold_category="fault/power.outage.single",
)


def test_a_caller_who_gets_no_answer_insists_once_and_then_goes_on() -> None:
    first = answered(CALL, None, "嗯。")
    assert (current_turn(first), first["insists"], first["score"]) == (0, True, 0.0)
    second = answered(CALL, first, "嗯。")
    assert (current_turn(second), second["insists"]) == (1, False)


def test_a_question_brings_the_turn_forward_that_answers_it() -> None:
    asked = answered(CALL, None, "地址在哪里？")
    assert (current_turn(asked), heard_turns(asked)) == (2, {0, 2})
    back = answered(CALL, asked, "我们两小时内给您答复。")
    assert (current_turn(back), back["parts"][0]["part"], back["parts"][0]["score"]) == (1, "promise", 1.0)
    hung_up = answered(CALL, back, "地址在哪里？")
    assert (current_turn(hung_up), hung_up["is_done"]) == (FILING, False)
    done = filed(CALL, hung_up, "fault/power.outage.single")
    assert (current_turn(done), done["is_done"], done["parts"][0]["score"]) == (None, True, 1.0)
