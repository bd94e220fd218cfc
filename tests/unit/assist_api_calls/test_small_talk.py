from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist_api.suggestions.small_talk import content_spans

pytestmark = pytest.mark.unit


def contents(text: str) -> list[str]:
    return [text[span.start : span.end] for span in content_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "喂，你好",
        "嗯嗯，好的好的。",
        "对，是的，没错",
        "我姓王",
        "我叫张建国，免贵姓张",
        "户号是3205 1187 6602",
        "我的电话是一三八零零一二三四五六",
        "我住在幸福小区3号楼2单元501",
        "地址是建设路16号",
        "好，谢谢你啊，再见",
        "Okay, thank you, bye.",
        "",
        "……",
    ],
)
def test_talk_around_the_matter_is_not_searched(text: str) -> None:
    assert contents(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好我姓王，家里没电了", ["你好我姓王", "家里没电了"]),
        ("你好，我姓王，家里没电了。", ["家里没电了"]),
        ("停电", ["停电"]),
        ("幸福小区3号楼停电了", ["幸福小区3号楼停电了"]),
        ("电费3.5块对吗，怎么这么多", ["电费3.5块对吗", "怎么这么多"]),
        ("好的 我家没有电", ["我家没有电"]),
        ("the meter is broken, thanks", ["the meter is broken"]),
    ],
)
def test_what_concerns_the_matter_stays(text: str, expected: list[str]) -> None:
    assert contents(text) == expected


@given(st.text(max_size=80))
def test_spans_are_ordered_and_inside_the_text(text: str) -> None:
    position = 0
    for span in content_spans(text):
        assert position <= span.start < span.end <= len(text)
        position = span.end
