"""Pure: which of the words that a caller and an entry share say why the entry was found."""

from __future__ import annotations

import re

SHORTEST = 2
_EMPTY = re.compile(
    r"(?:我们|你们|他们|咱们|我家|家里|自家|自己|这个|那个|这边|那边|这样|那样|这种|那种|一个|一下|一直|一些|一点|有点|有的|东西|"
    r"事情|问题|情况|原因|时候|今天|昨天|明天|前天|现在|刚才|突然|已经|还是|就是|不是|是不是|有没有|没有|能不能|可以|可不可以|"
    r"怎么|怎么办|怎么样|为什么|什么|多少|哪里|哪儿|如何|请问|需要|应该|知道|觉得|感觉|好像|可能|因为|所以|但是|然后|"
    r"还有|另外|办理|处理|解决|申请一下|麻烦|帮忙|师傅|客服|先生|女士|"
    r"[的了吗呢吧啊呀么嘛是在和与或及有我你您他她它这那个就都也还要想能请把被给对从到不没会去说着过很])+"
)


def carries_meaning(words: str) -> bool:
    """Tell whether words of a caller are a reason: two characters or more, and more than words that everybody says."""
    stripped = re.sub(r"[\W_]+", "", words)
    return len(stripped) >= SHORTEST and _EMPTY.fullmatch(stripped) is None
