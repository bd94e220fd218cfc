"""Structure survives reading, and every character is accounted for."""

from __future__ import annotations

import pytest

from kb.ingest.document import DropReason, Split, UnitKind
from kb.ingest.limits import ReadLimits
from kb.ingest.reading import read_file
from tests.fakes.kb_ingest_files import RULES, pdf, slides, word, workbook

pytestmark = pytest.mark.unit
PRICES = [["用途", "每吨价格"], ["居民", "3.10"], ["商业", "4.20"]]


def read(name: str, data: bytes | str) -> Split:
    split = read_file(data.encode() if isinstance(data, str) else data, name, ReadLimits())
    assert split.unexplained == 0
    return split


def titles(split: Split) -> list[str]:
    return [unit.title for unit in split.units]


def test_articles_of_a_rule_are_units_with_their_numbers_and_chapters() -> None:
    split = read("约定.md", RULES)
    assert titles(split) == [
        "小区供水约定", "为什么制定这个规定 · 小区供水约定 第一条", "适用于哪些情况 · 小区供水约定 第二条",
        "水表每月抄一次 · 小区供水约定 第三条", "换表不收费 · 小区供水约定 第十条之一",
    ]  # fmt: skip
    second = split.units[2]
    assert (second.key, second.kind, second.path) == ("a2", UnitKind.ARTICLE, ("第一章 总则",))
    assert second.answer == "本约定适用于幸福小区：\n\n（一）一号楼；\n\n（二）二号楼。"
    assert split.units[4].key == "a10.1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_plain_text_reads_the_same_in_every_encoding(encoding: str) -> None:
    text = RULES.replace("#", "").replace(" 第一章", "第一章").replace(" 第二章", "第二章")
    data = text.encode(encoding)
    if encoding == "utf-16-be":
        assert not data.startswith(b"\xfe\xff")
    split = read("约定.txt", data)
    assert [unit.number for unit in split.units if unit.number] == ["第一条", "第二条", "第三条", "第十条之一"]
    assert split.units[-1].path == ("第二章 水表",)


def test_word_keeps_headings_lists_and_tables() -> None:
    data = word(
        [("Title", "停水手册"), ("Heading 1", "报修"), ("Normal", "先问楼号。"), ("List Bullet", "看总阀"),
         ("Heading 1", "价格"), ("Heading 2", "空的一节")],
        PRICES,
    )  # fmt: skip
    split = read("手册.docx", data)
    assert titles(split) == ["停水手册 · 报修", "停水手册 · 价格 · 空的一节"]
    assert "先问楼号。" in split.units[0].answer
    assert "看总阀" in split.units[0].answer
    assert split.units[1].answer == "| 用途 | 每吨价格 |\n| --- | --- |\n| 居民 | 3.10 |\n| 商业 | 4.20 |"
    assert split.units[1].kind is UnitKind.TABLE


def test_heading_without_text_is_dropped_and_said_to_be() -> None:
    split = read("a.md", "# 手册\n\n## 空\n\n## 满\n\n正文。\n\n<!-- 内部 -->\n")
    assert titles(split) == ["手册 · 满"]
    assert {drop.reason: drop.example for drop in split.drops if drop.reason != DropReason.MARKUP} == {
        DropReason.EMPTY_HEADING: "空", DropReason.COMMENT: "<!-- 内部 -->",
    }  # fmt: skip


def test_long_table_repeats_its_header_in_every_unit() -> None:
    rows = [["小区", "停水时间"], *([f"小区{n}", f"{n}日上午八点到十点，请提前储水"] for n in range(120))]
    split = read("停水.xlsx", workbook({"三月": rows, "四月": rows[:3]}))
    march = [unit for unit in split.units if unit.path == ("三月",)]
    assert len(march) > 2
    assert all(unit.answer.startswith("| 小区 | 停水时间 |\n| --- | --- |\n") for unit in march)
    assert sum(unit.answer.count("请提前储水") for unit in march) == 120


def test_table_of_questions_becomes_an_entry_a_row() -> None:
    header = ["问题", "答案", "相似问", "话术", "备注"]
    row = ["水表不转怎么办", "先关总阀再看。", "水表停了\n水表不走；水表不转怎么办", "请您先关总阀。", "只限居民"]
    split = read("问答.xlsx", workbook({"问答": [header, row, ["怎么交水费", "到营业厅。", "", "", ""]]}))
    first = split.units[0]
    assert (first.kind, first.title, first.script) == (UnitKind.QUESTION, "水表不转怎么办", "请您先关总阀。")
    assert first.variants == ("水表停了", "水表不走")
    assert first.answer == "先关总阀再看。\n\n**备注**：只限居民"
    assert titles(split)[1] == "怎么交水费"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_with_its_delimiter_and_encoding(delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in [["问题", "答案"], ["怎么报修", "打热线"], ["几点上班", "八点"]])
    split = read("问答.csv", text.encode("gb18030"))
    assert (titles(split), split.encoding) == (["怎么报修", "几点上班"], "gb18030")


def test_slides_keep_their_order_pages_and_notes() -> None:
    split = read("培训.pptx", slides([("抢修流程", ["接单", "到场"]), ("回访", ["两天内"])]))
    assert [(unit.title, unit.page) for unit in split.units] == [("抢修流程", 1), ("抢修流程 · 回访", 2)]
    assert split.units[0].answer == "- 接单\n\n- 到场\n\n抢修流程的备注"


def test_web_page_loses_its_navigation_and_says_so() -> None:
    page = (
        "<html><head><title>停气公告</title><style>p{}</style></head><body><nav>首页 | 登录</nav><h1>停气公告</h1>"
        "<p>三月一日<b>停气</b>。</p><ul><li>关阀</li><li>开窗</li></ul>"
        "<table><tr><th>楼</th><th>时间</th></tr><tr><td>1</td><td>8点</td></tr></table><!-- x --></body></html>"
    )
    split = read("公告.html", page)
    assert titles(split) == ["停气公告"]
    assert split.units[0].answer.startswith("三月一日停气。\n\n- 关阀\n\n- 开窗\n\n| 楼 | 时间 |")
    assert {drop.reason for drop in split.drops} == {DropReason.NAVIGATION, DropReason.SCRIPT, DropReason.REPEATED}


def test_declared_encoding_of_a_web_page_counts() -> None:
    page = '<html><head><meta charset="gb2312"></head><body><p>停气通知：请开窗。</p></body></html>'
    assert read("a.html", page.encode("gb18030")).units[0].answer == "停气通知：请开窗。"


def test_pdf_joins_lines_to_paragraphs_and_drops_page_numbers() -> None:
    full = "供电公司应当按照规定的时间到达现场并且告知用户预计恢复供电的时间"
    pages = [
        [(200, 60, 20, "小区供电约定"), (74, 110, 12, "第一条 " + full), (50, 130, 12, "以及停电的原因。"),
         (74, 150, 12, "第二条 停电要通知。"), (290, 800, 10, "1")],
        [(74, 100, 12, "第三条 " + full), (50, 120, 12, "。"), (290, 800, 10, "2")],
    ]  # fmt: skip
    split = read("约定.pdf", pdf(pages))
    assert [unit.number for unit in split.units] == ["第一条", "第二条", "第三条"]
    assert titles(split)[1] == "停电要通知 · 小区供电约定 第二条"
    assert split.units[0].answer == f"{full}以及停电的原因。"
    assert [unit.page for unit in split.units] == [1, 1, 2]
    assert {drop.reason: drop.count for drop in split.drops} == {DropReason.PAGE_FURNITURE: 2}
