"""Facts that stand in what a customer says: when, where, which device, a number to call back. Pure, by patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from assist_api.transcripts.utterances import Utterance
from kb.deidentify import PersonalKind, deidentify, find_personal, mask

MAX_FACT_CHARACTERS = 60
_TIME = re.compile(
    r"(?:(?:前天|昨天|今天|昨晚|今早|今晚|上周[一二三四五六日天]?|上个?月|这两天|(?:周|星期)[一二三四五六日天])"
    r"(?:凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)?(?:[0-9一二三四五六七八九十]{1,3}点(?:半|多|[0-9一二三四五六七八九十]{1,3}分)?)?"
    r"|(?:凌晨|早上|上午|中午|下午|晚上|夜里)?[0-9一二三四五六七八九十]{1,3}点(?:半|多|钟|[0-9一二三四五六七八九十]{1,3}分)?"
    r"|(?:[0-9一二两三四五六七八九十半]{1,3}个?(?:多)?(?:小时|钟头|分钟|天|星期|月)(?:了|以前|之前|前|没))"
    r"|刚才|刚刚"
    r"|\b(?:yesterday|last night|this morning|since \w+|\w+ hours? ago"
    r"|(?:for|about) (?:two|three|\d+) (?:hours|days|minutes)))"
)
_AREA = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:小区|花园|家园|新村|公寓|苑|大厦|广场|大道|(?<![电短半断开线水管铁公走上下马带网思出套一气])路|街|巷|村|镇|里(?=[0-9一二三四五六七八九十]))"
    r"|\b(?:[A-Z][a-z]+ ){1,3}(?:Street|Road|Avenue|Lane|Drive|Park|Square)\b"
)
_NOT_A_PLACE = re.compile(
    r"^(?:我们家|我们|我家|我|他们|家|您|是|住在|住|就在|在|地址是|地址|这边|那边|这里|的|到|整个|那个|这个|啊|嗯|从)+"
)
_NO_NAME = re.compile(r"^(?:哪个|什么|这条|那条|一条|整条)(?:路|街|小区|村|巷|大厦)$")
_PERSONAL_FACTS = {PersonalKind.PHONE: "phone", PersonalKind.ACCOUNT: "account"}
_LABELS = {
    "time": ("时间", "Time"),
    "area": ("地点", "Place"),
    "equipment": ("设备", "Equipment"),
    "phone": ("联系电话", "Phone"),
    "account": ("户号", "Account"),
}
EQUIPMENT = (
    "漏电保护器", "空气开关", "总开关", "空开", "漏保", "电表箱", "电表", "变压器", "电缆", "电线杆", "电线", "插座",
    "充电桩", "燃气表", "燃气灶", "壁挂炉", "热水器", "橡胶软管", "软管", "表前阀", "调压箱", "报警器",
    "水表", "总阀", "阀门", "水龙头", "水管", "井盖", "消防栓", "马桶",
    "暖气片", "地暖", "分水器", "放气阀", "温控阀", "机顶盒", "遥控器", "光猫", "路由器",
    "circuit breaker", "meter", "boiler", "radiator", "valve", "pipe", "set-top box",
)  # fmt: skip
"""Devices of the trade; those that cases already name come on top."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a sentence tells.

    Attributes:
        kind: `time`, `area`, `equipment`, `phone` or `account`.
        name: What it is called in a case, in the language of the call.
        value: De-identified.
        segment_id: The sentence.
    """

    kind: str
    name: str
    value: str
    segment_id: UUID


def find_facts(utterances: Sequence[Utterance], equipment: Sequence[str], areas: Sequence[str]) -> list[Fact]:
    """Return the first fact of each kind that the sentences tell, in the order of the kinds' table.

    Args:
        utterances: Of the customer, in order.
        equipment: Names of devices that cases use already.
        areas: Areas that cases use already.
    """
    found: dict[str, Fact] = {}
    for utterance in utterances:
        for kind, value in _facts_in(utterance.text, equipment, areas):
            name = _LABELS[kind][0 if re.search(r"[\u4e00-\u9fff]", utterance.text) else 1]
            fact = Fact(kind, name, deidentify(value)[:MAX_FACT_CHARACTERS], utterance.segment_id)
            found.setdefault(kind, fact)
    return [found[kind] for kind in _LABELS if kind in found]


def _facts_in(text: str, equipment: Sequence[str], areas: Sequence[str]) -> Iterator[tuple[str, str]]:
    if (time := _TIME.search(text)) is not None:
        yield "time", time.group()
    if (area := find_area(text, areas)) is not None:
        yield "area", area
    if (device := _longest_in(text, [*equipment, *EQUIPMENT])) is not None:
        yield "equipment", device
    for span in find_personal(text):
        if (kind := _PERSONAL_FACTS.get(span.kind)) is not None:
            masked = mask(text, (span,))
            yield kind, masked[span.start : len(masked) - (len(text) - span.end)]


def find_area(text: str, known: Sequence[str]) -> str | None:
    """Return the neighbourhood or road a sentence names, without the house."""
    if (area := _longest_in(text, known)) is not None:
        return area
    for found in _AREA.finditer(text):
        name = _NOT_A_PLACE.sub("", found.group())
        if len(name) > 2 and not _NO_NAME.match(name):
            return deidentify(name)
    return None


def _longest_in(text: str, words: Sequence[str]) -> str | None:
    return max((word for word in words if word in text), key=len, default=None)
