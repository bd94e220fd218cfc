"""Write the adaptation: `python -m scripts.adaptation.pack OUT [--strength 0.5]`, and the hash of the adapted model.

Changes are taken at half their strength by default: between the model as published and the one that was trained lie
models that hear a hotline nearly as well as the one and everyday speech nearly as well as the other (ADR 15).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kit.artifacts import fetch, file_sha256
from kit.settings import CACHE_DIR
from speech.models import HOTLINE_ADAPTATION, WHISPER_BASE
from speech.stt.adaptation import DOWN, SCALE, UP, adapt


def main() -> None:
    """Pack, build once, and print the hash for `speech.models`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--strength", type=float, default=0.5)
    arguments = parser.parse_args()
    source = fetch(WHISPER_BASE, CACHE_DIR, print)
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    with np.load(arguments.out / "changes.npz") as changes:
        for name in sorted({array.rpartition("/")[0] for array in changes.files}):
            parts = small(changes[f"{name}/{UP}"] * arguments.strength, changes[f"{name}/{DOWN}"])
            arrays |= {f"{name}/{part}": value for part, value in zip((UP, DOWN, SCALE), parts, strict=True)}
    np.savez_compressed(HOTLINE_ADAPTATION, **arrays)
    with tempfile.TemporaryDirectory() as scratch:
        adapt(source, HOTLINE_ADAPTATION, Path(scratch))
        print(f'"model.bin": "{file_sha256(Path(scratch) / "model.bin")}",')


def small(
    up: npt.NDArray[np.float32], down: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return both factors as int8 and the scale of each row; one percent of a change is lost by that."""
    peaks = np.abs(down).max(axis=1)
    spread = up * (peaks / 127)[None]
    scale = np.abs(spread).max(axis=1)
    scale[scale == 0] = 1
    return (
        np.round(spread / scale[:, None] * 127).astype(np.int8),
        np.round(down / peaks[:, None] * 127).astype(np.int8),
        (scale / 127).astype(np.float32),
    )


if __name__ == "__main__":
    main()
