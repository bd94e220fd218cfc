"""Extracts the facts of an answer that can be right or wrong: fees, limits, dates, numbers, who pays, who may. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import cn2an

from kb.search.question.analysis.folding import fold

DAY, MONTH, YEAR = 1440.0, 43_800.0, 525_600.0
"""Minutes; a month is a twelfth of a year."""


class FactKind(StrEnum):
    """What a fact is about."""

    MONEY = "money"
    DURATION = "duration"
    PERIOD = "period"
    """How often something happens: every two years."""
    SHARE = "share"
    TEMPERATURE = "temperature"
    ENERGY = "energy"
    VOLUME = "volume"
    AREA = "area"
    LENGTH = "length"
    CAPACITY = "capacity"
    VOLTAGE = "voltage"
    SPEED = "speed"
    COUNT = "count"
    DATE = "date"
    CLOCK = "clock"
    WEEKDAYS = "weekdays"
    PHONE = "phone"
    PAYER = "payer"
    CHARGE = "charge"
    """Whether something costs at all."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    Attributes:
        kind: What it is about.
        value: Comparable with values of the same kind and unit: minutes, yuan, a share of 1, a code.
        unit: Tells counts of different things apart (`节`, `次`), and working days from days.
        words: As it stands in the folded text.
    """

    kind: FactKind
    value: float | str
    unit: str
    words: str


_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_CHINESE = r"[零〇一二两三四五六七八九十百千万]+(?:点[零〇一二三四五六七八九]+)?"
_NUMBER = rf"(?:{_DIGITS}|{_CHINESE})"
_UNITS: dict[str, tuple[FactKind, float, str]] = {
    "万元": (FactKind.MONEY, 10_000, ""),
    "元": (FactKind.MONEY, 1, ""),
    "块": (FactKind.MONEY, 1, ""),
    "角": (FactKind.MONEY, 0.1, ""),
    "毛": (FactKind.MONEY, 0.1, ""),
    "分钱": (FactKind.MONEY, 0.01, ""),
    "秒": (FactKind.DURATION, 1 / 60, ""),
    "分钟": (FactKind.DURATION, 1, ""),
    "小时": (FactKind.DURATION, 60, ""),
    "钟头": (FactKind.DURATION, 60, ""),
    "工作日": (FactKind.DURATION, DAY, "工作日"),
    "自然日": (FactKind.DURATION, DAY, ""),
    "天": (FactKind.DURATION, DAY, ""),
    "日": (FactKind.DURATION, DAY, ""),
    "周": (FactKind.DURATION, 7 * DAY, ""),
    "星期": (FactKind.DURATION, 7 * DAY, ""),
    "礼拜": (FactKind.DURATION, 7 * DAY, ""),
    "季度": (FactKind.DURATION, 3 * MONTH, ""),
    "月": (FactKind.DURATION, MONTH, ""),
    "年": (FactKind.DURATION, YEAR, ""),
    "千瓦时": (FactKind.ENERGY, 1, ""),
    "kwh": (FactKind.ENERGY, 1, ""),
    "摄氏度": (FactKind.TEMPERATURE, 1, ""),
    "°c": (FactKind.TEMPERATURE, 1, ""),
    "℃": (FactKind.TEMPERATURE, 1, ""),
    "度": (FactKind.ENERGY, 1, ""),
    "千瓦": (FactKind.CAPACITY, 1, "kw"),
    "kw": (FactKind.CAPACITY, 1, "kw"),
    "千伏安": (FactKind.CAPACITY, 1, "kva"),
    "kva": (FactKind.CAPACITY, 1, "kva"),
    "千伏": (FactKind.VOLTAGE, 1000, ""),
    "kv": (FactKind.VOLTAGE, 1000, ""),
    "伏": (FactKind.VOLTAGE, 1, ""),
    "v": (FactKind.VOLTAGE, 1, ""),
    "安": (FactKind.CAPACITY, 1, "a"),
    "立方米": (FactKind.VOLUME, 1, ""),
    "立方": (FactKind.VOLUME, 1, ""),
    "m3": (FactKind.VOLUME, 1, ""),
    "方": (FactKind.VOLUME, 1, ""),
    "吨": (FactKind.VOLUME, 1, ""),
    "升": (FactKind.VOLUME, 0.001, ""),
    "平方米": (FactKind.AREA, 1, ""),
    "平米": (FactKind.AREA, 1, ""),
    "m2": (FactKind.AREA, 1, ""),
    "公里": (FactKind.LENGTH, 1000, ""),
    "厘米": (FactKind.LENGTH, 0.01, ""),
    "毫米": (FactKind.LENGTH, 0.001, ""),
    "米": (FactKind.LENGTH, 1, ""),
    "兆": (FactKind.SPEED, 1, ""),
    "mbps": (FactKind.SPEED, 1, ""),
    "%": (FactKind.SHARE, 0.01, ""),
    "‰": (FactKind.SHARE, 0.001, ""),
    "折": (FactKind.SHARE, 0.1, "折"),
    "成": (FactKind.SHARE, 0.1, ""),
    "倍": (FactKind.SHARE, 1, "倍"),
} | {unit: (FactKind.COUNT, 1, unit) for unit in "节只次户台套人张份档级期级部路个"}
_UNITS["口"] = (FactKind.COUNT, 1, "人")
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?<![第上下这本])(?P<each>每(?:隔|满)?)?(?P<number>{_NUMBER}|半)\s*(?P<half>个半)?个?(?P<unit>{_UNIT})(?P<more>半|(?<=块)[一二三四五六七八九](?![\d月日年天个只次张台户人份套号]))?"
)
_DATE = re.compile(rf"(?:(?P<year>20\d\d)年)?(?P<month>\d{{1,2}}|{_CHINESE})月(?P<day>\d{{1,2}}|{_CHINESE})[日号]")
_CLOCK = re.compile(
    rf"(?P<half>上午|早上?|下午|晚上?|中午|夜里|夜间|半夜|深夜)?(?P<hour>\d{{1,2}}|{_CHINESE})(?:[::](?P<minute>\d\d)|[点时](?!间|段|效|长|限)(?P<late>半)?)"
)
_EVENING = frozenset(("下午", "晚", "晚上"))
_LATE = _EVENING | {"夜里", "夜间", "半夜", "深夜"}
"""After these words an hour is one of the second half of the day; 夜里十二点 is midnight, 夜里两点 is not."""
_DAY_OF_MONTH = re.compile(rf"每个?月(?:的)?(?P<day>\d{{1,2}}|{_CHINESE})[日号]")
_SHARE = re.compile(rf"(?P<of>百|千|万)分之(?P<number>{_NUMBER})")
_PERIOD = re.compile(r"每(?:个)?(?P<unit>年|月|季度|周|星期|天|日)|(?P<two>双月|隔月|两月一)|(?P<fixed>按月|按年|按季)")
_PHONE = re.compile(r"(?<![\d.])\d[\d-]{4,}\d?(?![\d.]|\s*(?:" + _UNIT + "))")
_YEARS = re.compile(r"20\d\d(?=年|\s*[-—~至到]|[^\d])")
_PERIODS = {"年": YEAR, "季度": 3 * MONTH, "月": MONTH, "周": 7 * DAY, "星期": 7 * DAY, "天": DAY, "日": DAY}
_RHYTHM = re.compile(r"(?:免费)?(?:[更轮]?换|安?检|检?查|巡检?|校验?|清洗|抄|交)?一(?:次|回|换|检|查|抄|交|遍)")
"""What follows a duration that is a rhythm: 三年一换, 两年检一次."""
_INDEFINITE = re.compile(r"[一1](?:[次个户人张份套台部路口])")
"""Numbers that count nothing: an article."""
_WARM = re.compile(r"室温|温度|气温|供暖|采暖|暖气|卧室|水温|摄氏")

_WEEKEND = re.compile(r"周六|周日|周末|星期六|星期日|星期天|礼拜天|双休日|节假日|休息日")
_WORKDAYS = re.compile(
    r"(?:周|星期|礼拜)一(?:到|至|-|—|~)(?:周|星期|礼拜)?(?P<last>[五六日天])|(?P<all>每天|天天|全年无休|每日)"
)
_OPENING = r"营业|上班|办公|办理|受理|服务|开门"
_OPENS = re.compile(_OPENING)
_HOURS = re.compile(rf"{_OPENING}|全年无休|\d(?:[点:：]|时(?!间|段))")
"""What makes 每天 the days of opening; 每天的用电记录 says nothing of them, whatever the next sentence is about."""
_CLOSED = re.compile(r"(?:不|停止?|暂停|休)(?:营业|办公|上班|办理?|受理|开门|息|对外)|休息|放假|没人|关门")

_FREE = re.compile(
    r"免费|免收|免除|全免|免[交缴]|不(?:再|另|会)?(?:另外|额外)?收(?!到)|不(?:再|另|需要?|用|必)(?:另外|额外)?(?:付|交|缴|花)|不要钱|不花钱|不计费"
    r"|无(?:需|须)(?:付|交|缴)|分文不|(?:没有|无)\w{0,4}费用?|已?含在|零费用|(?<![\d.])0元"
)
_PAID = re.compile(
    r"(?<![不免])(?:收取|收费|计收|加收|另收|要收|需付|付费|自费|有偿|按\w{0,6}收费)|自理|自己(?:出|掏|付|承担|花)|自付|减半|半价"
)
_COMPANY = r"(?:公司|企业|我方|我司|我们|单位|电网|供电|供水|供热|供气|燃气方|水司|热力|运营商|电视台|产权单位|政府)"
_PEOPLE = r"(?:用户|客户|业主|住户|居民|自己|自行|本人|个人|用水户|用电人|用气人|房主|户主|自家)"
_BEARS = r"(?:修复|试压|检修|修好|承担|负担|负责|出钱?|支付|买单|付|掏|维修|修理|更换|处理|出资|自理)"
_BY_COMPANY = re.compile(
    rf"(?:由|归)?{_COMPANY}[^\W不]{{0,4}}(?:免费)?{_BEARS}|(?<!不)免费(?:更换|维修|修|换|上门|安装|检修|提供)"
)
_BY_PEOPLE = re.compile(rf"(?:由|归)?{_PEOPLE}[^\W不免无]{{0,4}}{_BEARS}|自理|自费|自己(?:出|掏|付|花|修)|自付")

_SHARED = re.compile(
    r"各(?:自)?(?:付|出|承担|负担|掏)(?:一半|百分之五十)?|一人一半|各(?:一)?半|平摊|分摊|共同(?:承担|负担)"
)
_PEOPLE_PAY = re.compile(rf"(?:由|归)?{_PEOPLE}(?:[^\W不免无]{{0,4}})(?:出|付|交|承担|负担)[^，。]{{0,4}}(?:费|钱|款)")
_COMPANY_REFUSES = re.compile(rf"{_COMPANY}[^，。]{{0,4}}不(?:负责|承担|管|负担)")
"""Who pays decides, not who works: 用户出材料费，供电所负责施工."""


def number_of(text: str) -> float:
    """Return the value of a number in digits or Chinese numerals."""
    if text == "半":
        return 0.5
    if text[0].isdigit():
        return float(text.replace(",", ""))
    return float(cn2an.cn2an(text.replace("〇", "零"), "smart"))


def facts_of(text: str) -> list[Fact]:
    """Return the facts of a text in the order of their kinds; a value that is named twice comes twice."""
    folded = fold(text).text
    facts, rest = [], folded
    for read in (_dates, _clocks, _shares, _quantities, _phones):
        found, rest = read(rest)
        facts += found
    facts += _periods(rest)
    facts += _weekdays(folded)
    return [*facts, *_charges(folded), *_payers(folded)]


def _value(text: str) -> float | None:
    try:
        return number_of(text)
    except ValueError:
        return None


def _dates(text: str) -> tuple[list[Fact], str]:
    facts = []
    for match in _DATE.finditer(text):
        month, day = _value(match["month"]), _value(match["day"])
        if month and day:
            facts.append(Fact(FactKind.DATE, f"{month:.0f}-{day:.0f}", "", match.group()))
    text = _DATE.sub(lambda match: " " * len(match.group()), text)
    facts += [
        Fact(FactKind.DATE, f"{day:.0f}", "", match.group())
        for match in _DAY_OF_MONTH.finditer(text)
        if (day := _value(match["day"]))
    ]
    return facts, _DAY_OF_MONTH.sub(lambda match: "每月".ljust(len(match.group())), text)


def _clocks(text: str) -> tuple[list[Fact], str]:
    facts = []
    for match in _CLOCK.finditer(text):
        hour = _value(match["hour"])
        if (
            hour is None
            or hour > 24
            or (match["minute"] is None and re.match(r"点[零〇一二三四五六七八九\d]", text[match.end() - 1 :]))
        ):
            continue
        late = match["half"] in _LATE and (hour < 12 if match["half"] in _EVENING else hour >= 6) and hour <= 12
        minutes = (hour + 12 * late) * 60 + (30 if match["late"] else float(match["minute"] or 0))
        facts.append(Fact(FactKind.CLOCK, minutes % DAY, "", match.group()))
    kept = {fact.words for fact in facts}
    return facts, _CLOCK.sub(lambda match: " " * len(match.group()) if match.group() in kept else match.group(), text)


def _shares(text: str) -> tuple[list[Fact], str]:
    facts = []
    for match in _SHARE.finditer(text):
        value = _value(match["number"])
        if value is not None:
            facts.append(
                Fact(FactKind.SHARE, value / {"百": 100, "千": 1000, "万": 10_000}[match["of"]], "", match.group())
            )
    return facts, _SHARE.sub(lambda match: " " * len(match.group()), text)


def _quantities(text: str) -> tuple[list[Fact], str]:
    facts = []
    is_warm = _WARM.search(text) is not None
    for match in _QUANTITY.finditer(text):
        value = _value(match["number"])
        kind, factor, unit = _UNITS[match["unit"]]
        if value is None or (match["unit"] == "年" and value > 1900) or _INDEFINITE.fullmatch(match.group()):
            continue
        value += 0.5 if match["half"] else 0
        if match["more"] and kind in {FactKind.MONEY, FactKind.DURATION}:
            value += 0.5 if match["more"] == "半" else number_of(match["more"]) / 10
        if kind is FactKind.ENERGY and match["unit"] == "度" and is_warm and value < 40:
            kind = FactKind.TEMPERATURE
        is_rhythm = match["each"] or _RHYTHM.match(text, match.end())
        if is_rhythm and kind is FactKind.DURATION:
            kind = FactKind.PERIOD
        facts.append(Fact(kind, value * factor, unit, match.group()))
    return facts, _QUANTITY.sub(lambda match: " " * len(match.group()), text)


def _phones(text: str) -> tuple[list[Fact], str]:
    facts = [
        Fact(FactKind.PHONE, re.sub(r"\D", "", match.group()), "", match.group()) for match in _PHONE.finditer(text)
    ]
    return facts, _PHONE.sub(" ", text)


def _periods(text: str) -> Iterator[Fact]:
    for match in _PERIOD.finditer(text):
        if match["two"]:
            yield Fact(FactKind.PERIOD, 2 * MONTH, "", match.group())
        elif match["fixed"]:
            yield Fact(
                FactKind.PERIOD, _PERIODS[{"季": "季度"}.get(match["fixed"][1], match["fixed"][1])], "", match.group()
            )


def _weekdays(text: str) -> Iterator[Fact]:
    is_open: bool | None = None
    words = ""
    for clause in re.split(r"[,，。;；]", text):
        weekend, workdays = _WEEKEND.search(clause), _WORKDAYS.search(clause)
        if weekend:
            is_open, words = not _CLOSED.search(clause), clause
        elif workdays and is_open is None and _OPENS.search(text) and (workdays["last"] or _HOURS.search(clause)):
            is_open, words = bool(workdays["all"]) or workdays["last"] != "五", clause
    if is_open is not None:
        yield Fact(FactKind.WEEKDAYS, "open" if is_open else "closed", "", words.strip())


def _charges(text: str) -> Iterator[Fact]:
    free, paid = _FREE.search(text), _PAID.search(text)
    if free and not paid:
        yield Fact(FactKind.CHARGE, "free", "", free.group())
    elif paid and not free:
        yield Fact(FactKind.CHARGE, "paid", "", paid.group())


def _payers(text: str) -> Iterator[Fact]:
    company, people = _BY_COMPANY.search(text), _BY_PEOPLE.search(text)
    if shared := _SHARED.search(text):
        yield Fact(FactKind.PAYER, "both", "", shared.group())
    elif own := _PEOPLE_PAY.search(text) or _COMPANY_REFUSES.search(text):
        yield Fact(FactKind.PAYER, "customer", "", own.group())
    elif company and not people:
        yield Fact(FactKind.PAYER, "company", "", company.group())
    elif people and not company:
        yield Fact(FactKind.PAYER, "customer", "", people.group())
