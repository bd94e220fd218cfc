from __future__ import annotations

import re

import pytest

from assist_api.hints.phrases import PhraseSet, Spoken, expression
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("不归(我|我们)管", "这个，不归我 管。", "不归我 管"),
        ("跟您…核对", "我跟您再核对一下", "跟您再核对"),
        ("还有(其他|)问题", "还有问题吗", "还有问题"),
        ("Anything else", "is there anything else?", "anything else"),
        ("跟您…核对", "跟您说了半天现在总算可以开始来核对", None),
    ],
)
def test_a_phrase_is_found_whatever_the_punctuation_and_names_its_place(
    phrase: str, text: str, words: str | None
) -> None:
    place = PhraseSet([phrase]).find(Spoken(text))
    assert (text[place.start : place.end] if place else None) == words


def test_words_that_excuse_a_phrase_excuse_only_that_place() -> None:
    phrases = PhraseSet(["不知道"], ["不知道您方便吗"])
    assert phrases.find(Spoken("不知道您方便吗")) is None
    place = phrases.find(Spoken("不知道您方便吗？别的我不知道。"))
    assert place is not None
    assert place.start > len("不知道您方便吗")


@pytest.mark.parametrize(
    "phrase", ["(a|b", "a)", "…", "[0-9]点", "你*", "一" * 161, "甲…乙…丙…丁…戊…己", "(啊|)" * 9 + "好"]
)
def test_what_is_no_phrase_is_refused_by_name(phrase: str) -> None:
    with pytest.raises(InvalidInputError, match=re.escape(phrase[:10])):
        expression(phrase)
