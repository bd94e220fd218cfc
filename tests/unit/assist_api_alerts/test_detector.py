from __future__ import annotations

import pytest

from assist_api.alerts.detector import DangerDetector
from assist_api.alerts.rules import DangerKind, shipped_rules

pytestmark = pytest.mark.unit

DANGERS = (
    ("厨房里一股煤气味", DangerKind.GAS_LEAK),
    ("然气管子在漏气", DangerKind.GAS_LEAK),
    ("热水器开着洗澡，我爱人头晕恶心站不住", DangerKind.CARBON_MONOXIDE),
    ("我儿子让电打了，躺着不动", DangerKind.ELECTRIC_SHOCK),
    ("是不是漏电了，我一摸水管就麻", DangerKind.ELECTRIC_SHOCK),
    ("路灯杆漏电，有人踩到水里了", DangerKind.ELECTRIC_SHOCK),
    ("高压线断了，掉在马路上冒火花", DangerKind.FALLEN_LINE),
    ("电表箱冒烟了", DangerKind.FIRE),
    ("路口水管爆了，水柱有两层楼高", DangerKind.BURST_MAIN),
    ("停电了，电梯里困了三个人", DangerKind.TRAPPED),
)
ORDINARY = (
    "没有着火，也没冒烟",
    "上个月漏过气，已经修好了",
    "漏气报警器多少钱一个",
    "我们单位下周搞燃气泄漏演练",
    "这个月电费跟触电似的，吓我一跳",
    "电视上演变压器爆炸的片子",
    "要是水管爆了打哪个电话",
    "家里漏电保护器老跳，换一个要什么手续",
    "灶打不着火，是不是没电池了",
    "刚才开着电热水器，还用了电磁炉，是不是哪个电器漏电了？",
    "空开跳了，我怀疑是电热水器漏电，你们派人来检查一下",
    "漏电了，跳闸，水电工说要换线",
    "",
)


@pytest.fixture(scope="module")
def detector() -> DangerDetector:
    return DangerDetector(shipped_rules())


@pytest.mark.parametrize(("said", "kind"), DANGERS)
def test_danger_is_heard_with_its_kind(detector: DangerDetector, said: str, kind: DangerKind) -> None:
    found = detector.find(said)
    assert found
    assert found[0].kind is kind
    assert 0 <= found[0].start < found[0].end <= len(said)


@pytest.mark.parametrize("said", ORDINARY)
def test_denied_past_priced_practised_and_compared_dangers_are_none(detector: DangerDetector, said: str) -> None:
    assert detector.find(said) == ()


def test_a_danger_counts_after_one_that_is_over(detector: DangerDetector) -> None:
    (found,) = detector.find("去年漏过一次气修好了，现在厨房又是一股煤气味")
    assert found.start > len("去年漏过一次气修好了")


def test_only_certain_words_are_enough_for_a_partial(detector: DangerDetector) -> None:
    assert detector.find("家里全是煤气味")[0].is_certain


def test_every_kind_tells_the_caller_something_in_both_languages() -> None:
    kinds = shipped_rules().kinds
    assert set(kinds) == set(DangerKind)
    assert all(len(kind.tell_caller.zh) > 20 and len(kind.tell_caller.en) > 40 for kind in kinds.values())
