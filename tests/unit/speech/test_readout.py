from __future__ import annotations

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.numerals import parse_number
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


SUMS = st.tuples(st.integers(0, 10**8), st.integers(0, 99))
DIGITS = st.text("0123456789", min_size=4, max_size=24)
SPOKEN = dict(zip("零幺二三四五六七八九", "0123456789", strict=True))


@given(DIGITS)
def test_an_account_number_can_be_written_down_from_what_is_said(digits: str) -> None:
    said = read_out(f"户号{digits}").removeprefix("户号")
    assert "".join(SPOKEN[sign] for sign in said if sign != "，") == digits


@given(SUMS)
def test_a_sum_can_be_written_down_from_what_is_said(amount: tuple[int, int]) -> None:
    yuan, cents = amount
    said = read_out(f"{yuan}.{cents:02d}元")
    whole, _, rest = said.partition("元") if "元" in said else ("零", "", said)
    tenths, _, hundredths = rest.partition("角") if "角" in rest else ("零", "", rest)
    heard = [parse_number(part.strip("分").removeprefix("零") or "零") for part in (whole, tenths, hundredths)]
    assert heard[0] * 100 + heard[1] * 10 + heard[2] == yuan * 100 + cents


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.times())
def test_dates_and_times_keep_no_figure(day: date, hour: time) -> None:
    said = read_out(f"{day:%Y-%m-%d} {hour:%H:%M}")
    assert not any(sign.isdecimal() or sign in "-:" for sign in said)


@given(st.text("0123456789.,:-/%元¥℃月日号年 户", max_size=40))
def test_no_figure_of_any_text_is_left_to_the_voice(text: str) -> None:
    assert not any(sign in "0123456789" for sign in read_out(text))
