"""An adapted Whisper: low-rank changes added to a model's matrices (ADR 15).

The adaptation is small (2 MB) beside the model (145 MB), so it is kept with the code and applied once, when the model
is built. The same bits come out on every machine: the changes are products of whole numbers, everything else is done
number by number, and the hash of the result is pinned in `speech.models`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from kit.errors import MisconfiguredError
from speech.stt.model_file import ModelFile, Tensor, read_model, write_model

DOWN, UP, SCALE = "down", "up", "scale"
"""Parts of one change: `up` (rows, rank) times `down` (rank, columns), both int8, row by row times `scale` (rows)."""


def adapt(source: Path, adaptation: Path, target: Path) -> None:
    """Write the adapted model into `target`.

    Args:
        source: Folder of a faster-whisper model in 16-bit numbers.
        adaptation: An `.npz` with `<matrix>/down`, `<matrix>/up` and `<matrix>/scale` for every changed matrix.
        target: An empty folder.

    Raises:
        MisconfiguredError: The source is no such model, or the adaptation does not fit it.
    """
    model = read_model(source / "model.bin")
    with np.load(adaptation, allow_pickle=False) as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    tensors = dict(model.tensors)
    for matrix in dict.fromkeys(name.rpartition("/")[0] for name in parts):
        change = (parts[f"{matrix}/{part}"] for part in (UP, DOWN, SCALE))
        tensors[matrix] = _changed(matrix, tensors.get(matrix), *change)
    write_model(target / "model.bin", ModelFile(model.kind, model.revision, tensors, model.aliases))
    for file in source.iterdir():
        if file.name != "model.bin":
            shutil.copyfile(file, target / file.name)


def _changed(name: str, weights: Tensor | None, up: Tensor, down: Tensor, scale: Tensor) -> Tensor:
    if weights is None or weights.shape != (up.shape[0], down.shape[1]):
        raise MisconfiguredError(f"adaptation: {name} does not fit this model; it was made for another one")
    # Whole numbers: a product of floats would end in other bits on another processor.
    product = up.astype(np.int32) @ down.astype(np.int32)
    changed = weights.astype(np.float32) + product.astype(np.float32) * scale.astype(np.float32)[:, None]
    return changed.astype(weights.dtype)
