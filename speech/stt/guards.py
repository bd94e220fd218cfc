"""Signs that a recogniser wrote what nobody said. Pure functions over text and numbers."""

from __future__ import annotations

import re
from enum import StrEnum

from speech.stt.base import Recognition


class Suspicion(StrEnum):
    """Why a text is not believed."""

    REPETITION = "repetition"
    PROMPT_ECHO = "prompt_echo"
    SUBTITLE_CREDIT = "subtitle_credit"
    NO_SPEECH = "no_speech"
    LOW_PROBABILITY = "low_probability"


SILENCE_SUSPICIONS = frozenset({Suspicion.PROMPT_ECHO, Suspicion.SUBTITLE_CREDIT, Suspicion.NO_SPEECH})
"""What models write over silence and noise: the answer is an empty text, not a second attempt."""

MIN_CONFIDENCE = 0.35
"""Geometric mean token probability; Whisper's own bar is exp(-1) = 0.37."""
HOPELESS_CONFIDENCE = 0.2
"""Measured: silence, noise and tones are decoded at 0.02-0.2 (0.30 only beside a no-speech probability of 0.89), the
hardest real clip at 0.43."""
NO_SPEECH_AT_LEAST = 0.6
NO_SPEECH_CONFIDENCE_BELOW = 0.5
"""Whisper's pair of bars for silence, its second one (exp(-1)) raised: telephone noise is decoded with more nerve."""
ECHO_MIN_CHARACTERS = 8
"""A caller may well say a short piece of the prompt; a long verbatim piece is an echo."""

_CREDIT_PHRASES = (
    r"字幕(由|by|製作|制作|組|组|志愿|校对|提供|\s*[:：])|Amara\.org|YoYo Television|[优優]{2}独播",
    r"请不吝点赞|點贊|打赏支持|明[镜鏡][与與]点点|([订訂][阅閱]).{0,6}([频頻]道|点赞|[转轉][发發])",
    r"(感谢|謝謝|谢谢)(大家|您|你们)?的?([观觀]看|收看|收[听聽])|([作词詞编編][曲词詞]|中文字幕)\s*[:：]|[词詞]曲\s*李宗盛",
    r"thank(s| you) (so much )?for watching|subtitles? (by|provided)|please subscribe|like and subscribe",
)
_CREDITS = re.compile("|".join(_CREDIT_PHRASES), re.IGNORECASE)
_NOISE_ONLY = re.compile(r"^[\s\W_]*(?:[\(\[（【♪].*[\)\]）】♪])?[\s\W_]*$")
_LOOPS = (re.compile(r"(.{2,12}?)\1{4,}"), re.compile(r"(.{6,40}?)\1{2,}"), re.compile(r"(.)\1{9,}"))
"""Short phrases five times in a row, long ones three times; a hasty 对对对对 is no loop."""
_NUMERAL = re.compile(r"[\d零〇幺一二两三四五六七八九十百千万点]+")
_SPACES_AND_MARKS = re.compile(r"[\W_]+")


def suspect(recognition: Recognition, *, prompt: str) -> Suspicion | None:
    """Return why a recognition should not be believed, or None."""
    text = recognition.text
    if not text:
        return None
    if _CREDITS.search(text) or _NOISE_ONLY.match(text):
        return Suspicion.SUBTITLE_CREDIT
    if is_prompt_echo(text, prompt):
        return Suspicion.PROMPT_ECHO
    if is_silence(recognition):
        return Suspicion.NO_SPEECH
    if is_repetitive(text):
        return Suspicion.REPETITION
    return Suspicion.LOW_PROBABILITY if recognition.confidence < MIN_CONFIDENCE else None


def is_silence(recognition: Recognition) -> bool:
    """Whether the model's own numbers say that the text was made up over silence or noise."""
    is_doubted = recognition.no_speech >= NO_SPEECH_AT_LEAST and recognition.confidence < NO_SPEECH_CONFIDENCE_BELOW
    return is_doubted or recognition.confidence < HOPELESS_CONFIDENCE


def is_repetitive(text: str) -> bool:
    """Whether the text goes round in circles; numerals may, people read out numbers."""
    bare = bare_text(text)
    circles = (circle.group(1) for loop in _LOOPS for circle in loop.finditer(bare))
    return any(not _NUMERAL.fullmatch(circle) for circle in circles)


def collapse_repetition(text: str) -> str:
    """Keep one round of each circle; for a text that stays repetitive after every attempt."""
    for loop in _LOOPS:
        text = loop.sub(r"\1", text)
    return text


def is_prompt_echo(text: str, prompt: str) -> bool:
    """Whether the text is a long verbatim piece of the prompt."""
    bare = bare_text(text)
    return len(bare) >= ECHO_MIN_CHARACTERS and bare in bare_text(prompt)


def bare_text(text: str) -> str:
    """Return the text without spaces and punctuation, in lower case."""
    return _SPACES_AND_MARKS.sub("", text).lower()
