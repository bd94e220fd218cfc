"""Inputs that were misread once (`tests/fixtures/cases`) and neighbours of their kind: the right text of each."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Font

from kb.ingest.archive import unpack
from kb.ingest.document import ALL_SECTORS, DropReason, Split
from kb.ingest.encodings import decode
from kb.ingest.limits import ReadLimits
from kb.ingest.question_titles import propose_title
from kb.ingest.questions import find_question_columns
from kb.ingest.readers.number_format import shown_number
from kb.ingest.readers.word_numbering import write_number
from kb.ingest.reading import read_file
from kb.ingest.refusals import FileRefusedError
from tests.fakes.kb_ingest_files import archive, pdf

pytestmark = pytest.mark.unit
CASES = Path("tests/fixtures/cases")


def read(name: str, data: bytes | str) -> Split:
    """Read a document whose account must come out even."""
    split = read_file(data.encode() if isinstance(data, str) else data, name, ReadLimits())
    assert split.unexplained == 0
    return split


def text_of(split: Split) -> str:
    return "\n".join(f"{unit.title}\n{unit.answer}" for unit in split.units)


def dropped(split: Split) -> dict[str, str]:
    return {drop.reason.value: drop.example for drop in split.drops}


FILES = [
    ("B01_h1_inline.html", ["退费须知（2026版）", "逾期拨打热线催办。", "一百元，销户时退还",
            "开户①（居民） | 三个工作日，遇节假日顺延",
                            "1. 带身份证原件", "2. 带户号。"], []),
    ("B01_h2_plainbr.html", ["周一至周五 8:30至17:00", "| 12 13 | x |"], ["1213", "周五8"]),
    ("B03_a01_autonumber.docx", ["第六条\n退费按不达标天数折算", "第四条\n测温结果不合格的，按本细则第六条退费"], []),
    ("B04_a10_cellbreaks.docx", ["5 8元"], ["58元"]),
    ("B05_a02_omml.docx", ["应缴气费=一档气量×2.63+"], []),
    ("B06_a03_revisions.docx", ["检定费每块六十元"], ["减免", "三百元"]),
    ("B07_a06_toc.docx", ["第一条\n入户安检\n\n用户应当每年"], ["（2）", "入户安检 1"]),
    ("B08_a05_footnote.docx", ["四十八小时内恢复。\n\n注：主干管爆裂的"], []),
    ("B09_a07_altchunk.docx", ["机顶盒复位", "长按电源键十秒"], []),
    ("B10_a09_textbox.docx", ["夜间转总值班"], ["夜间转总值班 夜间转总值班"]),
    ("B12_a04_merged.docx", ["| 1至10千伏 | 0.5369 | 0.5369 | 0.7065 |", "居民用电 第一档 | 居民用电 第二档"], []),
    ("B12_b02_merge2d.xlsx", ["| 河西区 | 松涛路 | 管网改造 | 管网改造 |"], []),
    ("B12_b03_twoheader.xlsx", ["居民用水 合表 | 非居民用水 工商业", "| 污水费 | 0.95 |"], []),
    ("B12_p1.pptx", ["| 预约 | 1天 |\n| 预约 | 2天 |"], []),
    ("B13_b04_hidden.xlsx", ["看缴费单右上角"], ["底线", "不要告诉用户", "二〇一九"]),
    ("B14_x1_farrow.xlsx", ["| 一档 | 0.56 |"], []),
    ("B14_x2_farcol.xlsx", ["| 一档 | 0.56 |"], []),
    ("B14_x3_farboth.xlsx", ["| 一档 | 0.56 |"], []),
    ("B15_d01_iso8859_gbk.html", ["缴费指南", "营业厅、网上国网都可以缴费。"], []),
    ("B15_euc-kr__gbk.html", ["每月十五日前缴费"], []),
    ("B15_iso-8859-1__utf-8.html", ["每月十五日前缴费"], []),
    ("B15_windows-1252__gbk.html", ["每月十五日前缴费"], []),
    ("B16_c03_big5.csv", ["停電了怎麼報修\n請提供戶號與聯絡電話"], []),
    ("B16_c04_trad_gbk.csv", ["水錶壞了怎麼辦\n請撥打客服熱線"], []),
    ("B16_c05_stray_quote.csv", ['"欠费停电"怎么恢复\n缴清后', '屏幕显示"E2"怎么办'], []),
    ("B16_c06_badbyte.txt", ["用户可以申请一户一表改造。", "应当公示单价。"], []),
    ("B16_c07_sep.csv", ["怎么缴水费\n微信、支付宝都可以。"], ["sep"]),
    ("B17_e01_twocol.pdf", ["发现漏水立即关闭入户阀门并拨打热线。未留人造成的损失由用户自行承担。"], []),
    ("B18_e02_unruled.pdf", ["| 居民 | 2.60 | 3.90 | 7.80 |\n| 学校 | 2.75 |"], []),
    ("B19_e03_watermark.pdf", ["供热企业应当在每年十月二十日前"], ["密", "秘"]),
    ("B22_q0_客户问题.xlsx", ["水表空转怎么办\n关总阀观察。"], ["客户问题"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kept", "absent"), FILES, ids=[name for name, _, _ in FILES])
def test_case_is_read_as_a_person_reads_it(name: str, kept: list[str], absent: list[str]) -> None:
    text = text_of(read(name, (CASES / name).read_bytes()))
    assert [part for part in kept if part not in text] == []
    assert [part for part in absent if part in text] == []


def test_columns_of_articles_become_every_article() -> None:
    split = read("a.pdf", (CASES / "B17_e05_twocol_articles.pdf").read_bytes())
    articles = [unit for unit in split.units if unit.number]
    assert [unit.number[1] for unit in articles] == list("一二三四五六七八")
    assert articles[3].answer == "抄表周期为两个月，抄表后三日内发送账单。"


def test_headings_of_own_styles_part_the_document() -> None:
    split = read("a.docx", (CASES / "B11_a08_basedon.docx").read_bytes())
    assert [unit.title.split(" · ")[1] for unit in split.units] == ["过户需要什么材料", "销户怎么办", "更名多久办好"]


def test_what_was_hidden_deleted_or_commented_is_reported() -> None:
    assert "hidden" in dropped(read("a.docx", (CASES / "B06_a03_revisions.docx").read_bytes()))
    assert dropped(read("a.xlsx", (CASES / "B13_b04_hidden.xlsx").read_bytes())).keys() == {"hidden", "comment"}
    assert dropped(read("a.txt", (CASES / "B16_c06_badbyte.txt").read_bytes()))["unreadable"].endswith("一户一表改造。")


def test_scanned_page_with_a_page_number_is_reported() -> None:
    split = read("a.pdf", (CASES / "B20_e04_mixedscan.pdf").read_bytes())
    assert dropped(split)["picture"] == "2"


def test_unanswered_question_is_no_entry() -> None:
    split = read("a.xlsx", (CASES / "B22_b06_qa.xlsx").read_bytes())
    assert dropped(split)["unanswered"] == "电表不走字"
    assert "电表不走字" not in text_of(split)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("B21_z2_backslash.zip", {"供水办法.txt", "收费/缴费.md"}), ("B21_z3_utf8like.zip", {"模.txt", "缴费.md"})],
)
def test_names_of_an_archive_are_judged_together(tmp_path: Path, name: str, wanted: set[str]) -> None:
    members = unpack((CASES / name).read_bytes(), tmp_path, ReadLimits())
    assert {member.name for member in members if member.refusal is None} == wanted


# --- Neighbours: web pages -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["li", "td", "th", "h2", "h5", "caption", "p", "dd", "dt", "blockquote", "figcaption"])
@pytest.mark.parametrize("inner", ["b", "a", "sup", "span", "i", "font", "u", "code"])
def test_text_behind_an_inline_element_is_kept(tag: str, inner: str) -> None:
    block = f"<{tag}>前<{inner}>中</{inner}>后</{tag}>"
    wrapped = {
        "li": f"<ul>{block}</ul>",
        "td": f"<table><tr>{block}</tr></table>",
        "th": f"<table><tr>{block}</tr></table>",
        "caption": f"<table>{block}<tr><td>x</td></tr></table>",
        "h2": f"{block}<p>x</p>",
        "h5": f"{block}<p>x</p>",
    }.get(tag, block)
    assert "前中后" in text_of(read("a.html", f"<html><body>{wrapped}</body></html>"))


@pytest.mark.parametrize("inner", ["<br>13", "<br/>13", "<p>13</p>", "<div>13</div>", "<hr>13"])
@pytest.mark.parametrize("tag", ["li", "td", "h3", "p"])
def test_two_numbers_are_never_fused(tag: str, inner: str) -> None:
    block = f"<{tag}>12{inner}</{tag}>"
    wrapped = f"<table><tr>{block}</tr></table>" if tag == "td" else f"{block}<p>x</p>"
    assert "1213" not in text_of(read("a.html", f"<html><body>{wrapped}</body></html>"))


def test_spans_of_web_tables_fill_every_place_they_cover() -> None:
    page = (
        "<table><tr><th rowspan=2>片区</th><th colspan=2>时间</th></tr><tr><th>停</th><th>送</th></tr>"
        "<tr><td rowspan=2>东区</td><td>八点</td><td>九点</td></tr><tr><td colspan=2>待定</td></tr></table>"
    )
    answer = read("a.html", page).units[0].answer
    assert answer.split("\n")[0] == "| 片区 | 时间 停 | 时间 送 |"
    assert answer.split("\n")[2:] == ["| 东区 | 八点 | 九点 |", "| 东区 | 待定 | 待定 |"]


def test_text_between_cells_and_hidden_cells_are_accounted_for() -> None:
    split = read("a.html", "<table>说明<tr><th>a</th><th>b</th></tr><tr><td>1</td><td hidden>内部</td></tr></table>")
    assert "说明" in text_of(split)
    assert "内部" not in text_of(split)


# --- Neighbours: encodings --------------------------------------------------------------------------------------------

SIMPLIFIED = "用户应当按时缴纳水费，逾期不缴的按日加收违约金。"
TRADITIONAL = "用戶應當按時繳納水費，逾期不繳的按日加收違約金。"


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1252", "big5", "gbk", "shift_jis", "nonsense"])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", SIMPLIFIED),
        ("gb18030", TRADITIONAL),
        ("big5", TRADITIONAL),
        ("utf-8", SIMPLIFIED),
        ("utf-8", TRADITIONAL),
    ],
)
def test_declared_encoding_is_only_a_hint(declared: str, encoding: str, text: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body><p>{text}</p></body></html>'
    assert read("a.html", page.encode(encoding)).units[0].answer == text


@given(st.integers(0, 22))
def test_broken_byte_costs_only_its_character(at: int) -> None:
    data = bytearray((SIMPLIFIED * 6).encode())
    data[at * 3] = 0xFF
    text, encoding = decode(bytes(data))
    assert encoding == "utf-8"
    assert text.endswith(SIMPLIFIED * 5)


def test_western_page_keeps_its_accents() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>Le café est fermé.</p></body></html>'
    assert read("a.html", page.encode("iso-8859-1")).units[0].answer == "Le café est fermé."


# --- Neighbours: separated values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ('"E2"亮怎么办', '"E2"亮怎么办'),
        ('按"复位"键', '按"复位"键'),
        ('"逗号,在内"', "逗号,在内"),
        ('"双""引"', '双"引'),
        ('"他说"好"', '"他说"好"'),
    ],
)
def test_quotes_in_words_stay(cell: str, read_as: str) -> None:
    split = read("a.csv", f"问题,答案\n{cell},好\n怎么缴费,打热线\n")
    assert [unit.title for unit in split.units] == [read_as, "怎么缴费"]


def test_quote_that_does_not_end_is_refused_with_its_line() -> None:
    with pytest.raises(FileRefusedError) as refused:
        read("a.csv", '问题,答案\n怎么缴费,打热线\n怎么报修,"打电话\n怎么开户,到营业厅\n')
    assert (refused.value.error_code, refused.value.details["line"]) == ("file_csv_quote", 3)


@pytest.mark.parametrize("first", ["sep=,", '"sep=,"', "SEP=,"])
def test_line_that_states_the_delimiter_is_no_data(first: str) -> None:
    assert read("a.csv", f"{first}\r\n问题,答案\r\n几点上班,八点\r\n").units[0].title == "几点上班"


# --- Neighbours: numbers of spreadsheets ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (5, '0"%"', "5%"),
        (5, r"0\%", "5%"),
        (0.05, "0%", "5%"),
        (12345, "0000000000", "0000012345"),
        (45976, 'm"月"d"日"', "11月15日"),
        (0.5, '0.00"元/千瓦时"', "0.50元/千瓦时"),
        (1234567890.55, "General", "1234567890.55"),
        (1.1041667, "[h]:mm", "26:30"),
        (1.5, "[mm]:ss", "2160:00"),
        (1234.5, "#,##0.00", "1,234.50"),
        (-5, "0.00_);(0.00)", "(5.00)"),
        (0, '0;-0;"无"', "无"),
        (5, ";;;", ""),
        (0.75, "# ?/?", "3/4"),
        (45976.6, 'yyyy"年"m"月"d"日" h:mm', "2025年11月15日 14:24"),
        (45976.6, '上午/下午h"时"mm"分"', "下午2时24分"),
        (0.5, "[$¥-804]#,##0.00", "¥0.50"),
        (13800138000, "000-0000-0000", "138-0013-8000"),
        (1234567, '#,##0,"千"', "1,235千"),
        (12345, "0.00E+00", "1.23E+04"),
        (5, '[>=100]"高";[<10]"低";0', "低"),
        (7, '"第"0"条"', "第7条"),
        (1e-7, "General", "0.0000001"),
        (45976, "aaaa", "星期六"),
        (0.1 + 0.2, "General", "0.3"),
    ],
)
def test_number_is_shown_as_its_format_says(value: float, number_format: str, shown: str) -> None:
    assert shown_number(value, number_format) == shown


@given(st.integers(-(10**14), 10**14))
def test_whole_number_without_format_keeps_every_digit(value: int) -> None:
    assert shown_number(value, "General") == str(value)


def sheet_bytes(workbook: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def test_sheet_is_read_as_it_is_shown() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["项目", "值"])
    for number_format, value in (('0"%"', 5), ("000000", 42), ('0.00"元"', 0.5), ("General", 1234567890.55)):
        sheet.append(["一", value])
        sheet.cell(sheet.max_row, 2).number_format = number_format
    answer = read("a.xlsx", sheet_bytes(workbook)).units[0].answer
    assert [line.split(" | ")[1].rstrip(" |") for line in answer.split("\n")[2:]] == [
        "5%",
        "000042",
        "0.50元",
        "1234567890.55",
    ]


def test_hidden_sheet_row_column_and_comment_are_no_knowledge() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["问题", "答案", "备注", "备注二"], ["甲", "一", "密", "密"], ["乙", "二", "密", "密"]):
        sheet.append(row)
    sheet.column_dimensions.group("C", "D", hidden=True)
    sheet.row_dimensions[3].hidden = True
    sheet["A2"].comment = Comment("批注", "某人")
    workbook.create_sheet("隐").append(["隐"])
    workbook["隐"].sheet_state = "veryHidden"
    split = read("a.xlsx", sheet_bytes(workbook))
    assert [unit.title for unit in split.units] == ["甲"]
    assert not {"密", "乙", "批注", "隐"} & set(text_of(split))
    assert {drop.reason for drop in split.drops} == {DropReason.HIDDEN, DropReason.COMMENT}


@pytest.mark.parametrize("places", [["XFD1"], ["A1048576"], ["XFD1048576", "ZZ99999", "B500000"]])
def test_stated_size_of_a_sheet_costs_nothing(places: list[str]) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["档位", "单价"])
    workbook.active.append(["一档", 0.56])
    for place in places:
        workbook.active[place] = " "
    assert "| 一档 | 0.56 |" in text_of(read("a.xlsx", sheet_bytes(workbook)))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("客户问题", "标准答复"),
        ("*问题（必填）", "【答案】"),
        ("用户咨询问题", "参考答案"),
        ("問題描述", "回答內容"),
        ("Customer question", "Answer text"),
        ("提问", "处理答复"),
        ("Q", "A"),
        ("常见问题", "标准回复"),
        ("标准问（必填）", "解答"),
    ],
)
def test_columns_of_questions_are_known_by_their_stem(question: str, answer: str) -> None:
    columns = find_question_columns(("序号", "问题编号", "答复时间", "问题分类", question, answer))
    assert columns is not None
    assert (columns.question, columns.answer) == (4, 5)


@pytest.mark.parametrize("header", [("问题编号", "答案"), ("序号", "单价"), ("问题", "回复时间"), ("片区", "停水时间")])
def test_columns_about_questions_are_none(header: tuple[str, str]) -> None:
    assert find_question_columns(header) is None


def test_column_of_sectors_sets_the_sector() -> None:
    split = read(
        "a.csv",
        "行业,问题,答案\n供电,停电怎么报修,打热线\n燃气行业,怎么报修,打电话\n通用,几点上班,八点\n邮政,怎么寄,不知道\n",
    )
    assert [unit.sector for unit in split.units] == ["power", "gas", ALL_SECTORS, ""]
    assert "邮政" in split.units[3].answer


# --- Neighbours: Word -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "number_format", "written"),
    [
        (1, "chineseCounting", "一"),
        (10, "chineseCountingThousand", "十"),
        (21, "chineseCounting", "二十一"),
        (105, "chineseCounting", "一百零五"),
        (3, "upperRoman", "III"),
        (28, "lowerLetter", "bb"),
        (3, "decimalEnclosedCircle", "③"),
        (2, "ideographTraditional", "乙"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (7, "decimalZero", "07"),
        (4, "decimal", "4"),
    ],
)
def test_number_of_a_list_is_written_in_its_format(number: int, number_format: str, written: str) -> None:
    assert write_number(number, number_format) == written


def word_bytes(body: str) -> bytes:
    """Return a document with this body, as XML without namespaces declared."""
    document = docx.Document()
    wrapped = parse_xml(f"<w:body {nsdecls('w', 'm')}>{body}</w:body>".replace("nsdecls", ""))
    old = document.element.find(qn("w:body"))
    for child in list(old):
        old.remove(child)
    for child in list(wrapped):
        old.append(child)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def paragraph(inner: str) -> str:
    return f"<w:p>{inner}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    "between", ["<w:br/>", "<w:cr/>", "<w:tab/>", "<w:ptab w:relativeTo='margin' w:alignment='left' w:leader='none'/>"]
)
def test_breaks_of_word_separate_everywhere(between: str) -> None:
    inner = f"<w:r><w:t>12</w:t>{between}<w:t>13</w:t></w:r>"
    table = (
        f"<w:tbl><w:tr><w:tc>{paragraph(run('列'))}</w:tc></w:tr><w:tr><w:tc>{paragraph(inner)}</w:tc></w:tr></w:tbl>"
    )
    text = text_of(read("a.docx", word_bytes(paragraph(inner) + table)))
    assert text.count("12 13") == 2


@pytest.mark.parametrize(
    "gone",
    [
        "<w:del w:id='1' w:author='x'><w:r><w:delText>密</w:delText></w:r></w:del>",
        f"<w:moveFrom w:id='1' w:author='x'>{run('密')}</w:moveFrom>",
        run("密", "<w:vanish/>"),
        run("密", "<w:vanish w:val='true'/>"),
        f"<w:hyperlink>{run('密', '<w:vanish/>')}</w:hyperlink>",
    ],
)
@pytest.mark.parametrize("is_in_table", [False, True])
def test_hidden_and_deleted_text_of_word_is_dropped_and_reported(gone: str, is_in_table: bool) -> None:
    body = paragraph(run("先问楼号。") + gone)
    if is_in_table:
        body = f"<w:tbl><w:tr><w:tc>{paragraph(run('列'))}</w:tc></w:tr><w:tr><w:tc>{body}</w:tc></w:tr></w:tbl>"
    split = read("a.docx", word_bytes(body))
    assert "密" not in text_of(split)
    assert dropped(split) == {"hidden": "密"}


def test_text_that_is_not_hidden_in_a_hidden_style_stays() -> None:
    assert "明" in text_of(read("a.docx", word_bytes(paragraph(run("明", "<w:vanish w:val='0'/>")))))


def test_fraction_and_power_are_text() -> None:
    fraction = (
        "<m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f></m:oMath>"
    )
    assert "(a+b)/c" in text_of(read("a.docx", word_bytes(paragraph(run("式：") + fraction))))


def test_table_of_contents_in_plain_text_is_furniture() -> None:
    lines = ["用水管理办法", "", "目 录", "第一条 缴费........1", "第二条 水表........2", "第三条 停水........5", "",
             "第一条 按月缴费。", "第二条 水表归企业管。", "第三条 停水要通知。"]  # fmt: skip
    split = read("a.txt", "\n".join(lines))
    assert [unit.number for unit in split.units if unit.number] == ["第一条", "第二条", "第三条"]
    assert dropped(split)["page_furniture"] == "目 录"


# --- Neighbours: PDF --------------------------------------------------------------------------------------------------


def test_prices_without_rules_stay_in_their_rows() -> None:
    rows = [("用途", "一档", "二档"), ("居民", "3.10", "4.20"), ("学校", "3.30", "4.40"), ("商业", "5.10", "6.20")]
    page = [
        (60 + 120 * column, 100 + 20 * row, 12, cell)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    ]
    assert "| 学校 | 3.30 | 4.40 |" in text_of(read("a.pdf", pdf([[(200, 50, 20, "气价公示"), *page]])))


def test_left_column_is_read_before_the_right_one() -> None:
    left = ["供水企业应当按时抄表并且发送账单", "账单有误的用户可以申请复核一次", "复核结果应当在五天之内答复用户"]
    right = ["用户应当按时缴纳每一个月的水费", "逾期不缴的企业可以加收违约金额", "停水以前应当提前一天通知到户里"]
    page = [(50, 100 + 20 * at, 12, text) for at, text in enumerate(left)]
    page += [(320, 100 + 20 * at, 12, text) for at, text in enumerate(right)]
    text = text_of(read("a.pdf", pdf([page])))
    assert text.index(left[2][:6]) < text.index(right[0][:6])


# --- Neighbours: archives and titles ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "big5"])
def test_unmarked_names_of_archives_are_read(tmp_path: Path, encoding: str) -> None:
    names = ["規定/供水.txt", "公告.txt"]
    data = bytearray(archive({name.encode(encoding).decode("cp437"): b"x" for name in names}))
    # The library marks names beyond ASCII as UTF-8; old archivers wrote the bytes of their code page.
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as container:
        for at, _name in enumerate(names):
            container.writestr(f"{'A' * len(names[at].encode(encoding))}", b"x")
    data = bytearray(raw.getvalue())
    for name in names:
        content = name.encode(encoding)
        data = bytearray(bytes(data).replace(b"A" * len(content) + b"x", content + b"x"))
        data = bytearray(bytes(data).replace(b"A" * len(content), content))
    assert {member.name for member in unpack(bytes(data), tmp_path, ReadLimits())} == set(names)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("测温结果不合格的，按本细则第六条退费。", "测温结果不合格怎么办"),
        ("用户不得私自移动水表，确需移动的应当申请。", "可以私自移动水表吗"),
        ("复核结果应当在五个工作日内答复用户。", "复核结果多久答复用户"),
        ("计划停水应当提前二十四小时通知。", "计划停水要提前多久通知"),
        ("水表由供水企业负责维护和更换。", "水表由谁负责维护和更换"),
        ("入户安检\n\n用户应当每年配合一次入户安检。", "入户安检有什么规定"),
        ("用户发现室温不达标，可以拨打热线申请测温。", "室温不达标怎么办"),
        ("", ""),
    ],
)
def test_article_is_titled_by_the_question_it_answers(text: str, title: str) -> None:
    assert propose_title(text) == title


# --- Neighbours: questions, struck-out text, raised digits ------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "问题描述,解决方案",
        "用户诉求,处理办法",
        "FAQ,Answer",
        "咨询内容,办理流程",
        "客户疑问,处理措施",
        "Query,Solution",
    ],
)
def test_columns_of_questions_are_known_by_further_names(header: str) -> None:
    split = read("a.csv", f"{header}\n水表冻裂怎么办,关阀门\n怎么更名,到营业厅\n")
    assert [unit.title for unit in split.units] == ["水表冻裂怎么办", "怎么更名"]


@pytest.mark.parametrize("name", ["序号", "No.", "#", ""])
def test_numbers_of_rows_are_no_knowledge(name: str) -> None:
    split = read("a.csv", f"{name},问题,答案\n1,怎么更名,到营业厅\n2,怎么报停,打热线\n")
    assert [unit.answer for unit in split.units] == ["到营业厅", "打热线"]
    assert "1 2" in dropped(split)["page_furniture"]


@pytest.mark.parametrize(
    "lines",
    [
        ["问：怎么报停？", "答：打热线。", "问：怎么过户？", "答：带证件。", "到营业厅。"],
        ["1、怎么报停？", "答：打热线。", "2、怎么过户？", "答：带证件。", "到营业厅。"],
        ["（一）怎么报停？", "回答：打热线。", "（二）怎么过户？", "解答：带证件。", "到营业厅。"],
        ["Q1：怎么报停？", "A1：打热线。", "Q2：怎么过户？", "A2：带证件。", "到营业厅。"],
        ["问题1: 怎么报停？", "答复: 打热线。", "问题2: 怎么过户？", "答复: 带证件。", "到营业厅。"],
        ["问：怎么报停？\n答：打热线。", "问：怎么过户？\n答：带证件。", "到营业厅。"],
    ],
)
def test_questions_in_paragraphs_are_entries(lines: list[str]) -> None:
    document = docx.Document()
    document.add_heading("常见问题", 1)
    for line in lines:
        document.add_paragraph(line)
    target = io.BytesIO()
    document.save(target)
    units = read("a.docx", target.getvalue()).units
    assert [(unit.title, unit.answer) for unit in units] == [
        ("怎么报停？", "打热线。"),
        ("怎么过户？", "带证件。\n\n到营业厅。"),
    ]


def test_paragraphs_without_answers_stay_text() -> None:
    split = read("a.txt", "办理前请看：\n\n材料带齐了吗？\n\n请到营业厅办理。\n\n还有疑问吗？\n\n请拨打热线。\n")
    assert [unit.kind.value for unit in split.units] == ["section"]


def test_struck_out_text_is_no_knowledge() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("检定费")
    paragraph.add_run("三十元").font.strike = True
    paragraph.add_run("六十元")
    target = io.BytesIO()
    document.save(target)
    workbook = openpyxl.Workbook()
    for row in (["问题", "答案"], ["旧价怎么算", "三十元"], ["检定费多少", "六十元"]):
        workbook.active.append(row)
    for cell in workbook.active[2]:
        cell.font = Font(strike=True)
    page = '<p>检定费<s>三十元</s><span style="text-decoration: line-through red">四十元</span>六十元</p>'
    for name, data in (("a.docx", target.getvalue()), ("a.xlsx", sheet_bytes(workbook)), ("a.html", page.encode())):
        split = read(name, data)
        assert "十元" in text_of(split)
        assert not any(price in text_of(split) for price in ("三十元", "四十元", "旧价"))
        assert "hidden" in dropped(split)


def test_raised_digits_do_not_run_into_a_number() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("容量10")
    paragraph.add_run("3").font.superscript = True
    paragraph.add_run("，面积20m")
    paragraph.add_run("2").font.superscript = True
    target = io.BytesIO()
    document.save(target)
    for name, data in (("a.docx", target.getvalue()), ("a.html", "<p>容量10<sup>3</sup>，面积20m<sup>2</sup></p>")):
        assert "容量10³，面积20m2" in text_of(read(name, data))
