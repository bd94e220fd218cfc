"""Voices of piper-tts, which answers as a program of its own: `python -m piper` of another environment.

piper-tts is GPL-3.0-or-later and this product is Apache-2.0, so nothing of it is imported here. It reads one text a
line from its standard input, writes one WAV file for each into a folder, and says so on its standard error, as its
command line has always done. A program that dies is started again and asked once more; one that does not answer is
killed.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
import time
import wave
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from kit.errors import DependencyCategory, DependencyError, InvalidInputError, MisconfiguredError
from speech import metrics
from speech.tts.base import VoiceCapabilities
from speech.tts.checks import check_text, check_voice_and_speed

log = structlog.get_logger(__name__)

START_TIMEOUT = timedelta(minutes=1)
"""Loading the model from a slow disk, and the first text with it; 1 s on the build machine."""
ANSWER_TIMEOUT = timedelta(seconds=30)
"""A clause of `MOST_CHARACTERS` takes 1 s on one core of the build machine."""
STOP_TIMEOUT = timedelta(seconds=2)
MOST_CHARACTERS = 1_000
_WRITTEN = "Wrote "
"""What the program says before the name of a finished file."""
_LOUDEST_LINE_BYTES = 64 * 1024
_LANGUAGES = {"cmn": "zh"}
"""Codes of espeak that are not those of ISO 639-1."""


class ProgramGoneError(Exception):
    """The program ended; its last line says why."""


@dataclass(frozen=True, slots=True)
class PiperVoice:
    """A voice on disk.

    Attributes:
        name: How prompts name it.
        model: Its `.onnx` file; what describes it lies beside it with `.json` behind its name.
        language: ISO 639-1.
        sample_rate_hz: Rate of its sound.
    """

    name: str
    model: Path
    language: str
    sample_rate_hz: int

    @classmethod
    def at(cls, model: Path) -> PiperVoice:
        """Read the description of a voice.

        Raises:
            MisconfiguredError: A file of the voice is missing or is no voice of piper.
        """
        description = model.with_name(f"{model.name}.json")
        for file in (model, description):
            if not file.is_file():
                raise MisconfiguredError(
                    f"The piper voice has no file {file}; `make piper` brings the English voice en_US-joe-medium, and "
                    "any other one is two files, NAME.onnx and NAME.onnx.json.",
                    code="voice_missing",
                )
        try:
            known = json.loads(description.read_text(encoding="utf-8"))
            code = str(known.get("language", {}).get("family") or known["espeak"]["voice"]).split("-")[0]
            rate_hz = int(known["audio"]["sample_rate"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise MisconfiguredError(
                f"The file {description} does not describe a voice of piper.", code="voice_unusable"
            ) from error
        return cls(model.stem, model, _LANGUAGES.get(code, code), rate_hz)


class PiperSynthesiser:
    """One voice of piper and the program that speaks it."""

    def __init__(self, python: Path, model: Path) -> None:
        """Prepare.

        Args:
            python: Interpreter of the environment that holds piper-tts.
            model: The voice's `.onnx` file.
        """
        self._python = python
        self._model = model
        self._voice: PiperVoice | None = None
        self._program: _Program | None = None

    @property
    def capabilities(self) -> VoiceCapabilities:
        """The language, name and rate of the voice."""
        voice = self._known_voice()
        return VoiceCapabilities(frozenset({voice.language}), (voice.name,), voice.sample_rate_hz)

    def check_installed(self) -> None:
        """Look whether piper-tts and the voice are there."""
        check_program(self._python)
        self._voice = PiperVoice.at(self._model)

    def warm_up(self) -> None:
        """Look whether all is there; the program starts with the first text."""
        self.check_installed()

    def synthesise(self, text: str, *, voice: str, speed: float = 1.0) -> bytes:
        """Return mono samples at the voice's rate."""
        check_voice_and_speed(voice, self.capabilities.voices, speed)
        line = " ".join(text.split())
        check_text(line)
        if len(line) > MOST_CHARACTERS:
            raise InvalidInputError("text: too long for one clause; split it at punctuation", field="text")
        try:
            return self._speak(line, speed)
        except ProgramGoneError as death:
            log.warning("voice_program_died", voice=voice, reason=str(death))
        try:
            return self._speak(line, speed)
        except ProgramGoneError as death:
            raise DependencyError(
                f"The voice program piper died twice over the same text: {death}",
                category=DependencyCategory.REJECTED,
                retryable=False,
                code="voice_failed",
            ) from death

    def close(self) -> None:
        """Have the program end; safe to call twice."""
        program, self._program = self._program, None
        if program is not None:
            program.close()

    def _known_voice(self) -> PiperVoice:
        if self._voice is None:
            self._voice = PiperVoice.at(self._model)
        return self._voice

    def _speak(self, line: str, speed: float) -> bytes:
        # A program speaks at one speed; prompts hardly ever change it.
        if self._program is not None and self._program.speed != speed:
            self.close()
        is_new = self._program is None
        program = self._program = self._program or _Program(self._python, self._model, speed)
        try:
            return program.speak(line, START_TIMEOUT if is_new else ANSWER_TIMEOUT)
        except (ProgramGoneError, DependencyError):
            self.close()
            metrics.VOICE_DEATHS.inc()
            raise


def check_program(python: Path) -> None:
    """Look whether piper-tts is installed.

    Raises:
        MisconfiguredError: `voice_program_missing`: it is not.
    """
    if not any(python.parent.parent.glob("lib/python*/site-packages/piper/__main__.py")) or not python.is_file():
        raise MisconfiguredError(
            f"The voice program piper-tts is not installed beside {python}; install it with: make piper, "
            "or name the interpreter of an environment that has it in SPEECH_PIPER_PYTHON.",
            code="voice_program_missing",
        )


class _Program:
    """A running `python -m piper`."""

    def __init__(self, python: Path, model: Path, speed: float) -> None:
        self.speed = speed
        self._folder = tempfile.TemporaryDirectory(prefix="tingzhi-piper-")
        self._said = bytearray()
        self._last_line = ""
        try:
            self._process = subprocess.Popen(  # noqa: S603  # rejected: an interpreter and files that the operator named
                [
                    *(str(python), "-P", "-m", "piper", "--model", str(model)),
                    *("--output-dir", self._folder.name, "--length-scale", f"{1 / speed:.3f}"),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                # It sees no password of ours, and Ctrl-C in a terminal is for the server to follow.
                env={"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise MisconfiguredError(
                f"The voice program {python} cannot be started: {error.strerror}; install it with: make piper",
                code="voice_program_missing",
            ) from error

    def speak(self, line: str, patience: timedelta) -> bytes:
        """Return the samples of a text.

        Raises:
            ProgramGoneError: The program ended.
            DependencyError: It did not answer in time.
        """
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101  # rejected: as it was opened above
        try:
            stdin.write(f"{line}\n".encode())
            stdin.flush()
        except OSError as error:
            raise ProgramGoneError(self._last_words()) from error
        file = self._written_file(time.monotonic() + patience.total_seconds())
        try:
            with wave.open(str(file), "rb") as sound:
                return sound.readframes(sound.getnframes())
        except (OSError, EOFError, wave.Error) as error:
            raise ProgramGoneError("it left no sound") from error
        finally:
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """End the program and remove its folder."""
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(STOP_TIMEOUT.total_seconds())
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def _written_file(self, until: float) -> Path:
        while True:
            line = self._next_line(until)
            if _WRITTEN in line:
                file = Path(line.partition(_WRITTEN)[2])
                if file.parent == Path(self._folder.name):
                    return file

    def _next_line(self, until: float) -> str:
        stderr = self._process.stderr
        assert stderr is not None  # noqa: S101  # rejected: as it was opened above
        while (end := self._said.find(b"\n")) < 0:
            ready, _, _ = select.select([stderr], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                self._process.kill()
                raise DependencyError(
                    "The voice program piper did not answer; it was killed.",
                    category=DependencyCategory.TIMEOUT,
                    retryable=True,
                    code="voice_failed",
                )
            block = os.read(stderr.fileno(), _LOUDEST_LINE_BYTES)
            if not block:
                raise ProgramGoneError(self._last_words())
            self._said += block
            del self._said[:-_LOUDEST_LINE_BYTES]
        self._last_line = self._said[:end].decode(errors="replace").strip()
        del self._said[: end + 1]
        return self._last_line

    def _last_words(self) -> str:
        """Return how the program ended: its exit code and the kind of its error, never what it was to say."""
        try:
            code = self._process.wait(STOP_TIMEOUT.total_seconds())
        except subprocess.TimeoutExpired:
            code = None
        kind = self._last_line.partition(":")[0]
        return f"exit code {code}" + (f", {kind}" if kind.replace(".", "_").isidentifier() else "")
