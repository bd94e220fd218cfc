from __future__ import annotations

import pytest

from kb.deidentify import PersonalKind, check_recognisers, find_personal
from kit.errors import MisconfiguredError

pytestmark = pytest.mark.unit


def quoted(text: str, kind: PersonalKind) -> list[str]:
    spans = find_personal(text, has_whole_addresses=True)
    return [text[span.start : span.end] for span in spans if span.kind is kind]


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("送到解放东路113号鑫源大厦9层906就行", "解放东路113号鑫源大厦9层906"),
        ("就在南河镇李家洼村二组36号，门口有树", "南河镇李家洼村二组36号"),
        ("翠湖花园六栋一单元幺零二，一楼", "翠湖花园六栋一单元幺零二"),
        ("我住团结巷甲7号", "团结巷甲7号"),
    ],
)
def test_an_address_counts_from_the_place_to_the_room(said: str, address: str) -> None:
    assert quoted(said, PersonalKind.ADDRESS) == [address]


def test_a_street_without_a_house_is_no_address() -> None:
    assert quoted("人民路那边停电了，整条街都黑着呢", PersonalKind.ADDRESS) == []


@pytest.mark.parametrize(
    ("said", "kind", "value"),
    [
        ("水表号SC20187734", PersonalKind.METER, "SC20187734"),
        ("邮箱是liuyun点caiwu艾特example点com，小写的", PersonalKind.EMAIL, "liuyun点caiwu艾特example点com"),
        ("我微信号是wang_88x", PersonalKind.MESSENGER, "wang_88x"),
        ("老户主姜有田，身份证", PersonalKind.NAME, "姜有田"),
        ("身份证110197197804123068", PersonalKind.IDENTITY, "110197197804123068"),
    ],
)
def test_further_kinds_are_found(said: str, kind: PersonalKind, value: str) -> None:
    assert quoted(said, kind) == [value]


@pytest.mark.parametrize(
    "said",
    [
        "订单号幺三零二六零九三零七七",
        "小票上那一串是330106202611090012，是缴费流水",
        "发票号码是04403218",
        "工单号202611090087341",
    ],
)
def test_numbers_of_papers_are_not_personal(said: str) -> None:
    assert find_personal(said) == ()


def test_a_promised_kind_without_a_recogniser_stops_the_start() -> None:
    check_recognisers(kind.value for kind in PersonalKind)
    with pytest.raises(MisconfiguredError, match="promises iris, which nothing here recognises"):
        check_recognisers(["name", "iris"])
