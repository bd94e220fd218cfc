"""Letters that stand for names, blanks inside Chinese, dangers that lead, and things that an entry is not about."""

from __future__ import annotations

import numpy as np
import pytest

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.search.query import SearchQuery
from kb.search.question.analysis.folding import closed_up, fold
from kb.search.question.analysis.questions import analyse
from kb.search.question.danger import PROTECTING_FEWEST, danger_of, protection
from kb.search.question.spelled_text import is_spelled_in, spelled_text
from kb.search.question.typed_names import TypedNames
from kb.search.ranking.asked_thing import things_of, without_other_things
from kb.search.ranking.features import Floats
from kb.search.ranking.projections import project
from kb.taxonomy.tree import shipped_taxonomy

pytestmark = pytest.mark.unit
NAMES = TypedNames(shipped_taxonomy())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("gmgh", "更名过户"),
        ("GMGH", "更名过户"),
        ("rqxl", "燃气泄漏"),
        ("ranqixielou", "燃气泄漏"),
        ("ran qi xie lou", "燃气泄漏"),
        ("gas leak", "燃气泄漏"),
        ("Gas leaks", "燃气泄漏"),
        ("a gas leak", "燃气泄漏"),
        ("no power", "停电报修"),
        ("power outage", "停电报修"),
        ("NO POWER!", "停电报修"),
        ("The power's out", "停电报修"),
        ("my lights are out", "停电报修"),
        ("there is no electricity in my flat", "停电报修"),
        ("leaking gas", "燃气泄漏"),
        ("electricity bill too high", "这个月电费突然涨了很多"),
        ("Radiators aren't warm", "家里暖气都不热怎么办"),
        ("set-top box not working", "机顶盒黑屏没反应"),
        ("how do I pay my water bill?", "水费怎么交能自动扣吗"),
        ("burst water main in the street", "马路上水管爆了大量喷水"),
        ("gas card lost", "燃气卡丢了怎么补办"),
        ("my laptop has no power", None),
        ("pizza delivery", None),
        ("how are you", None),
        ("yyht", None),
        ("燃气", None),
        ("12345", None),
        ("", None),
    ],
)
def test_letters_stand_for_names(typed: str, name: str | None) -> None:
    found = NAMES.find(typed)
    assert (found and found.text) == name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ranqixeilou", "燃气泄漏"),
        ("ranqixilou", "燃气泄漏"),
        ("tingdain", "停电"),
        ("gengmingguoh", "更名过户"),
        ("ranqi", None),
        ("waimaituikuan", None),
    ],
)
def test_name_is_known_by_pinyin_with_one_error(typed: str, name: str | None) -> None:
    found = NAMES.find_misspelt(typed)
    assert (found and found.text) == name


TEXTS = [
    "电费电子发票怎么开怎么下载",
    "燃气卡丢了怎么补办",
    "漏电保护器推不上去",
    "家里自来水管爆裂喷水",
    "身份证丢了也能办",
]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("dianzifapiao", "电子发票"),
        ("dian zi fa piao", "电子发票"),
        ("loudianbaohuqi", "漏电保护器"),
        ("shui guan bao lie", "水管爆裂"),
        ("ranqikazenmebuban", "燃气卡怎么补办"),
        ("waimaituikuan", None),
        ("hello world", None),
        ("发票", None),
    ],
)
def test_pinyin_is_read_in_the_words_of_the_entries(typed: str, text: str | None) -> None:
    assert spelled_text(typed, TEXTS) == text


@pytest.mark.parametrize(
    ("typed", "is_there"),
    [("dianzifapiao", True), ("dzfp", True), ("rqkdl", True), ("ranqikafapiao", False), ("rqkfp", False)],
)
def test_letters_stand_in_one_text_from_the_first_to_the_last(typed: str, is_there: bool) -> None:
    assert is_spelled_in(typed, TEXTS) is is_there


def test_category_of_several_sectors_keeps_every_code() -> None:
    found = NAMES.find("gmgh")
    assert found is not None
    assert len({code.partition(".")[0] for code in found.situations}) >= 4


@pytest.mark.parametrize("typed", ["停　电", "停\n电", "停 电", "停\t电", "停 \r\n 电"])
def test_blanks_between_characters_do_not_separate(typed: str) -> None:
    spaced, plain = analyse(SearchQuery(typed)), analyse(SearchQuery("停电"))
    assert [(term.channel, term.text, term.weight) for term in spaced.terms] == [
        (term.channel, term.text, term.weight) for term in plain.terms
    ]
    assert spaced.embedding_text == "停电"
    assert max(term.end for term in spaced.terms) == len(typed)


def test_blanks_between_words_of_letters_stay() -> None:
    assert closed_up(fold("wifi 连不上 no power")).text == "wifi 连不上 no power"


@pytest.mark.parametrize(
    "question",
    [
        "燃气泄漏",
        "煤气漏了",
        "家里有煤气味",
        "有人触电",
        "变压器着火了",
        "电线掉下来了",
        "煤 气 泄 漏",
        "一氧化碳中毒",
        "天然气爆炸",
        "灶台着火了",
        "插座冒火",
        "配电箱有火花",
        "地下室进水带电",
        "手摸水龙头有电",
        "人被电倒了",
        "洗澡头晕恶心",
        "屋里着火了",
    ],
)
def test_words_of_danger_are_known(question: str) -> None:
    assert danger_of(question) is not None


@pytest.mark.parametrize(
    "question",
    [
        "燃气报警器多少钱",
        "怎么自己检查燃气有没有漏",
        "漏电保护器推不上去",
        "水管漏水",
        "燃气灶打不着火",
        "电视无信号",
        "停电了",
        "热水器点不着火",
        "暖气片炸裂",
        "高层没水低层有水有电",
        "水泵有电不转",
        "铁塔没有电",
        "起火原因怎么认定",
        "灶着着火，表不走数",
        "热水器冒火苗",
        "树枝碰到电线有火花要修剪",
    ],
)
def test_questions_without_an_emergency_stay_as_they_are(question: str) -> None:
    assert danger_of(question) is None


def test_entry_that_sends_people_outside_comes_before_the_one_that_tests_a_hose() -> None:
    topic = danger_of("燃气泄漏")
    assert topic is not None
    path = ["燃气", "用气安全", "燃气泄漏"]
    leave = protection(
        "燃气泄漏", topic, "家里闻到燃气味怎么办", path, "关掉总阀，打开门窗通风，全家撤到室外再打电话。"
    )
    hose = protection("燃气泄漏", topic, "燃气软管脱落或破了漏气", path, "请关阀通风。")
    assert leave >= PROTECTING_FEWEST
    assert leave > hose
    assert protection("燃气泄漏", topic, "电费怎么交", ["供电", "电费"], "通风") == 0


def document(title: str, *variants: str, kind: DocumentKind = DocumentKind.ENTRY) -> SearchDocument:
    return SearchDocument(kind, title, title, 1, title, variants, "带身份证到营业厅。", "请带身份证。")


def lowered(question: str, found: SearchDocument, context: tuple[str, ...] = ()) -> float:
    confidences: Floats = np.array([0.9])
    asked = analyse(SearchQuery(question, context=context))
    return round(float(without_other_things(asked, [project(found)], [0], confidences)[0]), 2)


CARD = document("燃气卡丢了怎么补办", "买气的卡丢了", "卡找不着了能补吗")
VOLTAGE = document("电压低带不动电器", "冰箱嗡嗡响起不来", "灯发暗", "晚上电压不够")


@pytest.mark.parametrize(
    ("question", "found", "confidence"),
    [
        ("身份证丢了怎么补办", CARD, 0.27),
        ("手机卡丢了怎么补办", CARD, 0.27),
        ("冰箱不制冷怎么办", VOLTAGE, 0.27),
        ("燃气卡丢了怎么补办", CARD, 0.9),
        ("燃气卡怎么补办", CARD, 0.9),
        ("电压不够", VOLTAGE, 0.9),
        ("我昨天去菜市场的时候把那张身份证和卡一起弄丢了怎么办", CARD, 0.9),
        ("丢了怎么补办", CARD, 0.9),
    ],
)
def test_entry_about_another_thing_is_not_trusted(question: str, found: SearchDocument, confidence: float) -> None:
    assert lowered(question, found) == confidence


def test_thing_named_earlier_in_a_call_need_not_be_named_again() -> None:
    assert lowered("身份证丢了怎么补办", CARD, ("我的燃气卡丢了",)) == 0.9


def test_letters_name_no_thing() -> None:
    assert things_of(analyse(SearchQuery("gmgh"))) == []


def test_text_without_a_title_is_about_what_it_tells() -> None:
    found = SearchDocument(DocumentKind.ENTRY, "a", "a", 1, "", (), "身份证丢了带户口本去派出所补办。", "")
    assert lowered("身份证丢了怎么补办", found) == 0.9
    assert lowered("燃气表不走了怎么办", found) < 0.4
