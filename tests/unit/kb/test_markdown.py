from __future__ import annotations

import pytest

from kb.markdown import plain_text

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("先看**总开关**。", "先看总开关。"),
        ("# 标题\n\n- 一\n- 二\n", "标题\n一\n二"),
        ("1. 见[规则](https://example.com)第`71`条", "见规则第71条"),
        ("|档|价|\n|-|-|\n|一|0.5|", "档\n价\n一\n0.5"),
        ("```\n户号\n```", "户号"),
        ("一行\n又一行", "一行\n又一行"),
        ("<script>alert(1)</script>\n\n![图](a.png)", "图"),
        ("", ""),
    ],
)
def test_markup_is_gone_and_text_stays(markdown: str, text: str) -> None:
    assert plain_text(markdown) == text
