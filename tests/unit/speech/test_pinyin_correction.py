from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.text.correction import PinyinCorrector

pytestmark = pytest.mark.unit

VOCABULARY = [
    *("欠费", "抄表", "过户", "阶梯", "阶梯电价", "线损", "停电", "电费", "电价", "缴费", "核实", "煤气味", "机顶盒"),
    *("供暖费", "停暖", "变压器", "报修", "峰谷电价", "户号", "使用", "试用", "用电", "交费", "小区", "燃气费"),
]


@pytest.fixture(scope="module")
def corrector() -> PinyinCorrector:
    return PinyinCorrector(VOCABULARY)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("我家线费了", "我家欠费了"),
        ("还没有来超表", "还没有来抄表"),
        ("要办过护手续", "要办过户手续"),
        ("解体电价怎么算", "阶梯电价怎么算"),
        ("线纯是什么意思", "线损是什么意思"),
        ("既定和显示没有信号", "机顶盒显示没有信号"),
        ("风谷电价怎么申请", "峰谷电价怎么申请"),
        ("家里有一股没气味", "家里有一股煤气味"),
        ("便压器声音很大", "变压器声音很大"),
        ("我要报休", "我要报修"),
        ("申请挺暖", "申请停暖"),
    ],
)
def test_homophones_are_mended(corrector: PinyinCorrector, heard: str, meant: str):
    assert corrector.correct(heard) == meant


@pytest.mark.parametrize(
    "sentence",
    [
        "这个公司解体了",
        "你觉得合适吗",
        "三和十五",
        "今天天气怎么样，我想去公园走走",
        "我先生电话打不通",
        "是用手机还是电脑",
        "他交了费还是没有电",
        "你们消费者热线是多少",
        "近几年不但我用书给女儿压岁",
        "I use 42 kWh",
        "",
    ],
)
def test_other_sentences_are_left_alone(corrector: PinyinCorrector, sentence: str):
    assert corrector.correct(sentence) == sentence


def test_words_of_the_vocabulary_are_never_turned_into_each_other(corrector: PinyinCorrector):
    for word in VOCABULARY:
        assert corrector.correct(word) == word


def test_two_equally_near_words_leave_the_text_alone():
    assert PinyinCorrector(["缴费", "交费"]).correct("已经搅费了") == "已经搅费了"


def test_vocabulary_keeps_only_words_it_can_mend_to():
    assert len(PinyinCorrector(["电", "欠费", "95598", "国网北京市电力公司", "WiFi"])) == 1


@given(st.text(alphabet="我家的线费超表过护解体电价了在十五,。abc12 ", max_size=30))
def test_correction_keeps_the_length_and_settles(text: str):
    corrector = PinyinCorrector(VOCABULARY)
    once = corrector.correct(text)
    assert len(once) == len(text)
    assert corrector.correct(once) == once
