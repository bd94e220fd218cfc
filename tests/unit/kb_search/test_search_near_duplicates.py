from __future__ import annotations

from dataclasses import replace

import pytest

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.ranking.near_duplicates import folded
from kb.search.ranking.projections import project
from tests.fakes.kb_search_documents import HANDBOOK, entry

pytestmark = pytest.mark.unit

ANSWER = (
    "请您先确认家里总开关有没有跳下来，邻居家是否有电。只有您一家没电，多半是户内线路或者欠费；"
    "整栋楼都没电，请告诉我地址，我马上登记报修，抢修人员会在规定时间内到场。"
)
OUTAGE = entry("outage", "家里突然停电怎么办", ANSWER, sector="power")


def is_folded(one: SearchDocument, other: SearchDocument) -> bool:
    return len(folded([project(one), project(other)], 2)) == 1


def copy(title: str = OUTAGE.title, answer: str = ANSWER, **fields: object) -> SearchDocument:
    return replace(OUTAGE, document_id="copy", title=title, answer=answer, **fields)


@pytest.mark.parametrize(
    "other",
    [
        copy(),
        copy(region="north", title="家里突然停电怎么办（北区）"),
        copy(title="家里突然停电怎么办 2"),
        copy(answer=ANSWER.replace("请您先确认", "麻烦您先看看")),
        copy(answer=ANSWER.replace("，", ", ").replace("。", ".")),
        copy(variants=("整栋楼都黑了", "没电了怎么报修")),
    ],
)
def test_copies_are_one(other: SearchDocument):
    assert is_folded(OUTAGE, other)


@pytest.mark.parametrize(
    "other",
    [
        copy(answer=ANSWER.replace("请告诉我地址", "请不要告诉我地址")),
        copy(answer=ANSWER + "45分钟内到。"),
        copy(title="电表箱冒烟怎么处理"),
        copy(kind=DocumentKind.CASE, script=ANSWER, answer=""),
        copy(answer="只有您一家没电，多半是户内线路或者欠费。"),
        copy(title=""),
    ],
)
def test_other_meanings_kinds_and_stock_answers_stay_apart(other: SearchDocument):
    assert not is_folded(OUTAGE, other)


def test_tariffs_in_the_same_words_are_two_answers():
    first = entry("a", "居民电价第一档", "本地居民用电第一档的电价是每度0.52元，按年计算，过年清零重新累计。")
    other = entry("b", "居民电价第二档", "本地居民用电第二档的电价是每度0.57元，按年计算，过年清零重新累计。")
    assert not is_folded(first, other)


def test_no_entry_of_a_handbook_is_a_copy_of_another():
    documents = [project(document) for document in HANDBOOK]
    assert [under for _place, under in folded(documents, len(documents))] == [()] * len(documents)


def test_copies_stand_behind_the_best_and_the_list_is_filled_up():
    others = [project(document) for document in HANDBOOK[1:4]]
    ranking = [others[0], project(OUTAGE), project(copy()), others[1], project(copy(region="south")), others[2]]
    assert folded(ranking, 3) == [(0, ()), (1, (2, 4)), (3, ())]
    assert folded(ranking, 0) == []
