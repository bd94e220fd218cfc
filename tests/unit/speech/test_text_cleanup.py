from __future__ import annotations

import pytest

from speech.events import Alternative
from speech.settings import Language
from speech.stt.base import Recognition
from speech.text.cleanup import clean
from speech.text.finishing import TextFinisher
from speech.text.simplify import simplify

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("您好,请问电费怎么查?", "您好，请问电费怎么查？"),
        ("我家 停电 了", "我家停电了"),
        ("电费1,250.5元,10:30交的", "电费1,250.5元，10:30交的"),
        ("好的.", "好的。"),
        ("第二档, ,从多少度开始", "第二档，从多少度开始"),
        ("，那我家呢", "那我家呢"),
        ("我用 WiFi 密码", "我用WiFi密码"),
        (" ... ，。", ""),
    ],
)
def test_chinese_reads_as_chinese(written: str, read: str):
    assert clean(written, Language.CHINESE) == read


def test_english_keeps_its_spaces_and_marks():
    assert clean("  My power is   out, can you help? ", Language.ENGLISH) == "My power is out, can you help?"


def test_traditional_becomes_simplified_and_english_passes():
    assert simplify("電費與燃氣費，please") == "电费与燃气费，please"


def test_finisher_simplifies_before_it_corrects():
    heard = Recognition("我家線費了,怎麼辦?", 0.8, 0.0, Language.CHINESE, "test")
    assert TextFinisher(["欠费"]).finish(heard).text == "我家欠费了，怎么办？"


def test_finisher_leaves_english_alone():
    heard = Recognition("the bill is wrong", 0.8, 0.0, Language.ENGLISH, "test")
    assert TextFinisher(["欠费"]).finish(heard).text == "the bill is wrong"


def test_alternatives_are_finished_like_the_text_and_told_once():
    others = ("我家线费了。", "我家電費了？", "我家电费了", "", "我家先费了")
    alternatives = tuple(Alternative(text, 0.7) for text in others)
    heard = Recognition("我家線費了", 0.8, 0.0, Language.CHINESE, "test", alternatives)
    finished = TextFinisher().finish(heard)
    assert [other.text for other in finished.alternatives] == ["我家电费了？", "我家先费了"]
