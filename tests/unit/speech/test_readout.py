from __future__ import annotations

import re

import pytest

from speech.tts.readout import read_out, say_identifier, say_money, say_time

pytestmark = pytest.mark.unit

CASES = (
    ("本月电费236.50元", "本月电费二百三十六元五角"),
    ("余额¥1,860.05", "余额一千八百六十元零五分"),
    ("停电时间2026-11-08 08:00到18:30", "停电时间二零二六年十一月八日 八点到十八点三十分"),
    ("11月8日14:05来电", "十一月八日十四点零五分来电"),
    ("户号0712340856", "户号零七幺二，三四零八，五六"),
    ("请拨打13922064418", "请拨打幺三九，二二零六，四四幺八"),
    ("座机0512-65889900", "座机零五幺二，六五八八，九九零零"),
    ("热线95598", "热线九五五九八"),
    ("上涨20%", "上涨百分之二十"),
    ("室温-5℃", "室温零下五摄氏度"),
    ("电价0.5469元一度", "电价零点五四六九元一度"),
    ("用了128度", "用了一百二十八度"),
    ("1000兆宽带", "一千兆宽带"),
    ("需要2个工作日", "需要两个工作日"),
    ("第3单元", "第三单元"),
    ("共10005户", "共一万零五户"),
    ("没有数字", "没有数字"),
)


@pytest.mark.parametrize(("written", "said"), CASES)
def test_figures_are_written_as_they_are_said(written: str, said: str) -> None:
    assert read_out(written) == said


@pytest.mark.parametrize("written", [written for written, _ in CASES])
def test_no_figure_is_left_to_the_voice(written: str) -> None:
    assert re.search(r"\d", read_out(written)) is None


def test_money_leaves_out_what_is_nought() -> None:
    assert [say_money(amount) for amount in ("0", "12", "0.05", "3.40", "20.06")] == [
        "零元", "十二元", "五分", "三元四角", "二十元零六分",
    ]  # fmt: skip


def test_two_o_clock_is_said_with_the_other_two() -> None:
    assert say_time(2, 0) == "两点"


def test_a_last_digit_does_not_stand_alone() -> None:
    assert say_identifier("550100382") == "五五零幺，零零三八二"
