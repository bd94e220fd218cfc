"""What the classifier learns from: entries, solved cases, and the names of the categories themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.search.documents import SearchDocument
from kb.search.query import DocumentKind
from kb.taxonomy import Taxonomy, split_category_id


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its category.

    Attributes:
        text: As it was written or said.
        category_id: `<business_type>/<situation code>`, or any label in evaluations.
    """

    text: str
    category_id: str


def examples_from(documents: Iterable[SearchDocument], taxonomy: Taxonomy) -> list[Example]:
    """Return the training examples, in the order of the documents, then one per category by its name."""
    examples = [example for document in documents for example in _document_examples(document)]
    categories = dict.fromkeys(example.category_id for example in examples)
    return [*examples, *(Example(_name(category_id, taxonomy), category_id) for category_id in categories)]


def _document_examples(document: SearchDocument) -> Iterator[Example]:
    if document.category_id is None:
        return
    if document.kind is DocumentKind.CASE:
        # A case's `script` is its problem.
        texts: tuple[str, ...] = (document.title, document.script)
    else:
        texts = (document.title, *document.variants, document.script)
    yield from (Example(text, document.category_id) for text in texts)


def _name(category_id: str, taxonomy: Taxonomy) -> str:
    _business_type, situation = split_category_id(category_id)
    return " ".join(taxonomy.situation_path(situation))
