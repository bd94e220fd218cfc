from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from assist_api.words.recogniser_words import RecogniserWords
from kb.kinds import DocumentKind
from kb.search.documents import IndexChange, SearchDocument

pytestmark = pytest.mark.unit


class Source:
    """Documents and the number of the last change."""

    def __init__(self) -> None:
        self.documents: list[SearchDocument] = []

    async def changes_after(self, change_number: int, limit: int) -> Sequence[IndexChange]:
        return []

    async def latest_change_number(self) -> int:
        return len(self.documents)

    async def all_documents(self) -> AsyncIterator[SearchDocument]:
        for document in self.documents:
            yield document

    def publish(self, title: str) -> None:
        name = str(len(self.documents))
        self.documents.append(SearchDocument(DocumentKind.ENTRY, name, name, 1, title, (), "", "", sector="power"))


class Ears:
    """Remembers every vocabulary it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, ...]] = []
        self.sentences: tuple[str, ...] = ()

    async def set_vocabulary(self, words: Sequence[str], sentences: Sequence[str] = ()) -> None:
        self.given.append(tuple(words))
        self.sentences = tuple(sentences)


async def test_words_are_handed_over_at_first_and_after_each_change_only() -> None:
    source, ears = Source(), Ears()
    vocabulary = RecogniserWords(source, ears)
    await vocabulary.refresh()
    await vocabulary.refresh()
    assert len(ears.given) == 1
    assert "插座" not in ears.given[0]
    for _ in range(4):
        source.publish("插座冒火花怎么办")
    await vocabulary.refresh()
    assert len(ears.given) == 2
    assert "插座" in ears.given[1]
    assert "插座冒火花怎么办" in ears.sentences


class Curated:
    """Words that curators named."""

    def __init__(self) -> None:
        self.whole_words: tuple[str, ...] = ()


async def test_curated_words_are_handed_over_when_they_change() -> None:
    ears, curated = Ears(), Curated()
    vocabulary = RecogniserWords(Source(), ears, curated)
    await vocabulary.refresh()
    curated.whole_words = ("表后阀",)
    await vocabulary.refresh()
    await vocabulary.refresh()
    assert len(ears.given) == 2
    assert "表后阀" in ears.given[1]
