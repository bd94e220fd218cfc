from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest

from assist_api.curation.comparison import Side, find_pairs
from curation.pairs import PairLabel

pytestmark = pytest.mark.unit
FEE = (
    "1. 核对户号、户名和表号，确认客户说的是哪块表。2. 说明流程：登记后三个工作日内上门拆表送检，期间装周转表。"
    "3. 校验费每块60元，表不准的退还，表准的由客户承担。"
    "4. 检定结果出来后电话告知，书面报告可以邮寄，也可以到营业厅领取。"
)
OTHER = (
    "1. 先问清楚是全屋没水还是只有一个龙头没水。2. 查停水公告，公告里有的告知预计恢复时间。3. 没有公告的登记报修，"
    "抢修人员两小时内到现场。4. 提醒客户关好龙头，恢复供水后先放水五分钟，等水清了再用，水质异常的另行登记送检。"
)
NEAR = np.array([[1.0, 0.0], [0.8, 0.6]], dtype=np.float32)


def side(number: int, title: str, answer: str) -> Side:
    return Side(UUID(int=number), UUID(int=number + 100), "water", title, answer)


def labels(one: str, other: str) -> list[PairLabel]:
    pairs = find_pairs([side(1, "校验水表收费吗", one), side(2, "验一块水表多少钱", other)], NEAR)
    return [pair.verdict.label for pair in pairs]


def test_long_answers_with_another_fee_contradict_each_other() -> None:
    assert labels(FEE, FEE.replace("60元", "80元").replace("每块", "一块")) == [PairLabel.CONTRADICTION]


def test_long_answers_in_almost_the_same_words_are_duplicates() -> None:
    assert labels(FEE, FEE.replace("书面报告可以邮寄", "报告可邮寄")) == [PairLabel.DUPLICATE]


def test_long_answers_on_one_subject_are_left_alone() -> None:
    assert labels(FEE, OTHER) == []


def test_short_answers_need_no_words_in_common() -> None:
    assert labels("水表到期更换，表费由用户自己出。", "居民水表轮换，费用由供水企业承担。") == [PairLabel.CONTRADICTION]
