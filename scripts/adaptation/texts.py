"""What is spoken: the texts beside this file, and the questions and scripts of the demo knowledge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cn2an
import yaml

TEXTS = Path(__file__).with_name("texts")
ENGLISH = "english.txt"
DEMO_ENTRIES = Path("kb/demo/entries")
SHORTEST, LONGEST = 4, 60
"""Characters of a sentence of the knowledge base that is worth speaking."""

_DIGITS = "零一二三四五六七八九"
_VALUES = {character: str(value) for value, character in enumerate(_DIGITS)} | {"〇": "0", "幺": "1", "两": "2"}
_NUMERAL = re.compile(r"(?:百分之)?[零〇一二三四五六七八九幺两十百千万亿点]*[零〇一二三四五六七八九幺两十百千万亿]")
_WORDS = frozenset(
    ("十分", "千万", "万一", "十足", "万万", "百般", "万事", "百年", "十几", "几十", "好几", "百姓", "四周", "五金")
    + ("三相", "两相", "万能", "三通", "十字", "几块", "乱七八糟", "五花八门")
)
"""Words that hold numerals and stay words."""


def mandarin_lines() -> list[str]:
    """Return every Mandarin line once."""
    files = sorted(file for file in TEXTS.glob("*.txt") if file.name != ENGLISH)
    written = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return list(dict.fromkeys([*written, *_knowledge()]))


def _knowledge() -> Iterator[str]:
    for file in sorted(DEMO_ENTRIES.glob("*.yaml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["entries"]:
            sentences = re.findall(r"[^。？！\n]+[。？！]?", entry.get("script") or "")
            for text in (*entry["variants"], entry["title"], *sentences):
                if SHORTEST <= len(text) <= LONGEST and not re.search(r"[0-9A-Za-z*<>\[\]|]", text):
                    yield text


def in_figures(text: str) -> str:
    """Return the line with its numbers as a work order has them: 八十六号 → 86号, 幺三八… → 138…."""

    def figure(match: re.Match[str]) -> str:
        around = text[max(0, match.start() - 2) : match.end() + 2]
        if any(word in around for word in _WORDS):
            return match.group()
        return _figure(match.group())

    return _NUMERAL.sub(figure, text)


def _figure(numeral: str) -> str:
    percent = numeral.startswith("百分之")
    body = numeral.removeprefix("百分之")
    if "点" in body:  # A time: both halves by themselves. Decimals are rare, and stay words.
        hour, _, minutes = body.partition("点")
        return numeral if percent or len(minutes) == 1 else f"{_figure(hour)}点{_figure(minutes)}"
    if body and all(character in _VALUES for character in body):
        is_long = len(body) >= 3 or percent or (len(body) == 2 and ("幺" in body or "零" in body))
        figures = "".join(_VALUES[character] for character in body) if is_long else None
    elif not body or body[0] in "百千万亿" or body[-1] in "万亿":
        figures = None
    else:
        try:
            figures = str(int(cn2an.cn2an(body, "smart")))
        except ValueError:
            figures = None
    return numeral if figures is None else figures + ("%" if percent else "")
