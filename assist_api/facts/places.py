"""Finds the address of a dialogue: said whole or in parts, corrected, read back; also crossings and villages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assist_api.facts.cues import CORRECTION, NO, READ_BACK, YES, asked_fields
from assist_api.facts.fields import Evidence, Fact, FactField, Turn
from kb.deidentify.addresses import find_whole_addresses

_C = r"[\u4e00-\u9fff]"
_ROAD = rf"(?:(?!我|你|您|在|住|是|就|那|这|的|从|到|跟|和|与){_C}){{1,6}}(?:大道|大街|胡同|路|街|巷|道)"
_CROSSING = re.compile(
    rf"(?P<place>{_ROAD}(?:跟|和|与|、|到|同){_ROAD}(?:的)?(?:交叉口|十字路口|路口|交口|交汇处|交界处?|口|拐角|丁字路口)(?:[东西南北]{{1,2}}[角侧边口])?)"
)
_CROSSING_SHORT = re.compile(
    rf"(?P<place>{_ROAD}(?:跟|和|与|、|同){_ROAD}(?:的)?(?:交叉口|十字路口|路口|交口|交汇处|交界处?|口)?)"
)
_VILLAGE = re.compile(
    rf"(?P<place>(?:(?!我|你|您|在|住|是|就|那|这|的|从|到|们){_C}){{1,8}}(?:村|屯|庄|寨|组|社区)(?:村?[东西南北]{{1,2}}[头边侧]|[东西南北]头|口|头|委会|[一二三四五六七八九十0-9]{{1,3}}[组队社])?)"
)
_ESTATE = re.compile(
    rf"(?P<place>(?:(?!我|你|您|在|住|是|就|那|这|的|从|到|们|也|整|个){_C}){{1,10}}(?:小区|花园|家园|新村|公寓|大厦|广场|花苑|新苑|雅苑|嘉园|名城|佳苑|华府|苑|里|府|湾)(?:[东西南北][区门苑院]|[一二三四五六七八九十0-9]{{1,2}}期|[A-Za-z]区)?)"
)
_ALONE = re.compile(
    rf"(?:^|(?<=[，。、\s]))(?P<place>(?:(?![我你您在住是就那这的从到们也整个哪没有不停来]){_C}){{2,7}}"
    r"(?:小区|花园|家园|新村|公寓|大厦|花苑|新苑|嘉园|名城|华府|苑|湾|府|郡|庭|公馆|华庭|新城|村|屯|庄))(?=[，。、！\s]|$)"
)
"""The name of a neighbourhood that is a clause of its own: 停电了，龙泉湾，你们快来."""
_ROADSIDE = re.compile(
    rf"(?P<place>{_ROAD}(?:[东西南北]{{1,2}}[头段口侧]|[0-9一二三四五六七八九十百]+号)?)(?:上|边|旁)?"
)
_NOT_NAMED = re.compile(
    r"^(?:哪个|什么|这条|那条|一条|整条|整个|全|我们|咱们|我家|你们|他们|隔壁|老|本|对面|旁边|马|公|铁|管|线|电|水|网|半|一半|道|有一?条|走|短|断|思|上|下|出|小|各|同一?个|附近)*(?:路|街|小区|村|巷|大厦|里|广场|道|苑|家里|屋里|公寓|大道|花园|社区|组|口|府|湾|庄|屯|寨)$|(?:这|那|哪|家|屋|夜|手|心|电|水|城|公|管|线|短|断|马|半|网|思|出|厂|院|房子|楼道|箱子|柜子|灶|本子|表|厅)里$|(?:电|短|断|线|管|网|铁|公|马|水|思|出|走|半|套|一|上|下|同)路$|(?:频|渠|管|通|知|楼|烟|街|味|报|人行|难|过|下水)道$"
)
_IN_THE_HOME = re.compile(
    r"(?:厨房|灶台|灶间|橱柜|客厅|卧室|卧房|卫生间|洗手间|厕所|浴室|阳台|书房|房间|屋子?|客房|餐厅|饭厅|车库|地下室|储物间|杂物间|楼道|"
    r"过道|走廊|楼梯间|院子?|电梯|柜子?|箱子?|抽屉|表箱|电箱|配电箱|机顶盒|管子?|井|坑|池子?|房子|办公室|店|宿舍|教室|锅|水|手|心|账户|卡|"
    r"小区|村|城|县|市|区|镇|乡|楼|单元|公司|单位|学校|工地)里$"
)
"""Rooms, parts of a home and things: what is "in" them is no address, whereas 永安里 is."""
_LEAD = re.compile(
    rf"^(?:家在|家住|住在|位置在|地址在|地址是|位置是|就在|我们|咱们|边(?=小区)|小区(?=[叫是])|在|住|是|到|从|嗯|呃|啊|哦|就|那|家|离|这|对|地址|位置|说|叫|报|喂|你好|您好|个)+(?={_C}{{2}})"
)
_HAS_NUMBER_FIRST = re.compile(r"^[0-9０-９一二三四五六七八九十幺零A-Za-z]")
_NOT_HOME = re.compile(r"营业厅|你们|你那|物业|公司|单位|邻居家|对面|单元门|寄到|以前住|原来住|老家")


@dataclass(frozen=True, slots=True)
class _Place:
    text: str
    evidence: tuple[Evidence, ...]
    weight: int
    is_corrected: bool = False
    """Whether the caller put something right behind it."""


def find_address(turns: Sequence[Turn]) -> Iterator[Fact]:
    """Yield the place the call is about, as last corrected."""
    best: _Place | None = None
    is_asked = False
    for place, turn in enumerate(turns):
        if not turn.is_customer:
            best = _agreed(turns, place) or best
            if best is not None:
                best = _read_back(best, place, turn.text)
            asked = asked_fields(turn)
            is_asked = FactField.ADDRESS in asked if asked else is_asked and len(turn.text) < 8
            continue
        for found in _places(place, turn.text, is_asked=is_asked):
            best = _better(best, found, turn.text)
    if best is not None:
        yield Fact(FactField.ADDRESS, best.text, best.evidence, len(best.evidence) > 1)


def _places(place: int, text: str, *, is_asked: bool) -> Iterator[_Place]:
    spans = [(span.start, span.end, 3) for span in find_whole_addresses(text)]
    if not spans:
        for pattern, weight in ((_CROSSING, 2), (_CROSSING_SHORT, 2)):
            spans = [(*_trimmed(text, *found.span("place")), weight) for found in pattern.finditer(text)]
            if spans:
                break
    if not spans and (
        is_asked or re.search(r"我(?:家|们)?(?:住|在|这儿|是|家)|住在?|这边|位置|地址|这儿|小区|村", text)
    ):
        for pattern in (_VILLAGE, _ESTATE, _ROADSIDE):
            spans = [(*_trimmed(text, *found.span("place")), 1) for found in pattern.finditer(text)]
            spans = [item for item in spans if _is_named(text[item[0] : item[1]])]
            if spans:
                break
    if not spans:
        spans = [(*found.span("place"), 1) for found in _ALONE.finditer(text) if _is_named(found["place"])]
    for start, end, weight in spans:
        if end - start >= 2 and not _NOT_HOME.search(text[max(0, start - 8) : start]):
            is_corrected = re.match(r"[，,]?(?:哦|噢|啊|哎|呃)?(?:不是|不对|错了|说错)", text[end:]) is not None
            evidence = (Evidence(place, start, end),)
            yield _Place(text[start:end], evidence, weight + (1 if is_asked else 0), is_corrected)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    lead = _LEAD.match(text[start:end])
    return (start + lead.end() if lead else start), end


def _is_named(place: str) -> bool:
    return len(place) >= 3 and _NOT_NAMED.search(place) is None and _IN_THE_HOME.search(place) is None


def _better(best: _Place | None, found: _Place, text: str) -> _Place:
    if best is None:
        return found
    last = best.evidence[-1]
    if last.turn == found.evidence[0].turn and 0 <= found.evidence[0].start - last.end <= 2:
        joined = text[best.evidence[0].start : found.evidence[0].end]
        return _Place(joined, (*best.evidence, *found.evidence), max(best.weight, found.weight))
    if _HAS_NUMBER_FIRST.match(found.text) and not _HAS_NUMBER_FIRST.match(best.text):
        head = _head(best.text, found.text)
        return _Place(head + found.text, (*best.evidence, *found.evidence), max(best.weight, found.weight))
    is_fix = CORRECTION.search(text[: found.evidence[0].start]) is not None
    if found.weight > best.weight or is_fix or (found.weight == best.weight and len(found.text) >= len(best.text)):
        return found
    return best


_AGREED_WEIGHT = 5
"""The agent said the address and the caller agreed: only a correction changes it."""


def _agreed(turns: Sequence[Turn], place: int) -> _Place | None:
    """Return the address that the agent read back and the caller accepted in the next utterance."""
    text = turns[place].text
    following = turns[place + 1].text if place + 1 < len(turns) and turns[place + 1].is_customer else ""
    if not READ_BACK.search(text) or not YES.search(following) or NO.search(following):
        return None
    spans = list(find_whole_addresses(text))
    if not spans or _NOT_HOME.search(text[max(0, spans[0].start - 8) : spans[0].start]):
        return None
    said = text[spans[0].start : spans[0].end]
    return _Place(said, (Evidence(place, spans[0].start, spans[0].end),), _AGREED_WEIGHT)


_UNIT = re.compile(r"[0-9０-９一二三四五六七八九十幺零A-Za-z]+(号楼|号院|栋|幢|座|单元|门|楼|层|室|户|号|组|期|区|弄)?")


def _head(known: str, part: str) -> str:
    """Return what of a known address stands before a part that was said later or corrected."""
    first = _UNIT.match(part)
    unit = first[1] if first else None
    for found in _UNIT.finditer(known):
        if found[1] == unit or (found[1] in ("号楼", "栋", "幢", "座") and unit in ("号楼", "栋", "幢", "座")):
            return known[: found.start()]
    return known


_SAME_HEAD = 3
"""Characters by which the agent's shorter wording names the same place."""


def _read_back(best: _Place, place: int, text: str) -> _Place:
    """Take the agent's fuller or equal wording of the same place."""
    for span in find_whole_addresses(text):
        said = text[span.start : span.end]
        numbers = re.findall(r"[0-9]+", best.text)
        has_head = said[:_SAME_HEAD] in best.text
        if best.is_corrected and has_head:
            return _Place(said, (Evidence(place, span.start, span.end),), best.weight)
        is_as_full = len(said) >= len(best.text) or has_head
        if said == best.text or (is_as_full and numbers and all(number in said for number in numbers)):
            return _Place(said, (*best.evidence, Evidence(place, span.start, span.end)), best.weight)
    return best
