"""Addresses: what points at a household. Road and neighbourhood stay, for cases of one area belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.deidentify.spans import PersonalKind, PersonalSpan
from kit.numerals import SPOKEN_DIGITS

_NUMBER = rf"(?:[甲乙丙丁]?[0-9０-９]{{1,5}}|[{''.join(SPOKEN_DIGITS)}十百]{{1,6}}|[A-Za-z](?![A-Za-z]))"
_HOUSE = rf"{_NUMBER}[ ]?(?:[之\-][ ]?{_NUMBER}[ ]?)?(?:号楼|号院|号|栋|幢|座|弄|楼|组|队|区|排)"
_INSIDE = rf"{_NUMBER}[ ]?(?:号楼|号|栋|幢|座|单元|梯|门|楼|层|室|户|房|排)"
_STAIR = rf"[东西南北中甲乙丙丁戊](?:单元|门|户|跨)|附[ ]?{_NUMBER}号?"
_SIDE = (
    rf"(?:{_STAIR}|"
    r"[东西南北前后左右正二三]?(?:厢房|客堂|亭子间|阁楼|门面房?|门市房?|门脸|商铺|铺面|车库|地下室|厢)间?|底楼|顶楼)"
)
_DASH = r"[-－—杠]"
_SPOKEN = "[零〇一幺二三四五六七八九十]"
_CHAIN_NUMBER = rf"(?:[0-9]{{1,4}}|{_SPOKEN}{{1,4}})"
_DASHED = rf"{_CHAIN_NUMBER}(?:{_DASH}{_CHAIN_NUMBER}){{1,3}}(?![0-9{_DASH[1:-1]}])"
"""Building, staircase and room: 19-2-1402, 五杠二杠三零一."""
_NOT_A_HOUSE = r"(?![线杆塔柜箱变炉泵阀井桌厅窗台机站口车键档])"
_BARE_ROOM = (
    r"(?:[0-9０-９]{3,4}|[零〇一幺二三四五六七八九]{3,4})"
    r"(?![0-9０-９]|[零〇一二三四五六七八九十百千万]|[ ]?(?:元|度|块|多|年|月|天|户|次|个|人|米|伏|路))"
)
_SEPARATOR = r"[ ,，、的\-—]{0,2}"
_PLACE = (
    rf"(?:(?<=[路街巷弄道村园苑城庄屯镇区厦湾府坊庭轩寨堡])|(?<=属院)|(?<=大院)|(?<=宿舍)(?!{_NUMBER}[ ]?户)|"
    r"(?<=[一二三四五六七八九十0-9]期))"
)
_LANE = r"(?<=里)"
"""`河畔里` is a neighbourhood, `水壶里` is not: after it only a building counts."""
_REST = rf"(?:{_SEPARATOR}(?:{_INSIDE}|{_SIDE}))*(?:{_SEPARATOR}{_BARE_ROOM})?"
# After the name of a road or neighbourhood one number is enough; elsewhere it takes two of them in a row.
_AFTER_PLACE = re.compile(
    rf"{_PLACE}[ 的]?(?:{_HOUSE}(?!线|令|文件|机组|变压器|主变){_REST}|{_INSIDE}(?<!层){_REST}|{_BARE_ROOM}(?:室|号)?)"
)
_AFTER_DASHES = re.compile(
    rf"(?<=[苑园区期府庭院湾城庄村里坊轩邸墅寓厦座栋幢楼])(?<![园景校厂]区){_DASHED}(?:室|号)?(?!{_DASH}|[年月日度元块%])|"
    rf"(?<=[\u4e00-\u9fff])(?:[0-9]{{1,3}}|{_SPOKEN}{{1,3}}){_DASH}(?:[0-9]{{1,2}}|{_SPOKEN}{{1,2}}){_DASH}"
    rf"(?:[0-9]{{3,4}}|{_SPOKEN}{{3,4}})(?![0-9{_DASH[1:-1]}])"
)
_AFTER_HAMLET = re.compile(
    rf"(?<=[组社坝坪冲坡岗沟堡营集塘岭洼塬坳垭浜]){_NUMBER}[ ]?(?:号{_NOT_A_HOUSE}|组|队|社|户)(?!变|线|杆)"
    rf"(?:{_SEPARATOR}(?:{_INSIDE}|{_SIDE}))*|"
    rf"(?<=嘎查){_NUMBER}[ ]?(?:组|队|号){_REST}"
)
_NO_CODE_BEFORE = re.compile(r"(?:编号|号码|型号|证号|单号|批号|账号|[户表卡]号|电话|手机|文号)[是为:：]?$")
_AFTER_LANE = re.compile(rf"{_LANE}(?:{_NUMBER}[ ]?(?:号楼|号院|号|栋|幢)){_REST}")
# 一层一层 is said of a menu.
_CHAIN = re.compile(rf"(?!(?P<twice>..)(?P=twice)){_INSIDE}(?:{_SEPARATOR}(?:{_INSIDE}|{_STAIR}|{_BARE_ROOM}))+")
_ROOM = re.compile(r"(?:[0-9０-９]{3,4}|[零〇一幺二三四五六七八九]{3,4})[ ]?室")
_WORDS = r"(?:[A-Z][a-z]+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Square)\b"
_ENGLISH_HOUSE = re.compile(rf"\b\d{{1,5}}[A-Z]?(?= {_WORDS})")
_ENGLISH_ROOM = re.compile(
    r"\b(?:apartment|apt|flat|unit|room|suite|building|block|house number|number|no\.) ?#?\d{1,5}[A-Za-z]?\b"
    r"(?:,? (?:apartment|apt|flat|unit|room|floor|suite) ?#?\d{1,5}[A-Za-z]?\b)*",
    re.IGNORECASE,
)
_ENGLISH_HOME = re.compile(r"apartment|apt|flat|unit|room|suite|house", re.IGNORECASE)


def find_addresses(text: str) -> Iterator[PersonalSpan]:
    """Yield house numbers with everything below them: building, staircase, floor, room."""
    for pattern in (_AFTER_PLACE, _AFTER_LANE, _AFTER_DASHES, _AFTER_HAMLET, _CHAIN, _ROOM, _ENGLISH_HOUSE):
        for found in pattern.finditer(text):
            if _NO_CODE_BEFORE.search(text[: found.start()]):
                continue
            lead = len(found.group()) - len(found.group().lstrip(" 的"))
            yield PersonalSpan(PersonalKind.ADDRESS, found.start() + lead, found.end())
    for found in _ENGLISH_ROOM.finditer(text):
        if _ENGLISH_HOME.search(found.group()):
            yield PersonalSpan(PersonalKind.ADDRESS, *found.span())


_NOT_IN_A_PLACE = frozenset(
    "我你您他她它们住在是写到送寄去从叫说报给把的了呢吧嗯啊呃哦噢哎喂，。、？！；：,.?!;: 也就那这个"
    "请帮跟有没再让问查按打"
)
_PLACE_WORDS = re.compile(
    r"(?:[A-Za-z0-9０-９][区期]|[0-9０-９]{1,4}号院?|[0-9０-９]{1,3}期|[0-9０-９]{1,3}组|[0-9０-９]{1,3}[街路巷弄])$"
)
_HOLDS_SIGNS = re.compile(
    r"写字楼|嘎查|送变电|家属院|住宅区|那曲|那拉提|叫化|到站|和平|和谐|和睦|和顺|和兴|从化|再兴|打铁|住建"
)
"""Words of places that hold signs which else end one."""
_HOLDS_AT_END = re.compile(rf"(?:{_HOLDS_SIGNS.pattern})$")
_LONGEST_PLACE = 24
"""Characters of town, street and neighbourhood before a house number; more is another clause."""
_LEAD_IN = re.compile(
    r"^(?:家里?|地址|位置|房子|小区|户主|这边|那边|对|就|我家|业主|发票|师傅|住址|用电|用气|用水|面)+(?=[\u4e00-\u9fff]{2})"
)


_FLOOR_ASIDE = re.compile(r"([0-9零〇一幺二三四五六七八九]{3,4})[，,][ ]?[0-9一二三四五六七八九十]{1,3}[楼层]$")
"""`幺零二，一楼`: the floor is said of a room that stands already."""


def find_whole_addresses(text: str) -> Iterator[PersonalSpan]:
    """Yield addresses from the name of the place to the room; a street without a house number is none."""
    reached = 0
    for house in _merged(text, sorted(find_addresses(text), key=lambda span: (span.start, -span.end))):
        if house.start < reached:
            continue
        start = _place_start(text, house.start, reached)
        reached = house.end
        floor = _FLOOR_ASIDE.search(text, start, house.end)
        yield PersonalSpan(PersonalKind.ADDRESS, start, floor.end(1) if floor else house.end)


def _merged(text: str, spans: list[PersonalSpan]) -> list[PersonalSpan]:
    """Join parts of one address: what overlaps, touches, or has only a place between (`113号鑫源大厦9层`)."""
    merged: list[PersonalSpan] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last is not None and (span.start <= last.end or _is_place(text[last.end : span.start])):
            merged[-1] = PersonalSpan(PersonalKind.ADDRESS, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def _is_place(between: str) -> bool:
    between = _HOLDS_SIGNS.sub("", between)
    return len(between) <= 12 and not any(sign in _NOT_IN_A_PLACE for sign in between)


def _place_start(text: str, house: int, earliest: int) -> int:
    start = house
    while start > max(earliest, house - _LONGEST_PLACE):
        if found := _PLACE_WORDS.search(text, max(earliest, start - 6), start):
            start = found.start()
        elif held := _HOLDS_AT_END.search(text, max(earliest, start - 4), start):
            start = held.start()
        elif text[start - 1] in _NOT_IN_A_PLACE or not "\u4e00" <= text[start - 1] <= "\u9fff":
            break
        else:
            start -= 1
    if lead := _LEAD_IN.match(text[start:house]):
        start += lead.end()
    return start
