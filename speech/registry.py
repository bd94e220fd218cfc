"""Backends by name; a new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from kit.errors import MisconfiguredError
from speech.models import WHISPER_BASE, WHISPER_HOTLINE
from speech.settings import SpeechSettings
from speech.stt.base import Recognizer
from speech.stt.ctranslate2_runtime import Ctranslate2Runtime
from speech.stt.guarded import GuardedRecognizer
from speech.stt.onnx_runtime import OnnxRuntime
from speech.stt.own_process.owner import in_own_process
from speech.stt.sherpa import SherpaRecognizer
from speech.stt.short_window import ShortWindowWhisper
from speech.stt.stock_whisper import StockWhisper
from speech.stt.whisper_model import LoadedWhisper
from speech.stt.whisper_text import LONGEST_WINDOW_SECONDS
from speech.vad.base import VoiceActivityDetector
from speech.vad.energy import EnergyVAD
from speech.vad.silero import SileroVAD

T = TypeVar("T")

Attempts = tuple[Recognizer, ...]
"""The recogniser that is asked, and where there is one the second that is asked where its text is doubtful."""
SECOND_ATTEMPT = (0.0,)
"""Temperatures of the second attempt: the warmer ones only guess, and each costs a whole decode."""


def _onnx_whisper(settings: SpeechSettings) -> Attempts:
    if settings.device != "cpu":
        return _ctranslate2_whisper(settings)
    runtime = OnnxRuntime(settings)
    first = ShortWindowWhisper(runtime, beam_size=settings.beam_size)
    return first, ShortWindowWhisper(runtime, shortest_seconds=LONGEST_WINDOW_SECONDS)


def _ctranslate2_whisper(settings: SpeechSettings) -> Attempts:
    whisper = LoadedWhisper(settings)
    first = ShortWindowWhisper(Ctranslate2Runtime(whisper), beam_size=settings.beam_size)
    return first, StockWhisper(whisper, temperatures=SECOND_ATTEMPT)


def _stock_whisper(settings: SpeechSettings) -> Attempts:
    return (StockWhisper(LoadedWhisper(settings), beam_size=5),)


RECOGNIZERS: Mapping[str, Callable[[SpeechSettings], Attempts]] = {
    "whisper_onnx": _onnx_whisper,
    "faster_whisper": _ctranslate2_whisper,
    "faster_whisper_stock": _stock_whisper,
    "sherpa_onnx": lambda settings: (SherpaRecognizer(settings),),
}
DETECTORS: Mapping[str, Callable[[], VoiceActivityDetector]] = {"silero": SileroVAD, "energy": EnergyVAD}


def make_attempts(settings: SpeechSettings) -> Attempts:
    """Return new, unloaded recognisers that share a model.

    Raises:
        MisconfiguredError: The name is unknown.
    """
    return _pick(RECOGNIZERS, settings.engine, "SPEECH_ENGINE")(settings)


def make_recognizer(settings: SpeechSettings) -> Recognizer:
    """Return a new, unloaded recogniser.

    Raises:
        MisconfiguredError: The name is unknown.
    """
    return _guarded(make_attempts(settings), settings)


def make_server_recognizer(settings: SpeechSettings) -> Recognizer:
    """Return a new, unloaded recogniser that works beside everything else that a server does.

    Raises:
        MisconfiguredError: The name is unknown.
    """
    attempts = make_attempts(settings)
    return _guarded(in_own_process(settings, attempts) if settings.has_own_processes else attempts, settings)


def _guarded(attempts: Attempts, settings: SpeechSettings) -> Recognizer:
    first, *others = attempts
    return GuardedRecognizer(first, others[0], prompt=settings.prompt) if others else first


def make_naive_recognizer(settings: SpeechSettings) -> StockWhisper:
    """Return the yardstick: the published model in `transcribe()` with a beam of five and no prompt."""
    is_adapted = settings.model == WHISPER_HOTLINE.name
    plain = settings.model_copy(update={"model": WHISPER_BASE.name}) if is_adapted else settings
    return StockWhisper(LoadedWhisper(plain), beam_size=5, has_prompt=False)


def make_detector(settings: SpeechSettings) -> VoiceActivityDetector:
    """Return a new, unloaded detector.

    Raises:
        MisconfiguredError: The name is unknown.
    """
    return _pick(DETECTORS, settings.vad, "SPEECH_VAD")()


def _pick(backends: Mapping[str, T], name: str, variable: str) -> T:
    if name not in backends:
        raise MisconfiguredError(f"{variable} is {name!r}; it can be one of {', '.join(sorted(backends))}.")
    return backends[name]
