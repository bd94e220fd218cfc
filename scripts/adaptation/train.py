"""Learn the changes: `python -m scripts.adaptation.train OUT [--minutes 6]`, with torch, best on a GPU.

Reads what `speak` and `speak_english` wrote into `OUT`; writes `OUT/changes.npz`. Every fortieth Mandarin line is kept
aside and its loss printed. The shipped file was learned before this was written down so: 10,500 spoken lines (13 hours,
the Kokoro model run on a GPU as 32-bit floats), 1,278 steps of 48 on an H200 that two others shared, loss of the lines
kept aside 1.34 before and 0.21 after, over a quarter of the tokens, those of Chinese and common English;
what it learned holds for the whole vocabulary. Another run gives a like file, not the same.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from kit.artifacts import fetch
from kit.settings import CACHE_DIR
from scripts.adaptation.telephone import heard
from scripts.adaptation.texts import in_figures
from scripts.adaptation.whisper import Whisper
from speech.models import WHISPER_BASE
from speech.settings import SpeechSettings
from speech.stt.adaptation import DOWN, UP
from speech.stt.model_file import read_model

RANK = 16
BATCH = 48
LEARNING_RATE = 1e-3
WARM_UP_STEPS = 60
IGNORED = -100
SPECIAL = ("startofprev", "startoftranscript", "en", "zh", "transcribe", "notimestamps", "endoftext")
ENGLISH_SHARE = 14
"""One line of so many is English."""
PROMPT_SHARE, OTHER_CONTEXT_SHARE = 0.5, 0.1
"""How often the product's prompt, or another line, stands before the text."""


@dataclass(frozen=True, slots=True)
class Line:
    """One spoken line: its samples, the texts it may be written as, who says it."""

    start: int
    end: int
    written: tuple[tuple[int, ...], ...]
    voice: str
    is_english: bool


class Course:
    """The audio on the device, the lines, and what makes batches of them."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, device: str) -> None:
        self._chance = random.Random(1)  # noqa: S311 - debt: no secret; the same batches every time
        self._special = {name: tokenizer.token_to_id(f"<|{name}|>") for name in SPECIAL}
        self._prompt = tokenizer.encode(" " + SpeechSettings().prompt, add_special_tokens=False).ids
        self._filters = torch.as_tensor(FeatureExtractor().mel_filters).float().to(device)
        self._device = device
        parts, offset, lines = [], 0, []
        for file in [folder / "english.npz", *sorted(folder.glob("mandarin-*.npz"))]:
            with np.load(file) as spoken:
                starts = [0, *spoken["ends"][:-1]]
                for start, end, text, voice in zip(
                    starts, spoken["ends"], spoken["texts"], spoken["voices"], strict=True
                ):
                    is_english = file.name == "english.npz"
                    forms = [" " + text] if is_english else dict.fromkeys([str(text), in_figures(str(text))])
                    written = tuple(tuple(tokenizer.encode(form, add_special_tokens=False).ids) for form in forms)
                    lines.append(Line(offset + int(start), offset + int(end), written, str(voice), is_english))
                parts.append(torch.from_numpy(spoken["samples"]))
                offset += len(spoken["samples"])
        self._audio = torch.cat(parts).to(device)
        self.english = [line for line in lines if line.is_english]
        mandarin = sorted((line for line in lines if not line.is_english), key=lambda line: line.end - line.start)
        self.kept_aside, self.lines = mandarin[::40], [line for n, line in enumerate(mandarin) if n % 40]
        self._of_voice: dict[str, list[Line]] = {}
        for line in self.lines:
            self._of_voice.setdefault(line.voice, []).append(line)
        self._choice: dict[Line, int] = {}

    def choose_spelling(self, network: Whisper) -> None:
        """Write numbers in words or in figures, whichever the model itself finds likelier."""
        both = [line for line in [*self.kept_aside, *self.lines] if len(line.written) > 1]
        for start in range(0, len(both), BATCH):
            batch = both[start : start + BATCH]
            words, figures = (
                loss_of(network, *self._batch([[line] for line in batch], [line.written[form] for line in batch]))
                for form in (0, 1)
            )
            for line, is_figures in zip(batch, (figures < words).tolist(), strict=True):
                self._choice[line] = int(is_figures)

    def examination(self) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Return the lines kept aside, in batches."""
        batches = [self.kept_aside[start : start + BATCH] for start in range(0, len(self.kept_aside), BATCH)]
        return [self._batch([[line] for line in batch], [self._text(line) for line in batch]) for batch in batches]

    def lesson(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return one batch: lines of like length, some English, some of two lines, one of noise alone."""
        start = self._chance.randrange(max(1, len(self.lines) - 4 * BATCH))
        chosen = self._chance.sample(self.lines[start : start + 4 * BATCH], BATCH)
        said = [[line] for line in chosen]
        for row in range(BATCH // ENGLISH_SHARE):
            said[row] = [self._chance.choice(self.english)]
        for row in range(BATCH // ENGLISH_SHARE, BATCH):
            if chosen[0].end - chosen[0].start < 5 * 16_000 and self._chance.random() < 0.25:
                said[row].append(self._chance.choice(self._of_voice[said[row][0].voice]))
        texts: list[Sequence[int]] = [[token for line in row for token in self._text(line)] for row in said]
        if self._chance.random() < 0.6:
            said[-1], texts[-1] = [], []
        return self._batch(said, texts)

    def _text(self, line: Line) -> tuple[int, ...]:
        return line.written[self._choice.get(line, 0)]

    def _batch(self, said: list[list[Line]], texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor, Tensor]:
        mel = heard([self._wave(row) for row in said], self._filters, self._chance)
        given, wanted = [], []
        for row, text in zip(said, texts, strict=True):
            before = self._before(is_english=bool(row) and row[0].is_english)
            given.append([*before, *text])
            wanted.append([IGNORED] * (len(before) - 1) + [*text, self._special["endoftext"]])
        longest = max(map(len, given))
        tokens = torch.full((len(given), longest), self._special["endoftext"])
        labels = torch.full((len(given), longest), IGNORED)
        for row, (left, right) in enumerate(zip(given, wanted, strict=True)):
            tokens[row, : len(left)] = torch.tensor(left)
            labels[row, : len(right)] = torch.tensor(right)
        return mel, tokens.to(self._device), labels.to(self._device)

    def _before(self, *, is_english: bool) -> list[int]:
        drawn = self._chance.random()
        context: Sequence[int] = []
        if not is_english and drawn < PROMPT_SHARE:
            context = self._prompt
        elif not is_english and drawn < PROMPT_SHARE + OTHER_CONTEXT_SHARE:
            context = self._chance.choice(self.lines).written[0]
        names = ["startofprev"] if context else []
        head = [self._special[name] for name in names]
        tail = ["startoftranscript", "en" if is_english else "zh", "transcribe", "notimestamps"]
        return [*head, *context, *(self._special[name] for name in tail)]

    def _wave(self, lines: list[Line]) -> Tensor:
        if not lines:
            return 1e-4 * torch.randn(16_000 * self._chance.randint(1, 6), device=self._device)
        pause = torch.zeros(int(16_000 * self._chance.uniform(0.15, 0.8)), device=self._device)
        parts = [part for line in lines for part in (pause, self._audio[line.start : line.end].float() / 32768)]
        return torch.cat(parts[1:])


def half_precision(device: str) -> torch.autocast:
    """Return the context of a pass; a processor without bf16 is quicker in 32 bits."""
    return torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda")


def loss_of(network: Whisper, mel: Tensor, tokens: Tensor, labels: Tensor) -> Tensor:
    """Return the summed loss of every row, without learning."""
    network.eval()
    with torch.no_grad(), half_precision(mel.device.type):
        scores = network.decode(tokens, network.encode(mel)).float()
        losses = functional.cross_entropy(scores.transpose(1, 2), labels, ignore_index=IGNORED, reduction="none")
    return losses.sum(1)


def main() -> None:
    """Train for a given time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=6.0)
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(1)
    source = fetch(WHISPER_BASE, CACHE_DIR, print)
    network = Whisper(read_model(source / "model.bin").tensors, RANK).to(device)
    course = Course(arguments.out, Tokenizer.from_file(str(source / "tokenizer.json")), device)
    course.choose_spelling(network)
    examination = course.examination()
    count = sum(int((labels != IGNORED).sum()) for _, _, labels in examination)
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=0.02, betas=(0.9, 0.98))
    started_at, step, share = time.monotonic(), 0, 0.0
    while share < 1:
        if step % 200 == 0:
            loss = sum(float(loss_of(network, *batch).sum()) for batch in examination) / count
            print(f"step {step}: {loss:.3f} a token of the lines kept aside", flush=True)
        network.train()
        share = (time.monotonic() - started_at) / (60 * arguments.minutes)
        for group in optimiser.param_groups:
            slope = 0.5 * (1 + math.cos(math.pi * min(1.0, share))) + 0.02
            group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / WARM_UP_STEPS) * slope
        with torch.no_grad():
            mel, tokens, labels = course.lesson()
        with half_precision(device):
            scores = network.decode(tokens, network.encode(mel))
        loss_value = functional.cross_entropy(
            scores.float().transpose(1, 2), labels, ignore_index=IGNORED, label_smoothing=0.03
        )
        optimiser.zero_grad()
        loss_value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        step += 1
    arrays = {
        f"{name}/{part}": value for name, up, down in network.changes() for part, value in ((UP, up), (DOWN, down))
    }
    np.savez(arguments.out / "changes.npz", **arrays)


if __name__ == "__main__":
    main()
