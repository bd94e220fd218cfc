"""From what a model wrote to what an agent reads: the steps in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from speech.settings import Language
from speech.stt.base import Recognition
from speech.stt.guards import bare_text
from speech.text.cleanup import clean
from speech.text.correction import PinyinCorrector
from speech.text.simplify import simplify


class TextFinisher:
    """Immutable; a new vocabulary makes a new finisher, so that threads never see half of one."""

    def __init__(self, vocabulary: Iterable[str] = ()) -> None:
        self._corrector = PinyinCorrector(vocabulary)

    def finish(self, recognition: Recognition) -> Recognition:
        """Return the recognition with readable texts; alternatives that differ in punctuation only are left out."""
        text = self._finished(recognition.text, recognition.language)
        seen = {"", bare_text(text)}
        alternatives = []
        for other in recognition.alternatives:
            finished = replace(other, text=self._finished(other.text, recognition.language))
            if (bare := bare_text(finished.text)) not in seen:
                seen.add(bare)
                alternatives.append(finished)
        return replace(recognition, text=text, alternatives=tuple(alternatives))

    def _finished(self, text: str, language: Language) -> str:
        if language is Language.CHINESE:
            text = self._corrector.correct(simplify(text))
        return clean(text, language)
