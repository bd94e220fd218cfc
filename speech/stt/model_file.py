"""The `model.bin` of ctranslate2: read into arrays, written from arrays."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kit.errors import MisconfiguredError

FORMAT_VERSION = 6
"""6 since ctranslate2 3."""

_TYPES: dict[int, type[np.generic]] = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
Tensor = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The content of a `model.bin`.

    Attributes:
        kind: Name of the specification, such as `WhisperSpec`.
        revision: Of the specification.
        tensors: Weights and switches by name, in the order of the file.
        aliases: Pairs of another name and the tensor it stands for.
    """

    kind: str
    revision: int
    tensors: Mapping[str, Tensor]
    aliases: tuple[tuple[str, str], ...]


def read_model(file: Path) -> ModelFile:
    """Read a `model.bin` of ctranslate2.

    Raises:
        MisconfiguredError: It is none, is cut off, or has another version.
    """
    try:
        with file.open("rb") as stream:
            version = _number(stream, "<I")
            if version != FORMAT_VERSION:
                raise MisconfiguredError(f"{file}: format {version} is unknown; {FORMAT_VERSION} is read")
            kind, revision = _text(stream), _number(stream, "<I")
            tensors = dict(_tensor(stream) for _ in range(_number(stream, "<I")))
            aliases = tuple((_text(stream), _text(stream)) for _ in range(_number(stream, "<I")))
    except (struct.error, UnicodeDecodeError, ValueError, KeyError) as error:
        raise MisconfiguredError(f"{file}: this is no whole model.bin of ctranslate2") from error
    return ModelFile(kind, revision, tensors, aliases)


def write_model(file: Path, model: ModelFile) -> None:
    """Write a `model.bin` as ctranslate2 reads it."""
    codes = {np.dtype(kind): code for code, kind in _TYPES.items()}
    with file.open("wb") as stream:
        stream.write(struct.pack("<I", FORMAT_VERSION))
        _write_texts(stream, [model.kind])
        stream.write(struct.pack("<II", model.revision, len(model.tensors)))
        for name, tensor in model.tensors.items():
            _write_texts(stream, [name])
            stream.write(struct.pack(f"<B{tensor.ndim}I", tensor.ndim, *tensor.shape))
            stream.write(struct.pack("<BI", codes[tensor.dtype], tensor.nbytes))
            stream.write(np.ascontiguousarray(tensor).tobytes())
        stream.write(struct.pack("<I", len(model.aliases)))
        for alias in model.aliases:
            _write_texts(stream, alias)


def _number(stream: BinaryIO, layout: str) -> int:
    number: int = struct.unpack(layout, stream.read(struct.calcsize(layout)))[0]
    return number


def _text(stream: BinaryIO) -> str:
    return stream.read(_number(stream, "<H"))[:-1].decode("utf-8")


def _tensor(stream: BinaryIO) -> tuple[str, Tensor]:
    name = _text(stream)
    shape = [_number(stream, "<I") for _ in range(_number(stream, "<B"))]
    kind = _TYPES[_number(stream, "<B")]
    return name, np.frombuffer(stream.read(_number(stream, "<I")), dtype=kind).reshape(shape)


def _write_texts(stream: BinaryIO, texts: Iterable[str]) -> None:
    for text in texts:
        encoded = text.encode("utf-8") + b"\0"
        stream.write(struct.pack("<H", len(encoded)) + encoded)
