from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from assist_api.ivr.module import voices_health
from assist_api.ivr.prompt_store import PromptStore
from assist_api.ivr.prompts import RATE_HZ, Prompts, clauses_in, to_telephone
from kit.errors import DependencyError, MisconfiguredError
from speech.settings import Language

pytestmark = pytest.mark.unit


def test_sounds_that_nobody_heard_make_room(tmp_path: Path) -> None:
    store = PromptStore(tmp_path, most_bytes=1000)
    for number in range(9):
        store.keep(f"sound{number}", bytes(100))
        os.utime(tmp_path / f"sound{number}.pcm", (number, number))
    assert store.find("sound0") == bytes(100)
    for number in (9, 10):
        store.keep(f"sound{number}", bytes(100))
    kept = {number for number in range(11) if store.find(f"sound{number}") is not None}
    assert kept == {0, 3, 4, 5, 6, 7, 8, 9, 10}


@pytest.mark.parametrize("rate_hz", [24_000, 22_050, 16_000])
def test_a_voice_of_any_rate_fits_the_telephone_band(rate_hz: int) -> None:
    moments = np.arange(rate_hz) / rate_hz
    low, high = np.sin(2 * np.pi * 1000 * moments), np.sin(2 * np.pi * 6000 * moments)
    sound = np.frombuffer(to_telephone((8000 * (low + high)).astype("<i2").tobytes(), rate_hz), "<i2")
    assert len(sound) == pytest.approx(RATE_HZ, abs=20)
    spectrum = np.abs(np.fft.rfft(sound[:8000].astype(float), 8000))
    assert int(spectrum.argmax()) == 1000
    assert spectrum[1900:2100].max() < spectrum[1000] / 100, "6 kHz came back as 2 kHz"


def test_english_is_cut_into_sentences_and_chinese_into_clauses() -> None:
    assert clauses_in(Language.ENGLISH, "Hello. Your bill is ¥236.50, due now! ...") == [
        "Hello.", "Your bill is two hundred thirty-six yuan and fifty fen, due now!",
    ]  # fmt: skip
    assert clauses_in(Language.CHINESE, "您的账单是236.50元，请缴费。") == ["您的账单是二百三十六元五角，", "请缴费。"]
    long = clauses_in(Language.ENGLISH, "word " * 100)
    assert len(long) == 3
    assert " ".join(long).split() == ["word"] * 100


async def test_a_language_without_a_voice_is_said_with_what_mends_it(tmp_path: Path) -> None:
    with pytest.raises(DependencyError, match="SPEECH_VOICE_EN") as caught:
        await Prompts((), PromptStore(tmp_path)).prepare("Hello.")
    assert caught.value.error_code == "voice_missing"


def test_the_health_page_names_a_voice_that_cannot_speak_where_flows_answer() -> None:
    both: dict[Language, MisconfiguredError | None] = {Language.CHINESE: None, Language.ENGLISH: None}
    assert voices_health(both, is_needed=True).facts == {"languages": "zh, en"}
    both[Language.ENGLISH] = MisconfiguredError("run make piper", code="voice_program_missing")
    broken = voices_health(both, is_needed=True)
    assert (broken.state, broken.code, broken.detail) == ("degraded", "voice_program_missing", "run make piper")
    unneeded = voices_health(both, is_needed=False)
    assert (unneeded.state, unneeded.facts) == ("ok", {"languages": "zh"})
