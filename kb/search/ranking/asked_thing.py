"""The thing that a short question asks about, and whether an entry is about it; pure.

身份证丢了怎么补办 shares verb and form with 燃气卡丢了怎么补办 and nothing else: every likeness is high, and the
answer is wrong. A short question names one thing, and an entry that answers it names that thing where it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import rjieba

from kb.kinds import DocumentKind
from kb.search.question.analysis.questions import AnalysedQuestion
from kb.search.ranking.features import Floats
from kb.search.ranking.projections import ProjectedDocument

FIRST_THING_CHARACTERS = 12
"""In a question of at most so many characters the first thing named is what is asked about.

Longer ones tell a story, in which the thing is named anywhere: of 224 rightly answered gold questions this rule touches
one up to 12 characters and 6 up to 14.
"""
ANY_THING_CHARACTERS = 14
"""Up to so many characters at least one of the things named must be the entry's."""
OTHER_THING_SHARE = 0.3
"""What is left of the confidence in an entry about another thing: below every threshold of an answer."""
_FEWEST_VARIANTS = 2
"""One way to ask among many may name a thing by the way (冰箱 in 电压低), two do not."""
_LOOKED_AT = 20
_HAN = re.compile("[\u3400-\u9fff]")
_ASKING = re.compile("怎么|怎样|咋|如何|多少|什么|啥|哪|几|是不是|有没有|能不能|可不可以")
_THING_TAGS = ("n", "j", "l", "i")
_NO_THING = frozenset(
    [
        "时候",
        "方法",
        "问题",
        "师傅",
        "家里",
        "单位",
        "情况",
        "电话",
        "钱",
        "地方",
        "东西",
        "人",
        "事",
        "办理",
        "家",
        "我家",
        "手续",
        "材料",
        "业务",
        "小区",
        "楼",
        "先生",
        "女士",
        "你们",
        "费用",
        "时间",
        "原因",
        "办法",
        "公司",
        "客户",
        "用户",
        "要点",
        "有点",
        "太好了",
        "投诉",
        "报修",
        "表扬",
        "举报",
        "咨询",
        "查询",
        "停",
        "开",
        "坏",
        "丢",
        "换",
        "家中",
        "屋里",
        "房间",
    ]
)
"""Words that name no thing of their own: whoever says them asks about something else."""


def things_of(question: AnalysedQuestion) -> list[str]:
    """Return the things that a question names, in order; none for letters, long questions and single verbs."""
    return things_in(question.text)


def things_in(said: str) -> list[str]:
    """Return the things that a short text names; as `things_of`."""
    text = "".join(said.split())
    if len(text) > ANY_THING_CHARACTERS or not _HAN.search(text):
        return []
    return [word for word, tag in rjieba.tag(text) if tag.startswith(_THING_TAGS) and _is_thing(word)]


def _is_thing(word: str) -> bool:
    return word not in _NO_THING and not _ASKING.search(word) and bool(_HAN.search(word))


def without_other_things(
    question: AnalysedQuestion, documents: Sequence[ProjectedDocument], order: Sequence[int], confidences: Floats
) -> Floats:
    """Return the confidences, low for entries that are not about the thing asked about.

    Args:
        question: As it was asked, without a conversation before it: there the thing was named earlier.
        documents: Candidates.
        order: Their places, best first.
        confidences: Calibrated, by place.
    """
    things = things_of(question)
    if not things or question.context_text:
        return confidences
    lowered = np.array(confidences)
    for place in order[:_LOOKED_AT]:
        if not _is_about(things, question, documents[place]):
            lowered[place] *= OTHER_THING_SHARE
    return lowered


def _is_about(things: Sequence[str], question: AnalysedQuestion, document: ProjectedDocument) -> bool:
    said = "".join(question.text.split()).rstrip("?。!")
    if said and any(said in text.folded.text for text in document.asked):
        # Asked word for word: whatever the question names, it is what this entry answers.
        return True
    is_short = len("".join(question.text.split())) <= FIRST_THING_CHARACTERS
    wanted = things[:1] if is_short else things
    return any(_names(document, name) for thing in wanted for name in _names_of(thing, question))


def _names_of(thing: str, question: AnalysedQuestion) -> list[str]:
    """Return the thing and what curators say it is also called."""
    others = [
        other.text
        for synonym in question.synonyms
        if synonym.word in thing or thing in synonym.word
        for other in synonym.others
    ]
    return [thing, *others]


def _names(document: ProjectedDocument, thing: str) -> bool:
    if document.document.kind is DocumentKind.CASE or not document.asked:
        # A case has no ways to ask; nor has a text that came without a title.
        return any(_has(text.folded.text, thing) for text in (*document.asked, *document.told))
    title, *variants = (text.folded.text for text in document.asked)
    return _has(title, thing) or sum(_has(text, thing) for text in variants) >= _FEWEST_VARIANTS


def _has(text: str, thing: str) -> bool:
    """Tell whether a text has a thing, or for a long name a pair of its characters: 燃气热水器 is in 热水器."""
    if thing in text:
        return True
    return len(thing) > 2 and any(thing[at : at + 2] in text for at in range(len(thing) - 1))
