"""From what a model wrote to what an agent reads: the steps in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from speech.settings import Language
from speech.stt.base import Recognition
from speech.text.cleanup import clean
from speech.text.correction import PinyinCorrector
from speech.text.simplify import simplify


class TextFinisher:
    """Immutable; a new vocabulary makes a new finisher, so that threads never see half of one."""

    def __init__(self, vocabulary: Iterable[str] = ()) -> None:
        self._corrector = PinyinCorrector(vocabulary)

    def finish(self, recognition: Recognition) -> Recognition:
        """Return the recognition with readable text."""
        text = recognition.text
        if recognition.language is Language.CHINESE:
            text = self._corrector.correct(simplify(text))
        return replace(recognition, text=clean(text, recognition.language))
