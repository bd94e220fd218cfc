"""What the classifier learns from: entries, solved cases, agents' choices, and the categories' own names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.taxonomy.tree import Taxonomy, split_category_id

CHOICES_PER_CATEGORY = 20.0
"""What all agents' choices of one category weigh together at most, in texts of entries (which have about a dozen):
from there on each of them weighs less, so that one busy week does not outvote the knowledge."""


class Origin(StrEnum):
    """Where an example comes from."""

    ENTRY = "entry"
    CASE = "case"
    CHOICE = "choice"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its category.

    Attributes:
        text: As it was written or said.
        category_id: `<business_type>/<situation code>`, or any label in evaluations.
        origin: Where it comes from.
        group: Texts of one group say the same thing in other words, and are held out together; empty when unknown.
        weight: What it counts against other examples, above 0.
    """

    text: str
    category_id: str
    origin: Origin = Origin.ENTRY
    group: str = ""
    weight: float = 1.0


class ExampleSource(Protocol):
    """Examples from outside the knowledge base: the categories that agents chose for their calls."""

    async def state(self) -> str:
        """Return a text that changes whenever the examples do."""
        ...

    async def examples(self) -> list[Example]:
        """Return the examples, the newest first."""
        ...


def examples_from(
    documents: Iterable[SearchDocument], taxonomy: Taxonomy, choices: Sequence[Example] = ()
) -> list[Example]:
    """Return the training examples: those of the documents in order, then the choices, then the categories' names.

    Codes that were merged count as the code they were merged into; choices of a category that is gone are left out.
    """
    examples = [resolved for document in documents for resolved in _resolved(_document_examples(document), taxonomy)]
    known = [choice for choice in _resolved(choices, taxonomy) if _exists(choice.category_id, taxonomy)]
    examples += weighed_choices(known)
    categories = dict.fromkeys(example.category_id for example in examples)
    names = (Example(_name(each, taxonomy), each, Origin.NAME, group=f"name:{each}") for each in categories)
    return [*examples, *names]


def weighed_choices(choices: Sequence[Example]) -> list[Example]:
    """Return the choices with weights of at most one each and `CHOICES_PER_CATEGORY` together a category."""
    counts = Counter(choice.category_id for choice in choices)
    return [replace(choice, weight=min(1.0, CHOICES_PER_CATEGORY / counts[choice.category_id])) for choice in choices]


def _document_examples(document: SearchDocument) -> Iterator[Example]:
    if document.category_id is None:
        return
    if document.kind is DocumentKind.CASE:
        # A case's `script` is its problem.
        texts: tuple[str, ...] = (document.title, document.script)
    else:
        texts = (document.title, *document.variants, document.script)
    origin = Origin.CASE if document.kind is DocumentKind.CASE else Origin.ENTRY
    yield from (Example(text, document.category_id, origin, group=document.document_id) for text in texts)


def _resolved(examples: Iterable[Example], taxonomy: Taxonomy) -> Iterator[Example]:
    for example in examples:
        business_type, situation = split_category_id(example.category_id)
        current = taxonomy.resolve(situation)
        yield example if current == situation else replace(example, category_id=f"{business_type}/{current}")


def _exists(category_id: str, taxonomy: Taxonomy) -> bool:
    business_type, situation = split_category_id(category_id)
    return business_type in taxonomy.business_types and situation in taxonomy.situations


def _name(category_id: str, taxonomy: Taxonomy) -> str:
    _business_type, situation = split_category_id(category_id)
    return " ".join(taxonomy.situation_path(situation))
