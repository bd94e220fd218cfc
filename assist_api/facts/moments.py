"""Points in time as they are said: when something happened, and by when an answer was promised. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assist_api.facts.cues import CORRECTION, asked_fields
from assist_api.facts.fields import Evidence, Fact, FactField, Turn

_N = r"(?:[0-9０-９]{1,3}|[零〇一二两三四五六七八九十百半几]{1,4})"
_PAST_DAY = (
    r"(?:大前天|前天|昨天|昨儿个?|昨日|昨(?=[早晚夜])|前(?=[早晚]上?)|今天|今儿个?|今日|"
    r"今(?=[早晚晨])|当天|头天|上上?个?(?:周|礼拜|星期)[一二三四五六日天末]?|[这本]个?(?:周|礼拜|"
    r"星期)[一二三四五六日天]|(?:周|礼拜|星期)[一二三四五六日天])"
)
_FUTURE_DAY = r"(?:明天|明儿个?|明日|明(?=[早晚晨])|大后天|后天|后儿|下个?(?:周|礼拜|星期)[一二三四五六日天]?)"
_FEAST = (
    r"(?:(?:(?:立[春夏秋冬]|[春秋]分|[夏冬]至|[大小]寒|[大小]暑|惊蛰|谷雨|小满|芒种|处暑|白露|寒露|霜降|[大小]雪)"
    r"(?=那|当天|前后))|国庆|元旦|春节|中秋|端午|清明|(?:五一|(?<![二三四五六七八九百零])十一)(?=节|那|假|期间|前|后|当天)|"
    r"年三十|除夕|元宵|大?年?初[一二三四五六七八九十]|"
    r"腊月[二三]?十?[一二三四五六七八九])节?(?:那天|那晚|那阵|当天|前后|期间)?"
)
_DATE = rf"(?:{_FEAST}|{_N}月{_N}(?:号|日)|{_N}(?:号(?!楼|线|院|表)|日))"
_PART = (
    r"(?:凌晨|清晨|一大早|大清早|一早|大早上|早上|早晨|早起|早(?!就|已|点|停|断|坏|没)|上午|中午|晌午|下午|后晌|"
    r"傍晚|晚上|晚(?!了|点|报)|夜里|夜间|半夜|后半夜|下半夜|深夜|天黑|天亮|饭点)"
)
_CLOCK = rf"(?:{_N}点(?!几度|儿|多度)(?:钟|整)?(?:半|一刻|三刻|过?{_N}分?)?|[0-9]{{1,2}}[:：][0-9]{{2}})"
_MORE = r"(?:多钟?|左右|前后|来钟|的时候|那会儿|不到|吧)?"
_POINT = (
    rf"(?:(?:{_PAST_DAY}|{_FUTURE_DAY}|{_DATE})的?{_PART}?的?(?:大概|差不多|大约|也就)?{_CLOCK}?|"
    rf"{_PART}的?(?:大概|差不多|大约)?{_CLOCK}|{_CLOCK}|今早|今晚|昨晚|昨夜|昨早|前晚|明早|明晚|"
    rf"{_PART}(?=停|断|坏|开始|就))"
)
_BEFORE = r"(?:之前|以前|前(?!面|台|后|年|头)|之后|以后)"
_SPAN = rf"(?:{_N}(?:个)?(?:半)?(?:多|来)?个?(?:工作日|小时|钟头|分钟|刻钟|礼拜|星期|天|日|周|个?月)(?:多|半)?)"
_AGO = (
    rf"(?:(?:大概|差不多|也就|得有)?{_SPAN}(?:以前|之前|前(?!后))|半个?(?:多)?(?:小时|钟头|月|"
    rf"天)(?:以前|之前|前)|刚刚|刚才|才刚|方才|刚(?=停|断|坏|跳|没|发现|开始))"
)
HAPPENED = re.compile(rf"{_AGO}|{_POINT}{_MORE}")
PROMISED = re.compile(
    rf"(?:最[晚迟])?(?:{_POINT}(?:到{_POINT})?{_BEFORE}?|(?:今天|明天|后天|当天|今日|明日|本周|下周|月底|下班){_BEFORE}?(?:内|之内|以内)?|{_SPAN}(?:之内|以内|内|左右|后|以后|之后)|{_SPAN}(?=给|回|答|联系|电话|短信|[，,][^，。]{{0,4}}(?:给|通知|联系|告诉)您)|(?:尽快|稍后|马上|一会儿))"
)
_VAGUE = re.compile(r"尽快|稍后|马上|一会儿|刚|几点|什么|多久|几天|几号")
_ANSWER = re.compile(
    r"给您回|给你回|回过去|回电|回您|回你|回复|答复|电话|来电|打给|打过去|打回|给您打|给你打|联系|短信|微信|通知|告知|告诉|回访|反馈|回信|回话|回音|信儿|消息|结果"
)
_VISIT = re.compile(
    r"上门|到场|到现场|到达|赶到|赶过去|过去|到(?=[，。]|$)|来人|师傅来|恢复|修好|处理完|送电|来电(?!话)|供上|完成|抢修|安装|取样|更换|换表|拆|检查|到账|退到|维修|施工|测温|充值"
)
_MISTAKE = re.compile(r"交重|重复|多扣|扣了两|扣错|充错|交错|转错|没到账|没充上|没到")
"""What went wrong with a payment; the time of a payment alone is none of a fault."""
_HAPPENS = re.compile(
    r"投诉了|马赛克|没画面|不对劲|异常|交重|重复|多扣|扣了两|扣错|充错|交错|转错|没到账|雪花|转圈|停|断|坏|漏|没(?:有)?(?:电|水|气|网|信号|暖|热)|不(?:热|亮|走|动|转|显示|出|通|来)|跳|爆|裂|黑|烧|响|闻|味|发现|开始|起|出现|掉|炸|冒|堵|花屏|卡|凉|冷|黄|浑|"
    r"打雷|下雨|撞|倒|故障|没影|连不上|红灯|报警|低|小|慢|闪|喷|淹|塌|灭"
)
_NOT_A_FAULT = re.compile(
    r"交(?:的|了|过)|充(?:的|了|值)|缴|扣|买|办|申请|打过?电话|报(?:修|过|的)|上门|约|装的|换的|来过|来修|发票|收到|账单|开门|上班|下班|营业|通知"
)


def find_occurrence(turns: Sequence[Turn]) -> Iterator[Fact]:
    """Yield when the caller says the trouble began, as last corrected; nothing for mere dates of bills or visits."""
    best: tuple[int, Fact] | None = None
    is_asked = False
    for place, turn in enumerate(turns):
        if not turn.is_customer:
            asked = asked_fields(turn)
            is_asked = FactField.OCCURRED_AT in asked if asked else is_asked and len(turn.text) < 6
            continue
        for found in HAPPENED.finditer(turn.text):
            weight = _weight_of(turn.text, found, is_asked=is_asked)
            is_closer = best is not None and _is_closer(best[1], place, found.group())
            if weight and (
                best is None or weight > best[0] or (weight == best[0] and (is_closer or _replaces(turn.text, found)))
            ):
                said = found.group().rstrip("吧")
                evidence = Evidence(place, found.start(), found.start() + len(said))
                best = (weight, Fact(FactField.OCCURRED_AT, said, (evidence,)))
    if best is not None:
        yield best[1]


def _weight_of(text: str, found: re.Match[str], *, is_asked: bool) -> int:
    """Return how surely a time is that of the trouble: 0 not at all, 2 asked for, 1 said beside what happened."""
    around = text[max(0, found.start() - 12) : found.end() + 14]
    if re.match(_FUTURE_DAY, found.group()) or re.search(
        r"到$|等到$|明|后天", text[max(0, found.start() - 2) : found.start()]
    ):
        return 0
    if re.search(r"几(?:点|号|天|个)|什么", found.group()):
        return 0
    sentence = _clause(text, found.start(), found.end())
    if is_asked:
        return 0 if re.search(r"[充交缴买办](?:的|了|过|值)", sentence) else 2
    if (
        _NOT_A_FAULT.search(sentence)
        and not _MISTAKE.search(sentence)
        and not re.search(r"停|断|漏|不热|没电|没水|开始", sentence)
    ):
        return 0
    return 1 if _HAPPENS.search(around) else 0


def _is_closer(known: Fact, place: int, said: str) -> bool:
    """Whether a time says more closely in the same breath what was said before: 刚才，五分钟前."""
    return known.evidence[0].turn == place and known.value.startswith(("刚", "才刚")) and not said.startswith("刚")


def _replaces(text: str, found: re.Match[str]) -> bool:
    return CORRECTION.search(text[: found.start()]) is not None


def find_promise(turns: Sequence[Turn]) -> Iterator[Fact]:
    """Yield by when the agent promised a call, message or answer; visits of a crew are none."""
    last: Fact | None = None
    for place, turn in enumerate(turns):
        if turn.is_customer:
            continue
        for found in PROMISED.finditer(turn.text):
            if not _VAGUE.search(found.group()) and _is_answer(turn.text, found):
                evidence = Evidence(place, *found.span())
                last = Fact(FactField.CALLBACK_AT, found.group(), (evidence,))
    if last is not None:
        yield last


def _is_answer(text: str, found: re.Match[str]) -> bool:
    """Whether what follows a time (else what precedes it) is an answer rather than a visit."""
    if text.rstrip().endswith(("?", "？")) and "您看" not in text and not re.search(r"给您|回您|联系您|通知您", text):
        return False
    sentence_end = min(
        (text.find(mark, found.end()) for mark in "。！？；" if mark in text[found.end() :]), default=len(text)
    )
    after = text[found.end() : sentence_end]
    answer, visit = _ANSWER.search(after), _VISIT.search(after)
    if answer and not (visit and visit.start() < answer.start() and "，" in after[visit.start() : answer.start()]):
        return not re.search(r"带|请您|您(?:可以|再|来)|拨打|保持电话|电话畅通", after[: answer.end() + 4])
    if visit:
        return False
    before = text[max(0, found.start() - 18) : found.start()]
    answers = [match.end() for match in _ANSWER.finditer(before)]
    visits = [match.end() for match in _VISIT.finditer(before)]
    return bool(answers) and (not visits or max(answers) > max(visits)) and "。" not in before[max(answers) :]


def _clause(text: str, start: int, end: int) -> str:
    first = max(text.rfind(mark, 0, start) for mark in "。！？；，,") + 1
    last = min((text.find(mark, end) for mark in "。！？；，," if mark in text[end:]), default=len(text))
    return text[first:last]
