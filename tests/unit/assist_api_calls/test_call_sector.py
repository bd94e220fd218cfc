from __future__ import annotations

from uuid import UUID, uuid5

import pytest

from assist_api.suggestions.policy import Shown, SuggestionPolicy
from assist_api.suggestions.query import Heard, SearchRequest
from assist_api.suggestions.sector import SectorTracker, named_sectors
from assist_api.transcripts.utterances import LegRole
from kb.search.hits import Hit
from tests.fakes.assist_calls_search import make_hit, make_result

pytestmark = pytest.mark.unit

AGENT, CUSTOMER = LegRole.AGENT, LegRole.CUSTOMER


def tracked(*lines: tuple[LegRole, str], given: str | None = None) -> SectorTracker:
    tracker = SectorTracker(given)
    for role, text in lines:
        tracker.hear(role, text, 0.9)
    return tracker


def shown(policy: SuggestionPolicy, text: str, *hits: Hit) -> list[str]:
    request = policy.hear(Heard(uuid5(UUID(int=7), text), CUSTOMER, text, 0.9))
    assert isinstance(request, SearchRequest)
    decision = policy.weigh(request, make_result(*hits))
    return [item.hit.document_id for item in decision.entries] if isinstance(decision, Shown) else []


@pytest.mark.parametrize(
    ("text", "sectors"),
    [
        ("这个月电费怎么这么多", ["power"]),
        ("家里暖气不热", ["heating"]),
        ("暖气费在哪里交", ["heating"]),
        ("开着电暖气就跳闸", ["power", "power"]),
        ("自来水管爆了", ["water"]),
        ("厨房有煤气味", ["gas"]),
        ("机顶盒开不了机", ["tv"]),
        ("电费交了，水费还没交", ["power", "water"]),
        ("我正看着电视呢，全黑了", []),
        ("我打过两次电话了", []),
    ],
)
def test_words_name_sectors(text: str, sectors: list[str]) -> None:
    assert named_sectors(text) == sectors


def test_the_hotline_in_the_greeting_tells_the_sector() -> None:
    assert tracked((AGENT, "您好，供电服务热线，请讲。")).sector == "power"
    assert tracked((AGENT, "您好，燃气公司客服，停电停水请打别的电话")).sector == "gas"
    assert tracked((AGENT, "您好，很高兴为您服务，请讲。")).sector is None


def test_what_the_agent_asks_about_later_opens_no_second_matter() -> None:
    call = tracked((CUSTOMER, "我家电视没有信号"), (AGENT, "您家里停电了吗，宽带能用吗"))
    assert call.sector == "tv"


def test_another_sector_in_a_sentence_about_the_first_opens_no_second_matter() -> None:
    assert tracked((AGENT, "您好，供热客服"), (CUSTOMER, "暖气不热，我都开电暖气了")).sector == "heating"


def test_a_second_matter_is_admitted_beside_the_first() -> None:
    call = tracked((CUSTOMER, "我家电费怎么交"), (CUSTOMER, "水费在哪里交呢"))
    assert call.admitted == ("power", "water")
    assert call.sector is None
    assert tracked((CUSTOMER, "电费交过了，另外我想问问水费怎么交")).admitted == ("power", "water")


def test_one_word_of_another_sector_does_not_overrule_the_hotline_but_two_do() -> None:
    call = tracked((AGENT, "您好，供水热线"), (CUSTOMER, "水已经漫进过电力了，还有好几箱货"))
    assert call.sector == "water"
    call.hear(CUSTOMER, "我问的是电费", 0.9)
    assert call.admitted == ("water", "power")
    assert tracked((AGENT, "您好，供水热线"), (CUSTOMER, "另外电费怎么交")).admitted == ("water", "power")


def test_badly_heard_words_of_a_customer_name_nothing() -> None:
    call = tracked((AGENT, "您好，供水热线"))
    call.hear(CUSTOMER, "供电服务和建设器的路口", 0.5)
    assert call.sector == "water"


def test_a_sector_given_beforehand_is_the_only_one() -> None:
    assert tracked((AGENT, "您好，供电服务热线"), given="gas").admitted == ("gas",)


def test_where_nobody_names_a_sector_a_clear_ranking_tells_it_and_a_name_overrules_it() -> None:
    call = tracked((CUSTOMER, "怎么比邻居多了一倍"))
    assert call.admits("gas")
    call.regard(
        {"enquiry/power.billing.dispute": 0.7, "enquiry/power.billing.enquiry": 0.2, "fault/gas.safety.leak": 0.1}
    )
    assert call.admitted == ("power",)
    assert call.sector is None
    call.regard({"enquiry/power.billing.dispute": 0.5, "enquiry/water.billing.dispute": 0.5})
    assert call.admits("water")
    call.regard({"enquiry/power.billing.dispute": 1.0})
    call.hear(CUSTOMER, "我说的是水费", 0.9)
    assert call.admitted == ("water",)


def test_a_ranking_of_general_categories_excludes_no_sector() -> None:
    call = tracked()
    call.regard({"complaint/general.service.staff": 1.0})
    assert call.admits("tv")


def test_cards_of_another_sector_are_not_shown_once_the_sector_is_clear() -> None:
    policy = SuggestionPolicy()
    power, gas, general = (
        make_hit("power", 0.8, sector="power"),
        make_hit("gas", 0.9, sector="gas"),
        make_hit("all", 0.7),
    )
    assert shown(policy, "这个月怎么突然多了一倍", gas, power, general) == ["gas", "power", "all"]
    assert shown(policy, "我说的是家里的电费啊", power, general) == ["power", "all"]


def test_a_second_matter_of_another_sector_gets_its_cards() -> None:
    policy = SuggestionPolicy()
    assert shown(policy, "我家电费突然变多了", make_hit("power", 0.8, sector="power")) == ["power"]
    cards = shown(policy, "另外我想问一下燃气费怎么交", make_hit("gas", 0.9, sector="gas"))
    assert set(cards) == {"power", "gas"}
