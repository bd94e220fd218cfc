"""Folds and sounds the texts of a document once for all rankings."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.question.analysis.folding import FoldedText, fold
from kb.search.question.analysis.sounds import initials, sounds

_REMEMBERED = 4_000
"""About 8 MB for entries of 300 characters; one search looks at some 150 documents."""


@dataclass(frozen=True, slots=True)
class ProjectedText:
    """One text of a document.

    Attributes:
        field: Name of the field as in `TermMatch.field`.
        field_index: Which variant, else 0.
        folded: The text and the way back to its original.
        sounded: Its sounds; same length as `folded.text`.
    """

    field: str
    field_index: int
    folded: FoldedText
    sounded: str

    @property
    def initials(self) -> str:
        """First letters of its sounds, same length; made when asked for, which only typed letters do."""
        return initials(self.sounded)


@dataclass(frozen=True, slots=True)
class ProjectedDocument:
    """The texts people ask by and those they are told."""

    document: SearchDocument
    asked: tuple[ProjectedText, ...]
    told: tuple[ProjectedText, ...]

    @property
    def title(self) -> str:
        """The title, folded."""
        return self.asked[0].folded.text if self.asked else ""


def project(document: SearchDocument) -> ProjectedDocument:
    """Fold and sound every text of a document that has any."""
    if document.kind is DocumentKind.CASE:
        asked = [("title", 0, document.title), ("problem", 0, document.script)]
        told = [("solution", 0, document.answer)]
    else:
        variants = [("variants", index, text) for index, text in enumerate(document.variants)]
        asked = [("title", 0, document.title), *variants]
        told = [("answer", 0, document.answer), ("script", 0, document.script)]
    return ProjectedDocument(document, _texts(asked), _texts(told))


def _texts(fields: list[tuple[str, int, str]]) -> tuple[ProjectedText, ...]:
    return tuple(_text(name, index, text) for name, index, text in fields if text.strip())


def _text(name: str, index: int, text: str) -> ProjectedText:
    folded = fold(text)
    return ProjectedText(name, index, folded, sounds(folded.text))


class ProjectionCache:
    """Remembers the projections used last, by revision. Thread-safe."""

    def __init__(self, size: int = _REMEMBERED) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._remembered: OrderedDict[SearchDocument, ProjectedDocument] = OrderedDict()

    def project(self, document: SearchDocument) -> ProjectedDocument:
        """Return the projection of a document."""
        with self._lock:
            found = self._remembered.get(document)
            if found is not None:
                self._remembered.move_to_end(document)
                return found
        made = project(document)
        with self._lock:
            self._remembered[document] = made
            if len(self._remembered) > self._size:
                self._remembered.popitem(last=False)
        return made
