"""A question that an article answers, proposed from its first sentence: a number alone tells nothing. Pure."""

from __future__ import annotations

import re

_LONGEST = 40
_SENTENCE = re.compile(r"[。！？\n；;]")
_CLAUSE = re.compile(r"[，,：:]")
_MARKUP = re.compile(r"[*_`#>|]+|^\s*[-\d.]+\s+")
_LEADING = re.compile(r"^(?:因|对于?|对|如果?|若|凡|在|由于|为了?|根据|按照|依据)(?=.{4,})")
_ACTORS = (
    r"(?:(?:居民|非居民)?(?:用户|用水户|用热户|用电人|用气人|客户)|任何单位和个人|单位和个人"
    r"|(?:[\u4e00-\u9fff]{0,6})(?:企业|公司|单位|部门|机构|人员|经营者))"
)
_START = re.compile(r"^本\S{1,8}?自.*施行$")
_SCOPE = re.compile(r"(?:适用于?本|^本\S{1,8}适用)")
_PURPOSE = re.compile(r"^为了?.*制定本")
_MEANING = re.compile(r"^(?:本\S{1,6}所称)?(?P<what>[^，,]{2,16}?)(?:，?是指)")
_FORBIDDEN = re.compile(rf"^(?:{_ACTORS})?(?:不得|禁止|严禁|不准|不能)(?P<what>[^，,]{{2,28}})$")
_BY_WHOM = re.compile(
    r"^(?P<what>[^，,]{2,16}?)(?:应当)?由(?P<who>[^，,]{2,16}?)(?P<does>负责|承担|解释|支付|缴纳|维护|管理|组织|制定)(?P<rest>[^，,]{0,10})$"
)
_DEADLINE = re.compile(
    r"^(?P<who>[^，,]{0,14}?)(?:应当|须|应)?(?:在|于|自[^，,]{2,12}起)?(?P<limit>[\d一二三四五六七八九十两百]+个?(?:工作日|日|天|小时|分钟|个?月|年)(?:内|之内|以内))"
    r"(?P<what>[^，,]{2,20})$"
)
_BEFORE = re.compile(
    r"^(?P<who>[^，,]{0,14}?)(?:应当|须|应)?提前(?P<limit>[\d一二三四五六七八九十两]+个?(?:工作日|日|天|小时))(?P<what>[^，,]{2,20})$"
)
_AMOUNT = re.compile(
    r"^(?P<what>[^，,]{2,24}?)(?P<bound>不得低于|不得高于|不得超过|不低于|不高于|不超过|不少于|不得少于)[^，,]+$"
)
_SUM = re.compile(r"^(?P<what>[^，,]{2,16}?)按照?[^，,]{2,24}(?:计算|折算|计收|计费|收取|核定|执行)$")
_IS = re.compile(r"^(?P<what>[^，,应当]{2,16}?)(?:为|是)(?P<value>[\d一二三四五六七八九十两百千每][^，,]{0,16})$")
_SHOULD = re.compile(r"^(?P<what>[^，,]{2,20}?)(?:应当|应该|必须|须|应)[^，,]{2,}$")
_LIST = re.compile(r"(?:下列|以下|如下)")
_CASE = re.compile(r"^(?P<what>[^，,]{3,26})的$")
_MAY = re.compile(rf"^(?:{_ACTORS})?(?:可以|有权)(?P<what>[^，,]{{2,24}})$")
_MUST = re.compile(rf"^(?P<who>{_ACTORS})(?:应当|须|必须|应)(?P<what>[^，,]{{2,26}})$")


def propose_title(text: str) -> str:
    """Return a question that the text answers, or a short beginning of it where no form fits; empty for no text.

    Args:
        text: Markdown of an article without its number.
    """
    lines = [" ".join(_MARKUP.sub("", line).split()) for line in text.split("\n")]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    if len(lines) > 1 and len(lines[0]) <= 16 and not _SENTENCE.search(lines[0]) and lines[0][-1] not in "：:，,":
        return f"{lines[0]}有什么规定"
    sentence = _SENTENCE.split(lines[0])[0].strip()
    clauses = [clause.strip() for clause in _CLAUSE.split(sentence) if clause.strip()]
    return (_whole(sentence) or _by_clause(clauses) or _beginning(clauses))[:_LONGEST]


def _whole(sentence: str) -> str:
    if _START.match(sentence):
        return "什么时候开始施行"
    if _PURPOSE.match(sentence):
        return "为什么制定这个规定"
    if _SCOPE.search(sentence):
        return "适用于哪些情况"
    meaning = _MEANING.match(sentence)
    return f"{meaning['what']}是什么意思" if meaning else ""


def _by_clause(clauses: list[str]) -> str:
    if any(_LIST.search(clause) for clause in clauses[:2]):
        return ""
    for at, clause in enumerate(clauses[:3]):
        if (match := _CASE.match(clause)) is not None and at + 1 < len(clauses):
            return f"{_LEADING.sub('', match['what'])}怎么办"
        if (match := _FORBIDDEN.match(clause)) is not None:
            return f"可以{match['what']}吗"
        if (match := _BY_WHOM.match(clause)) is not None:
            return f"{match['what']}由谁{match['does']}{match['rest']}"
        if (match := _AMOUNT.match(clause)) is not None:
            return f"{match['what']}{match['bound']}多少"
        if (match := _SUM.match(clause)) is not None:
            return f"{match['what']}怎么算"
        if (match := _IS.match(clause)) is not None:
            return f"{match['what']}是多少"
        if (match := _BEFORE.match(clause)) is not None:
            return f"{match['who']}要提前多久{match['what']}"
        if (match := _DEADLINE.match(clause)) is not None:
            return f"{match['who']}多久{match['what']}"
    for clause in clauses[:2]:
        if (match := _MAY.match(clause)) is not None:
            before = clauses[0] if clause is not clauses[0] else ""
            return f"{_situation(before)}怎么办" if before else f"怎么{match['what']}"
        if (match := _MUST.match(clause)) is not None:
            return (
                f"{match['who']}怎么{match['what']}"
                if len(match["what"]) <= 4
                else f"{match['who']}要{match['what']}吗"
            )
    should = _SHOULD.match(clauses[0])
    is_thing = should is not None and not re.fullmatch(_ACTORS, should["what"])
    return f"{should['what']}有什么规定" if should is not None and is_thing else ""


def _situation(clause: str) -> str:
    return re.sub(rf"^{_ACTORS}(?:发现|认为|需要)?", "", _LEADING.sub("", clause)) or clause


def _beginning(clauses: list[str]) -> str:
    text = clauses[0]
    for clause in clauses[1:]:
        if len(text) + len(clause) >= 24:
            break
        text += "，" + clause
    text = text.removesuffix("的")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
