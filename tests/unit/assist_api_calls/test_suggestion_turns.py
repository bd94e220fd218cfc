"""The desk follows the conversation: what leads, what folds, what keeps its number."""

from __future__ import annotations

from uuid import uuid4

import pytest

from assist_api.suggestions.policy import Decision, Shown, SuggestionPolicy, Withheld
from assist_api.suggestions.query import Heard, SearchRequest
from assist_api.suggestions.settings import SuggestionSettings
from assist_api.transcripts.utterances import LegRole
from kb.kinds import DocumentKind
from kb.search.hits import Hit
from tests.fakes.assist_calls_search import make_hit, make_result

pytestmark = pytest.mark.unit
OUTAGE = "家里突然没电了怎么办"
BILL = "这个月电费怎么多了这么多"


class Call:
    """A call with its policy; customer and agent take turns."""

    def __init__(self, settings: SuggestionSettings | None = None) -> None:
        self.policy = SuggestionPolicy(settings)
        self.request: SearchRequest | None = None
        self._end_ms = 0

    def says(self, text: str, *hits: Hit, has_answer: bool | None = None, dismissed: frozenset[str] = frozenset(),
             after_ms: int = 5_000) -> Decision:  # fmt: skip
        self._end_ms += after_ms
        request = self.policy.hear(Heard(uuid4(), LegRole.CUSTOMER, text, 0.9, end_ms=self._end_ms))
        assert isinstance(request, SearchRequest)
        self.request = request
        return self.policy.weigh(request, make_result(*hits, has_answer=has_answer), dismissed)

    def agent(self, text: str = "好的我帮您看一下记录") -> None:
        self.policy.hear(Heard(uuid4(), LegRole.AGENT, text, 0.9))


def entries(decision: Decision) -> list[str]:
    assert isinstance(decision, Shown)
    return [item.hit.document_id for item in decision.entries]


def numbers(decision: Decision) -> dict[str, int]:
    assert isinstance(decision, Shown)
    return {item.hit.document_id: item.number for item in decision.entries}


def test_the_newest_question_leads_however_much_speaks_for_the_one_before() -> None:
    call = Call()
    for _ in range(4):
        call.says(OUTAGE, make_hit("outage", 0.95, category_id="fault/power.outage.single"))
    call.policy.regard({"fault/power.outage.single": 0.98})
    call.agent()
    decision = call.says(BILL, make_hit("bill", 0.5, category_id="enquiry/power.billing.surge"))
    assert entries(decision) == ["bill", "outage"]
    assert isinstance(decision, Shown)
    assert call.request is not None
    assert decision.entries[0].request.trigger_segment_id == call.request.trigger_segment_id
    assert [item.is_answer for item in decision.entries] == [True, False]
    assert call.policy.regard({"fault/power.outage.single": 0.99}) == Withheld("unchanged")


def test_a_matter_opened_in_the_same_breath_is_a_turn_of_its_own() -> None:
    call = Call()
    call.says(OUTAGE, make_hit("outage", 0.95))
    assert entries(call.says("另外我想问一下电费怎么交", make_hit("pay", 0.5), make_hit("outage", 0.2)))[0] == "pay"
    assert call.request is not None
    assert call.request.text == "电费怎么交"
    assert call.request.context == ()
    assert call.request.sector is None


def test_a_question_at_the_end_of_an_utterance_is_asked_by_itself_first() -> None:
    call = Call()
    call.says("关上了，不喷水了。那这个修理要不要钱？", make_hit("who-pays", 0.6))
    assert call.request is not None
    assert call.request.text == "那这个修理要不要钱"
    assert [reading.text for reading in call.request.readings] == ["关上了，不喷水了，那这个修理要不要钱"]


def test_where_nothing_fits_a_turn_that_asks_nothing_stands_until_something_answers() -> None:
    call = Call()
    call.says(OUTAGE, make_hit("outage", 0.9))
    call.agent()
    assert call.says("你们师傅能顺便修一下空调吗", make_hit("staff", 0.3), has_answer=False) == Withheld("nothing_fits")
    assert call.policy.regard({"fault/power.outage.single": 0.99}) == Withheld("unchanged")
    call.agent()
    assert call.says("那好吧我找厂家去", make_hit("x", 0.1), has_answer=False) == Withheld("unchanged")
    assert entries(call.says("还是没有电啊怎么办", make_hit("outage", 0.8))) == ["outage"]


def test_a_remark_that_no_entry_answers_leaves_the_list() -> None:
    call = Call()
    call.says(OUTAGE, make_hit("outage", 0.9))
    call.agent()
    assert call.says("开关我推上去了，人也都出来了", make_hit("x", 0.2), has_answer=False) == Withheld("unchanged")


def test_a_pause_never_says_that_nothing_fits() -> None:
    policy = SuggestionPolicy()
    request = policy.foresee(Heard(uuid4(), LegRole.CUSTOMER, "你们能不能帮我修一下", 0.9))
    assert request is not None
    assert policy.preview(request, make_result(make_hit("x", 0.2), has_answer=False)) == Withheld("unchanged")


def test_a_card_has_one_number_for_the_whole_call_and_new_ones_are_marked() -> None:
    call = Call()
    first = call.says(OUTAGE, make_hit("a", 0.9), make_hit("b", 0.8))
    assert numbers(first) == {"a": 1, "b": 2}
    call.agent()
    second = call.says(BILL, make_hit("c", 0.9))
    assert numbers(second) == {"c": 3, "a": 1, "b": 2}
    assert isinstance(second, Shown)
    assert [item.is_new for item in second.entries] == [True, False, False]
    call.agent()
    third = call.says("家里还是没电怎么办呢", make_hit("b", 0.9), dismissed=frozenset({"a"}))
    assert numbers(third) == {"b": 2, "c": 3}


def test_there_are_nine_numbers_and_the_card_gone_for_longest_gives_its_own_away() -> None:
    call = Call(SuggestionSettings(new_cards_per_minute=99))
    for number in range(9):
        decision = call.says(f"第{number}个问题怎么办理呢", make_hit(f"e{number}", 0.9))
        call.agent()
    assert numbers(decision)["e8"] == 9
    assert numbers(call.says("还有第十个问题怎么办理呢", make_hit("e9", 0.9)))["e9"] == 1


def test_an_entry_that_the_caller_contradicts_goes_down() -> None:
    one_room = make_titled("one", "只有一个房间或一组暖气不热", 0.6)
    whole = make_titled("whole", "家里暖气都不热怎么办", 0.5)
    call = Call()
    assert entries(call.says("卧室那一组暖气不热怎么办", one_room, whole))[0] == "one"
    call.agent()
    assert entries(call.says("不是一间，全都不热怎么办", one_room, whole))[0] == "whole"


def make_titled(document_id: str, title: str, confidence: float) -> Hit:
    hit = make_hit(document_id, confidence)
    return Hit(hit.kind, document_id, document_id, 1, title, confidence, confidence)


def test_the_noise_budget_keeps_further_cards_back_and_never_the_answer() -> None:
    call = Call(SuggestionSettings(new_cards_per_minute=2))
    assert entries(call.says(OUTAGE, make_hit("a", 0.9), make_hit("b", 0.8), make_hit("c", 0.7))) == ["a", "b"]
    call.agent()
    assert entries(call.says(BILL, make_hit("d", 0.9), make_hit("e", 0.8))) == ["d", "a", "b"]
    call.agent()
    later = call.says("电费发票在哪里开呢", make_hit("f", 0.9), make_hit("g", 0.8), after_ms=70_000)
    assert entries(later)[:2] == ["f", "g"]


def test_quiet_mode_shows_one_sure_answer_and_no_case() -> None:
    call = Call(SuggestionSettings(is_quiet=True))
    case = make_hit("case", 0.95, kind=DocumentKind.CASE)
    decision = call.says(OUTAGE, make_hit("a", 0.9), make_hit("b", 0.8), case)
    assert entries(decision) == ["a"]
    assert isinstance(decision, Shown)
    assert decision.cases == ()
    assert call.says("那大概要多久才能来电呢", make_hit("c", 0.5)) != decision


def test_an_entry_of_another_sector_leads_only_for_a_matter_that_was_opened_and_is_sure() -> None:
    call = Call()
    call.agent("您好，供热客服热线，请讲")
    call.says("家里暖气不热怎么办呢", make_hit("cold", 0.9, sector="heating"))
    call.agent()
    lights = make_hit("lights", 0.9, sector="power")
    assert entries(call.says("还有楼道里的灯不亮找谁呢", lights))[0] == "lights"
    call.agent()
    assert call.says("楼道里的灯不亮找谁呢", make_hit("other", 0.9, sector="tv")) == Withheld("nothing_fits")


@pytest.mark.parametrize("question", ["得拿些啥？", "前几年多交的给不给退？", "小娃娃喝了有没有事？", "那还要交钱吗？"])
def test_follow_up_that_nothing_answers_keeps_what_stands(question: str) -> None:
    call = Call()
    call.says("我家七口人能不能多给点便宜的水", make_hit("tiers", 0.9))
    call.agent()
    assert call.says(question, make_hit("other", 0.05), has_answer=False) == Withheld("unchanged")
    assert call.request is not None
    assert call.request.is_follow_up


@pytest.mark.parametrize(
    "question",
    ["你们单位暑假招不招临时工？", "小区物业费收几块？", "另外这个多少钱？", "楼下的下水道堵了你们给通不通？"],
)
def test_question_about_another_thing_folds_what_stood(question: str) -> None:
    call = Call()
    call.says("我家七口人能不能多给点便宜的水", make_hit("tiers", 0.9))
    call.agent()
    assert call.says(question, make_hit("other", 0.05), has_answer=False) == Withheld("nothing_fits")


def test_thing_named_before_a_short_question_of_the_same_turn_counts() -> None:
    call = Call()
    call.says("我家七口人能不能多给点便宜的水", make_hit("tiers", 0.9))
    call.agent()
    call.says("楼下那个洗车的把下水道都堵了反上来熏死人", make_hit("other", 0.05), has_answer=False)
    assert call.says("你们给通不通？", has_answer=False, after_ms=500) == Withheld("nothing_fits")
