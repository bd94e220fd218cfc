"""Opens ONNX models on the CPU with thread settings for a machine that many models share."""

from __future__ import annotations

from pathlib import Path

import onnxruntime


def open_model(file: Path, *, threads: int) -> onnxruntime.InferenceSession:
    """Load a model for `threads` threads, which sleep while they have nothing to do.

    onnxruntime's errors have no common class: a caller catches `Exception` and says what its model was for.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
