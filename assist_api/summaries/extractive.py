"""Summarises a call by quoting it: problem, facts, what was done, what was promised, open points. Pure.

Nothing is worded anew, so nothing can be claimed that was not said; every line names its utterances.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assist_api.facts.extraction import find_facts
from assist_api.facts.fields import Fact, FactField, Turn
from assist_api.suggestions.small_talk import content_length, content_spans
from assist_api.summaries.corrections import Clause, is_taken_back, standing_clauses

MAX_LINES = {"problem": 16, "done": 12, "promised": 6, "open": 4}
"""Clauses a section may quote; a longer call keeps the weightiest."""
_LEAST_CONTENT = 3
_ASKS = re.compile(
    r"吗$|呢$|什么|多少|几[点个号方度]|哪[里儿个位]|怎么(?!都|也)|贵姓|请问|是不是|有没有|能不能|可不可以|对不对|对吧$|对吗|是吧$|报一下|说一下|讲一下|提供一下|留个|方便.{0,4}吗|您(?:再)?看一下|核对一下吧"
)
_PROMISE = re.compile(
    r"(?:之前|以前|[点天号日午]前|以内|之内|内)|给您(?:回|打|答|发|联系)|回(?:电|复|访|您|话)|答复|上门|到现场|派(?:人|师傅|单)|安排|尽快|会(?:联系|通知|发|有|给|派|跟|去|来|打|在|尽)|到账|联系您|通知您|短信"
)
_DONE = re.compile(
    r"登记|已(?:经)?|查(?:到|了|过|询)|核(?:对|实)|录入|提交|派(?:单|了)|工单|升级|转(?:给|到|交)|反馈|上报|申请|受理|取消|开通|改(?:好|成)|办(?:好|理)|催|备注|记(?:下|上|录)|关闭|暂停|退|标记|加急|安排"
)
_GREETING = re.compile(
    r"(?:您好|你好|请讲|请说|很高兴|为您服务|热线|客服(?:中心)?(?:您好)?$|再见|拜拜|感谢|谢谢|不客气|满意|评价|还有(?:别的|其他)|还需要|别的需要|祝您|稍等|请稍|不着急|别着急|您别急|不急|请放心|放心|抱歉|对不起|不好意思|给您添麻烦|理解您|麻烦您|好的$|辛苦|久等|没关系|是的$)"
)
_COURTESY = re.compile(
    r"^(?:好的?|行|嗯|哦|对|是的?|可以|成|中|那行|那好|知道了?|明白了?|没有了?|没事|算了|谢谢.*|多谢.*|再见|不用了?|麻烦.*|我等着.*|快点.*|好嘞|好嘛)$"
)
_LEAD = re.compile(
    r"^(?:喂|哎|诶|嗯|呃|啊|哦|噢|额|那个|这个|就是说?|然后|同志|师傅|你好|您好|我跟你说|我说|那|我想问一下|我问一下|我想问|请问一下?)+[，,]?"
)


_YES_OR_NO = re.compile(r"(?:吗|没有?|么|了没)$")
_READ_BACK = re.compile(r"对|是吧|可以|方便|满意|需要|还有|号码|电话|姓|地址")
_BARE_ANSWER = re.compile(r"(?:(?:没有?|冇|莫|不|有|都|还没|早)[^，。]{0,3}|(?:早|已经|都|全)?[^，。]{1,2}[了过])")
_DENIED = re.compile(r"没|冇|莫|不|还没")
_OF_A_DEED = re.compile(
    r"^(?:那|您|你|现在|刚才|有没有)*(?P<what>(?:闻|看|听|关|开|打|报|换|充|交|试|拔|动|用|断|发现|收|联系|申请)[^，。]{1,10}?)(?:了?没有?|了?吗)$"
)
"""A question whose "no" is said as a sentence: 您闻到气味没有，没得 is 没闻到气味."""
_NAMED_PLACE = re.compile(r"[\u4e00-\u9fff]{2,}(?:[市县区镇乡村屯]|街道|小区)$")
_DIRECTION = re.compile(r"[东西南北]{2}[角侧]")
_SHORT_CHOICE = 6
"""Characters of an answer that only names one of two things asked: 是清水还是污水，清的."""
_WANTS = re.compile(r"退[钱款费]|赔|道歉|道个歉|换[新表]|复通|复热")
"""What a caller wants may be said in two signs."""


class Section(StrEnum):
    """A part of a summary."""

    PROBLEM = "problem"
    FACTS = "facts"
    DONE = "done"
    PROMISED = "promised"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of a summary.

    Attributes:
        section: Where it stands.
        text: Words that were said, or the value of a fact.
        turns: Utterances that prove it, in order.
        field: The fact that it gives; None for a quotation.
    """

    section: Section
    text: str
    turns: tuple[int, ...]
    field: FactField | None = None


def summarise(turns: Sequence[Turn], facts: Mapping[FactField, Fact] | None = None) -> tuple[SummaryLine, ...]:
    """Return the summary of a call, finished or not, in the order of the sections.

    Args:
        turns: What was said, in order.
        facts: Fields as the agent left them; found in the call when None.
    """
    known = find_facts(turns) if facts is None else facts
    lines = [*_quotations(turns, _numbers(known)), *_facts(known)]
    return tuple(
        line for section in Section for line in _weightiest([line for line in lines if line.section is section])
    )


_NUMBERS = (FactField.PHONE, FactField.ACCOUNT_NUMBER, FactField.METER_NUMBER)
_DIGITS_AND_CUE = re.compile(
    r"(?:我的?|手机|电话|号码?|[户表]号|编号|是|的|嗯|就|后[头面]|前[头面]|[0-9０-９零〇一二两三四五六七八九幺\s-])+"
)


def _numbers(facts: Mapping[FactField, Fact]) -> set[int]:
    """Return the utterances in which a number was said that stands among the facts."""
    return {evidence.turn for field in _NUMBERS if field in facts for evidence in facts[field].evidence}


def _quotations(turns: Sequence[Turn], numbers: set[int]) -> Iterator[SummaryLine]:
    withdrawn = _withdrawn(turns)
    seen: set[str] = set()
    for place, turn in enumerate(turns):
        if place in withdrawn:
            continue
        if (answer := _answered(turns, place)) is not None and answer not in seen:
            seen.add(answer)
            yield SummaryLine(Section.PROBLEM, answer, (place - 1, place))
        for clause in standing_clauses(turn.text):
            text = _LEAD.sub("", clause.text).strip()
            section = _section(turn, clause, text)
            if turn.is_customer and _is_put_right(turns, place, text):
                continue
            is_number = place in numbers and _DIGITS_AND_CUE.fullmatch(text)
            if section is None or is_number or text in seen or not _says_something(text):
                continue
            seen.add(text)
            yield SummaryLine(section, text, (place,))


def _is_put_right(turns: Sequence[Turn], place: int, text: str) -> bool:
    """Whether the agent's next utterance settles on another direction than the caller's clause names."""
    named = set(_DIRECTION.findall(text))
    if not named or place + 1 == len(turns) or turns[place + 1].is_customer:
        return False
    settled = set(_DIRECTION.findall(turns[place + 1].text))
    return bool(settled) and not named & settled


def _answered(turns: Sequence[Turn], place: int) -> str | None:
    """Return a question of the agent with the caller's bare yes or no, which says nothing alone: 热水器关了吗，没关."""
    if place == 0 or not turns[place].is_customer or turns[place - 1].is_customer:
        return None
    asked, answered = standing_clauses(turns[place - 1].text), standing_clauses(turns[place].text)
    if not asked or not answered or not asked[-1].is_question:
        return None
    question, answer = asked[-1].text, _LEAD.sub("", answered[0].text).strip()
    if (
        "还是" in question
        and not _READ_BACK.search(question)
        and len(answer) <= _SHORT_CHOICE
        and set(answer) & set(question)
    ):
        return f"{question}？{answer}"
    is_plain = _YES_OR_NO.search(question) and not _READ_BACK.search(question) and _BARE_ANSWER.fullmatch(answer)
    if not is_plain or not _says_something(question):
        return None
    deed = _OF_A_DEED.match(question)
    return f"没{deed['what']}" if deed and _DENIED.match(answer) else f"{question}？{answer}"


def _section(turn: Turn, clause: Clause, text: str) -> Section | None:
    if turn.is_customer:
        if _COURTESY.match(text):
            return None
        return Section.OPEN if clause.is_question and _ASKS.search(text) else Section.PROBLEM
    if _GREETING.search(text) or clause.is_question or _ASKS.search(text):
        return None
    return Section.PROMISED if _PROMISE.search(text) else Section.DONE


def _withdrawn(turns: Sequence[Turn]) -> set[int]:
    withdrawn: set[int] = set()
    for is_customer in (True, False):
        places = [place for place, turn in enumerate(turns) if turn.is_customer is is_customer]
        flags = is_taken_back([turns[place].text for place in places])
        withdrawn.update(place for place, flag in zip(places, flags, strict=True) if flag)
    return withdrawn


def _says_something(text: str) -> bool:
    has_content = bool(content_spans(text) or re.search(r"[0-9一二三四五六七八九十]", text))
    return (content_length(text) >= _LEAST_CONTENT and has_content) or any(
        pattern.search(text) for pattern in (_WANTS, _NAMED_PLACE)
    )


_MARKS = re.compile(r"[，,、\s]+")


def _facts(facts: Mapping[FactField, Fact]) -> Iterator[SummaryLine]:
    for field in FactField:
        if (fact := facts.get(field)) is not None:
            places = tuple(sorted({evidence.turn for evidence in fact.evidence}))
            value = _MARKS.sub("", fact.value) if field is FactField.ADDRESS else fact.value
            yield SummaryLine(Section.FACTS, value, places, field)


def _weightiest(lines: Sequence[SummaryLine]) -> Sequence[SummaryLine]:
    """Return the lines of a section, at most as many as it may hold, the weightiest in the order they were said."""
    if not lines or (most := MAX_LINES.get(lines[0].section)) is None or len(lines) <= most:
        return lines
    ranked = sorted(range(len(lines)), key=lambda place: (_weight(lines[place].text), -place), reverse=True)
    return [lines[place] for place in sorted(ranked[:most])]


def _weight(text: str) -> float:
    has_value = bool(re.search(r"[0-9０-９一二两三四五六七八九十百]", text))
    return (
        min(content_length(text), 16) / 16
        + (0.5 if has_value else 0)
        + (0.5 if _DONE.search(text) or _NAMED_PLACE.search(text) else 0)
    )
