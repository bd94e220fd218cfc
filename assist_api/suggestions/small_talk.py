"""Pure: which parts of an utterance say something about the caller's matter.

Greetings, back-channels, names, numbers and addresses would only find wrong entries. They are recognised clause by
clause, so that "你好我姓王，家里没电了" keeps its second half. Offsets count Unicode code points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BREAK = re.compile(r"[，。！？；、：,!?;:…~]+|(?<![0-9])\.|\.(?![0-9])|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_CHATTER = re.compile(
    r"(?:嗯|啊|哦|噢|喔|唉|哎|诶|欸|喂|呃|额|哈|呵|呀|呢|吧|嘛|了|的|哪|那|这|就|我|您|你|你们|那个|这个|就是|然后|好|好的|行|成|可以|没事|没关系|对|"
    r"对的|是|是的|是吧|是吗|对吗|对吧|没错|没有|没|不是|不用|不要|知道|知道了|明白|清楚|了解|谢谢|多谢|感谢|非常|不客气|不谢|再见|拜拜|"
    r"你好|您好|早上|上午|中午|下午|晚上|请讲|请说|请问|请|稍等|等一下|等等|一下|麻烦|辛苦|不好意思|抱歉|对不起|听得到|听得见|能听到|"
    r"就这样|这样|就这些|没别的|没问题|问一下|想问|咨询|反映|情况|客服|师傅|同志|先生|女士|小姐|供电公司|服务热线|热线|"
    r"ok|okay|yes|yeah|no|hello|hi|thanks|thank you|you|please|bye|goodbye|right|sure|um|uh|\s)+",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:我|本人|户主|机主|他|她|免贵|这边)*(?:姓|叫|名字是|名字叫|名叫|户名是?)[\u4e00-\u9fff]{1,5}")
_NUMERALS = r"0-9零〇○一二两三四五六七八九幺十百"
_NUMBER = re.compile(rf"[{_NUMERALS}][{_NUMERALS}\s-]{{3,}}")
_NUMBER_WORDS = re.compile(
    r"户号|客户编号|编号|电话|手机号?|联系方式|号码|身份证|尾号|卡号|我的|我|是|的|您|记|一下|就|也|这个|那个|应该|好像"
)
_ADDRESS = re.compile(
    rf"[\u4e00-\u9fff]{{1,6}}?(?:省|市|区|县|镇|乡|村|街道|小区|花园|家园|新村|公寓|大厦|大道|路|街|巷|弄|苑|庭)"
    rf"|[{_NUMERALS}A-Za-z]+(?:号楼|号院|栋|幢|单元|号|室|楼|层|户|弄|期|组)"
)
_ADDRESS_WORDS = re.compile(r"地址|住在|住|位置|我家|家|我们|我|在|是|的|这边|那边|这里|就|啊|嗯|那个|您|记")
_WORD = re.compile(r"[\u4e00-\u9fff]|[A-Za-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Half-open range of an utterance."""

    start: int
    end: int


def content_spans(text: str) -> list[TextSpan]:
    """Return the clauses that say something about the matter, in order."""
    return [span for span in _clauses(text) if _has_content(text[span.start : span.end])]


def content_length(text: str) -> int:
    """Count the characters of Chinese and the words of other scripts that carry meaning."""
    return len(_WORD.findall(text))


def _clauses(text: str) -> list[TextSpan]:
    bounds = [0]
    for match in _BREAK.finditer(text):
        bounds += [match.start(), match.end()]
    bounds.append(len(text))
    pairs = zip(bounds[::2], bounds[1::2], strict=True)
    return [TextSpan(start, end) for start, end in pairs if text[start:end].strip()]


def _has_content(clause: str) -> bool:
    stripped = clause.strip()
    return not (
        _CHATTER.fullmatch(stripped)
        or _NAME.fullmatch(stripped)
        or _is_only(stripped, _NUMBER, _NUMBER_WORDS)
        or _is_only(stripped, _ADDRESS, _ADDRESS_WORDS)
    )


def _is_only(clause: str, data: re.Pattern[str], words_around: re.Pattern[str]) -> bool:
    """Tell whether nothing of weight is left of a clause without the data and the words said around it."""
    without_data = data.sub("", clause)
    return without_data != clause and content_length(words_around.sub("", without_data)) <= 1
