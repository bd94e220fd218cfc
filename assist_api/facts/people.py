"""The caller's name in a dialogue; not that of a former owner, a relative or a neighbour. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assist_api.facts.cues import YES, asked_fields
from assist_api.facts.fields import Evidence, Fact, FactField, Turn
from kb.deidentify.foreign_names import find_foreign_names
from kb.deidentify.name_scores import SURNAME_SPELT
from kb.deidentify.names import ANY_GIVEN, ANY_SURNAME, GIVEN, SURNAME, TITLE, is_name_like

_NAME = rf"{ANY_SURNAME}{GIVEN}{{1,2}}"
_END = r"(?=[，。、？！；：,.?!;:\s]|$|[啊呀哦呃嗯吧嘛的那这您就]|电话|手机|户号|住)"
_KIN = "儿子|女儿|闺女|媳妇|爱人|老公|老婆|女婿|弟弟|妹妹|哥哥|姐姐|侄子|侄女|孙子|孙女|同事|助理|秘书|会计|儿媳"
_ANNOUNCED = re.compile(
    rf"(?:我叫|名叫|我的?名字(?:是|叫)?|名字(?:是|叫)?|姓名(?:是|叫)?|户名(?:是|叫|写的是?)?|户主(?:就是我|是我)[，,]?(?:叫)?|本人(?:叫|是)?|我是|我就是|叫|登记的(?:名字)?是)\s?[:：]?(?P<name>{_NAME}){_END}|"
    rf"我是(?:他|她|户主|业主|机主|房主)的?(?:{_KIN})[，,]?(?:我?叫)?(?P<kin>{_NAME}){_END}|"
    rf"(?:免贵姓?|我姓|敝姓|本人姓|(?<![贵您老的个叫])姓)(?P<surname>{ANY_SURNAME})(?!名|啥|什么|氏)(?P<rest>[叫，,]{{1,2}}(?P<full>(?P=surname){ANY_GIVEN}{{1,2}})(?!(?:的|那个|里的)*(?P=surname)){_END})?"
)
_WEAK = re.compile(r"(?:我是|我就是|叫)$")
"""Before other words as well: 我就是路过, 叫一下师傅."""
_CALL_ME = re.compile(rf"(?:叫|喊|称呼)我?(?:老|小)(?P<name>{SURNAME})(?=[就吧行，。！\s]|$)")
_ANSWER = re.compile(rf"(?:^|(?<=[，。、\s嗯啊哦呃]))(?P<name>{_NAME})(?=[，。、！？\s]|$|[啊呀哦])")
_NO_ANSWER = re.compile(rf"[笑哈呵嘿急慌]|{SURNAME_SPELT}")
_ONE = re.compile(rf"(?:^|(?<=[，。、\s]))(?:我?姓)?(?P<name>{ANY_SURNAME})(?=[，。、！\s]|$)")
_ADDRESSED = re.compile(rf"(?P<name>(?:{_NAME}|{SURNAME}))(?={TITLE})")
_OTHERS = re.compile(
    r"爸|妈|父|母|老太太|老爷子|老人|公公|婆婆|岳|前妻|前夫|老丈人|女婿|侄|外甥|舅|嫂|姑|孙|老公|老婆|媳妇|爱人|老伴|儿子|女儿|房东|前头|前任|原来|原户主|老户主|以前|邻居|师傅|经理|哥|姐|弟|妹|他|她|买家|卖家|买主|新户主|对方|接手|租客|租户|同事|上个?(?:房|户)|卖家|朋友|叔|姨|奶|爷"
)


@dataclass(frozen=True, slots=True)
class _Heard:
    name: str
    evidence: Evidence
    weight: int


def find_name(turns: Sequence[Turn]) -> Iterator[Fact]:
    """Yield the caller's name as said, without title."""
    heard: list[_Heard] = []
    is_asked = False
    for place, turn in enumerate(turns):
        if turn.is_customer:
            said = list(_said(place, turn.text, is_asked=is_asked))
            surname = next((item.name for item in reversed([*heard, *said]) if len(item.name) == 1), None)
            heard += [*said, *_completed(place, turn.text, surname or _surname_used(turns, place))]
            continue
        heard += _addressed(turns, place, heard)
        asked = asked_fields(turn)
        is_asked = FactField.NAME in asked if asked else is_asked and len(turn.text) < 6
    if not heard:
        return
    best = max(enumerate(heard), key=lambda pair: (pair[1].weight, len(pair[1].name), pair[0]))[1]
    evidence = tuple(item.evidence for item in heard if item.name == best.name or best.name.startswith(item.name))
    yield Fact(FactField.NAME, best.name, evidence, is_confirmed=len(evidence) > 1)


def _said(place: int, text: str, *, is_asked: bool) -> Iterator[_Heard]:
    is_found = False
    for found in _ANNOUNCED.finditer(text):
        group = next(group for group in ("full", "kin", "name", "surname") if found[group])
        start, end = found.span(group)
        is_guess = group == "name" and _WEAK.search(text[found.start() : start]) and not is_name_like(found[group])
        if is_guess or (group != "kin" and _is_others(text, found.start())):
            continue
        is_found = True
        yield _Heard(found[group], Evidence(place, start, end), 2)
    for start, end in find_foreign_names(text):
        if not _is_others(text, start):
            is_found = True
            yield _Heard(text[start:end], Evidence(place, start, end), 2)
    if called := _CALL_ME.search(text):
        is_found = True
        yield _Heard(called["name"], Evidence(place, *called.span("name")), 2)
    if is_found or not is_asked:
        return
    for pattern in (_ANSWER, _ONE):
        answer = pattern.search(text)
        is_said = answer is not None and not _NO_ANSWER.search(answer["name"])
        if answer is not None and is_said and not _is_others(text, answer.start()):
            yield _Heard(answer["name"], Evidence(place, *answer.span("name")), 2)
            return


def _completed(place: int, text: str, surname: str | None) -> Iterator[_Heard]:
    """Yield the whole name that a clause of its own gives to a surname known before: 姓来，来志远."""
    if surname is None:
        return
    whole = re.compile(
        rf"(?:^|(?<=[，。、？！\s]))(?:我?叫|名叫)?(?P<name>{surname}{ANY_GIVEN}{{1,2}})(?!(?:的|那个|里的)){_END}"
    )
    for found in whole.finditer(text):
        if not _is_others(text, found.start()) and is_name_like(found["name"]):
            yield _Heard(found["name"], Evidence(place, *found.span("name")), 2)


def _surname_used(turns: Sequence[Turn], place: int) -> str | None:
    """Return the surname by which the agent addressed the caller right before."""
    if place == 0 or turns[place - 1].is_customer:
        return None
    found = _ADDRESSED.search(turns[place - 1].text)
    return found["name"] if found is not None and len(found["name"]) == 1 else None


def _addressed(turns: Sequence[Turn], place: int, heard: Sequence[_Heard]) -> Iterator[_Heard]:
    """Yield the name by which the agent addresses a caller who accepts it or has said it."""
    following = turns[place + 1] if place + 1 < len(turns) else None
    text = turns[place].text
    for found in _ADDRESSED.finditer(text):
        is_known = any(item.name.startswith(found["name"]) or found["name"].startswith(item.name) for item in heard)
        is_accepted = following is not None and following.is_customer and bool(YES.search(following.text))
        if is_known or (is_accepted and re.search(r"吗|吧|[？?]", text)):
            yield _Heard(found["name"], Evidence(place, *found.span("name")), 1)


def _is_others(text: str, start: int) -> bool:
    """Whether the clause before a name, or the one before 叫, speaks of somebody else."""
    end = max(start - 1, 0) if text[start : start + 1] == "叫" and text[start - 1 : start] in "，," else start
    clause_start = max(text.rfind(mark, 0, end) for mark in "。！？；，,") + 1
    return _OTHERS.search(text[max(clause_start, start - 9) : start]) is not None
