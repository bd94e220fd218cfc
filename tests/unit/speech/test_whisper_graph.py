"""A small Whisper with random weights: rows that share a cache do not see each other, and steps add up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from kit.errors import MisconfiguredError
from speech.stt.model_file import ModelFile
from speech.stt.onnx_runtime import UNSEEN
from speech.stt.whisper_graph import WhisperWeights, decoder_graph, encoder_graph

pytestmark = pytest.mark.unit

WIDTH, HEADS, MELS, VOCABULARY, PLACES = 128, 2, 4, 30, 20
Array = npt.NDArray[np.float32]


def small_whisper(**changes: npt.NDArray[np.generic]) -> ModelFile:
    random = np.random.default_rng(1)
    tensors: dict[str, npt.NDArray[np.generic]] = {
        "encoder/num_heads": np.array(HEADS, np.int16),
        "decoder/num_heads": np.array(HEADS, np.int16),
        "decoder/activation": np.array(3, np.int8),
        "encoder/conv1/weight": random.normal(0, 0.3, (WIDTH, MELS, 3)).astype(np.float16),
        "encoder/conv1/bias": np.zeros(WIDTH, np.float16),
        "encoder/conv2/weight": random.normal(0, 0.05, (WIDTH, WIDTH, 3)).astype(np.float16),
        "encoder/conv2/bias": np.zeros(WIDTH, np.float16),
        "encoder/position_encodings/encodings": random.normal(0, 0.3, (50, WIDTH)).astype(np.float16),
        "decoder/position_encodings/encodings": random.normal(0, 0.3, (PLACES, WIDTH)).astype(np.float16),
        "decoder/embeddings/weight": random.normal(0, 0.5, (VOCABULARY, WIDTH)).astype(np.float16),
    }

    def normal(name: str) -> None:
        tensors[f"{name}/gamma"] = np.ones(WIDTH, np.float16)
        tensors[f"{name}/beta"] = np.zeros(WIDTH, np.float16)

    def linear(name: str, rows: int, columns: int = WIDTH) -> None:
        tensors[f"{name}/weight"] = random.normal(0, 0.1, (rows, columns)).astype(np.float16)
        tensors[f"{name}/bias"] = random.normal(0, 0.1, rows).astype(np.float16)

    for half in ("encoder", "decoder"):
        normal(f"{half}/layer_norm")
        for name, widths in {"self_attention": (3, 1), "attention": (1, 2, 1)}.items():
            if half == "encoder" and name == "attention":
                continue
            normal(f"{half}/layer_0/{name}/layer_norm")
            for number, width in enumerate(widths):
                linear(f"{half}/layer_0/{name}/linear_{number}", width * WIDTH)
        normal(f"{half}/layer_0/ffn/layer_norm")
        linear(f"{half}/layer_0/ffn/linear_0", 2 * WIDTH)
        linear(f"{half}/layer_0/ffn/linear_1", WIDTH, 2 * WIDTH)
    tensors |= changes
    return ModelFile("WhisperSpec", 3, tensors, (("decoder/projection/weight", "decoder/embeddings/weight"),))


def session(model: bytes) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


class Decoder:
    """One window, heard once."""

    def __init__(self) -> None:
        weights = WhisperWeights(small_whisper())
        self.caches = weights.shape.caches
        encoder = session(encoder_graph(weights).SerializeToString())
        self._decoder = session(decoder_graph(weights).SerializeToString())
        mel = np.random.default_rng(2).normal(0, 1, (MELS, 40)).astype(np.float32)
        names = [f"heard_{name}" for name in self.caches]
        self.heard = dict(zip(names, encoder.run(names, {"mel": mel}), strict=True))
        self.nothing = {name: np.zeros((HEADS, 0, WIDTH // HEADS), np.float32) for name in self.caches}

    def run(
        self, past: Mapping[str, Array], tokens: list[int], places: list[int], mask: Array
    ) -> tuple[Array, dict[str, Array]]:
        """Return what follows each token, before anything was banned, and the longer cache."""
        banned = np.zeros(VOCABULARY, np.float32)
        logits, *cache = self.ask(["logits", *self.caches], past, tokens, places, mask, banned)
        return logits, dict(zip(self.caches, cache, strict=True))

    def ask(
        self,
        names: list[str],
        past: Mapping[str, Array],
        tokens: list[int],
        places: list[int],
        mask: Array,
        banned: Array,
    ) -> list[Array]:
        inputs = {
            "tokens": np.array(tokens),
            "positions": np.array(places),
            "mask": mask,
            "wanted": np.arange(len(tokens)),
            "banned": banned,
            "count": np.array([VOCABULARY - 1]),
            **self.heard,
            **{f"past_{name}": value for name, value in past.items()},
        }
        answers: list[Array] = self._decoder.run(names, inputs)
        return answers

    def alone(self, text: list[int]) -> Array:
        """Return what follows each token of one text."""
        mask = np.triu(np.full((len(text), len(text)), UNSEEN, np.float32), 1)
        return self.run(self.nothing, text, list(range(len(text))), mask)[0]


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return Decoder()


def test_every_layer_hears_the_window(decoder: Decoder):
    assert {name: value.shape for name, value in decoder.heard.items()} == {
        "heard_key_0": (HEADS, 20, WIDTH // HEADS),
        "heard_value_0": (HEADS, 20, WIDTH // HEADS),
    }


def test_a_step_says_what_the_whole_text_says(decoder: Decoder):
    whole = decoder.alone([3, 7, 11])
    _, cache = decoder.run(decoder.nothing, [3, 7], [0, 1], np.array([[0, UNSEEN], [0, 0]], np.float32))
    step, _ = decoder.run(cache, [11], [2], np.zeros((1, 3), np.float32))
    assert step[0] == pytest.approx(whole[2], abs=1e-4)


def test_texts_that_share_a_cache_do_not_see_each_other(decoder: Decoder):
    _, cache = decoder.run(decoder.nothing, [3], [0], np.zeros((1, 1), np.float32))
    mask = np.array([[0, 0, UNSEEN], [0, UNSEEN, 0]], np.float32)
    both, cache = decoder.run(cache, [7, 9], [1, 1], mask)
    assert both[0] == pytest.approx(decoder.alone([3, 7])[1], abs=1e-4)
    assert both[1] == pytest.approx(decoder.alone([3, 9])[1], abs=1e-4)
    after_second, _ = decoder.run(cache, [4], [2], np.array([[0, UNSEEN, 0, 0]], np.float32))
    assert after_second[0] == pytest.approx(decoder.alone([3, 9, 4])[2], abs=1e-4)


def test_what_is_banned_is_never_chosen_and_stays_in_the_logits(decoder: Decoder):
    best = int(decoder.alone([3])[0].argmax())
    banned = np.zeros(VOCABULARY, np.float32)
    banned[best] = UNSEEN
    names = ["scores", "choices", "logits"]
    scores, choices, logits = decoder.ask(names, decoder.nothing, [3], [0], np.zeros((1, 1), np.float32), banned)
    assert best not in choices[0]
    assert int(logits[0].argmax()) == best
    assert np.exp(scores[0]).sum() == pytest.approx(1.0, abs=1e-4)


def test_weights_in_eight_bits_are_read_with_their_scale():
    name = "decoder/layer_0/ffn/linear_0/weight"
    whole = np.full((2 * WIDTH, WIDTH), 50, np.int8)
    weights = WhisperWeights(small_whisper(**{name: whole, f"{name}_scale": np.full(2 * WIDTH, 100, np.float32)}))
    assert weights[name] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "model",
    [
        ModelFile("TransformerSpec", 7, {}, ()),
        ModelFile("WhisperSpec", 3, {}, ()),
        small_whisper(**{"decoder/activation": np.array(0, np.int8)}),
        small_whisper(**{"decoder/num_heads": np.array(4, np.int16)}),
    ],
)
def test_other_models_are_refused(model: ModelFile):
    with pytest.raises(MisconfiguredError, match="no Whisper"):
        WhisperWeights(model)
