"""Numbers that point at a person: telephone, identity card, bank card, household or account number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.deidentify.digits import Digits, digit_runs
from kb.deidentify.spans import PersonalKind, PersonalSpan

_CONTEXT_CHARACTERS = 24
"""How far before a number the word that explains it may stand: `户号您记一下是`."""
_MANY_DIGITS = 8
"""A longer number that nothing explains is masked: nobody says eight digits that mean nothing."""
_MAX_CHUNKS = 24
"""No number has more pieces: eighteen digits said one by one, and some to spare."""

_IDENTITY = re.compile(r"身份证|证件|\bID\b|identity", re.IGNORECASE)
_BANK = re.compile(r"银行卡|信用卡|储蓄卡|卡号|bank card|card number|credit card", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"[户互]号|(?:用热|供热|用[气水电]|燃气|购[电气水]|缴费|充值|收视|IC|智能|(?<!银行)[水电气热])卡(?:号|上|的号)?|用户号|客户号|客户编号|用户编号|账号|帐号|账户|[缴交]费号|[缴交]费编[码号]|用[电水气]编号|供热编号|智能卡|宽带号|热费号|"
    r"account|customer (?:number|no|id)|contract",
    re.IGNORECASE,
)
_METER = re.compile(
    r"(?:旧|新|老|换下来的|原来的|拆下来的)[电水气热]?表(?=[^，。度字走数钱价]{0,3}$)|表(?:盖|壳|身|底下|铭牌|单)|铭牌|[电水气]标(?:编号|号)|条形?码|表上头?(?:那|写|印|贴|的号)|"
    r"[电水气热量]?表[^，。、户型]{0,7}?(?:编?号码?|编码|条形?码)|钢印号|"
    r"资产编?号|出厂编?号|meter (?:number|no)",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,6}[-.]?|[A-Z]{1,4} |(?=\d+[A-Za-z-]))\d[A-Za-z0-9.-]{3,22}(?<![.-])(?![A-Za-z0-9])"
)
"""Letters and digits together: RL-0308-2217. Without a word that explains it, it may be the number of anything."""
_CODE_AFTER = re.compile(r"^[，,]?(?:在)?(?:[电水气热]?表[盖壳上面]|条形?码|钢印|铭牌)")
_CODE_DIGITS = 5
_PHONE = re.compile(
    r"电话|手机|座机|固话|固定电话|号码|联系方式|打给|回拨|拨|phone|mobile|cell|call me|call back|"
    r"reach me|(?:my|phone|this) number",
    re.IGNORECASE,
)
_TAIL = re.compile(r"尾号|后[四4六6]位|last (?:four|six|4|6)", re.IGNORECASE)
_OF_A_CARD = re.compile(r"的?(?:[那这]张)?(?:银行|储蓄|信用|工行|建行|农行)?卡")
_NOT_PERSONAL = re.compile(
    r"合格证|许可证|检定证|批号|批次|生产日期|出厂日期|信用代码|税号|产权证|房产证|工单|单号|发票号码?|发票代码|票号|受理编?号|订单|流水|小票|文号|文件号|国标|标准|型号|邮编|序列号|"
    r"SN码|保单|快递|运单|回执|取件码|验证码|order (?:number|no)|ticket",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[ ]?(?:元|块|度|千瓦|立方|吨|户|次|条|例|米|公里|人|分钟|小时|天|年|月|日|%|％|kWh|kW|m3|yuan|RMB|V|伏)"
)
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_MOBILE = re.compile(r"(?:0{0,2}86)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"0[1-9]\d{1,2}[2-9]\d{6,7}")
_HOTLINE = re.compile(r"(?:400|800)\d{7}|9[56]\d{3,4}|1[12]\d(?:\d{2})?")
_OWN_NUMBER = re.compile(rf"(?:{_ACCOUNT.pattern}|{_METER.pattern}|银行卡|卡号)(?:就|[是为:：，])*\s?$", re.IGNORECASE)
"""Right behind these words even 8006620175 is no hotline."""
_DISOWNED = re.compile(r"(?:不记得|记不|忘|找不|没有?|不知道|不晓得)[^0-9]*$")
_NOT_PERSONAL_AFTER = re.compile(r"[，,]?\s?(?:这|那)?(?:就)?是[^，。]{0,6}(?:流水|单号|订单|工单|文号|邮编|型号)")
_LETTERS_BEFORE = re.compile(r"(?:[A-Za-z]{1,4}-?|[Nn][Oo]\.\s?)$")
_ID_DIGITS = 18
_METER_DIGITS = 24
_PHONE_DIGITS = 14
_CARD_DIGITS = (16, 19)
_BORN_BEFORE = "2020"
"""A number of eighteen digits with a later date and no word that explains it is a transaction, not a child."""
_COUNTING = "01234567890"
_ID_CHECK_LETTER = re.compile(r"[ ]?[xX叉]")


def find_numbers(text: str) -> Iterator[PersonalSpan]:
    """Yield every personal number; what is said in pieces counts as one as long as it makes one."""
    for run in digit_runs(text):
        yield from _in_run(text, run)
    for found in _CODE.finditer(text):
        if (kind := _kind_of_code(text, found)) is not None:
            yield PersonalSpan(kind, *found.span())


def _kind_of_code(text: str, found: re.Match[str]) -> PersonalKind | None:
    """Return what the nearest words around letters with digits say they are: a meter or an account, else nothing."""
    before = text[max(0, found.start() - _CONTEXT_CHARACTERS) : found.start()]
    if sum(sign.isdecimal() for sign in found.group()) < _CODE_DIGITS or not re.search("[A-Za-z]", found.group()):
        return None
    if _CODE_AFTER.match(text[found.end() :]):
        return PersonalKind.METER
    if _is_explained_away(before):
        return None
    nearest = [
        (match.end(), kind)
        for kind, pattern in ((PersonalKind.METER, _METER), (PersonalKind.ACCOUNT, _ACCOUNT))
        for match in pattern.finditer(before)
    ]
    return max(nearest)[1] if nearest else None


def _in_run(text: str, run: Sequence[Digits]) -> Iterator[PersonalSpan]:
    first = 0
    while first < len(run):
        for last in range(min(len(run), first + _MAX_CHUNKS), first, -1):
            span = _judge(text, run[first:last])
            if span is not None:
                yield span
                first = last
                break
        else:
            first += 1


def _judge(text: str, chunks: Sequence[Digits]) -> PersonalSpan | None:
    digits = "".join(chunk.text for chunk in chunks)
    start, end = chunks[0].start, chunks[-1].end
    has_letter = False
    if len(digits) == _ID_DIGITS - 1 and (letter := _ID_CHECK_LETTER.match(text, end)):
        digits, end, has_letter = f"{digits}X", letter.end(), True
    before = text[max(0, start - _CONTEXT_CHARACTERS) : start]
    is_hotline = _HOTLINE.fullmatch(digits) or all(_HOTLINE.fullmatch(chunk.text) for chunk in chunks)
    if is_hotline and not _OWN_NUMBER.search(before):
        return None
    if has_letter:
        return PersonalSpan(PersonalKind.IDENTITY, start, end) if _is_identity_card(digits) else None
    after = text[end : end + _CONTEXT_CHARACTERS]
    kind = PersonalKind.BANK_CARD if _TAIL.search(before) and _OF_A_CARD.match(after) else _kind(digits, before, after)
    letters = _LETTERS_BEFORE.search(before)
    if re.match("[A-Za-z]", after) or (letters and kind not in (PersonalKind.METER, PersonalKind.ACCOUNT)):
        return None
    if letters is not None:
        start -= len(letters.group())
    return None if kind is None else PersonalSpan(kind, start, end)


def _kind(digits: str, before: str, after: str) -> PersonalKind | None:
    explained = _explained(digits, before)
    if explained is PersonalKind.IDENTITY or (_is_identity_card(digits) and _has_check_digit(digits)):
        return PersonalKind.IDENTITY
    if _is_explained_away(before) or _NOT_PERSONAL_AFTER.match(after):
        return None
    if _MOBILE.fullmatch(digits) and (explained is None or _DISOWNED.search(before)):
        return PersonalKind.PHONE
    if explained is not None:
        return explained
    if digits in _COUNTING or _UNIT.match(after) or _is_point_in_time(digits):
        return None
    return _by_shape(digits, before)


def _by_shape(digits: str, before: str) -> PersonalKind | None:
    """Return what a number that nothing explains looks like."""
    if _LANDLINE.fullmatch(digits):
        return PersonalKind.PHONE
    if _is_identity_card(digits) and len(digits) == _ID_DIGITS and digits[6:10] < _BORN_BEFORE:
        return PersonalKind.IDENTITY
    if _CARD_DIGITS[0] <= len(digits) <= _CARD_DIGITS[1]:
        return PersonalKind.BANK_CARD if digits[0] in "3456" else PersonalKind.ACCOUNT
    is_unexplained = _MANY_DIGITS <= len(digits) <= 20 and not re.search(r"[A-Za-z]-?$|[=＝]$", before)
    return PersonalKind.ACCOUNT if is_unexplained else None


def _is_explained_away(before: str) -> bool:
    """Whether the nearest explanation says that a number belongs to a document or a thing, not to a person."""
    nearest = [match.end() for match in _NOT_PERSONAL.finditer(before)]
    personal = [
        match.end()
        for kind in (_IDENTITY, _BANK, _ACCOUNT, _METER, _PHONE)
        for match in kind.finditer(before)
        if match.group() != "号码" or not nearest
    ]
    return bool(nearest) and max(nearest) >= max(personal, default=0)


def _explained(digits: str, before: str) -> PersonalKind | None:
    """Return what the words before a number say it is; the nearest word decides."""
    least = 4 if _TAIL.search(before) else None
    rules = (
        (_IDENTITY, least or 15, 20, PersonalKind.IDENTITY),
        (_BANK, least or 12, 20, PersonalKind.BANK_CARD),
        (_ACCOUNT, least or 5, 20, PersonalKind.ACCOUNT),
        (_METER, least or 5, _METER_DIGITS, PersonalKind.METER),
        # 身份证号码 ends with a word for telephones; no telephone has as many digits.
        (_PHONE, least or 7, _PHONE_DIGITS, PersonalKind.PHONE),
    )
    found = [
        (max(match.end() for match in pattern.finditer(before)), kind)
        for pattern, shortest, longest, kind in rules
        if shortest <= len(digits) <= longest and pattern.search(before)
    ]
    if found and not _is_explained_away(before):
        return max(found)[1]
    return PersonalKind.PHONE if least is not None and len(digits) in (4, 6) else None


def _is_identity_card(digits: str) -> bool:
    if len(digits) == _ID_DIGITS:
        return _DAY.fullmatch(digits[6:14]) is not None
    return len(digits) == 15 and _DAY.fullmatch(f"19{digits[6:12]}") is not None and digits[0] in "123456"


def _has_check_digit(digits: str) -> bool:
    """Whether the last sign of an identity number is that of ISO 7064 MOD 11-2, as GB 11643 prescribes."""
    if len(digits) != _ID_DIGITS:
        return False
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits[:17]))
    return digits[17] == "10X98765432"[total % 11]


def _is_point_in_time(digits: str) -> bool:
    return len(digits) in (8, 10, 12, 14) and _DAY.match(digits) is not None
