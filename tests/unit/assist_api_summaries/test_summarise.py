from __future__ import annotations

import pytest

from assist_api.facts.fields import FactField, Speaker, Turn
from assist_api.summaries.corrections import standing_clauses
from assist_api.summaries.extractive import Section, SummaryLine, summarise

pytestmark = pytest.mark.unit

CALL = (
    "A: 您好，95598，请讲。",
    "C: 喂，我家停电了，就我一家，邻居都有电。",
    "A: 您的地址报一下。",
    "C: 桂花里小区9号楼602，哦不对，是6号楼902。",
    "A: 抢修师傅四十五分钟内到。",
    "C: 那冰箱里的东西坏了能不能赔？",
    "A: 我给您登记一下。",
    "C: 好的，谢谢。",
)


def turns() -> list[Turn]:
    roles: dict[str, Speaker] = {"A": "agent", "C": "customer"}
    return [Turn(roles[line[0]], line[3:]) for line in CALL]


def texts(lines: tuple[SummaryLine, ...], section: Section) -> list[str]:
    return [line.text for line in lines if line.section is section]


def test_sections_hold_problem_facts_promise_and_open_question() -> None:
    lines = summarise(turns())
    assert "我家停电了" in texts(lines, Section.PROBLEM)
    assert texts(lines, Section.FACTS) == ["桂花里小区6号楼902"]
    assert texts(lines, Section.PROMISED) == ["抢修师傅四十五分钟内到"]
    assert texts(lines, Section.OPEN) == ["那冰箱里的东西坏了能不能赔"] or "冰箱" in texts(lines, Section.OPEN)[0]


def test_what_was_taken_back_is_not_claimed() -> None:
    assert all("9号楼602" not in line.text for line in summarise(turns()))


def test_every_line_is_quoted_from_the_utterances_it_names() -> None:
    said = turns()
    for line in summarise(said):
        assert line.turns
        if line.field is None:
            assert any(line.text in said[place].text for place in line.turns)


def test_facts_of_the_agent_take_the_place_of_those_found() -> None:
    assert texts(summarise(turns(), facts={}), Section.FACTS) == []
    assert FactField.ADDRESS in {line.field for line in summarise(turns())}


def test_greetings_and_thanks_are_left_out() -> None:
    assert summarise([Turn("agent", "您好，请讲。"), Turn("customer", "好的，谢谢。")]) == ()
    assert summarise([]) == ()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("下午三点，哦不，四点前给您回电", ["四点前给您回电"]),
        ("没有改口，就这样", ["没有改口", "就这样"]),
        ("", []),
    ],
)
def test_a_correction_removes_the_clause_before_it(said: str, kept: list[str]) -> None:
    assert [clause.text for clause in standing_clauses(said)] == kept
