"""Tables of questions and answers, as hotlines keep them in spreadsheets: every row is an entry. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.entries.validation import (
    MAX_SCRIPT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    MAX_VARIANT_CHARACTERS,
    MAX_VARIANTS,
    comparable,
)
from kb.ingest.document import ALL_SECTORS, Block, Row, Unit, UnitKind
from kb.search.question.analysis.folding import fold

_BETWEEN_VARIANTS = re.compile(r"[\n|；;]+")
_ASIDE = re.compile(r"[（(【\[〔{《<][^）)】\]〕}》>]*[）)】\]〕}》>]")
_NOT_NAME = re.compile(r"[\W_]+")
_ENDINGS = "内容|描述|文本|正文|标题|名称|原文|说明|要点|信息|text|content|body|描写|列|栏"
"""What may follow the stem of a column's name without changing what the column holds."""
_ABOUT = re.compile(
    r"(编号|序号|号码|编码|代码|id|分类|类别|类型|种类|来源|渠道|时间|日期|时限|人员?|部门|单位|状态|数量?|次数|等级|级别|图片|附件|"
    r"链接|网址|频次|长度|字数|评分|满意度|率|no|code|type|date|time|category|status|source|url|link|count)$"
)
"""A column whose name ends so says something about questions or answers and holds none."""


@dataclass(frozen=True, slots=True)
class _Stem:
    """Names of a kind of column: whole names first, then stems at the end of a name, better ones first."""

    names: tuple[str, ...]
    stems: tuple[str, ...]


_QUESTION = _Stem(
    ("标准问题", "标准问", "问题", "常见问题", "标题", "知识标题", "question", "title", "q", "问", "faq"),
    ("标准问", "问题", "提问", "问句", "疑问", "咨询", "诉求", "question", "query", "问", "标题", "title"),
)
_ANSWER = _Stem(
    ("标准答案", "答案", "答复", "回答", "解答", "内容", "知识内容", "回复", "answer", "content", "a", "答"),
    (
        *("答案", "答复", "回答", "解答", "回复", "应答", "答", "answer", "reply", "response", "内容"),
        *("解决方案", "解决办法", "解决方法", "解决措施", "处理办法", "处理方法", "处理方式", "处理措施", "处理意见"),
        *("办理办法", "办理方式", "办理流程", "操作步骤", "solution", "resolution"),
    ),
)
_VARIANTS = _Stem(
    ("相似问题", "相似问", "扩展问", "问法", "其他问法", "variants", "similar questions"),
    (
        "相似问题",
        "相似问",
        "扩展问题",
        "扩展问",
        "同义问",
        "近似问",
        "类似问题",
        "其他问法",
        "问法",
        "说法",
        "variants",
        "similarquestions",
    ),
)
_SCRIPT = _Stem(("话术", "标准话术", "坐席话术", "答复口径", "口径", "script"), ("话术", "口径", "script"))
_SERIAL = re.compile(r"序号?|行号|no|num|number|serial|#|")
"""Names of a column that only counts the rows; one without a name counts when every cell is a number."""
_SECTOR = _Stem(("行业", "所属行业", "行业分类", "行业类别", "sector", "industry"), ("行业", "sector", "industry"))
_SECTORS = {
    "power": ("power", "electricity", "电", "电力", "供电", "用电", "电网", "供电公司"),
    "heating": ("heating", "heat", "热", "热力", "供热", "供暖", "暖气", "采暖", "热力公司"),
    "water": ("water", "水", "供水", "自来水", "水务", "用水", "供排水"),
    "gas": ("gas", "气", "燃气", "供气", "天然气", "煤气", "用气"),
    "tv": ("tv", "television", "电视", "有线电视", "广电", "有线", "数字电视", "广播电视"),
    ALL_SECTORS: ("通用", "全部", "所有", "不限", "全行业", "公共", "综合", "all", "general"),
}


@dataclass(frozen=True, slots=True)
class QuestionColumns:
    """Which column holds what; None where there is none."""

    question: int
    answer: int
    variants: int | None
    script: int | None
    sector: int | None = None


def find_question_columns(header: Row) -> QuestionColumns | None:
    """Return the columns of a table of questions, or None for any other table.

    Names are recognised by their stem: prefixes (`客户问题`), brackets (`答复（必填）`), width and traditional
    characters do not matter. A column of scripts stands in for a missing column of answers.
    """
    names = [_name(cell) for cell in header]
    variants = _find(names, _VARIANTS, set())
    script = _find(names, _SCRIPT, {variants})
    sector = _find(names, _SECTOR, {variants, script}, is_about=False)
    question = _find(names, _QUESTION, {variants, script, sector})
    answer = _find(names, _ANSWER, {variants, script, sector, question})
    if answer is None:
        answer = script
    if question is None or answer is None:
        return None
    return QuestionColumns(question, answer, variants, script, sector)


def _name(cell: str) -> str:
    plain = fold(unicodedata.normalize("NFKC", cell)).text
    return _NOT_NAME.sub("", _ASIDE.sub("", plain)) or _NOT_NAME.sub("", plain)


def _find(names: Sequence[str], wanted: _Stem, taken: set[int | None], *, is_about: bool = True) -> int | None:
    free = [(at, name) for at, name in enumerate(names) if at not in taken and name]
    for known in wanted.names:
        for at, name in free:
            if name == _NOT_NAME.sub("", known):
                return at
    for stem in wanted.stems:
        pattern = re.compile(rf"{stem}({_ENDINGS})*\d{{0,2}}$")
        for at, name in free:
            if pattern.search(name) and not (is_about and _ABOUT.search(name)):
                return at
    return None


def question_units(block: Block, columns: QuestionColumns, path: tuple[str, ...]) -> Iterator[Unit]:
    """Yield a unit per answered row; columns that are not understood stand below the answer with their names."""
    header, serial = block.rows[0], serial_column(block.rows, columns)
    for row in block.rows[1:]:
        if is_unanswered(row, columns):
            continue
        question, answer = row[columns.question], row[columns.answer]
        title = " ".join(question.split()) or " ".join(answer.split())[:MAX_TITLE_CHARACTERS]
        variants, rest_of_variants = _variants(row, columns, title)
        script, rest_of_script = _script(row, columns)
        body = [answer, rest_of_script, rest_of_variants, *_others(header, row, columns, serial)]
        if len(title) > MAX_TITLE_CHARACTERS:
            body.insert(0, question)
        yield Unit(
            key=hashlib.blake2b(comparable(title).encode("utf-8"), digest_size=6).hexdigest(),
            kind=UnitKind.QUESTION,
            title=title if len(title) <= MAX_TITLE_CHARACTERS else title[: MAX_TITLE_CHARACTERS - 1] + "…",
            path=path,
            number="",
            answer="\n\n".join(filter(None, (text.strip() for text in body))) or title,
            script=script,
            variants=variants,
            page=block.page,
            sector=sector_of(row[columns.sector]) if columns.sector is not None else "",
        )


def serial_column(rows: Sequence[Row], columns: QuestionColumns) -> int | None:
    """Return the column that only counts the rows, which is nothing to read out; None where there is none."""
    used = (columns.question, columns.answer, columns.variants, columns.script, columns.sector)
    for column, name in enumerate(rows[0]):
        cells = [row[column].strip() for row in rows[1:]]
        is_counting = all(cell.isdecimal() for cell in cells if cell) and any(cells)
        if column not in used and is_counting and _SERIAL.fullmatch(_name(name)):
            return column
    return None


def is_unanswered(row: Row, columns: QuestionColumns) -> bool:
    """Tell whether a row has a question and neither answer nor script: nothing an agent could say."""
    script = row[columns.script] if columns.script is not None else ""
    return bool(row[columns.question].strip()) and not row[columns.answer].strip() and not script.strip()


def sector_of(name: str) -> str:
    """Return the sector that a cell names, `ALL_SECTORS`, or nothing when it names none that is known."""
    wanted = _name(name).removesuffix("行业").removesuffix("业").removesuffix("类")
    return next((sector for sector, names in _SECTORS.items() if wanted in names), "")


def _variants(row: Row, columns: QuestionColumns, title: str) -> tuple[tuple[str, ...], str]:
    """Return the ways to ask, and those that do not fit an entry as text."""
    if columns.variants is None:
        return (), ""
    distinct: dict[str, str] = {comparable(title): ""}
    rest: list[str] = []
    for text in filter(None, (part.strip() for part in _BETWEEN_VARIANTS.split(row[columns.variants]))):
        fits = len(text) <= MAX_VARIANT_CHARACTERS and len(distinct) <= MAX_VARIANTS
        if fits:
            distinct.setdefault(comparable(text), text)
        else:
            rest.append(text)
    return tuple(filter(None, distinct.values())), "\n".join(rest)


def _script(row: Row, columns: QuestionColumns) -> tuple[str, str]:
    text = row[columns.script] if columns.script is not None else ""
    if len(text) <= MAX_SCRIPT_CHARACTERS:
        return text, ""
    return "", "" if columns.script == columns.answer else text


def _others(header: Row, row: Row, columns: QuestionColumns, serial: int | None) -> Iterator[str]:
    used = {serial, columns.question, columns.answer, columns.variants, columns.script}
    if columns.sector is not None and sector_of(row[columns.sector]):
        used.add(columns.sector)
    for column, cell in enumerate(row):
        if column not in used and cell:
            yield f"**{header[column]}**：{cell}" if header[column] else cell
