from __future__ import annotations

from uuid import uuid4

import pytest

from kb.kinds import DocumentKind
from kb.search.documents import SearchDocument
from kb.taxonomy.tree import load_taxonomy
from kb.words.trade import trade_words
from speech.text.correction import PinyinCorrector

pytestmark = pytest.mark.unit


def document(title: str, sector: str | None) -> SearchDocument:
    name = str(uuid4())
    return SearchDocument(DocumentKind.ENTRY, name, name, 1, title, (), "", "", sector=sector)


def words(*documents: SearchDocument) -> frozenset[str]:
    return frozenset(trade_words(documents, load_taxonomy()))


def test_a_word_of_one_sectors_entries_is_a_word_of_the_trade() -> None:
    assert "插座" in words(*[document("插座冒火花怎么办", "power")] * 4)


def test_a_word_that_every_sector_uses_is_ordinary_language() -> None:
    spread = [document("插座旁边", sector) for sector in ("power", "gas", "water", "tv", "heating")]
    assert "插座" not in words(*spread)


def test_a_rare_word_and_words_of_time_and_person_are_left_out() -> None:
    assert "插座" not in words(document("插座冒火花", "power"))
    assert not {"今年", "每月", "我家"} & words(*[document("今年每月我家用了多少", "power")] * 9)


def test_names_of_sectors_are_always_in_and_long_ones_never() -> None:
    found = words()
    assert {"停电", "暖气", "燃气", "机顶盒", "水表"} <= found
    assert all(2 <= len(word) <= 4 for word in found)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("您好，然气服务热线", "您好，燃气服务热线"),
        ("既定和的灯是亮的", "机顶盒的灯是亮的"),
        ("您好，供乱服务热线", "您好，供暖服务热线"),
        ("路边往上冒水", "路边往上冒水"),
        ("您可以在官网上查", "您可以在官网上查"),
        ("我每天都看手机", "我每天都看手机"),
    ],
)
def test_a_recogniser_that_knows_them_mends_the_trade_and_nothing_else(heard: str, meant: str) -> None:
    assert PinyinCorrector(trade_words((), load_taxonomy())).correct(heard) == meant
