"""Several readings of one utterance become one decision: act, confirm, choose between two, or ask again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assist_api.ivr.dialogue import DialogueState, Heard, Input, Keyed, Phase, Started
from assist_api.ivr.intents import Handling, HeardIntent, IntentRanking
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.readings import Spoken, weighed
from assist_api.ivr.shipped import shipped_flows
from speech.events import Alternative
from tests.fakes.ivr_caller import blind_intents

pytestmark = pytest.mark.unit

RIVALS = IntentRanking((HeardIntent("bill_query", 0.4), HeardIntent("fault_report", 0.35)), Handling.CHOOSE)


def ranked(**probabilities: float) -> IntentRanking:
    items = sorted(probabilities.items(), key=lambda item: -item[1])
    return IntentRanking(tuple(HeardIntent(*item) for item in items), Handling.ACT)


@pytest.mark.parametrize(
    ("first", "second", "handling", "best"),
    [
        ({"bill_query": 0.9}, {"bill_query": 0.7}, Handling.ACT, "bill_query"),
        ({"bill_query": 0.9}, {"complaint": 0.9}, Handling.CHOOSE, "bill_query"),
        ({"bill_query": 0.95}, {"complaint": 0.3, "bill_query": 0.2}, Handling.CONFIRM, "bill_query"),
        ({"bill_query": 0.99}, {"complaint": 0.3, "bill_query": 0.29}, Handling.ACT, "bill_query"),
        ({"bill_query": 0.3}, {"other": 0.9}, Handling.REJECT, "other"),
        ({"bill_query": 0.19}, {"complaint": 0.18}, Handling.REJECT, "other"),
    ],
)
def test_readings_that_disagree_need_a_lead(
    first: dict[str, float], second: dict[str, float], handling: Handling, best: str
) -> None:
    found = weighed([ranked(**first), ranked(**second)], ["一", "二"], [0.5, 0.5])
    assert (found.handling, found.best) == (handling, best)
    assert [reading.text for reading in found.readings] == ["一", "二"]


def test_a_danger_in_the_text_is_acted_on_whatever_else_it_may_have_been() -> None:
    found = blind_intents().understand("我家煤气漏了", [Alternative("我家没起楼了", 0.9)])
    assert (found.best, found.handling, found.readings) == ("emergency", Handling.ACT, ())


def test_a_danger_in_an_alternative_is_asked_about() -> None:
    found = blind_intents().understand("我家没起楼了", [Alternative("我家煤气漏了", 0.9)])
    assert found.best == "emergency"
    assert found.handling in {Handling.CONFIRM, Handling.CHOOSE}


def test_a_text_without_alternatives_is_read_by_its_sound_as_well() -> None:
    found = blind_intents().understand("我要保休")
    assert [reading.text for reading in found.readings] == ["我要保休", "我要报修"]
    assert found.best == "fault_report"


def test_pieces_of_a_number_keep_the_alternatives_of_each() -> None:
    whole = Spoken("三二", (Alternative("三儿", 0.5),)).and_then(Spoken("零五", (Alternative("零舞", 0.4),)))
    assert (whole.text, [other.text for other in whole.alternatives]) == ("三二零五", ["三儿零五", "三二零舞"])


@pytest.mark.parametrize(
    ("answer", "intent", "failures"),
    [
        (Keyed("1"), "bill_query", 0),
        (Keyed("2"), "fault_report", 0),
        ("后一个", "fault_report", 0),
        ("第一个", "bill_query", 0),
        ("报修", "fault_report", 0),
        ("不是", None, 1),
        ("嗯那个", None, 1),
    ],
)
def test_a_caller_who_may_want_two_things_chooses(answer: Keyed | str, intent: str | None, failures: int) -> None:
    understand = blind_intents().understand
    given = Heard(answer, understand(answer)) if isinstance(answer, str) else answer
    state, said = walked([Started(), Heard("电费报修", RIVALS)])
    assert (state.phase, state.candidate, state.rival) == (Phase.CHOOSING_INTENT, "bill_query", "fault_report")
    assert "您是要查询电费，还是报修？" in said
    state, _said = walked([Started(), Heard("电费报修", RIVALS), given])
    assert (state.intent, state.failures) == (intent, failures)


def walked(inputs: Sequence[Input]) -> tuple[DialogueState, str]:
    """Return where inputs lead in the shipped hotline, and everything that was said."""
    interpreter = Interpreter(shipped_flows())
    state = DialogueState("power_hotline", "welcome")
    for happened in inputs:
        state = interpreter.step(state, happened).state
    return state, "".join(step.text for step in state.trail)
