from pathlib import Path

import numpy as np
import pytest

from kit.artifacts import fetch
from kit.errors import InvalidInputError, MisconfiguredError
from kit.settings import CACHE_DIR
from speech.tts.kokoro import KokoroSynthesiser
from speech.tts.models import KOKORO_ZH

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def voice() -> KokoroSynthesiser:
    voice = KokoroSynthesiser(fetch(KOKORO_ZH, CACHE_DIR))
    voice.warm_up()
    return voice


def test_speaks_a_sentence_at_a_human_pace(voice: KokoroSynthesiser):
    text = "您好，这里是供电服务热线。"
    samples = np.frombuffer(voice.synthesise(text, voice="zf_xiaoyi"), dtype="<i2")
    seconds = len(samples) / voice.capabilities.sample_rate_hz
    assert 1.5 < seconds < 5.0
    assert np.abs(samples).max() > 3000


def test_faster_is_shorter(voice: KokoroSynthesiser):
    slow, fast = (len(voice.synthesise("抢修人员马上出发。", voice="zm_yunxi", speed=speed)) for speed in (0.8, 1.4))
    assert fast < slow * 0.75


@pytest.mark.parametrize(
    ("text", "voice_name", "speed", "field"),
    [
        ("你好", "nobody", 1.0, "voice"),
        ("你好", "zf_xiaoyi", 9.0, "speed"),
        ("", "zf_xiaoyi", 1.0, "text"),
        ("好" * 400, "zf_xiaoyi", 1.0, "text"),
    ],
)
def test_bad_input_names_its_field(voice: KokoroSynthesiser, text: str, voice_name: str, speed: float, field: str):
    with pytest.raises(InvalidInputError) as caught:
        voice.synthesise(text, voice=voice_name, speed=speed)
    assert caught.value.field == field


def test_missing_model_names_the_command(tmp_path: Path):
    with pytest.raises(MisconfiguredError, match="models fetch --all"):
        KokoroSynthesiser(tmp_path).warm_up()
