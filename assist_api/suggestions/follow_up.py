"""Pure: whether a question goes on about the matter so far: `得拿些啥？`, `前几年多交的给不给退？`."""

from __future__ import annotations

import re

from kb.search.ranking.asked_thing import ANY_THING_CHARACTERS, things_in

_NOT_HAN = re.compile("[^\u3400-\u9fff]")
_OF_ANY_MATTER = re.compile(
    ".*(?:娃|孩|老人|老太|师傅|人家|妈|爸|爹|媳妇|先生|女士|同志|邻居).*|"
    ".*钱|收费|付费|缴费|免费|费用|.*时间|证件|材料|手续|证明|上门|网上|当天|营业厅"
)
"""Who a question is for, what it costs, how long it takes and what to bring are asked about every matter."""


def is_follow_up(question: str) -> bool:
    """Tell whether a question is short and names no thing of its own, so that only the matter so far explains it."""
    text = _NOT_HAN.sub("", question)
    return 0 < len(text) <= ANY_THING_CHARACTERS and all(map(_OF_ANY_MATTER.fullmatch, things_in(text)))
