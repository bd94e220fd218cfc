"""Whisper's encoder and decoder as ONNX graphs, made from the weights of a faster-whisper folder (ADR 16).

The decoder works on rows: one row is one token of one text that is being tried. All rows share one cache of what came
before, and a mask says which of it a row may see, so that texts with a common beginning keep it once and nothing is
moved when the search goes on with other texts.

The encoder multiplies with seven-bit weights and activations quantised as they come: four times as fast as 32-bit
numbers, and free of the 16-bit overflow that eight bits meet on processors without VNNI. The decoder, which multiplies
few rows at once and waits for memory, keeps eight bits and a scale for every 128 weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from kit.errors import MisconfiguredError
from speech.stt.model_file import ModelFile, Tensor

_OPSET = 20
_CONTRIBUTED = "com.microsoft"
_BLOCK = 128
"""Weights of the decoder that share a scale."""
_ENCODER_LEVELS = 63
"""255 * 63 * 2 stays below 2^15, where processors without VNNI add up two products."""
_EPSILON = 1e-5
_GELU = 3
"""ctranslate2's number of the only activation that Whisper has."""


@dataclass(frozen=True, slots=True)
class WhisperShape:
    """Sizes of a Whisper.

    Attributes:
        mels: Bands of the spectrogram.
        width: Size of a hidden vector.
        heads: Attention heads of both halves.
        encoder_layers: Of the encoder.
        decoder_layers: Of the decoder.
        vocabulary: Tokens.
        places: Tokens that the decoder can hold, prompt included.
    """

    mels: int
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: int
    places: int

    @property
    def caches(self) -> tuple[str, ...]:
        """Names of the keys and values of every decoder layer."""
        return tuple(f"{kind}_{layer}" for layer in range(self.decoder_layers) for kind in ("key", "value"))


class WhisperWeights:
    """Weights by name, as 32-bit numbers, whatever the file holds.

    Raises:
        MisconfiguredError: The model is no Whisper, or one that is built in another way.
    """

    def __init__(self, model: ModelFile) -> None:
        aliases = {name: model.tensors[target] for name, target in model.aliases}
        self._tensors: Mapping[str, Tensor] = {**aliases, **model.tensors}
        if model.kind != "WhisperSpec" or not self._is_plain():
            raise MisconfiguredError("this is no Whisper as faster-whisper has it", code="speech_model_unusable")

    def _is_plain(self) -> bool:
        heads = [self._tensors.get(f"{half}/num_heads") for half in ("encoder", "decoder")]
        activation = int(self._tensors.get("decoder/activation", np.int8(_GELU)))
        has_bias = "decoder/projection/bias" in self._tensors
        return heads[0] is not None and heads[0] == heads[1] and activation == _GELU and not has_bias

    @property
    def shape(self) -> WhisperShape:
        """The sizes of this model."""
        width, mels, _ = self._tensors["encoder/conv1/weight"].shape
        layers = {half: self._layers(half) for half in ("encoder", "decoder")}
        vocabulary = self._tensors["decoder/embeddings/weight"].shape[0]
        places = self._tensors["decoder/position_encodings/encodings"].shape[0]
        heads = int(self._tensors["decoder/num_heads"])
        return WhisperShape(mels, width, heads, layers["encoder"], layers["decoder"], vocabulary, places)

    def __getitem__(self, name: str) -> npt.NDArray[np.float32]:
        tensor = self._tensors[name]
        scale = self._tensors.get(f"{name}_scale")
        values = tensor.astype(np.float32)
        return values if scale is None else values / scale.astype(np.float32)[:, None]

    def size(self, name: str) -> tuple[int, ...]:
        """Return the shape of a tensor."""
        return self._tensors[name].shape

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def _layers(self, half: str) -> int:
        prefix = f"{half}/layer_"
        names = (name.removeprefix(prefix).partition("/")[0] for name in self._tensors if name.startswith(prefix))
        return 1 + max(int(name) for name in names if name.isdigit())


@dataclass(slots=True)
class _Graph:
    """Collects nodes and weights; every method returns the name of what it made."""

    weights: WhisperWeights
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)

    def model(self, name: str, inputs: Sequence[Any], outputs: Sequence[Any]) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, name, inputs, outputs, list(self.constants.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIBUTED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)

    def constant(self, name: str, values: npt.NDArray[Any]) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def numbers(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, np.int64))

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def op(self, kind: str, inputs: Sequence[str], *outputs: str, **attributes: Any) -> str:  # noqa: ANN401  # rejected: ONNX attributes are of any type
        made = list(outputs) or [f"t{len(self.nodes)}"]
        domain = _CONTRIBUTED if kind in _CONTRIBUTED_KINDS else ""
        self.nodes.append(helper.make_node(kind, inputs, made, domain=domain, **attributes))
        return made[0]

    def normalised(self, value: str, name: str) -> str:
        inputs = [value, self.weight(f"{name}/gamma"), self.weight(f"{name}/beta")]
        return self.op("LayerNormalization", inputs, axis=-1, epsilon=_EPSILON)

    def linear(self, value: str, name: str, rows: slice = slice(None)) -> str:
        """Multiply many rows at once: the encoder's kind."""
        weights = self.weights[f"{name}/weight"][rows]
        scales = _without_zeros(np.abs(weights).max(axis=1) / _ENCODER_LEVELS)
        whole = np.rint(weights / scales[:, None]).astype(np.int8)
        key = f"{name}/{rows.start}"
        inputs = [
            value,
            self.constant(f"{key}/whole", whole.T),
            self.constant(f"{key}/scales", scales),
            self.constant(f"{key}/zeros", np.zeros(len(scales), np.int8)),
            self.constant(f"{key}/bias", self.weights[f"{name}/bias"][rows]),
        ]
        return self.op("DynamicQuantizeMatMul", inputs)

    def few_rows(self, value: str, name: str) -> str:
        """Multiply a row or a few: the decoder's kind."""
        rows, columns = self.weights.size(f"{name}/weight")
        inputs = [value, *self.blocks(name)]
        if f"{name}/bias" in self.weights:
            inputs += ["", "", self.weight(f"{name}/bias")]
        return self.multiplied(inputs, rows, columns)

    def multiplied(self, inputs: Sequence[str], rows: int, columns: int) -> str:
        """Multiply by blocks of eight bits, and add a bias where there is one."""
        return self.op("MatMulNBits", inputs, K=columns, N=rows, bits=8, block_size=_BLOCK, accuracy_level=4)

    def blocks(self, name: str, chosen: npt.NDArray[np.int64] | slice = slice(None)) -> tuple[str, str]:
        """Return the weights as whole numbers around 128 (rows, blocks, size of a block) and a scale for each block."""
        weights = self.weights[f"{name}/weight"][chosen]
        rows, columns = weights.shape
        blocks = weights.reshape(rows, columns // _BLOCK, _BLOCK)
        sizes = _without_zeros(np.abs(blocks).max(axis=2) / 127)
        whole = (np.rint(blocks / sizes[:, :, None]) + 128).astype(np.uint8)
        return self.constant(f"{name}/whole", whole), self.constant(f"{name}/scales", sizes.reshape(-1))

    def feed_forward(self, value: str, name: str, linear: Callable[[str, str], str]) -> str:
        normal = self.normalised(value, f"{name}/layer_norm")
        inner = self.op("Gelu", [linear(normal, f"{name}/linear_0")], approximate="none")
        return self.op("Add", [value, linear(inner, f"{name}/linear_1")])


_CONTRIBUTED_KINDS = frozenset({"MultiHeadAttention", "DynamicQuantizeMatMul", "MatMulNBits", "FusedMatMul"})


def _without_zeros(scales: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.where(scales == 0, np.float32(1), scales).astype(np.float32)


def _tensor(name: str, kind: int, *shape: int | str) -> Any:  # noqa: ANN401  # rejected: onnx has no types
    return helper.make_tensor_value_info(name, kind, shape)


def encoder_graph(weights: WhisperWeights) -> onnx.ModelProto:
    """Return the graph `mel` (mels, 2 n) → `heard_key_i`, `heard_value_i` (heads, n, size) of every decoder layer i."""
    shape, graph = weights.shape, _Graph(weights)
    value = _sound(graph)
    for number in range(shape.encoder_layers):
        value = _encoder_layer(graph, value, f"encoder/layer_{number}")
    value = graph.normalised(value, "encoder/layer_norm")
    size = shape.width // shape.heads
    graph.numbers("split", -1, shape.heads, size)
    for number in range(shape.decoder_layers):
        for kind, start in (("key", 0), ("value", shape.width)):
            rows = slice(start, start + shape.width)
            made = graph.linear(value, f"decoder/layer_{number}/attention/linear_1", rows)
            graph.op("Transpose", [graph.op("Reshape", [made, "split"])], f"heard_{kind}_{number}", perm=[1, 0, 2])
    outputs = [_tensor(f"heard_{name}", TensorProto.FLOAT, shape.heads, "n", size) for name in shape.caches]
    return graph.model("whisper-encoder", [_tensor("mel", TensorProto.FLOAT, shape.mels, "frames")], outputs)


def _sound(graph: _Graph) -> str:
    sound = graph.op("Unsqueeze", ["mel", graph.numbers("batch_axis", 0)])
    for number, stride in ((1, 1), (2, 2)):
        name = f"encoder/conv{number}"
        inputs = [sound, graph.weight(f"{name}/weight"), graph.weight(f"{name}/bias")]
        folded = graph.op("Conv", inputs, kernel_shape=[3], pads=[1, 1], strides=[stride])
        sound = graph.op("Gelu", [folded], approximate="none")
    value = graph.op("Transpose", [sound], perm=[0, 2, 1])
    length = graph.op("Shape", [value], start=1, end=2)
    places = graph.weight("encoder/position_encodings/encodings")
    return graph.op("Add", [value, graph.op("Slice", [places, graph.numbers("begin", 0), length, "batch_axis"])])


def _encoder_layer(graph: _Graph, value: str, layer: str) -> str:
    name = f"{layer}/self_attention"
    parts = [f"{layer}/{part}" for part in ("query", "key", "value")]
    joint = graph.linear(graph.normalised(value, f"{name}/layer_norm"), f"{name}/linear_0")
    graph.op("Split", [joint], *parts, axis=-1, num_outputs=3)
    mixed = graph.op("MultiHeadAttention", parts, num_heads=graph.weights.shape.heads)
    value = graph.op("Add", [value, graph.linear(mixed, f"{name}/linear_1")])
    return graph.feed_forward(value, f"{layer}/ffn", graph.linear)


def decoder_graph(weights: WhisperWeights) -> onnx.ModelProto:
    """Return the graph of one step.

    Inputs: `tokens` and `positions` (rows); `mask` (rows, past + rows), added to what attention thinks of the cache;
    `wanted` (answers), the rows to answer for; `past_key_i`, `past_value_i` (heads, past, size), the cache so far, and
    `heard_key_i`, `heard_value_i`.
    Outputs: `hidden` (answers, width), for an output layer; `key_i`, `value_i` (heads, past + rows, size), the longer
    cache.
    """
    shape, graph = weights.shape, _Graph(weights)
    size = shape.width // shape.heads
    graph.numbers("split", -1, shape.heads, size)
    graph.numbers("join", -1, shape.width)
    value = _words(graph)
    for number in range(shape.decoder_layers):
        value = _decoder_layer(graph, value, number)
    value = graph.normalised(graph.op("Gather", [value, "wanted"], axis=0), "decoder/layer_norm")
    graph.op("Identity", [value], "hidden")
    inputs = [
        _tensor("tokens", TensorProto.INT64, "rows"),
        _tensor("positions", TensorProto.INT64, "rows"),
        _tensor("mask", TensorProto.FLOAT, "rows", "seen"),
        _tensor("wanted", TensorProto.INT64, "answers"),
        *(_tensor(f"past_{name}", TensorProto.FLOAT, shape.heads, "past", size) for name in shape.caches),
        *(_tensor(f"heard_{name}", TensorProto.FLOAT, shape.heads, "n", size) for name in shape.caches),
    ]
    outputs = [
        _tensor("hidden", TensorProto.FLOAT, "answers", shape.width),
        *(_tensor(name, TensorProto.FLOAT, shape.heads, "seen", size) for name in shape.caches),
    ]
    return graph.model("whisper-decoder", inputs, outputs)


def output_graph(weights: WhisperWeights, tokens: npt.NDArray[np.int64]) -> onnx.ModelProto:
    """Return the graph that says which of some tokens comes next.

    Inputs: `hidden` (answers, width) of the decoder; `banned` (tokens), added to the logits; `count` (1), how many
    choices. Outputs: `scores` and `choices` (answers, count), log probabilities of the likeliest tokens and their
    numbers in the whole vocabulary; `logits` (answers, tokens) before anything was banned.
    """
    shape, graph = weights.shape, _Graph(weights)
    layer = graph.blocks("decoder/projection", tokens)
    logits = graph.op("Identity", [graph.multiplied(["hidden", *layer], len(tokens), shape.width)], "logits")
    likely = graph.op("LogSoftmax", [graph.op("Add", [logits, "banned"])], axis=-1)
    graph.op("TopK", [likely, "count"], "scores", "places")
    graph.op("Gather", [graph.constant("tokens", tokens), "places"], "choices")
    return graph.model(
        "whisper-output",
        [
            _tensor("hidden", TensorProto.FLOAT, "answers", shape.width),
            _tensor("banned", TensorProto.FLOAT, len(tokens)),
            _tensor("count", TensorProto.INT64, 1),
        ],
        [
            _tensor("scores", TensorProto.FLOAT, "answers", "choices_given"),
            _tensor("choices", TensorProto.INT64, "answers", "choices_given"),
            _tensor("logits", TensorProto.FLOAT, "answers", len(tokens)),
        ],
    )


def _words(graph: _Graph) -> str:
    """Look up the embeddings, kept in eight bits as the output layer is: as 32-bit numbers they are a third of all."""
    shape = graph.weights.shape
    whole, scales = graph.blocks("decoder/embeddings")
    graph.numbers("one_scale", -1, shape.width // _BLOCK, 1)
    graph.numbers("rows", shape.vocabulary, shape.width // _BLOCK)
    graph.constant("middle", np.array(128, np.float32))
    word = graph.op("Cast", [graph.op("Gather", [whole, "tokens"])], to=TensorProto.FLOAT)
    scale = graph.op("Gather", [graph.op("Reshape", [scales, "rows"]), "tokens"])
    blocks = graph.op("Mul", [graph.op("Sub", [word, "middle"]), graph.op("Reshape", [scale, "one_scale"])])
    place = graph.op("Gather", [graph.weight("decoder/position_encodings/encodings"), "positions"])
    return graph.op("Add", [graph.op("Reshape", [blocks, "join"]), place])


def _decoder_layer(graph: _Graph, value: str, number: int) -> str:
    layer = f"decoder/layer_{number}"
    name = f"{layer}/self_attention"
    query, key, seen = parts = [f"{layer}/{part}" for part in ("query", "key", "value")]
    joint = graph.few_rows(graph.normalised(value, f"{name}/layer_norm"), f"{name}/linear_0")
    graph.op("Split", [joint], *parts, axis=-1, num_outputs=3)
    graph.op("Concat", [f"past_key_{number}", _heads(graph, key)], f"key_{number}", axis=1)
    graph.op("Concat", [f"past_value_{number}", _heads(graph, seen)], f"value_{number}", axis=1)
    mixed = _attention(graph, query, f"key_{number}", f"value_{number}", mask="mask")
    value = graph.op("Add", [value, graph.few_rows(mixed, f"{name}/linear_1")])
    name = f"{layer}/attention"
    query = graph.few_rows(graph.normalised(value, f"{name}/layer_norm"), f"{name}/linear_0")
    mixed = _attention(graph, query, f"heard_key_{number}", f"heard_value_{number}")
    value = graph.op("Add", [value, graph.few_rows(mixed, f"{name}/linear_2")])
    return graph.feed_forward(value, f"{layer}/ffn", graph.few_rows)


def _attention(graph: _Graph, query: str, keys: str, values: str, *, mask: str = "") -> str:
    shape = graph.weights.shape
    factor = (shape.width // shape.heads) ** -0.5
    scores = graph.op("FusedMatMul", [_heads(graph, query), keys], transB=1, alpha=factor)
    if mask:
        scores = graph.op("Add", [scores, mask])
    mixed = graph.op("MatMul", [graph.op("Softmax", [scores], axis=-1), values])
    return graph.op("Reshape", [graph.op("Transpose", [mixed], perm=[1, 0, 2]), "join"])


def _heads(graph: _Graph, rows: str) -> str:
    return graph.op("Transpose", [graph.op("Reshape", [rows, "split"])], perm=[1, 0, 2])
