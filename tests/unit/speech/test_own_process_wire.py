from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import orjson
import pytest

from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from kit.worker_process import Head, Message
from speech.events import Alternative
from speech.settings import Language, SpeechSettings
from speech.stt.base import AbandonedError, Recognition, RecognitionRequest
from speech.stt.own_process import wire

pytestmark = pytest.mark.unit


def sent(head: Head, body: bytes = b"") -> Message:
    return Message(orjson.loads(orjson.dumps(head, option=orjson.OPT_SERIALIZE_NUMPY)), body)


def test_settings_come_through_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SpeechSettings(beam_size=3, max_segment=timedelta(seconds=17))
    monkeypatch.setenv("SPEECH_BEAM_SIZE", "7")
    assert wire.settings_from_wire(sent(wire.settings_to_wire(settings))) == settings


@pytest.mark.parametrize("spoken", [None, Language.ENGLISH])
def test_a_window_comes_through_and_is_wanted_as_its_receiver_says(spoken: Language | None) -> None:
    request = RecognitionRequest(b"\x01\x02" * 100, Language.AUTO, is_final=True, spoken=spoken, draft=(5, 6))
    asked: list[int] = []
    window = wire.Window.from_wire(
        sent(*wire.Window(4, 1, request).to_wire()), is_wanted=lambda number: bool(asked.append(number))
    )
    assert (window.number, window.attempt, window.request) == (4, 1, request)
    assert not window.request.is_wanted()
    assert asked == [4]


RECOGNITION = Recognition(
    "您好", 0.9, 0.1, Language.CHINESE, "whisper", alternatives=(Alternative("你好", 0.5),), tokens=(1, 2, 3)
)


def test_a_recognition_comes_through_also_with_numbers_of_numpy() -> None:
    measured = replace(RECOGNITION, confidence=np.float64(0.9), no_speech=np.float32(0.5), tokens=(np.int64(7),))
    for one in (RECOGNITION, measured):
        answer = wire.answer_from_wire(sent(wire.answer_to_wire(1, one)))
        assert answer == one


def test_failures_come_through() -> None:
    assert isinstance(wire.answer_from_wire(sent(wire.answer_to_wire(1, AbandonedError()))), AbandonedError)
    error = DependencyError("It broke.", category=DependencyCategory.REJECTED, retryable=False, code="broken", at=3)
    answer = wire.answer_from_wire(sent(wire.answer_to_wire(1, error)))
    assert isinstance(answer, DependencyError)
    assert (answer.message, answer.category, answer.retryable, answer.error_code, answer.details) == (
        "It broke.",
        DependencyCategory.REJECTED,
        False,
        "broken",
        {"at": 3},
    )


def test_a_model_that_is_missing_is_named() -> None:
    error = MisconfiguredError("Mend SPEECH_MODEL.", code="speech_model_missing")
    answer = wire.misconfigured_from_wire(sent(wire.misconfigured_to_wire(error)))
    assert answer is not None
    assert (answer.message, answer.error_code) == ("Mend SPEECH_MODEL.", "speech_model_missing")
    assert wire.misconfigured_from_wire(sent(wire.LOADED)) is None
