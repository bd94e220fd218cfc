"""What a telephone does to a voice, on a batch at once: another pitch, a band, noise, 8 bits, gaps in what is heard."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from scripts.adaptation.whisper import log_mel

RATE_HZ = 16_000
LONGEST_SECONDS = 30.0
SHORTEST_WINDOWS = (3.0, 4.0, 6.0, 10.0)
"""Seconds of the shortest window: the adapted model shall not mind a short one."""


def heard(waves: list[Tensor], filters: Tensor, chance: random.Random) -> Tensor:
    """Return log-mel windows, shape (batch, 80, frames), all of one length, of voices at 16 kHz."""
    waves = [_at_another_pitch(wave, chance) for wave in waves]
    before = [chance.uniform(0, 0.4) for _ in waves]
    ends = [int((lead + chance.uniform(0, 0.5)) * RATE_HZ) + len(w) for lead, w in zip(before, waves, strict=True)]
    seconds = max(chance.choice(SHORTEST_WINDOWS), max(ends) / RATE_HZ + chance.uniform(0.5, 2))
    length = int(min(LONGEST_SECONDS, seconds) * RATE_HZ) // 320 * 320
    samples = torch.zeros(len(waves), length, device=filters.device)
    is_segment = torch.zeros_like(samples)
    for row, (wave, lead, end) in enumerate(zip(waves, before, ends, strict=True)):
        start = int(lead * RATE_HZ)
        part = wave[: length - start]
        samples[row, start : start + len(part)] = part
        is_segment[row, :end] = 1
    return _with_gaps(log_mel(_through_a_line(samples, is_segment, chance), filters), chance)


def _at_another_pitch(wave: Tensor, chance: random.Random) -> Tensor:
    factor = chance.uniform(0.88, 1.12)
    if abs(factor - 1) > 0.02:
        wave = functional.interpolate(wave[None, None], scale_factor=factor, mode="linear")[0, 0]
    return wave / (wave.abs().max() + 1e-6) * chance.uniform(0.05, 0.9)


def _through_a_line(samples: Tensor, is_segment: Tensor, chance: random.Random) -> Tensor:
    count, length = samples.shape

    def column(draw: Callable[[], float]) -> Tensor:
        return torch.tensor([float(draw()) for _ in range(count)], device=samples.device)[:, None]

    frequencies = torch.fft.rfftfreq(length, 1 / RATE_HZ, device=samples.device)[None]
    is_telephone = column(lambda: chance.random() < 0.85)
    lowest, highest = column(lambda: chance.uniform(100, 350)), column(lambda: chance.uniform(3200, 3900))
    band = ((frequencies > lowest) & (frequencies < highest)) | (is_telephone == 0)
    colour = torch.randn(count, 1, 10, device=samples.device) * 3
    gains = 10 ** (functional.interpolate(colour, size=frequencies.shape[1], mode="linear")[:, 0] / 20)
    voice = torch.fft.irfft(torch.fft.rfft(samples) * gains * band, length)

    tilt = column(lambda: chance.choice([0, 0, 0.5, 1.0]))
    spectrum = torch.fft.rfft(torch.randn_like(samples)) / torch.clamp(frequencies / 1000, min=0.05) ** tilt
    noise = torch.fft.irfft(spectrum * ((frequencies < 4000) | (is_telephone == 0)), length)
    noise = noise / (noise.pow(2).mean(1, keepdim=True).sqrt() + 1e-9)
    power = samples.pow(2).sum(1, keepdim=True) / is_segment.sum(1, keepdim=True)
    below = column(lambda: chance.uniform(8, 36))
    has_noise = column(lambda: chance.random() < 0.85)
    noisy = (voice + noise * has_noise * (power.clamp(min=1e-8) / 10 ** (below / 10)).sqrt()) * is_segment

    clipped = noisy.clamp(-1, 1)
    compressed = torch.sign(clipped) * (torch.log1p(255 * clipped.abs()) / math.log(256) * 127).round() / 127
    eight_bits = torch.sign(compressed) * (256 ** compressed.abs() - 1) / 255 * is_segment
    return torch.where((column(lambda: chance.random() < 0.5) * is_telephone) > 0, eight_bits, noisy)


def _with_gaps(mel: Tensor, chance: random.Random) -> Tensor:
    silence = mel.amin((1, 2), keepdim=True)
    for _ in range(2):
        if chance.random() < 0.5:
            start = chance.randrange(mel.shape[2])
            mel[:, :, start : start + chance.randrange(25)] = silence
    if chance.random() < 0.5:
        start = chance.randrange(72)
        mel[:, start : start + chance.randrange(1, 9)] = silence
    return mel
