from __future__ import annotations

from dataclasses import replace

import pytest

from speech.events import Alternative
from speech.settings import Language
from speech.stt.base import Capabilities, Recognition, RecognitionRequest
from speech.stt.guarded import GuardedRecognizer
from speech.stt.guards import Suspicion, collapse_repetition, suspect

pytestmark = pytest.mark.unit

PROMPT = "您好，这里是供电服务热线。我想咨询电费的问题。"
SURE = Recognition("我家停电了", 0.8, 0.01, Language.CHINESE, "first")
FINAL = RecognitionRequest(bytes(32_000), Language.CHINESE, is_final=True)


@pytest.mark.parametrize(
    ("text", "suspicion"),
    [
        ("字幕由Amara.org社区提供", Suspicion.SUBTITLE_CREDIT),
        ("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", Suspicion.SUBTITLE_CREDIT),
        ("謝謝觀看", Suspicion.SUBTITLE_CREDIT),
        ("感谢大家的观看", Suspicion.SUBTITLE_CREDIT),
        ("Thank you for watching!", Suspicion.SUBTITLE_CREDIT),
        ("(音樂)", Suspicion.SUBTITLE_CREDIT),
        ("这里是供电服务热线", Suspicion.PROMPT_ECHO),
        ("电费电费电费电费电费电费", Suspicion.REPETITION),
        ("我想查一下电费，我想查一下电费，我想查一下电费，", Suspicion.REPETITION),
        ("我家停电了", None),
        ("我想咨询电费", None),
        ("谢谢您", None),
        ("户号是三二零零零零零零八", None),
        ("2222 2222 2222", None),
        ("对对对对", None),
        ("", None),
    ],
)
def test_texts_nobody_said_are_suspected_and_others_are_not(text: str, suspicion: Suspicion | None):
    assert suspect(replace(SURE, text=text), prompt=PROMPT) is suspicion


@pytest.mark.parametrize(
    ("confidence", "no_speech", "suspicion"),
    [
        (0.3, 0.9, Suspicion.NO_SPEECH),
        (0.1, 0.0, Suspicion.NO_SPEECH),
        (0.3, 0.1, Suspicion.LOW_PROBABILITY),
        (0.8, 0.9, None),
    ],
)
def test_the_models_own_numbers_are_heard(confidence: float, no_speech: float, suspicion: Suspicion | None):
    recognition = replace(SURE, confidence=confidence, no_speech=no_speech)
    assert suspect(recognition, prompt=PROMPT) is suspicion


def test_repetition_collapses_to_one_round():
    assert collapse_repetition("请稍等请稍等请稍等请稍等请稍等请稍等") == "请稍等"


class Scripted:
    """Says one thing and counts how often it was asked."""

    capabilities = Capabilities("scripted", frozenset(Language), 30_000, reports_confidence=True)

    def __init__(self, answer: Recognition) -> None:
        self.answer = answer
        self.asked = 0
        self.is_open = False

    def warm_up(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def recognize(self, request: RecognitionRequest) -> Recognition:
        self.asked += 1
        return self.answer


def guarded(first: str, second: str, **numbers: float) -> tuple[GuardedRecognizer, Scripted]:
    fallback = Scripted(replace(SURE, text=second, engine="second"))
    return GuardedRecognizer(Scripted(replace(SURE, text=first, **numbers)), fallback, prompt=PROMPT), fallback


LOOP = "停电停电停电停电停电停电"


def test_good_text_is_not_asked_for_twice():
    recognizer, fallback = guarded("我家停电了", "别的")
    assert (recognizer.recognize(FINAL).text, fallback.asked) == ("我家停电了", 0)


def test_loop_is_decoded_again_by_the_second_path():
    recognizer, _ = guarded(LOOP, "我家停电了")
    heard = recognizer.recognize(FINAL)
    assert (heard.text, heard.engine) == ("我家停电了", "second")


def test_loop_on_both_paths_is_collapsed():
    recognizer, _ = guarded(LOOP, LOOP)
    assert recognizer.recognize(FINAL).text == "停电"


def test_partial_is_never_decoded_twice():
    recognizer, fallback = guarded(LOOP, "我家停电了")
    assert recognizer.recognize(replace(FINAL, is_final=False)).text == "停电"
    assert fallback.asked == 0


def test_text_over_silence_is_emptied_without_a_second_attempt():
    recognizer, fallback = guarded("字幕由某某提供", "别的")
    assert (recognizer.recognize(FINAL).text, fallback.asked) == ("", 0)


def test_improbable_text_is_kept_with_its_low_confidence_when_nothing_better_comes():
    recognizer, fallback = guarded("含糊的话", "含糊的话", confidence=0.3)
    fallback.answer = replace(fallback.answer, confidence=0.3)
    heard = recognizer.recognize(FINAL)
    assert (heard.text, heard.confidence) == ("含糊的话", 0.3)


def test_both_recognizers_open_and_close_together():
    first, second = Scripted(SURE), Scripted(SURE)
    recognizer = GuardedRecognizer(first, second, prompt=PROMPT)
    recognizer.warm_up()
    assert first.is_open
    assert second.is_open
    recognizer.close()
    assert not first.is_open
    assert not second.is_open


def test_alternatives_that_nobody_said_are_left_out():
    others = (
        Alternative("我家停店了", 0.7),
        Alternative(LOOP, 0.6),
        Alternative(PROMPT, 0.6),
        Alternative("听不清", 0.1),
    )
    recognizer = GuardedRecognizer(Scripted(replace(SURE, alternatives=others)), Scripted(SURE), prompt=PROMPT)
    assert recognizer.recognize(FINAL).alternatives == others[:1]


def test_a_text_that_was_emptied_has_no_alternatives():
    credit = replace(SURE, text="字幕由志愿者提供", alternatives=(Alternative("我家停电了", 0.5),))
    heard = GuardedRecognizer(Scripted(credit), Scripted(SURE), prompt=PROMPT).recognize(FINAL)
    assert (heard.text, heard.alternatives) == ("", ())
