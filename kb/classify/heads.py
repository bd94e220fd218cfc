"""Questions that are easier than the category itself: which sector, which group, which situation, which type.

Most of two hundred categories have a dozen texts to learn from, but every complaint helps to know a complaint, and
every gas text to know gas. A category's score is the sum of what its parts score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.taxonomy.tree import split_category_id

Columns = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Head:
    """One question.

    Attributes:
        name: What it asks.
        answers: For every category the number of its answer.
        answer_count: How many answers there are.
    """

    name: str
    answers: Columns
    answer_count: int


def _situation(category_id: str) -> str:
    return split_category_id(category_id)[1]


def _group(category_id: str) -> str:
    return _situation(category_id).rpartition(".")[0]


def _sector(category_id: str) -> str:
    return _situation(category_id).partition(".")[0]


def _business_type(category_id: str) -> str:
    return split_category_id(category_id)[0]


_PARTS: dict[str, Callable[[str], str]] = {
    "situation": _situation,
    "group": _group,
    "sector": _sector,
    "business_type": _business_type,
}


def make_heads(categories: Sequence[str]) -> list[Head]:
    """Return the questions worth asking; labels that have no parts give one: the category itself."""
    if not all("/" in category and "." in category for category in categories):
        return [Head("category", np.arange(len(categories)), len(categories))]
    heads = [_head(name, [part(category) for category in categories]) for name, part in _PARTS.items()]
    return [head for head in heads if head.answer_count > 1]


def _head(name: str, values: Sequence[str]) -> Head:
    unique, answers = np.unique(np.array(values), return_inverse=True)
    return Head(name, answers, len(unique))
