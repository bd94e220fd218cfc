"""Dialogues on a line in virtual time: seconds of patience pass at once and are exact."""

from __future__ import annotations

import pytest

from assist_api.ivr import phrases
from assist_api.ivr.caller_input import ANSWER_SECONDS, LATE_SECONDS, SLOW_SECONDS
from assist_api.ivr.dialogue import End, StepKind
from assist_api.ivr.flow import parse_flow
from tests.fakes.ivr_caller import Does, ScriptedRecogniser, talk
from tests.fakes.virtual_time import run_virtually

pytestmark = pytest.mark.unit

FLOW = parse_flow("""
version: 1
name: short
title: 短流程
sector: power
start: welcome
agent: person
emergency: danger
intents:
  emergency: {title: 危险, go: danger}
  agent: {title: 人工, go: person}
  bill_query: {title: 查电费, go: goodbye}
nodes:
  welcome: {kind: menu, text: 请讲。, again: 请按键。, keys: {"3": message, "4": number, "9": goodbye}, give_up: person}
  message: {kind: voicemail, text: 请留言。, next: goodbye}
  number: {kind: number, text: 工单号。, again: 再输。, slot: order, name: 工单号, fewest: 14, most: 14, next: goodbye,
    give_up: person}
  goodbye: {kind: hang_up, text: 再见。}
  person: {kind: queue}
  danger: {kind: queue, text: 请离开。, priority: 50}
""")


@pytest.mark.parametrize("delay", [0.3, 4.0, 15.0])
def test_words_of_a_message_that_come_late_are_waited_for(delay: float) -> None:
    recogniser = ScriptedRecogniser(["我家没有电了"], delay)
    talked = run_virtually(talk(FLOW, recogniser, [Does(1.0, key="3"), Does(4.0, speaks=2.0), Does(6.1, key="#")]))
    message = talked.dialogue.messages[0]
    assert (message.words, message.is_drained, message.seconds) == (["我家没有电了"], True, 3)
    assert (talked.state.end, talked.said[-1][1]) == (End.GOODBYE, "再见。")


def test_a_message_whose_words_never_come_is_kept_as_sound() -> None:
    recogniser = ScriptedRecogniser([], None)
    talked = run_virtually(talk(FLOW, recogniser, [Does(1.0, key="3"), Does(4.0, speaks=2.0), Does(6.1, key="#")]))
    message = talked.dialogue.messages[0]
    assert (message.words, message.is_drained, len(message.pcm) > 16_000) == ([], False, True)
    assert talked.seconds < 30


def test_a_silent_caller_leaves_no_message() -> None:
    talked = run_virtually(talk(FLOW, ScriptedRecogniser([]), [Does(1.0, key="3")]))
    assert talked.dialogue.messages == []
    assert phrases.NOTHING_RECORDED in [text for _at, text in talked.said]


def test_a_caller_of_a_slow_recogniser_is_told_to_wait_and_is_understood() -> None:
    talked = run_virtually(talk(FLOW, ScriptedRecogniser(["查电费"], 5.0), [Does(1.0, speaks=1.0)]))
    told = [at for at, text in talked.said if text == phrases.ONE_MOMENT]
    assert len(told) == 1
    assert told[0] == pytest.approx(2.0 + SLOW_SECONDS, abs=0.2)
    assert (talked.state.intent, talked.state.end) == ("bill_query", End.GOODBYE)


def test_a_recogniser_that_never_answers_costs_a_bound_then_keys_are_asked_for_then_a_person_answers() -> None:
    talked = run_virtually(talk(FLOW, ScriptedRecogniser([], None), [Does(1.0, speaks=1.0)]))
    asked = next(at for at, text in talked.said if text == phrases.RECOGNISER_SLOW)
    assert asked == pytest.approx(2.0 + LATE_SECONDS, abs=0.2)
    assert talked.state.end is End.AGENT
    assert [step.kind for step in talked.state.trail].count(StepKind.SLOW) == 2
    assert talked.seconds < asked + ANSWER_SECONDS + 4


def test_keys_count_while_the_recogniser_hangs() -> None:
    caller = [Does(1.0, speaks=1.0), Does(14.0, key="9")]
    talked = run_virtually(talk(FLOW, ScriptedRecogniser([], None), caller))
    assert talked.state.end is End.GOODBYE


def test_a_caller_who_babbles_without_end_reaches_a_person() -> None:
    talked = run_virtually(talk(FLOW, ScriptedRecogniser([], None), [Does(1.0, speaks=600.0)]))
    assert talked.state.end is End.AGENT
    assert talked.seconds < 180


def test_a_long_number_may_be_keyed_slowly() -> None:
    digits = [Does(3.0 + 1.5 * place, key=digit) for place, digit in enumerate("20261130000012")]
    talked = run_virtually(talk(FLOW, ScriptedRecogniser([]), [Does(1.0, key="4"), *digits, Does(27.0, key="1")]))
    assert (talked.state.slots.get("order"), talked.state.end) == ("20261130000012", End.GOODBYE)
