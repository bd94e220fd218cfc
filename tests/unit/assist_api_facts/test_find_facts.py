from __future__ import annotations

import pytest

from assist_api.facts.extraction import find_facts
from assist_api.facts.fields import FactField, Speaker, Turn

pytestmark = pytest.mark.unit


def dialogue(*lines: str) -> list[Turn]:
    roles: dict[str, Speaker] = {"A": "agent", "C": "customer"}
    return [Turn(roles[line[0]], line[3:]) for line in lines]


def values(*lines: str) -> dict[str, str]:
    return {field.value: fact.value for field, fact in find_facts(dialogue(*lines)).items()}


CASES = (
    (
        ("A: 请报户号。", "C: 零七一二，三四零，嗯等下", "A: 不急。", "C: 后面是八五六。"),
        {"account_number": "0712340856"},
    ),
    (
        ("A: 电话多少？", "C: 幺三七，九零零，", "A: 嗯。", "C: 九零零，六二四幺五。", "A: 13790062415。"),
        {"phone": "13790062415"},
    ),
    (("C: 我电话幺八六零四四二幺三七五，不对，最后两位是五七。",), {"phone": "18604421357"}),
    (("C: 我邻居电话是一三八零零一三八零零零，我的是一三九零零一三九零零零。",), {"phone": "13900139000"}),
    (("C: 物业的电话是一三八零零一三八零零零。",), {}),
    (("C: 你们95598打不通，12345也不管。",), {}),
    (("A: 请问贵姓？", "C: 免贵姓欧阳。"), {"name": "欧阳"}),
    (("C: 原来房主叫陶金花，我叫卓一凡。",), {"name": "卓一凡"}),
    (("A: 地址？", "C: 柳荫小区。", "A: 几号楼？", "C: 12号楼1单元801。"), {"address": "柳荫小区12号楼1单元801"}),
    (("C: 我住桂花里小区9号楼602，哦不对，是6号楼902。",), {"address": "桂花里小区6号楼902"}),
    (("A: 地址在哪里？", "C: 我家厨房里有一股煤气味。"), {}),
    (("A: 地址在哪里？", "C: 在卫生间里漏的，我住永安里。"), {"address": "永安里"}),
    (("C: 我家卫生间里漏水，我们这边小区叫幸福里。",), {"address": "幸福里"}),
    (("A: 现在表上多少？", "C: 三百五十六，不对不对，三百六十五。"), {"meter_reading": "365"}),
    (("C: 上个月一百二，这个月怎么扣了二百三十六块五。",), {"amount": "236.50"}),
    (("A: 一度五毛七。", "C: 哦，五毛七啊。"), {}),
    (("C: 今早六点多停的电。",), {"occurred_at": "今早六点多"}),
    (("A: 我们明天上午十点前给您回电话。",), {"callback_at": "明天上午十点前"}),
    (("A: 师傅明天上午上门。", "C: 好。"), {}),
    (("C: 随便问问。",), {}),
    ((), {}),
)


@pytest.mark.parametrize(("lines", "expected"), CASES)
def test_fields_hold_what_was_said_and_nothing_else(lines: tuple[str, ...], expected: dict[str, str]) -> None:
    assert values(*lines) == expected


def test_evidence_points_at_the_words() -> None:
    turns = dialogue("A: 请报户号。", "C: 户号是四零零二八八幺七。", "A: 40028817，对吧？", "C: 对。")
    fact = find_facts(turns)[FactField.ACCOUNT_NUMBER]
    quoted = [turns[place.turn].text[place.start : place.end] for place in fact.evidence]
    assert quoted == ["四零零二八八幺七", "40028817"]
    assert fact.is_confirmed


def test_a_number_that_the_agent_reads_from_the_file_counts_once_accepted() -> None:
    asked = ("A: 您的户号是5012778930，对吗？",)
    assert values(*asked, "C: 对。") == {"account_number": "5012778930"}
    assert values(*asked, "C: 不对。") == {}
