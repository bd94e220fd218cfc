"""Settings of the speech room: environment variables `SPEECH_…`."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kit.settings import Settings

Probability = Annotated[float, Field(gt=0.0, lt=1.0)]
PositiveDuration = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=10))]


class Language(StrEnum):
    """What callers speak; `AUTO` decides between the two for each segment."""

    CHINESE = "zh"
    ENGLISH = "en"
    AUTO = "auto"


class SpeechSettings(Settings):
    """How speech is found and recognised; the defaults hold four calls at once on two cores without a GPU."""

    model_config = SettingsConfigDict(env_prefix="SPEECH_")

    engine: str = "whisper_onnx"
    """Recogniser, by its name in `speech.registry`. `whisper_onnx` runs the model on onnxruntime, and with a `device`
    other than `cpu` on ctranslate2, as `faster_whisper` always does (ADR 16). `sherpa_onnx` runs Moonshine, SenseVoice,
    Paraformer and transducers, from a folder that `model` names."""
    model: str = "whisper-base-hotline-1"
    """`whisper-base-hotline-1` or the plain `whisper-base` (both ours, pinned), a faster-whisper model folder, or the
    name of one on a model hub. For `sherpa_onnx`: `moonshine-tiny-en` (ours, English), or a folder."""
    compute_type: str = "int8"
    """ctranslate2 compute type; `int8` on a CPU, `float16` on a GPU. `whisper_onnx` always uses eight bits."""
    device: str = "cpu"
    """`cpu` or `cuda`."""
    worker_count: int = Field(default=2, ge=1, le=64)
    """Models loaded side by side. Two models of one thread beat one model of two threads."""
    threads_per_worker: int = Field(default=1, ge=1, le=64)
    """Threads inside one model."""
    has_own_processes: bool = True
    """Whether each model of a server has a process of its own: one that crashes costs no call, and searches do not wait
    for decodes. It takes 100 MB more (ADR 20)."""
    niceness: int = Field(default=0, ge=0, le=19)
    """Niceness of those processes: above 0 everything else on the machine comes first. The second pass after a call
    uses 10 whatever stands here."""
    language: Language = Language.AUTO
    """Language of the calls."""
    beam_size: int = Field(default=5, ge=1, le=10)
    """Beam of finals (partials use 1): two points fewer character errors at 8 kHz than beam 1. A decode with 2 costs a
    fifth less than with 5; set it where many calls share few cores."""
    prompt: str = (
        "您好，这里是供电、供水、供热、燃气和有线电视的服务热线。"
        "我想咨询一下，家里停电、停水、漏水、暖气不热、没有信号，费用怎么算。"
    )
    """Sentences like those that are said; they lean the Chinese decoder to the trade's words and to Simplified
    characters. They name every trade, since a greeting is heard as the hotline that is named here; a company of one
    trade names its own. Never an instruction: Whisper would read it out. Empty switches it off."""
    is_vocabulary_on: bool = True
    """Whether misheard words are mended towards the words of the knowledge base that sound the same, and whether of
    several texts that may have been said the one is preferred that reads like the knowledge base."""

    vad: str = "silero"
    """Voice activity detector, by its name in `speech.registry`."""
    speech_threshold: Probability = 0.5
    """Speech probability at which speech begins."""
    silence_threshold: Probability = 0.35
    """Speech probability below which a running segment hears silence; lower than `speech_threshold`."""
    min_speech: PositiveDuration = timedelta(milliseconds=96)
    """Shorter sounds are clicks, not words; a curt 是 lasts about 150 ms."""
    pre_roll: PositiveDuration = timedelta(milliseconds=400)
    """Audio kept from before the onset, so that the first word is whole; 400 ms with 256 ms behind the end instead of
    256 and 160 took 1.4 points off the character errors at 8 kHz. The adapted recogniser needs less behind (ADR 17)."""
    end_silence: PositiveDuration = timedelta(milliseconds=512)
    """Silence that ends a segment. Pauses inside a telephone sentence are mostly below half a second, and the
    budget of one second from end of speech to final text leaves no more."""
    pause: PositiveDuration = timedelta(milliseconds=96)
    """Silence after which a segment is decoded, and searched for, on suspicion of being over (ADR 17, 18): 0.4 s before
    the end is proved. The shorter, the more decodes are begun in vain: two of three at 64 ms, every second at 128."""
    max_segment: PositiveDuration = timedelta(seconds=14)
    """A longer segment is cut where speech was least likely; one decode window holds up to 28 s."""

    partial_interval: PositiveDuration = timedelta(seconds=1)
    """Speech between the first partials of a segment, where the workers have time; the gaps grow with the segment."""
    partial_share: float = Field(default=0.25, gt=0.0, le=1.0)
    """Share of the workers' time that partials may take of what finals leave, over the long run: on a slow or busy
    machine they come less often, so that finals do not wait; see `speech.partial_budget`."""
    inbox: PositiveDuration = timedelta(seconds=10)
    """Audio of one leg that may wait to be heard; beyond it the leg's overflow rule applies."""
    decode_backlog: PositiveDuration = timedelta(seconds=40)
    """Finished speech of one leg that may wait to be decoded before the leg stops taking audio in."""
    lag_warning: PositiveDuration = timedelta(seconds=3)
    """Audio behind which a live leg is called lagging."""
