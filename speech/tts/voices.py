"""Chooses the voice of each language from the settings (`SPEECH_VOICE_…`), and makes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import field_validator
from pydantic_settings import SettingsConfigDict

from kit.artifacts import model_folder
from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from kit.settings import CACHE_DIR, Settings
from speech.settings import Language
from speech.tts.base import Synthesiser
from speech.tts.kokoro import KokoroSynthesiser
from speech.tts.models import KOKORO_ZH, PIPER_EN_US_JOE, PIPER_JOE_VOICE, VOICES
from speech.tts.piper import PiperSynthesiser

KOKORO, PIPER = "kokoro", "piper"


class VoiceSettings(Settings):
    """Who reads prompts, in each language."""

    model_config = SettingsConfigDict(env_prefix="SPEECH_")

    voice_zh: str = f"{KOKORO}:zf_xiaoxiao"
    """Chinese voice: `kokoro:NAME`, or `piper:FILE` with the `.onnx` file of a piper voice that reads Chinese."""
    voice_en: str = ""
    """English voice: `piper:en_US-joe-medium` after `make piper`, or `piper:FILE`. Empty: none."""
    piper_python: Path = CACHE_DIR / "programs" / "piper" / "bin" / "python"
    """Interpreter of the environment that holds piper-tts; `make piper` makes it."""

    @field_validator("voice_zh", "voice_en")
    @classmethod
    def _check_voice(cls, choice: str) -> str:
        engine, _, name = choice.partition(":")
        if choice and not (engine in {KOKORO, PIPER} and name):
            raise ValueError("write kokoro:NAME or piper:NAME, such as kokoro:zf_xiaoxiao or piper:en_US-joe-medium")
        if engine == KOKORO and name not in VOICES:
            raise ValueError(f"kokoro has no voice {name}; it has {', '.join(VOICES)}")
        return choice


@dataclass(frozen=True, slots=True)
class ChosenVoice:
    """A voice for one language.

    Attributes:
        choice: As the settings name it; sounds that are kept carry it.
        language: What it reads.
        synthesiser: Never loaded yet.
        name: What the synthesiser calls the voice.
    """

    choice: str
    language: Language
    synthesiser: Synthesiser
    name: str


def chosen_voices(settings: VoiceSettings, cache_dir: Path = CACHE_DIR) -> tuple[ChosenVoice, ...]:
    """Return the voice of every language that has one; nothing is loaded."""
    choices = {Language.CHINESE: settings.voice_zh, Language.ENGLISH: settings.voice_en}
    return tuple(_make(choice, language, settings, cache_dir) for language, choice in choices.items() if choice)


def _make(choice: str, language: Language, settings: VoiceSettings, cache_dir: Path) -> ChosenVoice:
    engine, _, name = choice.partition(":")
    if engine == KOKORO:
        return ChosenVoice(choice, language, KokoroSynthesiser(model_folder(KOKORO_ZH, cache_dir)), name)
    is_ours = name == PIPER_JOE_VOICE
    model = model_folder(PIPER_EN_US_JOE, cache_dir) / f"{name}.onnx" if is_ours else Path(name).expanduser()
    return ChosenVoice(choice, language, PiperSynthesiser(settings.piper_python, model), model.stem)


def check_voice(voice: ChosenVoice) -> None:
    """Look whether a voice is installed and reads its language, without loading more than its description.

    Raises:
        MisconfiguredError: It is not, or it does not; the message names what mends it.
    """
    voice.synthesiser.check_installed()
    if voice.language not in voice.synthesiser.capabilities.languages:
        raise MisconfiguredError(
            f"SPEECH_VOICE_{voice.language.upper()} is {voice.choice}, which does not read that language.",
            code="voice_unusable",
        )


def no_voice(language: Language) -> DependencyError:
    """Return the error of a prompt in a language that no voice reads."""
    return DependencyError(
        f"No voice reads {language}: install one with `make piper` and set SPEECH_VOICE_{language.upper()}=piper:"
        f"{PIPER_JOE_VOICE}.",
        category=DependencyCategory.MISCONFIGURED,
        retryable=False,
        code="voice_missing",
    )
