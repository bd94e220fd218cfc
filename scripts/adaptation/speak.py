"""Speak the Mandarin texts with every Kokoro voice in turn: `python -m scripts.adaptation.speak OUT [--workers 16]`.

Writes `OUT/mandarin-N.npz`: `samples` (int16, 16 kHz, all lines one after the other), `ends` (where each line ends),
`texts` and `voices`.
"""

from __future__ import annotations

import argparse
import os
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.signal

from kit.artifacts import fetch
from kit.settings import CACHE_DIR
from scripts.adaptation.texts import mandarin_lines
from scripts.make_demo_calls import Samples, speak_line
from speech.tts.kokoro import SAMPLE_RATE_HZ, KokoroSynthesiser
from speech.tts.models import KOKORO_ZH, VOICES

RATE_HZ = 16_000
SLOWEST, FASTEST = 0.9, 1.25
LINES_PER_FILE = 200


def main() -> None:
    """Speak everything that is not spoken yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    folder = fetch(KOKORO_ZH, CACHE_DIR, print)
    lines = mandarin_lines()
    random.Random(7).shuffle(lines)  # noqa: S311 - debt: no secret; the same order every time
    with ProcessPoolExecutor(arguments.workers) as pool:
        jobs = []
        for start in range(0, len(lines), LINES_PER_FILE):
            target = arguments.out / f"mandarin-{start // LINES_PER_FILE}.npz"
            if not target.exists():
                jobs.append(pool.submit(speak, folder, lines[start : start + LINES_PER_FILE], start, target))
        for number, job in enumerate(jobs, 1):
            job.result()
            print(f"{number} of {len(jobs)}", flush=True)


def speak(folder: Path, lines: list[str], seed: int, target: Path) -> None:
    """Speak one file's lines, each with a voice and a speed of its own."""
    generator = random.Random(seed)  # noqa: S311 - debt: no secret; the same voices every time
    synthesiser = KokoroSynthesiser(folder)
    synthesiser.warm_up()
    voices = [generator.choice(sorted(VOICES)) for _ in lines]
    spoken = [
        _line(synthesiser, text, voice, round(generator.uniform(SLOWEST, FASTEST), 2))
        for text, voice in zip(lines, voices, strict=True)
    ]
    scratch = target.with_suffix(".part.npz")
    ends = np.cumsum([len(samples) for samples in spoken])
    np.savez(scratch, samples=np.concatenate(spoken), ends=ends, texts=np.array(lines), voices=np.array(voices))
    scratch.rename(target)


def _line(synthesiser: KokoroSynthesiser, text: str, voice: str, speed: float) -> npt.NDArray[np.int16]:
    samples = speak_line(synthesiser, text, voice, speed, convert=_to_wide_band, rate_hz=RATE_HZ)
    return (np.clip(samples, -1, 1) * 32767).astype(np.int16)


def _to_wide_band(samples: Samples) -> Samples:
    wide: Samples = scipy.signal.resample_poly(samples, RATE_HZ // 8000, SAMPLE_RATE_HZ // 8000)
    return wide


if __name__ == "__main__":
    main()
