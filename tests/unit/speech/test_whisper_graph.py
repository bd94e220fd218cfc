"""A small Whisper with random weights: rows that share a cache do not see each other, and steps add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from kit.errors import MisconfiguredError
from speech.stt.model_file import ModelFile
from speech.stt.onnx_decoder import UNSEEN, NextToken, ReadTexts, Thoughts, beginnings, value_of
from speech.stt.whisper_graph import WhisperWeights, decoder_graph, encoder_graph, output_graph

pytestmark = pytest.mark.unit

WIDTH, HEADS, MELS, VOCABULARY, PLACES = 128, 2, 4, 30, 20
FEW_TOKENS = np.array([2, 5, 11, 29])
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
        self._output = session(output_graph(weights, np.arange(VOCABULARY)).SerializeToString())
        self._few_tokens = session(output_graph(weights, FEW_TOKENS).SerializeToString())
        mel = np.random.default_rng(2).normal(0, 1, (MELS, 40)).astype(np.float32)
        names = [f"heard_{name}" for name in self.caches]
        self.heard = dict(zip(names, encoder.run(names, {"mel": mel}), strict=True))
        self.nothing = {name: np.zeros((HEADS, 0, WIDTH // HEADS), np.float32) for name in self.caches}

    def run(
        self, past: Mapping[str, Array], tokens: list[int], places: list[int], mask: Array
    ) -> tuple[Array, dict[str, Array]]:
        """Return what follows each token, before anything was banned, and the longer cache."""
        hidden, *cache = self._step(past, tokens, places, mask)
        _, _, logits = self.answer(hidden)
        return logits, dict(zip(self.caches, cache, strict=True))

    def hidden(self, text: list[int]) -> Array:
        """Return the hidden vectors of one text."""
        return self._step(self.nothing, text, list(range(len(text))), only_before(len(text)))[0]

    def answer(self, hidden: Array, banned: Sequence[int] = (), *, is_few: bool = False) -> list[Array]:
        """Return scores, choices and logits of every token, or of the few."""
        tokens = FEW_TOKENS if is_few else np.arange(VOCABULARY)
        output = self._few_tokens if is_few else self._output
        inputs = {
            "hidden": hidden,
            "banned": np.where(np.isin(tokens, banned), UNSEEN, np.float32(0)),
            "count": np.array([len(tokens) - len(banned)]),
        }
        answers: list[Array] = output.run(["scores", "choices", "logits"], inputs)
        return answers

    def _step(self, past: Mapping[str, Array], tokens: list[int], places: list[int], mask: Array) -> list[Array]:
        inputs = {
            "tokens": np.array(tokens),
            "positions": np.array(places),
            "mask": mask,
            "wanted": np.arange(len(tokens)),
            **self.heard,
            **{f"past_{name}": value for name, value in past.items()},
        }
        made: list[Array] = self._decoder.run(["hidden", *self.caches], inputs)
        return made

    def read(self) -> ReadTexts:
        """Return what was read over the window so far: nothing."""
        heard = {name: value_of(value) for name, value in self.heard.items()}
        return ReadTexts(self._decoder, {name: value_of(value) for name, value in self.nothing.items()}, heard)

    def thoughts(self, read: ReadTexts, count: int = 4) -> Thoughts:
        """Return what is thought of texts that are read on."""
        return Thoughts(read, NextToken(self._output, np.arange(VOCABULARY), []), count=count)

    def alone(self, text: list[int]) -> Array:
        """Return what follows each token of one text."""
        return self.run(self.nothing, text, list(range(len(text))), only_before(len(text)))[0]


def only_before(size: int) -> Array:
    """Return the mask of a text read at once: no token sees a later one."""
    return np.triu(np.full((size, size), UNSEEN, np.float32), 1)


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
    scores, choices, logits = decoder.answer(decoder.hidden([3]), banned=[best])
    assert best not in choices[0]
    assert int(logits[0].argmax()) == best
    assert np.exp(scores[0]).sum() == pytest.approx(1.0, abs=1e-4)


def test_an_output_layer_of_few_tokens_names_them_by_their_number_in_the_vocabulary(decoder: Decoder):
    hidden = decoder.hidden([3])
    logits = decoder.answer(hidden)[2][0, FEW_TOKENS]
    scores, choices, _ = decoder.answer(hidden, is_few=True)
    assert choices[0].tolist() == FEW_TOKENS[np.argsort(-logits)].tolist()
    assert np.exp(scores[0]).sum() == pytest.approx(1.0, abs=1e-5)
    assert scores[0, 0] - scores[0, 1] == pytest.approx(np.sort(logits)[-1] - np.sort(logits)[-2], abs=1e-4)


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
        small_whisper(**{"decoder/projection/bias": np.zeros(VOCABULARY, np.float16)}),
    ],
)
def test_other_models_are_refused(model: ModelFile):
    with pytest.raises(MisconfiguredError, match="no Whisper"):
        WhisperWeights(model)


PROMPT = [3, 7]
TEXTS = [(11,), (13,), (11, 5), (13, 2), (11, 5, 8)]


def likeliest(decoder: Decoder, text: tuple[int, ...], count: int = 4) -> list[int]:
    return np.argsort(-decoder.alone([*PROMPT, *text])[-1], kind="stable")[:count].tolist()


@pytest.mark.parametrize("draft", [(), (11, 5), (11, 6, 9), (17, 17, 17, 17, 17)])
def test_a_draft_changes_nothing_of_what_is_thought_of_a_text(decoder: Decoder, draft: tuple[int, ...]):
    read = decoder.read()
    hidden = read.begin(PROMPT, wanted=[1], draft=draft).numpy()
    assert len(hidden) == 1 + len(draft)
    thoughts = decoder.thoughts(read)
    thoughts.know(beginnings(draft), value_of(hidden[1:]))
    for step in ([TEXTS[0], TEXTS[1]], [TEXTS[2], TEXTS[3]], [TEXTS[4]]):
        answer = thoughts.after(step)
        assert [row.tolist() for row in answer.tokens] == [likeliest(decoder, text) for text in step]


def test_what_holds_of_a_draft_is_not_read_again(decoder: Decoder):
    read = decoder.read()
    hidden = read.begin(PROMPT, wanted=[1], draft=(11, 5)).numpy()
    thoughts = decoder.thoughts(read)
    thoughts.know([(11,), (11, 5)], value_of(hidden[1:]))
    assert read.rows == len(PROMPT) + 2
    thoughts.after([(11,)])
    thoughts.after([(11, 5)])
    assert read.rows == len(PROMPT) + 2
    thoughts.after([(11, 5, 8), (11, 5)])
    assert read.rows == len(PROMPT) + 3
