from __future__ import annotations

import pytest

from curation.pairs import COMPARED_FROM, EntryText, PairLabel, compare
from curation.scope import Aspect

pytestmark = pytest.mark.unit

NEAR = 0.7


def verdict(a: tuple[str, str], b: tuple[str, str], similarity: float = NEAR):
    return compare(EntryText(*a), EntryText(*b), similarity)


@pytest.mark.parametrize(
    ("ours", "theirs", "about", "words"),
    [
        ("受理后5个工作日内答复。", "受理后十个工作日答复。", "duration", ("5个工作日", "十个工作日")),
        ("办理更名免费。", "办理更名收取手续费20元。", "charge", ("免费", "20元")),
        ("水管由用户自行维修。", "水管由自来水公司免费修理。", "payer", ("由用户自行维修", "公司免费修理")),
        ("承租人不能办理过户。", "租客可以办理过户。", "permission", ("不能办理过户", "可以办理过户")),
        ("需要本人到场。", "无需本人到场。", "permission", ("需要本人到场", "无需本人到场")),
        ("押金全额退还。", "押金一律不退还。", "wording", ("退还", "不退还")),
    ],
)
def test_contradiction_names_the_words_on_both_sides(
    ours: str, theirs: str, about: str, words: tuple[str, str]
) -> None:
    found = verdict(("怎么办理", ours), ("如何办理", theirs))

    assert found.label is PairLabel.CONTRADICTION
    assert words in [each.words for each in found.disagreements if each.about == about]
    swapped = verdict(("如何办理", theirs), ("怎么办理", ours))
    assert swapped.contradiction == pytest.approx(found.contradiction)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("农村90分钟到达。", "农村一个半小时到。"),
        ("可停机保号，最长6个月，每月5元。", "最多半年，每个月五块钱。"),
        ("提前24小时公告。", "提前一天公告。"),
        ("不开关电器，到室外打电话。", "不要碰任何开关，到屋外打电话。"),
    ],
)
def test_the_same_in_other_words_is_a_duplicate(ours: str, theirs: str) -> None:
    found = verdict(("怎么办理", ours), ("如何办理", theirs))
    assert (found.label, found.disagreements) == (PairLabel.DUPLICATE, ())


@pytest.mark.parametrize(
    ("a", "b", "aspect"),
    [
        ("居民用水价格", "非居民用水价格", Aspect.CUSTOMER),
        ("南湖区抢修电话", "北湖区抢修电话", Aspect.REGION),
        ("城市停电抢修时限", "农村停电抢修时限", Aspect.REGION),
        ("2024年居民水价", "2026年居民水价", Aspect.DATE),
        ("第二阶梯电价", "第三阶梯电价", Aspect.DATE),
        ("燃气表电池更换", "燃气灶电池更换", Aspect.OBJECT),
        ("宽带报停", "宽带拆机", Aspect.MATTER),
        ("电视回看功能", "电视插播功能", Aspect.TITLE),
    ],
)
def test_other_scope_is_no_contradiction(a: str, b: str, aspect: Aspect) -> None:
    found = verdict((a, "每月3元。"), (b, "每月5元。"), 0.9)

    assert found.label is PairLabel.DISTINCT
    assert found.other_scope is not None
    assert found.other_scope.aspect is aspect


def test_unlike_entries_are_not_compared() -> None:
    found = verdict(("甲", "每月3元。"), ("乙", "每月5元。"), COMPARED_FROM - 0.01)
    assert (found.label, found.contradiction, found.disagreements) == (PairLabel.DISTINCT, 0.0, ())


def test_answers_with_other_numbers_are_no_duplicates() -> None:
    same = verdict(("窃电举报", "奖励5%。"), ("窃电处理", "按三倍计。"), 0.6)
    assert same.label is PairLabel.DISTINCT
