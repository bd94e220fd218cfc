from __future__ import annotations

from dataclasses import replace

import pytest

from assist_api.calls.events import Verdict
from assist_api.cases.extraction import evidence_lines, propose
from assist_api.categories.ranked import CategoryChosen
from kb.entries.models import CaseOutcome
from tests.fakes.assist_cases_story import card, ranking, segment, story

pytestmark = pytest.mark.unit

TRIPPING = (
    "A: 您好，供电服务热线，请问有什么可以帮您？",
    "C: 你好，我叫王建国。",
    "C: 今天早上七点我们家突然没电了，邻居家都有电",
    "A: 您看一下总开关有没有跳闸",
    "C: 漏电保护器跳下来了，推上去又跳",
    "C: 嗯，好的",
    "A: 请您把热水器插头拔掉再推一次漏电保护器",
    "C: 电话一三八零零一三八零零零，我住幸福路16号3栋501",
    "C: 推上去了，来电了，谢谢",
)


def test_problem_is_what_the_customer_said_about_the_matter() -> None:
    found = propose(story(*TRIPPING))
    assert found.problem.splitlines()[:2] == [
        "今天早上七点我们家突然没电了，邻居家都有电",
        "漏电保护器跳下来了，推上去又跳",
    ]
    assert found.problem_segment_ids[:2] == (segment(2), segment(4))
    assert "热水器插头" not in found.problem


def test_everything_in_the_form_was_said() -> None:
    call = story(*TRIPPING)
    found = propose(call)
    said = "\n".join(utterance.text for utterance in call.utterances)
    for line in [found.title, *found.solution.splitlines(), *found.problem.splitlines()[:2]]:
        assert line in said


def test_form_holds_nothing_personal() -> None:
    found = propose(story(*TRIPPING))
    everything = " ".join([found.title, found.problem, found.solution, found.area, *(f.value for f in found.facts)])
    for personal in ("王建国", "一三八零零", "16号", "501"):
        assert personal not in everything


def test_facts_name_time_place_device_and_number_with_their_sentences() -> None:
    found = propose(story(*TRIPPING))
    facts = {fact.kind: (fact.name, fact.value, fact.segment_id) for fact in found.facts}
    assert facts == {
        "time": ("时间", "今天早上七点", segment(2)),
        "area": ("地点", "幸福路", segment(7)),
        "equipment": ("设备", "漏电保护器", segment(4)),
        "phone": ("联系电话", "[电话]", segment(7)),
    }
    assert (found.area, found.equipment) == ("幸福路", "漏电保护器")


def test_words_that_cases_use_already_are_recognised() -> None:
    call = story("C: 金桂苑东区的换热站循环泵坏了，家里冰凉")
    found = propose(call, ["换热站循环泵"], ["金桂苑东区"])
    assert (found.area, found.equipment) == ("金桂苑东区", "换热站循环泵")


@pytest.mark.parametrize("said", ["我走到半路就没信号了", "电路好像短路了", "这个小区都停水", "楼上漏水漏到我家"])
def test_words_that_only_look_like_places_are_none(said: str) -> None:
    assert propose(story(f"C: {said}")).area == ""


def test_used_card_is_the_solution_and_a_dismissed_one_is_not() -> None:
    used = card("一户停电", "先看**总开关**。\n\n- 跳闸:合上", 2, Verdict.USED)
    other = card("计划停电", "查停电公告", 2, Verdict.DISMISSED)
    found = propose(story(*TRIPPING, cards=[used, other]))
    assert found.solution == "先看总开关。\n跳闸:合上"
    assert found.entry_ids == (used.entry_id,)


def test_without_a_used_card_the_agents_own_words_are_the_solution() -> None:
    found = propose(story(*TRIPPING, cards=[card("一户停电", "先看总开关", 2)]))
    assert "请您把热水器插头拔掉再推一次漏电保护器" in found.solution
    assert found.entry_ids == ()


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        ("C: 推上去了，来电了", CaseOutcome.RESOLVED),
        ("A: 我已经给您登记了，安排抢修人员上门", CaseOutcome.ESCALATED),
        ("C: 还是不行，算了", CaseOutcome.UNRESOLVED),
    ],
)
def test_outcome_is_what_the_end_of_the_call_sounds_like(last: str, outcome: CaseOutcome) -> None:
    assert propose(story("C: 我家没电了", "A: 您看一下总开关", last)).outcome is outcome


def test_category_gives_situation_type_and_sector_unless_it_abstained() -> None:
    call = story("C: 没电了", category="fault/power.outage.single", sector=None)
    found = propose(call)
    assert (found.sector, found.situation, found.business_type) == ("power", "power.outage.single", "fault")
    unsure = propose(replace(call, category=ranking("fault/power.outage.single", has_abstained=True)))
    assert (unsure.sector, unsure.situation, unsure.business_type) == (None, None, None)


def test_category_that_the_agent_chose_stands_above_the_ranking() -> None:
    chosen = CategoryChosen(
        category_id="complaint/power.billing.dispute",
        business_type="complaint",
        situation="power.billing.dispute",
        path=[],
        chosen_by="张班",
        ranked=None,
    )
    call = replace(story("C: 没电了", category="fault/power.outage.single"), chosen_category=chosen)
    found = propose(call)
    assert (found.sector, found.situation, found.business_type) == ("power", "power.billing.dispute", "complaint")


def test_evidence_says_what_each_sentence_gave() -> None:
    used = card("一户停电", "先看总开关", 4, Verdict.USED)
    call = story(*TRIPPING, cards=[used])
    lines = evidence_lines(call, propose(call), [used.entry_id])
    notes = {line.segment_id: [(note.kind, note.name) for note in line.notes] for line in lines}
    assert notes[segment(4)] == [("problem", ""), ("fact", "设备"), ("card", "一户停电")]
    assert notes[segment(0)] == []
    assert [line.start_ms for line in lines] == sorted(line.start_ms for line in lines)


def test_silent_call_gives_an_empty_form() -> None:
    found = propose(story("C: 喂，你好", "A: 您好"))
    assert (found.title, found.problem, found.facts) == ("", "", ())
    assert found.outcome is CaseOutcome.UNRESOLVED


def test_english_call_is_understood_too() -> None:
    found = propose(
        story(
            "C: Hello, my name is John Smith",
            "C: The radiator in my flat has been cold since yesterday",
            "A: Please open the valve under the radiator",
            "C: Great, it works, thank you",
        )
    )
    assert "The radiator in my flat has been cold since yesterday" in found.problem.splitlines()
    assert "Smith" not in found.problem
    assert ("Equipment", "radiator") in [(fact.name, fact.value) for fact in found.facts]
    assert found.outcome is CaseOutcome.RESOLVED
