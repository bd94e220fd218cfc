"""Neighbours of what was missed in dialogues of strangers, field by field; None where nobody said it."""

from __future__ import annotations

import pytest

from assist_api.facts.extraction import find_facts
from assist_api.facts.fields import FactField, Turn

pytestmark = pytest.mark.unit

_AGENT = "坐席："
CASES = [
    ("callback_at", "坐席：我们核实后后天上午十点前给您回电", "后天上午十点前"),
    ("callback_at", "坐席：最迟下周三之前给您一个答复", "最迟下周三之前"),
    ("callback_at", "坐席：两个小时之内会有人跟您联系", "两个小时之内"),
    ("callback_at", "坐席：今天下班前短信通知您结果", "下班前"),
    ("callback_at", "坐席：48小时内有专员回访您", "48小时内"),
    ("callback_at", "坐席：月底之前书面回复您", "月底之前"),
    ("callback_at", "坐席：师傅四十分钟到您家", None),
    ("callback_at", "坐席：明天下午两点到四点给您打电话确认", "明天下午两点到四点"),
    ("callback_at", "坐席：七个工作日内我们电话告知您处理结果", "七个工作日内"),
    ("callback_at", "坐席：您明天九点以后再打过来", None),
    ("callback_at", "坐席：半个小时以后我给您回过去", "半个小时以后"),
    ("callback_at", "坐席：预计十八点恢复送电", None),
    ("occurred_at", "从前天夜里就没水了", "前天夜里"),
    ("occurred_at", "坐席：什么时候开始的 / 大概今早五点来钟吧", "今早五点来钟"),
    ("occurred_at", "上礼拜六晚上开始跳闸", "上礼拜六晚上"),
    ("occurred_at", "刚才一下子就黑了", "刚才"),
    ("occurred_at", "昨儿后半夜漏的", "昨儿后半夜"),
    ("occurred_at", "十一月三号中午停的电", "十一月三号中午"),
    ("occurred_at", "冬至那天开始不热", "冬至那天"),
    ("occurred_at", "我今年七十一了，灯不亮", None),
    ("occurred_at", "我昨天交的电费", None),
    ("occurred_at", "半小时前突然爆的", "半小时前"),
    ("meter_reading", "坐席：您看一下表上现在是多少 / 零零三八二六", "3826"),
    ("meter_reading", "坐席：水表读数报一下 / 一千二百零五个字", "1205"),
    ("meter_reading", "坐席：燃气表现在显示多少方 / 两千三百四十五点六", "2345"),
    ("meter_reading", "我自己看的，黑色的数字是零幺二五七", "1257"),
    ("meter_reading", "坐席：现在表走到多少了 / 上个月是九百，现在九百八十二", "982"),
    ("meter_reading", "表底是 4471 度，你们抄成 4741", "4471"),
    ("meter_reading", "坐席：屏幕上显示多少 / 五五六，哦不对，五五九", "559"),
    ("meter_reading", "坐席：您家表号多少 / 零零三八二六一一", None),
    ("meter_reading", "坐席：止码多少 / 八千零七", "8007"),
    ("meter_reading", "热量表现在是三千六百二", "3620"),
    ("amount", "扣了我二百三十六块八", "236.80"),
    ("amount", "怎么这个月要一千零五十块", "1050.00"),
    ("amount", "你们多收我四十五元六角", "45.60"),
    ("amount", "我充了三百没到账", "300.00"),
    ("amount", "把那一百二还给我", "120.00"),
    ("amount", "一度五毛六，上个月才八十块，这个月三百一十二块", "312.00"),
    ("amount", "欠费多少 / 坐席：您一共欠九十八元五角", "98.50"),
    ("amount", "我交了两次，每次一百六十八块，退我一次的", "168.00"),
    ("amount", "就差五十块没退给我", "50.00"),
    ("amount", "现在一方气三块二", None),
    ("amount", "交了1,280元", "1280.00"),
    ("name", "坐席：怎么称呼您 / 我叫扎西卓玛", "扎西卓玛"),
    ("name", "坐席：您贵姓 / 姓仇，九字边那个仇", "仇"),
    ("name", "我是户主的女儿钱雨桐", "钱雨桐"),
    ("name", "坐席：您贵姓 / 张，弓长张", "张"),
    ("name", "坐席：户主姓名 / 户主是我爸郑大海，我叫郑小川", "郑小川"),
    ("name", "我是Anna Schmidt，租的房子", "Anna Schmidt"),
    ("address", "坐席：地址在哪 / 翠湖天地三期十一幢二单元六零三", "翠湖天地三期十一幢二单元六零三"),
    ("address", "坐席：您住哪 / 杨柳镇黄泥坡村五组", "杨柳镇黄泥坡村五组"),
    ("address", "没电了，金桂苑，快派人", "金桂苑"),
    ("address", "坐席：哪个位置 / 中原路跟化工路交叉口", "中原路跟化工路交叉口"),
    ("address", "坐席：地址 / 学府佳苑12-3-502", "学府佳苑12-3-502"),
    ("address", "我家在利民巷 27 号附 3 号", "27 号附 3"),
]
"""Field, what was said (utterances between slashes, those of the agent marked), value."""


@pytest.mark.parametrize(("field", "said", "value"), CASES)
def test_neighbours_fill_their_field_or_leave_it_empty(field: str, said: str, value: str | None) -> None:
    turns = [
        Turn("agent", text.removeprefix(_AGENT)) if text.startswith(_AGENT) else Turn("customer", text)
        for text in said.split(" / ")
    ]
    fact = find_facts(turns).get(FactField(field))
    assert (fact.value if fact else None) == value
