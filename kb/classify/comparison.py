"""Puts a new model beside the live one: the same examples, each asked of a model that had not learned it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.classify.examples import Example
from kb.classify.registry import NOTHING_TO_COMPARE, Comparison
from kb.classify.storage import StoredModel
from kb.classify.text import content_text
from kb.classify.training import Trained, example_key

ASKED_AT_ONCE = 256


def compare(trained: Trained, examples: Sequence[Example], live: StoredModel, live_number: int) -> Comparison:
    """Compare on every example that the new model held out once.

    What both learned from: each model's answer while it held the example out. What is new since the live model was
    learned: the live model's answer, which is as unseen. So neither is asked what it was taught.
    """
    texts = {
        example_key(text, example.category_id): (text, example.category_id)
        for example in examples
        if (text := content_text(example.text))
    }
    known = dict(zip(live.held_out.keys.tolist(), live.held_out.is_right.tolist(), strict=True))
    pairs = [
        (key, is_right)
        for key, is_right in zip(trained.held_out.keys.tolist(), trained.held_out.is_right.tolist(), strict=True)
        if key in texts
    ]
    if not pairs:
        return NOTHING_TO_COMPARE
    fresh = [texts[key] for key, _is_right in pairs if key not in known]
    live_right = [known[key] for key, _is_right in pairs if key in known] + _answers(live, fresh)
    return Comparison(
        live_number=live_number,
        count=len(pairs),
        accuracy=float(np.mean([is_right for _key, is_right in pairs])),
        live_accuracy=float(np.mean(live_right)),
    )


def _answers(live: StoredModel, fresh: Sequence[tuple[str, str]]) -> list[bool]:
    names = np.array(live.classifier.categories)
    right: list[bool] = []
    for at in range(0, len(fresh), ASKED_AT_ONCE):
        batch = fresh[at : at + ASKED_AT_ONCE]
        best = names[live.classifier.scores([text for text, _category in batch]).argmax(axis=1)]
        right += [bool(answer == category) for answer, (_text, category) in zip(best, batch, strict=True)]
    return right
