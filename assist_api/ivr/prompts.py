"""Prompts as sound: spoken once, kept on disk, sentence by sentence, so that only what changes is spoken again."""

from __future__ import annotations

import asyncio
import hashlib
import re
import wave
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from assist_api.ivr.prompt_store import PromptStore
from assist_api.ivr.recorded import RecordedPrompts
from kit.errors import DependencyCategory, DependencyError, InvalidInputError, MisconfiguredError
from speech.resampler import StreamResampler
from speech.settings import Language
from speech.text.script import written_language
from speech.tts.readout import read_out
from speech.tts.readout_english import read_out_english
from speech.tts.voices import ChosenVoice, check_voice, no_voice

RATE_HZ = 8000
"""What telephones carry."""
_PIECE = re.compile(r"[^，。！？；：,.!?;:]+[，。！？；：,.!?;:]*")
_SENTENCE = re.compile(r"(?:[^.!?;]|[.](?=\w))+[.!?;]*")
"""Of English, which is spoken fast enough to wait for whole ones."""
_MOST_CHARACTERS = 60
_MOST_LETTERS = 240
"""Characters of an English part: a word has five of them where a Chinese one has two."""
_SHORT = 6
"""Characters below which a clause is spoken together with the next one: alone it would sound cut off."""
_VERSION = "2"
"""Part of the names of kept sounds; raise it when the same text is spoken otherwise."""


class Prompts:
    """Speaks texts in the voice of their language; each voice has a thread of its own."""

    def __init__(
        self, voices: Sequence[ChosenVoice], store: PromptStore, recorded: RecordedPrompts | None = None
    ) -> None:
        """Make the voices without loading a model.

        Args:
            voices: One a language.
            store: Keeps what was spoken once.
            recorded: Recordings of a person, played in the place of a voice; None for none.
        """
        self.recorded = recorded
        self._speakers = {voice.language: _Speaker(voice, store) for voice in voices}

    async def pieces(self, text: str) -> AsyncIterator[bytes]:
        """Yield the sound of a text, clause by clause, as 16-bit PCM at 8 kHz.

        Raises:
            DependencyError: `voice_missing`: no voice of its language is installed. `voice_failed`: it failed.
        """
        recorded = [] if self.recorded is None else await asyncio.to_thread(list, self.recorded.pieces(text))
        for pcm in recorded:
            yield pcm
        if recorded:
            return
        language = written_language(text)
        speaker = self._speakers.get(language)
        if speaker is None:
            raise no_voice(language)
        for piece in clauses_in(language, text):
            yield await speaker.sound(piece)

    async def whole(self, text: str) -> bytes:
        """Return the sound of a text as a WAV file.

        Raises:
            DependencyError: As `pieces`.
        """
        pcm = b"".join([piece async for piece in self.pieces(text)])
        return as_wav(pcm)

    async def prepare(self, text: str) -> None:
        """Speak a text into the store.

        Raises:
            DependencyError: As `pieces`.
        """
        async for _piece in self.pieces(text):
            pass

    def problems(self) -> dict[Language, MisconfiguredError | None]:
        """Return for each language with a voice why it cannot be spoken; None where it can."""
        return {language: speaker.problem() for language, speaker in self._speakers.items()}

    async def aclose(self) -> None:
        """Let go of the voices and their threads; safe to call twice."""
        for speaker in self._speakers.values():
            await asyncio.to_thread(speaker.close)


class _Speaker:
    """A voice, the thread that it speaks in, and the sounds that are kept of it."""

    def __init__(self, voice: ChosenVoice, store: PromptStore) -> None:
        self._voice = voice
        self._store = store
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"voice-{voice.language}")

    async def sound(self, piece: str) -> bytes:
        name = hashlib.sha256(f"{_VERSION}\n{self._voice.choice}\n{piece}".encode()).hexdigest()[:32]
        kept = await asyncio.to_thread(self._store.find, name)
        if kept is not None:
            return kept
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._speak, piece, name)

    def problem(self) -> MisconfiguredError | None:
        try:
            check_voice(self._voice)
        except MisconfiguredError as error:
            return error
        return None

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._voice.synthesiser.close()

    def _speak(self, piece: str, name: str) -> bytes:
        # Another caller may have heard the same clause while this one waited.
        if (kept := self._store.find(name)) is not None:
            return kept
        synthesiser = self._voice.synthesiser
        try:
            check_voice(self._voice)
            synthesiser.warm_up()
            pcm = synthesiser.synthesise(piece, voice=self._voice.name)
        except MisconfiguredError as error:
            raise DependencyError(
                error.message, category=DependencyCategory.MISCONFIGURED, retryable=False, code=error.error_code
            ) from error
        except InvalidInputError:
            # A clause of signs that no voice knows, such as a formula, is passed over: the call goes on.
            pcm = b""
        sound = to_telephone(pcm, synthesiser.capabilities.sample_rate_hz)
        self._store.keep(name, sound)
        return sound


def clauses_in(language: Language, text: str) -> list[str]:
    """Return the clauses of a text in the words in which a voice of that language says them."""
    if language is Language.ENGLISH:
        sentences = (part for found in _SENTENCE.finditer(read_out_english(text)) for part in _parts(found.group()))
        return _with_sounds(sentences)
    return clauses(read_out(text))


def clauses(text: str) -> list[str]:
    """Return the clauses of a Chinese text, short ones joined with the next."""
    found: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match.group().strip()
        if found and len(found[-1]) < _SHORT and len(found[-1]) + len(piece) <= _MOST_CHARACTERS:
            found[-1] += piece
        else:
            found += [piece[start : start + _MOST_CHARACTERS] for start in range(0, len(piece), _MOST_CHARACTERS)]
    return _with_sounds(found)


def _with_sounds(pieces: Iterable[str]) -> list[str]:
    return [piece for piece in pieces if any(sign.isalnum() for sign in piece)]


def _parts(sentence: str) -> Iterator[str]:
    """Yield a sentence in parts that are short enough, cut between words where it can be."""
    rest = sentence.strip()
    while len(rest) > _MOST_LETTERS:
        space = rest.rfind(" ", 1, _MOST_LETTERS)
        end = space if space > 0 else _MOST_LETTERS
        yield rest[:end].strip()
        rest = rest[end:].strip()
    yield rest


def to_telephone(pcm: bytes, rate_hz: int) -> bytes:
    """Return a voice's sound at the rate of telephones."""
    resampler = StreamResampler(rate_hz, RATE_HZ)
    return resampler.feed(pcm) + resampler.flush()


def as_wav(pcm: bytes) -> bytes:
    """Return samples as a WAV file."""
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)
    return buffer.getvalue()
