"""What anyone would build first: Haystack's in-memory BM25 over words. Everything of ours is measured beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import rjieba
from haystack import Document
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from assist_api.evaluation.layouts import CorpusPassage

WORDS_ARE_CUT = r"\S+"
"""Texts are given as words with spaces between: Haystack's own tokeniser knows no Chinese words."""
BM25 = {"k1": 1.2, "b": 0.75}
"""The values of every text book (Robertson and Zaragoza 2009)."""


class NaiveSearch:
    """Words, BM25, memory; blocks."""

    name = "bm25_words"

    def __init__(self, passages: Iterable[CorpusPassage]) -> None:
        store = InMemoryDocumentStore(
            bm25_tokenization_regex=WORDS_ARE_CUT, bm25_algorithm="BM25Okapi", bm25_parameters=BM25, shared=False
        )
        store.write_documents([Document(id=passage.id, content=_words(_text(passage))) for passage in passages])
        self._retriever = InMemoryBM25Retriever(store)

    def find(self, question: str, limit: int) -> Sequence[str]:
        """Return the ids of the best passages, best first."""
        query = _words(question)
        if not query:
            return ()
        return [document.id for document in self._retriever.run(query=query, top_k=limit)["documents"]]


def _text(passage: CorpusPassage) -> str:
    # The title counts twice: the usual weight of titles without a second index.
    return f"{passage.title} {passage.title} {passage.text}"


def _words(text: str) -> str:
    return " ".join(word for word in rjieba.cut(text.lower()) if word.strip())
