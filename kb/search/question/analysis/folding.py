"""Folds spellings that read the same: width, case, traditional characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from opencc import OpenCC

from kb.search.question.analysis.articles import spell_numeral


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
    """Fold width (NFKC), case, traditional characters and the digits of article numbers.

    A character may become several (`㎡` → `m2`); all of them point back at it.
    """
    folded = text.translate(_FOLDS)
    if len(folded) == len(text):
        return _spell_articles(FoldedText(folded))
    origins = [index for index, character in enumerate(text) for _ in _FOLDS[ord(character)]]
    return _spell_articles(FoldedText(folded, origins))


def _spell_articles(folded: FoldedText) -> FoldedText:
    """Write 第66条 as 第六十六条, which is how nearly every text has it."""
    if _ARABIC_ARTICLE.search(folded.text) is None:
        return folded
    text, known = folded.text, folded.origins or range(len(folded.text))
    spelled, origins, end = "", list[int](), 0
    for match in _ARABIC_ARTICLE.finditer(text):
        number = spell_numeral(int(match["number"]))
        spelled += f"{text[end : match.start()]}第{number}条"
        origins += known[end : match.start() + 1]
        origins += [known[match.start("number")]] * (len(number) - 1) + [known[match.end("number") - 1]]
        origins.append(known[match.end() - 1])
        end = match.end()
    return FoldedText(spelled + text[end:], [*origins, *known[end:]])


_ARABIC_ARTICLE = re.compile(r"第 ?(?P<number>[0-9]{1,4}) ?条")


_BETWEEN_HAN = re.compile(
    "(?<=[\u3007\u3400-\u4dbf\u4e00-\u9fff])[\\s\\u200b\\ufeff]+(?=[\u3007\u3400-\u4dbf\u4e00-\u9fff])"
)


def closed_up(folded: FoldedText) -> FoldedText:
    """Return a text without the blanks and line ends between Han characters, which separate nothing in Chinese."""
    if not _BETWEEN_HAN.search(folded.text):
        return folded
    kept: list[int] = []
    end = 0
    for gap in _BETWEEN_HAN.finditer(folded.text):
        kept += range(end, gap.start())
        end = gap.end()
    kept += range(end, len(folded.text))
    origins = kept if folded.origins is None else [folded.origins[at] for at in kept]
    return FoldedText("".join(folded.text[at] for at in kept), origins)
