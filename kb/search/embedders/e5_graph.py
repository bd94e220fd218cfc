"""Writes multilingual-e5-small as an int8 ONNX model with its tokenizer.

Kept small on purpose: pieces of scripts that a Chinese or English question never holds are left out, and the
embedding table is int8 with one scale a row (the 32-bit table alone would be 384 MB).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from kb.search.embedders.base import MODEL_FILE, TOKENIZER_FILE
from kb.search.embedders.e5_weights import E5Weights

_OPSET = 17
_WANTED_PIECE = re.compile(
    r"[\x20-\x7e\u2581\u00b0-\u00b7\u00d7\u2010-\u203b\u2100-\u22ff\u2460-\u24ff\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+"
)
"""ASCII, the word mark, units and signs, Han, full-width forms."""


def write_model(weights: E5Weights, folder: Path) -> None:
    """Write `model.onnx` and `tokenizer.json` into an existing folder."""
    kept = wanted_pieces(weights)
    tokenizer(weights, kept).save(str(folder / TOKENIZER_FILE))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        plain = Path(scratch) / "plain.onnx"
        onnx.save(_Graph(weights, kept).model(), str(plain))
        quantize_dynamic(
            str(plain),
            str(folder / MODEL_FILE),
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
        )


def wanted_pieces(weights: E5Weights) -> list[int]:
    """Return the ids of the special pieces and of those a Chinese or English text can hold."""
    special = {weights.special.begin, weights.special.end, weights.special.padding, weights.special.unknown}
    return [i for i, piece in enumerate(weights.pieces) if i in special or _WANTED_PIECE.fullmatch(piece)]


def tokenizer(weights: E5Weights, kept: Sequence[int]) -> Tokenizer:
    """Return the SentencePiece unigram tokenizer over the kept pieces, renumbered."""
    new_id = {old: new for new, old in enumerate(kept)}
    special = weights.special
    pieces = [(weights.pieces[old], float(weights.scores[old])) for old in kept]
    made = Tokenizer(models.Unigram(pieces, new_id[special.unknown], False))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", new_id[special.begin]), ("</s>", new_id[special.end])]
    )
    made.enable_padding(pad_id=new_id[special.padding], pad_token=weights.pieces[special.padding])
    return made


class _Graph:
    """Collects nodes and weights; every method returns the name of what it made."""

    def __init__(self, weights: E5Weights, kept: Sequence[int]) -> None:
        self._weights = weights
        self._kept = np.asarray(kept)
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> onnx.ModelProto:
        shape = self._weights.shape
        hidden = self._embeddings()
        mask = self._op("Cast", ["mask"], to=TensorProto.FLOAT)
        bias = self._attention_bias(mask)
        self._constant("split", np.array([0, 0, shape.heads, shape.hidden // shape.heads], np.int64))
        self._constant("join", np.array([0, 0, shape.hidden], np.int64))
        self._constant("attention_scale", np.array((shape.hidden // shape.heads) ** -0.5, np.float32))
        self._constant("root_half", np.array(2**-0.5, np.float32))
        self._constant("half", np.array(0.5, np.float32))
        self._constant("one", np.array(1, np.float32))
        for layer in range(shape.layers):
            hidden = self._layer(hidden, bias, f"l{layer}")
        self._pool(hidden, mask)
        graph = helper.make_graph(
            self._nodes,
            "multilingual-e5-small",
            [
                helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"]),
                helper.make_tensor_value_info("mask", TensorProto.INT64, ["batch", "length"]),
                helper.make_tensor_value_info("positions", TensorProto.INT64, ["length"]),
            ],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", shape.hidden])],
            self._constants,
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
        made.ir_version = 8
        return made

    def _constant(self, name: str, values: npt.NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _op(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:  # noqa: ANN401  # rejected: ONNX attributes are of any type
        name = output or f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def _embeddings(self) -> str:
        weights, shape = self._weights, self._weights.shape
        table = weights.blocks("emb.word", shape.vocabulary, shape.hidden)[self._kept]
        scale = np.abs(table).max(axis=1, keepdims=True) / 127
        scale[scale == 0] = 1
        self._constant("words", np.round(table / scale).astype(np.int8))
        self._constant("word_scales", scale.astype(np.float32))
        self._constant("position_table", weights.floats("emb.pos").reshape(-1, shape.hidden))
        self._constant("type_row", weights.floats("emb.type").reshape(-1, shape.hidden)[0])
        word = self._op("Cast", [self._op("Gather", ["words", "ids"])], to=TensorProto.FLOAT)
        word = self._op("Mul", [word, self._op("Gather", ["word_scales", "ids"])])
        position = self._op("Gather", ["position_table", "positions"])
        return self._normalise(self._op("Add", [self._op("Add", [word, position]), "type_row"]), "emb.ln.w", "emb.ln.b")

    def _attention_bias(self, mask: str) -> str:
        self._constant("mask_axes", np.array([1, 2], np.int64))
        self._constant("mask_one", np.array(1, np.float32))
        self._constant("masked_out", np.array(-1e9, np.float32))
        padded = self._op("Unsqueeze", [self._op("Sub", ["mask_one", mask]), "mask_axes"])
        return self._op("Mul", [padded, "masked_out"])

    def _normalise(self, value: str, weight: str, bias: str) -> str:
        floats = self._weights.floats
        inputs = [value, self._constant(weight, floats(weight)), self._constant(bias, floats(bias))]
        return self._op("LayerNormalization", inputs, axis=-1, epsilon=self._weights.shape.layer_norm_epsilon)

    def _linear(self, value: str, weight: str, bias: str, rows: int, columns: int) -> str:
        matrix = self._constant(weight, self._weights.blocks(weight, rows, columns).T)
        return self._op("Add", [self._op("MatMul", [value, matrix]), self._constant(bias, self._weights.floats(bias))])

    def _heads(self, value: str, order: Sequence[int]) -> str:
        return self._op("Transpose", [self._op("Reshape", [value, "split"])], perm=list(order))

    def _layer(self, value: str, bias: str, layer: str) -> str:
        hidden, wide = self._weights.shape.hidden, self._weights.shape.feed_forward

        def projected(part: str) -> str:
            return self._linear(value, f"{layer}.{part}.w", f"{layer}.{part}.b", hidden, hidden)

        query = self._heads(projected("q"), (0, 2, 1, 3))
        key = self._heads(projected("k"), (0, 2, 3, 1))
        seen = self._heads(projected("v"), (0, 2, 1, 3))
        scores = self._op("Mul", [self._op("MatMul", [query, key]), "attention_scale"])
        attention = self._op("Softmax", [self._op("Add", [scores, bias])], axis=-1)
        mixed = self._op("Transpose", [self._op("MatMul", [attention, seen])], perm=[0, 2, 1, 3])
        out = self._linear(self._op("Reshape", [mixed, "join"]), f"{layer}.ao.w", f"{layer}.ao.b", hidden, hidden)
        value = self._normalise(self._op("Add", [value, out]), f"{layer}.aln.w", f"{layer}.aln.b")
        inner = self._gelu(self._linear(value, f"{layer}.fi.w", f"{layer}.fi.b", wide, hidden))
        out = self._linear(inner, f"{layer}.fo.w", f"{layer}.fo.b", hidden, wide)
        return self._normalise(self._op("Add", [value, out]), f"{layer}.oln.w", f"{layer}.oln.b")

    def _gelu(self, value: str) -> str:
        curve = self._op("Add", ["one", self._op("Erf", [self._op("Mul", [value, "root_half"])])])
        return self._op("Mul", [self._op("Mul", [value, "half"]), curve])

    def _pool(self, hidden: str, mask: str) -> None:
        self._constant("sum_axis", np.array([1], np.int64))
        self._constant("last_axis", np.array([-1], np.int64))
        shown = self._op("Mul", [hidden, self._op("Unsqueeze", [mask, "last_axis"])])
        total = self._op("ReduceSum", [shown, "sum_axis"], keepdims=0)
        count = self._op("ReduceSum", [mask, "sum_axis"], keepdims=1)
        self._op("LpNormalization", [self._op("Div", [total, count])], output="embedding", axis=-1, p=2)
