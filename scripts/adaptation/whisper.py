"""Whisper in torch, from the tensors of a ctranslate2 model, with low-rank changes beside its frozen matrices.

The same numbers come out as from ctranslate2 in 32 bits (encoder within 0.0003, the same greedy text).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS = 8
LAYERS = 6
STRENGTH = 2.0
"""What a change is multiplied by while it is learned; it is folded into what `changes` returns."""


class Matrix(nn.Module):
    """A frozen linear map and the change that is learned beside it."""

    def __init__(self, tensors: Mapping[str, Tensor], name: str, rank: int) -> None:
        super().__init__()
        weights = tensors[f"{name}/weight"]
        self.name = f"{name}/weight"
        self.register_buffer("weights", weights)
        self.register_buffer("bias", tensors[f"{name}/bias"])
        self.down = nn.Parameter(torch.randn(rank, weights.shape[1]) / math.sqrt(weights.shape[1]))
        self.up = nn.Parameter(torch.zeros(weights.shape[0], rank))

    def forward(self, values: Tensor) -> Tensor:
        """Return the values mapped, the change included."""
        plain = functional.linear(values, self.weights, self.bias)
        dropped = functional.dropout(values, 0.05, self.training)
        return plain + functional.linear(functional.linear(dropped, self.down), self.up) * STRENGTH


class Norm(nn.Module):
    """A frozen layer norm."""

    def __init__(self, tensors: Mapping[str, Tensor], name: str) -> None:
        super().__init__()
        self.register_buffer("gamma", tensors[f"{name}/gamma"])
        self.register_buffer("beta", tensors[f"{name}/beta"])

    def forward(self, values: Tensor) -> Tensor:
        """Return the values normed."""
        return functional.layer_norm(values, (values.shape[-1],), self.gamma, self.beta, 1e-5)


class Layer(nn.Module):
    """One layer of the encoder, or, with `has_cross`, of the decoder."""

    def __init__(self, tensors: Mapping[str, Tensor], name: str, rank: int, *, has_cross: bool) -> None:
        super().__init__()
        self.has_cross = has_cross
        self.norm = Norm(tensors, f"{name}/self_attention/layer_norm")
        self.inner = Matrix(tensors, f"{name}/self_attention/linear_0", rank)
        self.inner_out = Matrix(tensors, f"{name}/self_attention/linear_1", rank)
        if has_cross:
            self.cross_norm = Norm(tensors, f"{name}/attention/layer_norm")
            self.query = Matrix(tensors, f"{name}/attention/linear_0", rank)
            self.key_value = Matrix(tensors, f"{name}/attention/linear_1", rank)
            self.cross_out = Matrix(tensors, f"{name}/attention/linear_2", rank)
        self.wide_norm = Norm(tensors, f"{name}/ffn/layer_norm")
        self.widen = Matrix(tensors, f"{name}/ffn/linear_0", rank)
        self.narrow = Matrix(tensors, f"{name}/ffn/linear_1", rank)

    def forward(self, values: Tensor, heard: Tensor | None = None) -> Tensor:
        """Return the values after this layer; a layer of the decoder is given what was heard."""
        query, key, value = self.inner(self.norm(values)).chunk(3, -1)
        values = values + self.inner_out(_attend(query, key, value, is_causal=self.has_cross))
        if heard is not None:
            key, value = self.key_value(heard).chunk(2, -1)
            values = values + self.cross_out(_attend(self.query(self.cross_norm(values)), key, value))
        return values + self.narrow(functional.gelu(self.widen(self.wide_norm(values))))


class Whisper(nn.Module):
    """Encoder and decoder; `encode` takes windows of any even number of frames up to 3,000."""

    def __init__(self, model: Mapping[str, npt.NDArray[np.generic]], rank: int) -> None:
        super().__init__()
        tensors = {k: torch.as_tensor(np.array(v)).float() for k, v in model.items() if v.dtype == np.float16}
        for name in ("encoder/conv1", "encoder/conv2"):
            self.register_buffer(name.replace("/", "_"), tensors[f"{name}/weight"])
            self.register_buffer(name.replace("/", "_") + "_bias", tensors[f"{name}/bias"])
        self.register_buffer("encoder_places", tensors["encoder/position_encodings/encodings"])
        self.register_buffer("decoder_places", tensors["decoder/position_encodings/encodings"])
        self.register_buffer("embeddings", tensors["decoder/embeddings/weight"])
        self.encoder = nn.ModuleList(Layer(tensors, f"encoder/layer_{n}", rank, has_cross=False) for n in range(LAYERS))
        self.decoder = nn.ModuleList(Layer(tensors, f"decoder/layer_{n}", rank, has_cross=True) for n in range(LAYERS))
        self.encoder_norm = Norm(tensors, "encoder/layer_norm")
        self.decoder_norm = Norm(tensors, "decoder/layer_norm")

    def encode(self, mel: Tensor) -> Tensor:
        """Return what is heard in log-mel windows, shape (batch, 80, frames)."""
        values = functional.gelu(functional.conv1d(mel, self.encoder_conv1, self.encoder_conv1_bias, padding=1))
        values = functional.conv1d(values, self.encoder_conv2, self.encoder_conv2_bias, stride=2, padding=1)
        values = functional.gelu(values).transpose(1, 2)
        values = values + self.encoder_places[: values.shape[1]]
        for layer in self.encoder:
            values = layer(values)
        return self.encoder_norm(values)

    def decode(self, tokens: Tensor, heard: Tensor) -> Tensor:
        """Return the scores of every next token, shape (batch, tokens, vocabulary)."""
        values = self.embeddings[tokens] + self.decoder_places[: tokens.shape[1]]
        for layer in self.decoder:
            values = layer(values, heard)
        return functional.linear(self.decoder_norm(values), self.embeddings)

    def changes(self) -> Iterator[tuple[str, npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
        """Yield name, `up` and `down` of every matrix."""
        for module in self.modules():
            if isinstance(module, Matrix):
                up, down = (part.detach().float().cpu().numpy() for part in (module.up, module.down))
                yield module.name, up * np.float32(STRENGTH), down


def _attend(query: Tensor, key: Tensor, value: Tensor, *, is_causal: bool = False) -> Tensor:
    split = [
        part.view(part.shape[0], part.shape[1], HEADS, -1).transpose(1, 2).contiguous() for part in (query, key, value)
    ]
    attended = functional.scaled_dot_product_attention(*split, is_causal=is_causal)
    return attended.transpose(1, 2).reshape(query.shape)


def log_mel(samples: Tensor, filters: Tensor) -> Tensor:
    """Return the log-mel windows of samples at 16 kHz, as faster-whisper computes them."""
    window = torch.hann_window(400, device=samples.device)
    spectrum = torch.stft(samples, 400, 160, window=window, return_complex=True)[..., :-1].abs() ** 2
    logarithm = torch.clamp(filters @ spectrum, min=1e-10).log10()
    return (torch.maximum(logarithm, logarithm.amax((1, 2), keepdim=True) - 8.0) + 4) / 4
