"""Addresses: what points at a household. Road and neighbourhood stay, for cases of one area belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.deidentify.digits import SPOKEN_DIGITS
from kb.deidentify.spans import PersonalKind, PersonalSpan

_NUMBER = rf"(?:[0-9０-９]{{1,5}}|[{''.join(SPOKEN_DIGITS)}十百]{{1,6}}|[A-Za-z](?![A-Za-z]))"
_HOUSE = rf"{_NUMBER}[ ]?(?:[之\-][ ]?{_NUMBER}[ ]?)?(?:号楼|号院|号|栋|幢|座|弄|楼|组|队|区)"
_INSIDE = rf"{_NUMBER}[ ]?(?:号楼|号|栋|幢|座|单元|梯|门|楼|层|室|户|房)"
_BARE_ROOM = (
    r"(?:[0-9０-９]{3,4}|[零〇一幺二三四五六七八九]{3,4})"
    r"(?![0-9０-９]|[零〇一二三四五六七八九十百千万]|[ ]?(?:元|度|块|多|年|月|天|户|次|个|人|米|伏|路))"
)
_SEPARATOR = r"[ ,，、的\-—]{0,2}"
_PLACE = r"(?<=[路街巷弄道村园苑城庄屯镇区厦湾府坊庭轩])"
_LANE = r"(?<=里)"
"""`河畔里` is a neighbourhood, `水壶里` is not: after it only a building counts."""
_REST = rf"(?:{_SEPARATOR}{_INSIDE})*(?:{_SEPARATOR}{_BARE_ROOM})?"
# After the name of a road or neighbourhood one number is enough; elsewhere it takes two of them in a row.
_AFTER_PLACE = re.compile(
    rf"{_PLACE}[ 的]?(?:{_HOUSE}(?!线|令|文件|机组|变压器|主变){_REST}|{_INSIDE}(?<!层){_REST}|{_BARE_ROOM}(?:室|号)?)"
)
_AFTER_LANE = re.compile(rf"{_LANE}(?:{_NUMBER}[ ]?(?:号楼|号院|号|栋|幢)){_REST}")
_CHAIN = re.compile(rf"{_INSIDE}(?:{_SEPARATOR}{_INSIDE}|{_SEPARATOR}{_BARE_ROOM})+(?:{_SEPARATOR}{_BARE_ROOM})?")
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
    for pattern in (_AFTER_PLACE, _AFTER_LANE, _CHAIN, _ROOM, _ENGLISH_HOUSE):
        for found in pattern.finditer(text):
            lead = len(found.group()) - len(found.group().lstrip(" 的"))
            yield PersonalSpan(PersonalKind.ADDRESS, found.start() + lead, found.end())
    for found in _ENGLISH_ROOM.finditer(text):
        if _ENGLISH_HOME.search(found.group()):
            yield PersonalSpan(PersonalKind.ADDRESS, *found.span())
