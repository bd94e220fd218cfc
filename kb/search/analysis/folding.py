"""One spelling for what reads the same: width, case, traditional characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from opencc import OpenCC


class _CharacterFolds(dict[int, str]):
    """Code point → folded spelling, made when first met; a table for `str.translate`."""

    def __init__(self) -> None:
        super().__init__()
        self._simplify = OpenCC("t2s").convert

    def __missing__(self, point: int) -> str:
        # Character by character on purpose: offsets stay, and a caller's sentence has no combining marks.
        folded = "".join(unicodedata.normalize("NFKC", chr(point)).lower().split()) or " "
        if len(folded) == 1:
            folded = self._simplify(folded)
        self[point] = folded
        return folded


_FOLDS = _CharacterFolds()


@dataclass(frozen=True, slots=True)
class FoldedText:
    """Folded text and the way back.

    Attributes:
        text: Folded; white space is a plain blank.
        origins: For every folded character its index in the original, or None when they are equal.
    """

    text: str
    origins: Sequence[int] | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original's half-open span for a non-empty span of the folded text."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def fold(text: str) -> FoldedText:
    """Fold width (NFKC), case and traditional characters.

    A character may become several (`㎡` → `m2`); all of them point back at it.
    """
    folded = text.translate(_FOLDS)
    if len(folded) == len(text):
        return FoldedText(folded)
    origins = [index for index, character in enumerate(text) for _ in _FOLDS[ord(character)]]
    return FoldedText(folded, origins)
