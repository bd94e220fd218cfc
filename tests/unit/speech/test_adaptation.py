"""A low-rank adaptation changes matrices, leaves the rest as it is, and refuses what it does not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kit.errors import MisconfiguredError
from speech.stt.adaptation import adapt
from speech.stt.model_file import ModelFile, read_model, write_model

pytestmark = pytest.mark.unit

MATRIX = "decoder/layer_0/ffn/linear_0/weight"
EMBEDDINGS = "decoder/embeddings/weight"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    tensors = {
        MATRIX: np.arange(12, dtype=np.float16).reshape(4, 3),
        EMBEDDINGS: np.arange(12, dtype=np.float16).reshape(6, 2),
        "decoder/num_heads": np.array(8, dtype=np.int16),
    }
    model = ModelFile("WhisperSpec", 3, tensors, (("decoder/projection/weight", EMBEDDINGS),))
    write_model(folder / "model.bin", model)
    (folder / "tokenizer.json").write_text("{}")
    return folder


def adaptation(tmp_path: Path, *, rows: int = 4) -> Path:
    file = tmp_path / "adaptation.npz"
    parts = {
        f"{MATRIX}/up": np.full((rows, 1), 100, dtype=np.int8),
        f"{MATRIX}/down": np.array([[1, 0, -100]], dtype=np.int8),
        f"{MATRIX}/scale": np.full(rows, 0.01, dtype=np.float32),
    }
    np.savez(file, **parts)
    return file


def test_what_is_written_is_read(source: Path):
    model = read_model(source / "model.bin")
    assert (model.kind, model.revision) == ("WhisperSpec", 3)
    assert model.aliases == (("decoder/projection/weight", EMBEDDINGS),)
    assert model.tensors[MATRIX].shape == (4, 3)
    assert model.tensors["decoder/num_heads"] == 8


def test_changes_are_added_and_the_rest_is_copied(source: Path, tmp_path: Path):
    target = tmp_path / "target"
    target.mkdir()
    adapt(source, adaptation(tmp_path), target)
    before, after = (read_model(folder / "model.bin") for folder in (source, target))
    assert after.tensors[MATRIX][0].tolist() == [1.0, 1.0, -98.0]
    assert after.tensors[MATRIX].dtype == np.float16
    assert np.array_equal(after.tensors[EMBEDDINGS], before.tensors[EMBEDDINGS])
    assert after.aliases == before.aliases
    assert (target / "tokenizer.json").read_text() == "{}"


def test_an_adaptation_of_another_model_is_refused(source: Path, tmp_path: Path):
    with pytest.raises(MisconfiguredError, match=MATRIX):
        adapt(source, adaptation(tmp_path, rows=5), tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x06\x00\x00\x00", b"\x05\x00\x00\x00", b"nonsense" * 20])
def test_a_broken_model_file_is_refused(tmp_path: Path, content: bytes):
    file = tmp_path / "model.bin"
    file.write_bytes(content)
    with pytest.raises(MisconfiguredError, match=r"model\.bin"):
        read_model(file)


def test_a_model_file_that_is_cut_off_is_refused(source: Path):
    file = source / "model.bin"
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(MisconfiguredError, match="whole"):
        read_model(file)
