from __future__ import annotations

from dataclasses import replace

import pytest

from speech.events import Alternative
from speech.settings import Language
from speech.stt.base import Recognition
from speech.text.changes import written_text
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


SENTENCES = ("怎么解约亲情账户", "亲情账户怎么开通，怎么批量预约", "我家停电了，电费怎么算")


def heard_as(text: str, *others: str, language: Language = Language.CHINESE) -> Recognition:
    alternatives = tuple(Alternative(other, 0.66) for other in others)
    return Recognition(text, 0.68, 0.0, language, "test", alternatives)


def test_of_two_texts_that_sound_right_the_one_of_the_trade_is_preferred():
    finished = TextFinisher(sentences=SENTENCES).finish(heard_as("我要解约清醒账户", "我要解约亲情账户"))
    assert (finished.text, finished.confidence) == ("我要解约亲情账户", 0.66)
    assert [(other.text, other.confidence) for other in finished.alternatives] == [("我要解约清醒账户", 0.68)]


def test_what_sounds_wrong_is_not_preferred_for_its_words():
    unlikely = replace(heard_as("我要解约清醒账户"), alternatives=(Alternative("我要解约亲情账户", 0.2),))
    assert TextFinisher(sentences=SENTENCES).finish(unlikely).text == "我要解约清醒账户"


def test_without_sentences_and_in_english_the_first_text_stays():
    assert TextFinisher().finish(heard_as("我要解约清醒账户", "我要解约亲情账户")).text == "我要解约清醒账户"
    english = heard_as("my power is of", "my power is off", language=Language.ENGLISH)
    assert TextFinisher(sentences=("my power is off",)).finish(english).text == "my power is of"


def test_a_text_that_was_rejected_stays_empty():
    finished = TextFinisher(sentences=SENTENCES).finish(heard_as("", "我要解约亲情账户"))
    assert (finished.text, finished.alternatives) == ("", ())


def test_a_text_tells_what_was_mended_and_which_numbers_are_written_as_figures():
    finished = TextFinisher(["欠费"]).finish(heard_as("我家線費了,一百一十块零四毛,户号零七一二三四"))
    assert finished.text == "我家欠费了，一百一十块零四毛，户号零七一二三四"
    assert [(change.heard, change.written) for change in finished.changes] == [
        ("线费", "欠费"),
        ("一百一十块零四毛", "110.4元"),
        ("零七一二三四", "071234"),
    ]
    places = [(change.start, change.end, change.written) for change in finished.changes]
    assert written_text(finished.text, places) == "我家欠费了，110.4元，户号071234"


def test_english_and_an_empty_text_have_no_changes():
    assert TextFinisher().finish(heard_as("four five six seven", language=Language.ENGLISH)).changes == ()
    assert TextFinisher().finish(heard_as("...")).changes == ()
