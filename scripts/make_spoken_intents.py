"""Speaks sentences with their intents through the telephone band with noise, for `tingzhi evaluate intents DIR`.

Run `python -m scripts.make_spoken_intents SENTENCES.jsonl DIR [--snr 20]`. The voice is that of prompts; the noise is
white, `--snr` decibels below the speech of each sentence.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

import numpy as np

from assist_api.evaluation.intents import LabelledIntent, read_intents
from assist_api.ivr.prompt_store import PromptStore
from assist_api.ivr.prompts import RATE_HZ, Prompts, as_wav
from speech.tts.voices import VoiceSettings, chosen_voices

_MARGIN = bytes(RATE_HZ // 2 * 2)
"""Half a second before and after the words."""
_LOUDEST = 32_767


def with_noise(pcm: bytes, snr_db: float, seed: int) -> bytes:
    """Return speech with white noise that is so many decibels weaker."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    power = np.mean(samples[samples != 0] ** 2) / 10 ** (snr_db / 10)
    noise = np.random.default_rng(seed).normal(0.0, np.sqrt(power), samples.size)
    return np.clip(samples + noise, -_LOUDEST, _LOUDEST).astype("<i2").tobytes()


async def speak(sentences: list[LabelledIntent], folder: Path, snr_db: float) -> None:
    """Write a sound for each sentence, and the manifest that names them."""
    prompts = Prompts(chosen_voices(VoiceSettings.load()), PromptStore(folder / "clean"))
    rows = []
    for place, item in enumerate(sentences):
        words = b"".join([piece async for piece in prompts.pieces(item.text)])
        file = folder / f"{item.id}.wav"
        file.write_bytes(as_wav(with_noise(_MARGIN + words + _MARGIN, snr_db, place)))
        rows.append(json.dumps({"id": item.id, "intent": item.intent, "file": file.name}, ensure_ascii=False))
    (folder / "manifest.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
    await prompts.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sentences", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--snr", type=float, default=20.0)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(speak(read_intents(given.sentences), given.folder, given.snr))
