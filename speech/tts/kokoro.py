"""Kokoro-82M on onnxruntime with the Mandarin front end of misaki (RTF 0.43-0.50 on two threads)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from misaki.zh import ZHG2P

from kit.errors import InvalidInputError, MisconfiguredError
from speech.tts.base import VoiceCapabilities
from speech.tts.checks import check_text, check_voice_and_speed
from speech.tts.models import MODEL_FILE, VOCABULARY_FILE, VOICES

SAMPLE_RATE_HZ = 24_000
MAX_TOKENS = 510
"""Rows of a voice's style table, less the two padding tokens."""

_STYLE_SHAPE = (-1, 1, 256)


class KokoroSynthesiser:
    """The default Chinese voice."""

    def __init__(self, folder: Path, *, thread_count: int = 1, voices: Sequence[str] = VOICES) -> None:
        """Prepare.

        Args:
            folder: Holds the model, the vocabulary and one style file a voice.
            thread_count: Threads of the model.
            voices: Names of the style files; the shipped voices where nothing else is said.
        """
        self._folder = folder
        self._voices = tuple(voices)
        self._thread_count = thread_count
        self._session: Any = None
        self._phonemise: Any = None
        self._vocabulary: dict[str, int] = {}

    @property
    def capabilities(self) -> VoiceCapabilities:
        """Mandarin, eight voices, 24 kHz."""
        return VoiceCapabilities(frozenset({"zh"}), self._voices, SAMPLE_RATE_HZ)

    def check_installed(self) -> None:
        """Look whether the model is there."""
        if not (self._folder / MODEL_FILE).is_file():
            raise MisconfiguredError(
                f"The Kokoro voice is not in {self._folder}; fetch it with: .venv/bin/tingzhi models fetch --all",
                code="voice_missing",
            )

    def warm_up(self) -> None:
        """Load the model and the text front end."""
        if self._session is not None:
            return
        self.check_installed()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._thread_count
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(self._folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )
        vocabulary = json.loads((self._folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        self._vocabulary = vocabulary["vocab"]
        self._phonemise = ZHG2P()

    def synthesise(self, text: str, *, voice: str, speed: float = 1.0) -> bytes:
        """Return mono s16le PCM at 24 kHz."""
        check_voice_and_speed(voice, self._voices, speed)
        check_text(text)
        tokens = self._tokens(text)
        samples = self._session.run(None, self._inputs(tokens, voice, speed))[0].squeeze()
        pcm: bytes = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
        return pcm

    def close(self) -> None:
        """Let go of the model; safe to call twice."""
        self._session = None

    def _tokens(self, text: str) -> list[int]:
        phonemes, _ = self._phonemise(text)
        tokens = [self._vocabulary[symbol] for symbol in phonemes if symbol in self._vocabulary]
        if not tokens:
            raise InvalidInputError("text: nothing in it can be spoken; give Chinese words or digits", field="text")
        if len(tokens) > MAX_TOKENS:
            raise InvalidInputError("text: too long for one clause; split it at punctuation", field="text")
        return tokens

    def _inputs(self, tokens: list[int], voice: str, speed: float) -> dict[str, Any]:
        styles = np.fromfile(self._folder / f"{voice}.bin", dtype=np.float32).reshape(_STYLE_SHAPE)
        values = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "input_ids": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": styles[len(tokens)],
        }
        inputs: dict[str, Any] = {}
        for wanted in self._session.get_inputs():
            if wanted.name == "speed":
                inputs["speed"] = np.array([speed], dtype=np.int32 if "int" in wanted.type else np.float32)
            else:
                inputs[wanted.name] = values[wanted.name]
        return inputs
