"""Sums of money and meter readings as they are said. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assist_api.facts.cues import CORRECTION, asked_fields, nearest_cue
from assist_api.facts.fields import Evidence, Fact, FactField, Turn
from kit.numerals import COUNT_SIGNS, SPOKEN_DIGITS, parse_number

_WRITTEN = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9０-９]+)(?:[.．][0-9０-９]+)?[万千百]?"
_COUNT = rf"[{COUNT_SIGNS}幺]+(?:点[{''.join(SPOKEN_DIGITS)}]+)?"
_NUMBER = rf"(?:{_WRITTEN}|{_COUNT})"
_SMALL = r"[0-9一二两三四五六七八九]"
MONEY = re.compile(
    rf"(?P<yuan>{_NUMBER})\s?(?:块钱?|元钱?|圆|yuan)(?:零(?P<late_fen>{_SMALL})分|零?(?P<jiao>{_SMALL})(?:[毛角](?P<fen>{_SMALL})分?)?(?![0-9个点年月天]))?|"
    rf"(?P<only_jiao>{_SMALL})[毛角](?:钱|(?P<only_fen>{_SMALL})分?)?|[¥￥]\s?(?P<sign>{_WRITTEN})"
)
_BARE_AFTER = re.compile(
    rf"(?:退|欠费?|扣(?:了|费)?|交(?:了|过)?|缴(?:了|过)?|收(?:了|我)?|充(?:了|值)?|一共|总共|合计|钱|费|多少)[^，。？！]{{0,4}}?[，,]?(?:是|了)?(?P<bare>[{COUNT_SIGNS}]{{3,}}|[一二两三四五六七八九][百千万](?=[^，。]{{0,2}}(?:没到|没充上|没进))|[0-9]{{2,}}(?:\.[0-9]{{1,2}})?)(?![0-9度方吨立个年月号平])"
)
_BARE_CLAUSE = re.compile(
    rf"(?:买|卖|收|要|罚|花|付)[^。？！]{{0,12}}?[，,](?P<bare>[{COUNT_SIGNS}]*[百千万][{COUNT_SIGNS}]*)(?=[，,。！]|$)"
)
"""非让买他的，一百八."""
_BARE_WANTED = re.compile(rf"(?P<bare>[{COUNT_SIGNS}]*[百千万][{COUNT_SIGNS}]*)(?=(?:退|还)(?:给)?我|退回)")
"""把那一百二还给我."""
_BARE = (_BARE_AFTER, _BARE_CLAUSE, _BARE_WANTED)
_UNIT_PRICE = re.compile(r"^(?:钱)?(?:一|每)(?:度|方|吨|立方|平|个平方|千瓦|公里|天|次)|^/|^钱?一(?:度|方|吨|平)")
_PER = re.compile(r"(?:一|每)(?:度|方|吨|立方|平米?|平方米?|千瓦时|兆)(?:电|气|水|热)?(?:要|是|才|收)?$")
_ASIDE = re.compile(
    r"上个?月|上上月|去年|往年|以前|之前|平时|平常|往常|原来|上次|上回|人家|邻居|别人|隔壁|押金|工资|打车|跑一趟|以为|听说|据说|会不会|要是|如果|最低|一般|正常|低保"
)
_UNIT_PRICE_WEIGHT = -3
_RELATIVE = re.compile(r"(?:几|多|来)$")


@dataclass(frozen=True, slots=True)
class _Sum:
    value: Decimal
    turn: int
    start: int
    end: int
    weight: int


def money_value(found: re.Match[str]) -> Decimal | None:
    """Return the yuan of a match of `MONEY`; None for a number that is none."""
    if found["sign"]:
        return parse_number(found["sign"])
    if found["only_jiao"]:
        return _small(found["only_jiao"]) / 10 + (_small(found["only_fen"]) / 100 if found["only_fen"] else 0)
    yuan = parse_number(found["yuan"])
    if yuan is None:
        return None
    jiao = _small(found["jiao"]) / 10 if found["jiao"] else Decimal(0)
    fen = _small(found["fen"] or found["late_fen"]) / 100 if found["fen"] or found["late_fen"] else Decimal(0)
    return yuan + jiao + fen


def _small(text: str) -> Decimal:
    return parse_number(text) or Decimal(0)


def find_amount(turns: Sequence[Turn]) -> Iterator[Fact]:
    """Yield the sum the call is about: said by the caller, not a unit price, an earlier bill or a mistake put right."""
    sums = [item for place, turn in enumerate(turns) for item in _sums(place, turn)]
    prices = {item.value for item in sums if item.weight == _UNIT_PRICE_WEIGHT}
    sums = [item for item in sums if item.value not in prices and item.value >= 1]
    own = [item for item in sums if turns[item.turn].is_customer]
    if not own:
        own = [item for item in sums if _is_accepted(turns, item)]
    if not own:
        return
    counts = {item.value: sum(other.value == item.value for other in sums) for item in own}
    best = max(enumerate(own), key=lambda pair: (pair[1].weight, counts[pair[1].value], -pair[0]))[1]
    if best.weight < 0:
        return
    evidence = tuple(Evidence(item.turn, item.start, item.end) for item in sums if item.value == best.value)
    yield Fact(FactField.AMOUNT, f"{best.value:.2f}", evidence, is_confirmed=len(evidence) > 1)


def _sums(place: int, turn: Turn) -> Iterator[_Sum]:
    text = turn.text
    taken: list[tuple[int, int]] = []
    for found in MONEY.finditer(text):
        value = money_value(found)
        if value is not None and value > 0:
            taken.append(found.span())
            yield _Sum(value, place, *found.span(), _weight(text, found.start(), found.end()))
    if not turn.is_customer:
        return
    for found in (found for pattern in _BARE for found in pattern.finditer(text)):
        start, end = found.span("bare")
        value = parse_number(found["bare"])
        is_new = all(end <= first or last <= start for first, last in taken)
        if value is not None and is_new and 10 <= value < 1_000_000 and not _RELATIVE.search(text[end : end + 1]):
            yield _Sum(value, place, start, end, _weight(text, start, end))


def _weight(text: str, start: int, end: int) -> int:
    clause_start = max(text.rfind(mark, 0, start) for mark in "，。！？；,") + 1
    before, after = text[clause_start:start], text[end:]
    if _UNIT_PRICE.match(after) or _PER.search(before):
        return _UNIT_PRICE_WEIGHT
    if re.match(r"[，,]?\s?(?:哦|噢|啊|哎|呃)?(?:不对|不是|错了|说错|记错|看错)", after) or re.match(
        r".{0,3}那个?是(?!我)", after
    ):
        return -2
    if re.search(r"不是$", before):
        return -2
    if _ASIDE.search(before):
        return -1
    later = 1 if CORRECTION.search(text[:start]) else 0
    return (
        later
        + (1 if re.search(r"扣|欠|退|交|缴|收|费|单|多|一共|总共|怎么|差(?!不多)|少给", before) else 0)
        + _wanted(after)
    )


_WANTED = re.compile(r"[^，。！？]{0,3}(?:退给?我|退回|还给?我|没给|没退|补给)")


def _wanted(after: str) -> int:
    """Return 1 where the caller wants the sum back: 把这三十块退给我."""
    return 1 if _WANTED.match(after) else 0


_HOW_MUCH = re.compile(r"多少钱?(?:[啊呀呢吗]|[？?]|$)|几块钱?|什么价|多少钱")


def _is_accepted(turns: Sequence[Turn], item: _Sum) -> bool:
    """Whether a sum that the agent names is what the caller asked about and takes up."""
    is_account = re.search(
        r"欠|电费|水费|气费|热费|费用|余额|账单|一共|共计|合计|应交|需要?交|扣", turns[item.turn].text
    )
    asked = any(turn.is_customer and re.search(r"多少钱?|欠|费|扣", turn.text) for turn in turns[: item.turn])
    is_answer = item.turn > 0 and turns[item.turn - 1].is_customer and _HOW_MUCH.search(turns[item.turn - 1].text)
    number = re.sub(r"[块元圆].*", "", turns[item.turn].text[item.start : item.end])
    following = turns[item.turn + 1 : item.turn + 2]
    is_taken_up = any(turn.is_customer and len(number) > 1 and number in turn.text for turn in following)
    return bool(((is_account and asked) or is_answer or is_taken_up) and item.weight >= 0)


_READING = re.compile(
    rf"(?<![0-9])(?:[0-9]{{1,8}}(?:\.[0-9]+)?|[{COUNT_SIGNS}幺]{{2,12}}(?:点[{''.join(SPOKEN_DIGITS)}]+)?)"
)
_NOT_READING = re.compile(
    r"单子|账单|通知|抄成|抄的是|写成|记成|短信|上个?月|上次|上期|原来|之前|去年|红|户号|号码|电话|用了|交了|写的|编号|表号|电费|水费|气费"
)
_READING_UNIT = re.compile(
    r"\s?(?:点[几多])?(?:度|方|吨|立方|个?字|兆焦|吉焦|千瓦时)?(?!块|元|毛|点|号|个|天|月|年|分|楼|岁|户|人|平)"
)


_SHORT_READING = 2
_METER_TALK = re.compile(r"[电水气]表|表上|表底|抄表|超表|底数|读数|热量表")


def find_reading(turns: Sequence[Turn]) -> Iterator[Fact]:
    """Yield what the caller reads off the meter today, digits only, as last corrected or read back."""
    last: Fact | None = None
    is_asked = False
    for place, turn in enumerate(turns):
        asked = asked_fields(turn)
        if not turn.is_customer:
            if last is not None:
                last = _confirmed(last, place, turn)
            is_asked = FactField.METER_READING in asked if asked else is_asked and len(turn.text) < 8
            continue
        for found in _READING.finditer(turn.text):
            value = _reading_at(turn.text, found, is_asked=is_asked)
            is_newer = last is None or not last.is_confirmed or CORRECTION.search(turn.text) is not None
            if value is not None and is_newer:
                last = Fact(FactField.METER_READING, value, (Evidence(place, *found.span()),))
    if last is not None:
        yield last


def _reading_at(text: str, found: re.Match[str], *, is_asked: bool) -> str | None:
    cue = nearest_cue(text, found.start(), (FactField.METER_READING, FactField.PHONE, FactField.ACCOUNT_NUMBER), 14)
    is_about_meter = len(found.group()) > _SHORT_READING and _METER_TALK.search(text[: found.start()]) is not None
    if cue is not FactField.METER_READING and not ((is_asked or is_about_meter) and cue is None):
        return None
    clause_start = max(text.rfind(mark, 0, found.start()) for mark in "，。！？；,") + 1
    before, after = text[clause_start : found.start()], text[found.end() : found.end() + 4]
    if (
        _NOT_READING.search(before)
        or not _READING_UNIT.match(after)
        or re.search(r"^[^，。]{0,2}不对|^位|^块|^元|^多|^几|^来", after)
    ):
        return None
    if re.match(r"\s?(?:块|元|毛|点钟|号|个月|天|年|分钟|楼|岁|户|人|平|十分)", after) or re.search(
        r"第$|周$|星期$|不是$", before
    ):
        return None
    value = parse_number(found.group())
    return None if value is None or value > 99_999_999 else str(int(value))


def _confirmed(last: Fact, place: int, turn: Turn) -> Fact:
    for found in _READING.finditer(turn.text):
        value = parse_number(found.group())
        if value is not None and str(int(value)) == last.value:
            return Fact(last.field, last.value, (*last.evidence, Evidence(place, *found.span())), is_confirmed=True)
    return last
