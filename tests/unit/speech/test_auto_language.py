from __future__ import annotations

import pytest

from speech.events import TranscriptFinal
from speech.settings import Language
from speech.stt.auto_language import SpokenLanguage, choose_language
from speech.stt.base import SAMPLE_RATE_HZ, RecognitionRequest
from tests.fakes.speech_legs import MakeEngine, OpenLeg
from tests.fakes.speech_recognizer import FakeRecognizer, silence, tone

pytestmark = pytest.mark.unit

CHINESE, ENGLISH = Language.CHINESE, Language.ENGLISH


def chosen(english: float, *, ms: int = 3000, spoken: Language | None = None) -> Language:
    pcm = bytes(2 * SAMPLE_RATE_HZ * ms // 1000)
    request = RecognitionRequest(pcm, Language.AUTO, is_final=True, spoken=spoken)
    return choose_language(request, chinese=1 - english, english=english)


@pytest.mark.parametrize(
    ("english", "ms", "spoken", "expected"),
    [
        (0.6, 3000, None, CHINESE),
        (0.8, 3000, None, ENGLISH),
        (0.8, 800, None, CHINESE),
        (0.95, 800, None, ENGLISH),
        (0.8, 3000, CHINESE, CHINESE),
        (0.95, 3000, CHINESE, ENGLISH),
        (0.99, 800, CHINESE, CHINESE),
        (0.5, 800, ENGLISH, ENGLISH),
        (0.2, 800, ENGLISH, CHINESE),
        (0.2, 3000, ENGLISH, CHINESE),
    ],
)
def test_a_leg_changes_its_language_on_clear_evidence_only(
    english: float, ms: int, spoken: Language | None, expected: Language
) -> None:
    assert chosen(english, ms=ms, spoken=spoken) is expected


def test_without_any_evidence_it_is_chinese() -> None:
    request = RecognitionRequest(bytes(2 * SAMPLE_RATE_HZ), Language.AUTO, is_final=True)
    assert choose_language(request, chinese=0.0, english=0.0) is CHINESE


def test_the_language_of_most_of_the_speech_counts() -> None:
    spoken = SpokenLanguage()
    assert spoken.so_far is None
    spoken.hear(ENGLISH, 1000)
    assert spoken.so_far is ENGLISH
    spoken.hear(CHINESE, 3000)
    assert spoken.so_far is CHINESE


async def test_a_leg_tells_the_recognizer_what_it_has_spoken(make_engine: MakeEngine, open_leg: OpenLeg) -> None:
    recognizer = FakeRecognizer()
    leg = open_leg(await make_engine(lambda: recognizer, worker_count=1))
    sentence = tone(1500, sample_rate_hz=8000) + silence(900, sample_rate_hz=8000)
    await leg.feed(sentence)
    async for event in leg.transcriber.events():
        if isinstance(event, TranscriptFinal):
            break
    await leg.feed(sentence)
    await leg.finish()
    assert recognizer.requests[0].spoken is None
    assert recognizer.requests[-1].spoken is CHINESE
