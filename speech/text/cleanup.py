"""Spaces and punctuation as a reader of each language expects them."""

from __future__ import annotations

import re

from speech.settings import Language

_CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff"
_FULL_WIDTH = {",": "，", "?": "？", "!": "！", ";": "；", ":": "："}
_MARK = re.compile(r"(?<!\d)[,:;?!]|[,:;?!](?!\d)")
_FULL_STOP = re.compile(rf"(?<=[{_CHINESE}])\.(?!\w)")
_SPACE_BESIDE_CHINESE = re.compile(rf"(?<=[{_CHINESE}，。？！；：、])\s+|\s+(?=[{_CHINESE}，。？！；：、])")
_REPEATED_MARKS = re.compile(r"([，。？！；：、])[，。？！；：、]+")
_LEADING_MARKS = re.compile(r"^[\s，。？！；：、,.?!;:…·-]+(?=\w)")
_ONLY_MARKS = re.compile(r"[\W_]*")


def clean(text: str, language: Language) -> str:
    """Return the text with even spacing; empty when it holds no letter and no digit."""
    text = " ".join(text.split())
    if _ONLY_MARKS.fullmatch(text):
        return ""
    if language is Language.CHINESE:
        text = _clean_chinese(text)
    return _LEADING_MARKS.sub("", text)


def _clean_chinese(text: str) -> str:
    text = _MARK.sub(lambda mark: _FULL_WIDTH[mark.group()], text)
    text = _FULL_STOP.sub("。", text)
    text = _SPACE_BESIDE_CHINESE.sub("", text)
    return _REPEATED_MARKS.sub(r"\1", text)
