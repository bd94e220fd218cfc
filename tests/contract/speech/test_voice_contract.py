from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import psutil
import pytest

from kit.artifacts import fetch
from kit.errors import DependencyCategory, DependencyError, InvalidInputError, MisconfiguredError
from kit.settings import CACHE_DIR
from speech.settings import Language
from speech.text.script import written_language
from speech.tts import piper
from speech.tts.base import Synthesiser
from speech.tts.kokoro import KokoroSynthesiser
from speech.tts.models import KOKORO_ZH, PIPER_EN_US_JOE, PIPER_JOE_VOICE
from speech.tts.piper import PiperSynthesiser
from speech.tts.voices import VoiceSettings, check_voice, chosen_voices

pytestmark = pytest.mark.contract

PIPER_PYTHON = VoiceSettings().piper_python


class VoiceContract:
    """What every synthesiser owes its callers."""

    language: str
    sentence: str
    endless: str
    missing: str

    @classmethod
    def make(cls, folder: Path | None = None) -> Synthesiser:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def voice(cls) -> Iterator[Synthesiser]:
        voice = cls.make()
        voice.warm_up()
        voice.warm_up()
        yield voice
        voice.close()
        voice.close()

    def test_it_speaks_a_sentence_at_a_human_pace(self, voice: Synthesiser):
        name = voice.capabilities.voices[0]
        samples = np.frombuffer(voice.synthesise(self.sentence, voice=name), dtype="<i2")
        seconds = len(samples) / voice.capabilities.sample_rate_hz
        assert 1.5 < seconds < 5.0
        assert np.abs(samples).max() > 3000
        assert self.language in voice.capabilities.languages

    def test_faster_is_shorter(self, voice: Synthesiser):
        name = voice.capabilities.voices[-1]
        slow, fast = (len(voice.synthesise(self.sentence, voice=name, speed=speed)) for speed in (0.8, 1.4))
        assert fast < slow * 0.75

    def test_bad_input_names_its_field(self, voice: Synthesiser):
        name = voice.capabilities.voices[0]
        asked = [
            ("voice", self.sentence, "nobody", 1.0),
            ("speed", self.sentence, name, 9.0),
            ("text", "", name, 1.0),
            ("text", "……", name, 1.0),
            ("text", self.endless, name, 1.0),
        ]
        for field, text, voice_name, speed in asked:
            with pytest.raises(InvalidInputError) as caught:
                voice.synthesise(text, voice=voice_name, speed=speed)
            assert caught.value.field == field

    def test_a_missing_voice_names_the_command(self, tmp_path: Path):
        absent = self.make(tmp_path)
        for ask in (absent.check_installed, absent.warm_up):
            with pytest.raises(MisconfiguredError, match=self.missing) as caught:
                ask()
            assert caught.value.error_code == "voice_missing"


class TestKokoro(VoiceContract):
    language = "zh"
    sentence = "您好，这里是供电服务热线。"
    endless = "好" * 400
    missing = "models fetch --all"

    @classmethod
    def make(cls, folder: Path | None = None) -> Synthesiser:
        return KokoroSynthesiser(folder or fetch(KOKORO_ZH, CACHE_DIR))


class TestPiper(VoiceContract):
    language = "en"
    sentence = "Hello, this is the power supply hotline."
    endless = "word " * 400
    missing = "make piper"

    @classmethod
    def make(cls, folder: Path | None = None) -> Synthesiser:
        return PiperSynthesiser(PIPER_PYTHON, (folder or fetch(PIPER_EN_US_JOE, CACHE_DIR)) / f"{PIPER_JOE_VOICE}.onnx")

    def test_a_text_of_two_lines_is_one_text(self, voice: Synthesiser):
        one, two = (voice.synthesise(text, voice=PIPER_JOE_VOICE) for text in ("Hello caller.", "Hello\ncaller."))
        assert len(two) == pytest.approx(len(one), rel=0.3)

    def test_a_program_that_died_is_started_again(self, voice: Synthesiser):
        voice.synthesise("Hello.", voice=PIPER_JOE_VOICE)
        (before,) = programs()
        before.kill()
        before.wait()
        assert voice.synthesise("Hello.", voice=PIPER_JOE_VOICE)
        assert programs() != [before]

    def test_a_program_that_hangs_is_killed(self, voice: Synthesiser, monkeypatch: pytest.MonkeyPatch):
        voice.synthesise("Hello.", voice=PIPER_JOE_VOICE)
        (hanging,) = programs()
        hanging.send_signal(signal.SIGSTOP)
        with monkeypatch.context() as patched, pytest.raises(DependencyError, match="did not answer") as caught:
            patched.setattr(piper, "ANSWER_TIMEOUT", timedelta(seconds=0.3))
            voice.synthesise("Hello again.", voice=PIPER_JOE_VOICE)
        assert caught.value.category is DependencyCategory.TIMEOUT
        assert not hanging.is_running()
        assert voice.synthesise("Hello again.", voice=PIPER_JOE_VOICE)

    def test_a_program_that_dies_of_every_text_is_said_once(self, tmp_path: Path):
        model = tmp_path / "broken.onnx"
        model.write_bytes(b"no model")
        described = fetch(PIPER_EN_US_JOE, CACHE_DIR) / f"{PIPER_JOE_VOICE}.onnx.json"
        (tmp_path / "broken.onnx.json").write_bytes(described.read_bytes())
        voice, others = PiperSynthesiser(PIPER_PYTHON, model), programs()
        with pytest.raises(
            DependencyError, match=r"died twice over the same text: exit code 1, .*InvalidProtobuf"
        ) as caught:
            voice.synthesise("Hello.", voice="broken")
        assert caught.value.error_code == "voice_failed"
        assert programs() == others

    def test_a_missing_program_names_the_command(self, tmp_path: Path):
        voice = PiperSynthesiser(tmp_path / "bin" / "python", fetch(PIPER_EN_US_JOE, CACHE_DIR) / "none.onnx")
        with pytest.raises(MisconfiguredError, match="make piper") as caught:
            voice.warm_up()
        assert caught.value.error_code == "voice_program_missing"

    def test_a_file_that_describes_no_voice_is_named(self, tmp_path: Path):
        (tmp_path / "odd.onnx").write_bytes(b"")
        for text in ("{", "[]", '{"audio": {}}'):
            (tmp_path / "odd.onnx.json").write_text(text)
            with pytest.raises(MisconfiguredError, match=r"odd\.onnx\.json does not describe"):
                PiperSynthesiser(PIPER_PYTHON, tmp_path / "odd.onnx").warm_up()


def programs() -> list[psutil.Process]:
    children = psutil.Process(os.getpid()).children()
    return [child for child in children if child.status() != psutil.STATUS_ZOMBIE and "piper" in child.cmdline()]


def test_a_voice_is_chosen_for_each_language_and_must_read_it(tmp_path: Path):
    fetch(PIPER_EN_US_JOE, CACHE_DIR)
    joe = f"piper:{PIPER_JOE_VOICE}"
    chinese, english = chosen_voices(VoiceSettings(_env_file=None, voice_en=joe))
    check_voice(chinese)
    check_voice(english)
    assert (chinese.name, english.name) == ("zf_xiaoxiao", PIPER_JOE_VOICE)
    (wrong,) = chosen_voices(VoiceSettings(_env_file=None, voice_zh=joe))
    with pytest.raises(MisconfiguredError, match="SPEECH_VOICE_ZH is piper:en_US-joe-medium, which does not read"):
        check_voice(wrong)
    (absent,) = chosen_voices(VoiceSettings(_env_file=None, voice_zh=f"piper:{tmp_path}/zh_CN-huayan-medium.onnx"))
    with pytest.raises(MisconfiguredError, match="has no file"):
        check_voice(absent)


@pytest.mark.parametrize(("choice", "reason"), [("kokoro:nobody", "kokoro has no voice"), ("joe", "write kokoro:NAME")])
def test_a_choice_that_is_no_voice_is_refused_at_the_start(choice: str, reason: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SPEECH_VOICE_EN", choice)
    with pytest.raises(MisconfiguredError, match=f"SPEECH_VOICE_EN: .*{reason}"):
        VoiceSettings.load()


def test_the_language_of_a_prompt_is_that_of_its_words():
    texts = ("请按1", "Press 1 for English.", "95598", "您的APP已更新", "OK, goodbye.")
    assert [written_language(text) for text in texts] == [
        Language.CHINESE, Language.ENGLISH, Language.CHINESE, Language.CHINESE, Language.ENGLISH,
    ]  # fmt: skip
