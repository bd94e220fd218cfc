from __future__ import annotations

import pytest

from kb.classify.examples import WEIGHT_AT_MOST, Example, Origin, balanced, examples_from, weighed_choices
from kb.taxonomy import load_taxonomy

pytestmark = pytest.mark.unit

MANY = [Example(f"家里没电了{number}", "fault/power.outage.single") for number in range(30)]
FEW = [Example(f"整个小区没电{number}", "fault/power.outage.area") for number in range(10)]


def weight_of(examples: list[Example], category: str) -> float:
    return sum(example.weight for example in examples if example.category_id == category)


def test_categories_with_few_texts_are_made_up_for_in_part() -> None:
    examples = balanced([*MANY, *FEW])

    many, few = weight_of(examples, MANY[0].category_id), weight_of(examples, FEW[0].category_id)
    assert few < many < 3 * few
    assert few / len(FEW) > 1 > many / len(MANY)


def test_a_single_text_is_not_learned_by_heart() -> None:
    lonely = balanced([*MANY * 20, Example("电表不转了", "fault/power.metering.fault")])[-1]

    assert lonely.weight == WEIGHT_AT_MOST


def test_categories_with_equally_many_texts_keep_their_weights() -> None:
    assert balanced([*FEW, *MANY[:10]]) == [*FEW, *MANY[:10]]
    assert balanced([]) == []


def test_what_agents_chose_is_not_balanced() -> None:
    choices = [Example(f"没电{number}", FEW[0].category_id, Origin.CHOICE, weight=0.5) for number in range(50)]

    examples = examples_from([], load_taxonomy(), choices)

    assert [example for example in examples if example.origin is Origin.CHOICE] == weighed_choices(choices)
    assert [example.origin for example in examples[50:]] == [Origin.NAME]
