"""Words of danger in a question, and the entries that protect people: these lead, whatever else is alike; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.search.question.analysis.folding import closed_up, fold


@dataclass(frozen=True, slots=True)
class _Danger:
    """A kind of danger: how callers name it, and how an entry about it names it."""

    words: re.Pattern[str]
    topic: re.Pattern[str]


_FIRE = "(?:(?<![打不着点])着火|着起来|起火|冒火(?!苗)|喷火|爆燃|爆炸|炸了)"
_DANGERS = (
    _Danger(
        re.compile(
            "(?:燃气|煤气|天然气|液化气|管道气|气管|气表|软管)[^，。,]{0,4}(?:泄漏|泄露|漏)|漏气|跑气|(?:燃气|煤气|天然气|臭)味|臭鸡蛋|gasleak"
        ),
        re.compile("燃气味|煤气味|漏气|泄漏|燃气泄漏"),
    ),
    _Danger(
        re.compile("一氧化碳|煤气中毒|气中毒|co中毒|(?:洗澡|热水器|烧炭)[^，。,]{0,6}(?:头晕|晕倒|昏|恶心)"),
        re.compile("一氧化碳|中毒"),
    ),
    _Danger(
        re.compile(
            "触电|电到人|电着人|电死|被电(?:了|到|倒|击|麻)|漏电|麻电|电麻|"
            "(?:水里|水中|进水|积水|龙头|铁|金属|杆|护栏|外壳|洗澡)[^，。,]{0,4}(?:带电|(?<!没)有电(?![话视表费梯器源]))"
        ),
        re.compile("触电|漏电"),
    ),
    _Danger(
        re.compile(
            "电线(?:掉|断|落|垂|着火|冒)|断线落地|"
            "(?:电表|表箱|变压器|电箱|电线|线路|插座|插排|插板|插头|开关|空开|电闸|配电箱|配电房|电缆|充电桩)"
            f"[^，。,]{{0,4}}(?:{_FIRE}|冒烟|烧焦|糊味)|"
            "(?:插座|插排|插板|插头|开关|空开|电闸|配电箱)[^，。,]{0,4}火花"
        ),
        re.compile("(?<![打不])着火|冒烟|起火|断线|落地|电线"),
    ),
    _Danger(
        re.compile(f"(?:(?<!暖)气|灶|煤气罐|钢瓶|热水器|壁挂炉|厨房)[^，。,]{{0,4}}{_FIRE}"),
        re.compile("爆炸|(?<![打不])着火|起火|爆燃|燃气味|泄漏"),
    ),
    _Danger(re.compile("(?<![打不着点])(?:着火|起火)"), re.compile("(?<![打不])着火|起火|爆燃")),
)
_NO_EMERGENCY = re.compile(
    "多少钱|价格|收费|费用|怎么买|哪里买|哪儿买|型号|保险|举报|自己(?:检查|查|检测)|怎么(?:检查|查|检测|测|预防|防止)|如何(?:检查|检测|预防|防止)|报警器|保护器|证明|赔偿|原因"
)
"""Who asks so asks about something to buy, to test or to settle later."""
_PROTECTS = re.compile(
    "撤离|撤到|疏散|离开|远离|不要靠近|不要触碰|不要碰|室外|通风|开窗|断电|切断|120|119|急救|禁火|明火"
)
PROTECTING_FEWEST = 2
_ELSEWHERE = re.compile("楼道|马路|井盖|绿化|邻居|对门|钢瓶|软管|地下室|车库|施工|路面|积水|保护器")
"""Places and things that a question names when it means them; without them people are at home."""


def danger_of(question: str) -> re.Pattern[str] | None:
    """Return how entries about the danger that a question reports are named; None for every other question."""
    text = "".join(closed_up(fold(question)).text.split())
    if _NO_EMERGENCY.search(text):
        return None
    return next((danger.topic for danger in _DANGERS if danger.words.search(text)), None)


def protection(question: str, topic: re.Pattern[str], title: str, path: Sequence[str], script: str) -> int:
    """Return how far an entry about a fault protects people from a danger; 0 for one about something else.

    Args:
        question: That reports the danger.
        topic: From `danger_of`.
        title: Of the entry.
        path: Chinese names of its category.
        script: What the agent says; the steps that save lives stand there.
    """
    is_about = bool(topic.search(title)) or any(topic.search(name) for name in path)
    if not is_about:
        return 0
    is_elsewhere = any(place not in question for place in _ELSEWHERE.findall(title))
    return max(1, len(set(_PROTECTS.findall(script))) + 2 * bool(topic.search(title)) - 4 * is_elsewhere)
