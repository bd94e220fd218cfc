from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from kb.cases.clusters import MAX_CASES, Comparable, cluster_cases
from kb.cases.outcomes import count_outcomes, proven_share, rank_solutions
from kb.cases.privacy import deidentified
from kb.cases.ranking import rank_cases
from kb.entries.models import CaseOutcome
from kb.entries.schemas import CaseDetail
from kb.kinds import DocumentKind
from kb.search.hits import Hit
from tests.fakes.kb_core_drafts import case_draft

pytestmark = pytest.mark.unit


def case(**changes: Any) -> CaseDetail:  # noqa: ANN401  # rejected: any field of a case
    fields: dict[str, Any] = case_draft().model_dump() | {
        "id": uuid4(),
        "key": None,
        "category_path": [],
        "entry_ids": [],
        "call_id": None,
        "created_at": datetime(2026, 7, 14, tzinfo=UTC),
        "updated_at": None,
        "version": 1,
        "author": "",
        "author_id": None,
        "is_deidentified": False,
    }
    return CaseDetail(**(fields | changes))


def ranked(said: str, *cases: CaseDetail, confidence: float = 0.5) -> list[UUID]:
    hits = [
        Hit(DocumentKind.CASE, str(item.id), str(item.id), 1, item.title, confidence - place / 1000, confidence)
        for place, item in enumerate(cases)
    ]
    found = rank_cases(said, hits, {str(item.id): item for item in cases})
    return [UUID(hit.document_id) for hit in found]


def test_case_that_was_solved_comes_before_one_that_was_not() -> None:
    bad, good = case(outcome=CaseOutcome.UNRESOLVED), case(outcome=CaseOutcome.RESOLVED)
    assert ranked("没电", bad, good) == [good.id, bad.id]


def test_same_equipment_and_area_come_first() -> None:
    plain, same_area, same_device = case(equipment="电表", area="城西"), case(equipment=""), case(area="")
    assert ranked("城东的漏电保护器跳了", plain, same_area, same_device) == [same_device.id, same_area.id, plain.id]


def test_much_better_match_is_not_overtaken_by_a_good_end() -> None:
    close, far = case(outcome=CaseOutcome.UNRESOLVED), case()
    hits = [
        Hit(DocumentKind.CASE, str(item.id), str(item.id), 1, "", confidence, confidence)
        for item, confidence in ((close, 0.9), (far, 0.3))
    ]
    found = rank_cases("没电", hits, {str(item.id): item for item in (close, far)})
    assert [hit.document_id for hit in found] == [str(close.id), str(far.id)]
    assert all(0 < hit.confidence < 1 for hit in found)


def test_hit_without_its_case_is_left_out() -> None:
    hit = Hit(DocumentKind.CASE, "gone", "gone", 1, "", 0.5, 0.5)
    assert rank_cases("没电", [hit], {}) == ()


def test_outcomes_are_counted_by_entry_and_none_is_zero() -> None:
    one, other = uuid4(), uuid4()
    counts = count_outcomes([(one, "resolved", 7), (one, "escalated", 1)], [one, other])
    assert [(item.resolved, item.total) for item in counts] == [(7, 7), (0, 0)]


def test_case_that_was_passed_on_is_not_one_that_was_not_solved() -> None:
    one, other = uuid4(), uuid4()
    (counted,) = count_outcomes([(one, "resolved", 2), (one, "escalated", 5)], [one])
    assert (counted.resolved, counted.escalated, counted.total) == (2, 5, 2)
    rows = [
        (one, "甲", "resolved", 3),
        (one, "甲", "escalated", 9),
        (other, "乙", "resolved", 3),
        (other, "乙", "unresolved", 1),
    ]
    found = rank_solutions(rows, 5)
    assert [(item.title, item.resolved, item.total) for item in found] == [("甲", 3, 3), ("乙", 3, 4)]


def test_solution_proven_by_many_comes_before_one_lucky_case() -> None:
    often, lucky, bad = uuid4(), uuid4(), uuid4()
    rows = [
        (lucky, "碰巧", "resolved", 1),
        (often, "常用", "resolved", 8),
        (often, "常用", "unresolved", 1),
        (bad, "不灵", "resolved", 1),
        (bad, "不灵", "unresolved", 6),
    ]
    found = rank_solutions(rows, 5)
    assert [(item.title, item.resolved, item.total) for item in found] == [
        ("常用", 8, 9),
        ("碰巧", 1, 1),
        ("不灵", 1, 7),
    ]
    assert rank_solutions(rows, 1) == found[:1]


def test_proven_share_is_the_lower_end_of_the_wilson_interval() -> None:
    # 8 of 10 at 95 %: Wilson (1927) gives .490 to .943.
    assert proven_share(8, 10) == pytest.approx(0.490, abs=0.001)
    assert proven_share(0, 0) == 0.0


def test_deidentified_case_keeps_everything_but_the_person() -> None:
    shown = deidentified(
        case(problem="王女士说没电，电话13800138000", facts={"地址": "幸福路16号"}, solution="合上漏保")
    )
    assert shown.problem == "[姓名]女士说没电，电话[电话]"
    assert shown.facts == {"地址": "幸福路[门牌]"}
    assert (shown.solution, shown.is_deidentified) == ("合上漏保", True)
    assert deidentified(shown) is shown


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"姓名": "欧阳震华"}, {"姓名": "[姓名]"}),
        ({"联系人": "Li Wei"}, {"联系人": "[姓名]"}),
        ({"customer name": "Amir"}, {"customer name": "[name]"}),
        ({"微信": "sunny_day_88"}, {"微信": "[微信号]"}),
        ({"拨打13800138000": "打不通"}, {"拨打[电话]": "打不通"}),
        ({"拨打13800138000": "占线", "拨打13900139000": "空号"}, {"拨打[电话]": "占线", "拨打[电话] 2": "空号"}),
        ({"设备名称": "漏电保护器", "device name": "meter"}, {"设备名称": "漏电保护器", "device name": "meter"}),
    ],
)
def test_facts_name_nobody_by_key_or_value(facts: dict[str, str], shown: dict[str, str]) -> None:
    assert deidentified(case(facts=facts)).facts == shown


def test_name_that_a_fact_gives_away_is_masked_in_every_text() -> None:
    shown = deidentified(
        case(
            title="欧阳震华家停电",
            problem="震动后没电，欧阳震华很急",
            solution="Amir合闸",
            facts={"联系人": "欧阳震华"},
        )
    )
    assert shown.title == "[姓名]家停电"
    assert shown.problem == "震动后没电，[姓名]很急"


LEAKS = ["厨房有煤气味软管被老鼠咬破", "厨房里有煤气味，软管老化漏气", "煤气味很重，厨房软管裂了"]


def test_like_cases_make_a_group_with_the_middle_one_first() -> None:
    texts = [*LEAKS, "调压箱被车撞了在漏气"]
    cases = [Comparable(str(place), "gas.safety.leak", text) for place, text in enumerate(texts)]
    (group,) = cluster_cases(cases)
    assert set(group.case_ids) == {"0", "1", "2"}
    assert 0.2 < group.cohesion < 1


def test_same_words_of_another_situation_do_not_join() -> None:
    cases = [Comparable(str(place), f"gas.{place}", LEAKS[0]) for place in range(3)]
    assert cluster_cases(cases) == []


def test_too_many_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        cluster_cases([Comparable(str(place), "a", "b") for place in range(MAX_CASES + 1)])
