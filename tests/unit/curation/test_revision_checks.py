from __future__ import annotations

import pytest

from curation.revision_checks import CheckKind, Question, check_revision
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.unit
BEFORE = entry_draft(
    title="抄表后几天交费", variants=["电费几号前交", "多久算欠费"], script="请在15天内交费。", answer="逾期每天5元。"
)
OTHERS = (Question("家里突然停电了怎么办", "停电先查空开", "power"), Question("暖气不热找谁", "暖气不热", "heating"))


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"script": "请在30天内交费。"}, CheckKind.FIGURE, ("15天", "30天")),
        ({"answer": "逾期每天50元。"}, CheckKind.FIGURE, ("5元", "50元")),
        ({"answer": "逾期每天收5元，拨打95598。"}, CheckKind.FIGURE, ("", "95598")),
        ({"variants": ["电费几号前交"]}, CheckKind.LOST_VARIANT, ("多久算欠费", "")),
        (
            {"variants": [*BEFORE.variants, "请问家里突然停电了怎么办"]},
            CheckKind.TAKEN_QUESTION,
            ("停电先查空开", "请问家里突然停电了怎么办"),
        ),
        ({"sector": "water"}, CheckKind.SECTOR, ("power", "water")),
    ],
)
def test_each_fault_is_named_with_its_words(change: dict[str, object], kind: CheckKind, words: tuple[str, str]) -> None:
    found = check_revision(BEFORE, BEFORE.model_copy(update=change), OTHERS)
    assert [(each.kind, (each.before, each.now)) for each in found] == [(kind, words)]


def test_other_words_with_the_same_figures_are_nothing_to_look_at() -> None:
    changed = {"script": "您在15天内交就可以。", "variants": [*BEFORE.variants, "暖气不热找谁"]}
    assert check_revision(BEFORE, BEFORE.model_copy(update=changed), OTHERS) == []
