from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist_api.suggestions.policy import FOUND_AGAIN, Decision, Shown, SuggestionPolicy, Withheld
from assist_api.suggestions.query import Heard, QueryComposer, SearchRequest, locate
from assist_api.transcripts.utterances import LegRole
from kb.kinds import DocumentKind
from kb.search.hits import Hit, SearchResult, SearchState
from speech.events import Alternative
from tests.fakes.assist_calls_cards import make_card
from tests.fakes.assist_calls_search import make_hit, make_result

pytestmark = pytest.mark.unit

NAMESPACE = UUID(int=7)


def heard(text: str, role: LegRole = LegRole.CUSTOMER, confidence: float = 0.9) -> Heard:
    return Heard(uuid5(NAMESPACE, text), role, text, confidence)


def asked(policy: SuggestionPolicy, text: str, role: LegRole = LegRole.CUSTOMER) -> SearchRequest:
    request = policy.hear(heard(text, role))
    assert isinstance(request, SearchRequest)
    return request


def foreseen(policy: SuggestionPolicy, text: str) -> SearchRequest:
    request = policy.foresee(heard(text))
    assert request is not None
    return request


def told(policy: SuggestionPolicy, text: str, *hits: Hit, has_answer: bool | None = None) -> Decision:
    return policy.weigh(asked(policy, text), make_result(*hits, has_answer=has_answer))


def result_of(hits: list[tuple[str, float]]) -> SearchResult:
    return make_result(*(make_hit(name, confidence) for name, confidence in hits))


def entries(decision: Decision) -> list[str]:
    assert isinstance(decision, Shown)
    return [item.hit.document_id for item in decision.entries]


def test_at_most_three_cards_are_shown() -> None:
    hits = [make_hit(name, 0.9 - number / 20) for number, name in enumerate("abcde")]
    assert entries(told(SuggestionPolicy(), "家里突然没电了", *hits)) == ["a", "b", "c"]


def test_an_unlikely_hit_is_no_card() -> None:
    assert told(SuggestionPolicy(), "家里突然没电了", make_hit("a", 0.15)) == Withheld("nothing_fits")


def test_a_card_far_behind_the_best_is_left_out() -> None:
    hits = make_hit("a", 0.97), make_hit("b", 0.31), make_hit("c", 0.2)
    assert entries(told(SuggestionPolicy(), "家里突然没电了", *hits)) == ["a", "b"]
    assert entries(told(SuggestionPolicy(), "家里突然没电了", make_hit("a", 0.97), make_hit("b", 0.25))) == ["a"]


def test_what_searches_find_adds_up_by_category_through_the_call() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了", make_hit("a", 0.3, category_id="fault/power.outage.single"))
    told(
        policy,
        "推上去又自己跳下来了",
        make_hit("a", 0.8, category_id="fault/power.outage.single"),
        make_hit("a2", 0.7, category_id="fault/power.outage.single"),
    )
    told(
        policy,
        "开空调就这样",
        make_hit("b", 0.2, category_id="fault/power.outage.partial"),
        make_hit("c", 0.9, kind=DocumentKind.CASE, category_id="complaint/power.service.staff"),
        make_hit("d", 0.9),
    )
    assert policy.found_categories == pytest.approx(
        {"fault/power.outage.single": 0.8 + FOUND_AGAIN * 0.3, "fault/power.outage.partial": 0.2}
    )


def test_a_category_found_all_through_a_long_call_stays_bounded() -> None:
    policy = SuggestionPolicy()
    for _ in range(50):
        told(policy, "家里突然没电了", make_hit("a", 1.0, category_id="fault/power.outage.single"))
    assert policy.found_categories["fault/power.outage.single"] < 1 / (1 - FOUND_AGAIN)


def test_a_search_can_be_foreseen_without_hearing_what_asks_for_it() -> None:
    policy, told_nothing = SuggestionPolicy(), SuggestionPolicy()
    for text in ("电费", "家里突然没电了怎么办", "好的谢谢", "还有电表也不转了"):
        foreseen = policy.foresee(heard(text))
        assert policy.foresee(heard(text)) == foreseen
        request = policy.hear(heard(text))
        assert request == told_nothing.hear(heard(text))
        assert foreseen == (request if isinstance(request, SearchRequest) else None)


def test_a_pause_shows_what_its_end_would() -> None:
    policy = SuggestionPolicy()
    request, result = foreseen(policy, "家里突然没电了怎么办"), make_result(make_hit("a", 0.9))
    assert entries(policy.preview(request, result)) == ["a"]
    assert policy.preview(request, result) == Withheld("unchanged")
    assert policy.hear(heard("家里突然没电了怎么办")) == request
    assert policy.weigh(request, result) == Withheld("unchanged")


def test_more_said_after_a_pause_points_the_same_card_at_its_words() -> None:
    policy = SuggestionPolicy()
    result = make_result(make_hit("a", 0.9))
    policy.preview(foreseen(policy, "家里突然没电了"), result)
    request = asked(policy, "家里突然没电了怎么办")
    decision = policy.weigh(request, result)
    assert isinstance(decision, Shown)
    assert [item.request for item in decision.entries] == [request]
    assert policy.weigh(request, result) == Withheld("unchanged")


def test_what_a_pause_showed_is_no_evidence_once_something_else_was_said() -> None:
    policy = SuggestionPolicy()
    policy.preview(foreseen(policy, "家里突然没电了"), make_result(make_hit("a", 0.9)))
    assert entries(told(policy, "家里突然没电视看了", make_hit("b", 0.9))) == ["b"]


def test_a_ranking_between_a_pause_and_its_end_takes_no_card_away() -> None:
    policy = SuggestionPolicy()
    policy.preview(foreseen(policy, "家里突然没电了"), make_result(make_hit("a", 0.9)))
    assert policy.regard({"fault/power.outage.single": 0.2}) == Withheld("unchanged")


def test_a_card_shown_at_a_pause_that_an_interruption_cut_off_is_shown_anew() -> None:
    policy = SuggestionPolicy()
    card = make_card(uuid4(), trigger_segment_ids=[uuid5(NAMESPACE, "never became a final")])
    policy.resume([], [card])
    request = asked(policy, "家里突然没电了怎么办")
    decision = policy.weigh(request, make_result(make_hit(str(card.entry_id), 0.9)))
    assert isinstance(decision, Shown)
    assert [item.request for item in decision.entries] == [request]


HITS = st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0, 1)), max_size=4, unique_by=lambda hit: hit[0])


@given(st.lists(st.tuples(st.sampled_from(["家里突然没电了", "电费怎么这么多", "水管爆了"]), HITS, HITS), max_size=12))
def test_a_call_comes_to_the_same_cards_whatever_was_shown_at_its_pauses(
    said: list[tuple[str, list[tuple[str, float]], list[tuple[str, float]]]],
) -> None:
    ahead, plain = SuggestionPolicy(), SuggestionPolicy()
    screens: dict[SuggestionPolicy, list[str]] = {ahead: [], plain: []}
    for text, hits, hits_at_pause in said:
        paused = ahead.preview(foreseen(ahead, f"{text}吗"), result_of(hits_at_pause))
        for policy, decisions in ((ahead, [paused]), (plain, [])):
            for decision in [*decisions, policy.weigh(asked(policy, text), result_of(hits))]:
                if isinstance(decision, Shown):
                    screens[policy] = entries(decision)
                elif decision.reason == "nothing_fits":
                    screens[policy] = []
        assert screens[ahead] == screens[plain]


@given(st.lists(st.tuples(st.sampled_from(["家里突然没电了", "电费怎么这么多", "水管爆了"]), HITS), max_size=12))
def test_what_a_pause_has_shown_is_not_shown_again_by_its_end(said: list[tuple[str, list[tuple[str, float]]]]) -> None:
    policy = SuggestionPolicy()
    for text, hits in said:
        paused = policy.preview(foreseen(policy, text), result_of(hits))
        decision = policy.weigh(asked(policy, text), result_of(hits))
        assert isinstance(decision, Withheld) or not isinstance(paused, Shown)


def test_the_same_list_again_names_the_utterance_that_it_answers_now() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了怎么办", make_hit("a", 0.9))
    request = asked(policy, "还是没有电啊怎么办")
    decision = policy.weigh(request, make_result(make_hit("a", 0.9)))
    assert isinstance(decision, Shown)
    assert decision.entries[0].request.trigger_segment_id == request.trigger_segment_id
    assert not decision.entries[0].is_new


def test_weak_signs_for_one_entry_add_up_over_the_call() -> None:
    policy = SuggestionPolicy()
    assert told(policy, "不知道怎么搞的就这样了", make_hit("a", 0.28), has_answer=True) == Withheld("nothing_fits")
    assert entries(told(policy, "推上去又自己跳下来了", make_hit("a", 0.28), has_answer=True)) == ["a"]


def test_one_stray_sentence_does_not_push_the_right_card_out() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了怎么办", make_hit("right", 0.9))
    stray = [make_hit(name, 0.5) for name in ("x", "y", "z")]
    assert entries(told(policy, "我下午还要出门去接孩子", *stray))[0] == "right"


def test_a_second_matter_gets_through() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了怎么办", make_hit("outage", 0.9))
    assert entries(told(policy, "另外我想问问电费怎么交", make_hit("payment", 0.9)))[0] == "payment"
    shown = entries(told(policy, "电费可以用微信交吗", make_hit("wechat", 0.95), make_hit("payment", 0.6)))
    assert set(shown[:2]) == {"payment", "wechat"}


def test_talk_that_says_nothing_new_keeps_the_cards() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了怎么办", make_hit("a", 0.9))
    decisions = [told(policy, "那你们大概什么时候能过来", make_hit("b", 0.25), has_answer=False) for _ in range(10)]
    shown = [entries(decision) for decision in decisions if isinstance(decision, Shown)]
    assert all(names == ["a"] for names in shown)


def test_doubtful_hits_never_add_up_to_a_card() -> None:
    policy = SuggestionPolicy()
    for _ in range(20):
        decision = told(policy, "那你们大概什么时候能过来", make_hit("b", 0.3), has_answer=False)
        assert decision == Withheld("nothing_fits")


def test_a_dismissed_card_stays_away() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了怎么办", make_hit("a", 0.9), make_hit("b", 0.8))
    request = asked(policy, "就是没有电了怎么办呢")
    decision = policy.weigh(request, make_result(make_hit("a", 0.9), make_hit("b", 0.8)), {"a"})
    assert entries(decision) == ["b"]


def test_a_new_revision_replaces_the_old_one() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了怎么办", make_hit("a", 0.9, revision_id="a-1"))
    decision = told(policy, "家里突然没电了怎么办", make_hit("a", 0.9, revision_id="a-2"))
    assert isinstance(decision, Shown)
    assert [item.hit.revision_id for item in decision.entries] == ["a-2"]


def test_cases_stand_beside_entries_and_never_push_them_out() -> None:
    cases = [make_hit(name, 0.95, kind=DocumentKind.CASE) for name in ("c1", "c2", "c3", "c4")]
    decision = told(SuggestionPolicy(), "家里突然没电了怎么办", make_hit("a", 0.5), *cases)
    assert isinstance(decision, Shown)
    assert (len(decision.entries), len(decision.cases)) == (1, 3)


def test_a_badly_heard_hit_becomes_a_card_when_the_whole_call_sounds_like_its_situation() -> None:
    policy = SuggestionPolicy()
    cold = make_hit("cold", 0.15, category_id="fault/heating.warmth.cold")
    hot = make_hit("hot", 0.15, category_id="fault/heating.warmth.hot")
    assert told(policy, "我们假乱骑到现在还是不热", cold, hot, has_answer=False) == Withheld("nothing_fits")
    decision = policy.regard({"fault/heating.warmth.cold": 0.6, "enquiry/heating.warmth.cold": 0.3})
    assert entries(decision) == ["cold"]


def test_a_call_that_sounds_like_a_situation_brings_no_card_that_no_search_found() -> None:
    policy = SuggestionPolicy()
    told(policy, "我们假乱骑到现在还是不热", make_hit("cold", 0.02, category_id="fault/heating.warmth.cold"))
    assert policy.regard({"fault/heating.warmth.cold": 1.0}) == Withheld("unchanged")


def test_a_ranking_that_changes_nothing_is_no_new_list() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了怎么办", make_hit("a", 0.9))
    assert policy.regard({"fault/power.outage.single": 0.9}) == Withheld("unchanged")


def test_a_card_that_turns_out_to_be_of_another_sector_goes_even_without_a_better_one() -> None:
    policy = SuggestionPolicy()
    told(policy, "这个月怎么突然多了一倍", make_hit("gas", 0.8, sector="gas"))
    assert entries(policy.regard({"enquiry/power.billing.dispute": 1.0})) == []


def test_an_unavailable_search_leaves_the_evidence_alone() -> None:
    policy = SuggestionPolicy()
    told(policy, "家里突然没电了怎么办", make_hit("a", 0.9))
    request = asked(policy, "还是没有电啊怎么办")
    assert policy.weigh(request, make_result(state=SearchState.UNAVAILABLE)) == Withheld("search_unavailable")
    assert entries(told(policy, "还是没有电啊怎么办", make_hit("a", 0.9))) == ["a"]


def test_greetings_ask_nothing_and_agents_only_when_they_restate() -> None:
    policy = SuggestionPolicy()
    assert policy.hear(heard("喂，你好")) == Withheld("not_a_question")
    assert policy.hear(heard("您家里是一户停电对吧", LegRole.AGENT)) is None
    asked(policy, "我们家突然停电了怎么办")
    assert policy.hear(heard("请您稍等我帮您查询一下记录", LegRole.AGENT)) is None
    restated = asked(policy, "您是说只有您一家停电对吗", LegRole.AGENT)
    assert restated.weight < 1


def test_a_short_answer_is_read_with_the_sentence_before() -> None:
    composer = QueryComposer()
    composer.compose(heard("我们家从昨天晚上开始就没有电"))
    request = composer.compose(heard("嗯，对门有电"))
    assert request is not None
    assert request.text == "我们家从昨天晚上开始就没有电，对门有电"
    assert request.context == ()


def test_earlier_sentences_are_the_context() -> None:
    composer = QueryComposer()
    for text in ("第一句话说的是停电了", "第二句话说的是跳闸了", "第三句话说的是电表坏了", "第四句话说的是电费多了"):
        composer.compose(heard(text))
    request = composer.compose(heard("第五句话说的是要过户了"))
    assert request is not None
    assert request.context == ("第二句话说的是跳闸了", "第三句话说的是电表坏了", "第四句话说的是电费多了")


def test_badly_heard_words_count_less() -> None:
    composer = QueryComposer()
    clear = composer.compose(heard("我们家突然停电了怎么办", confidence=0.9))
    noisy = composer.compose(heard("我们家突然停电了怎么办", confidence=0.2))
    assert clear is not None
    assert noisy is not None
    assert noisy.weight < clear.weight == 1.0


@given(
    st.lists(
        st.sampled_from(["你好", "停电了", "对门有电", "总开关跳闸推不上去了", "嗯", "家里，没水"]),
        min_size=1,
        max_size=6,
    )
)
def test_every_word_of_a_question_is_found_again_where_it_was_said(texts: list[str]) -> None:
    composer = QueryComposer()
    spoken = {}
    for number, text in enumerate(texts):
        segment_id = UUID(int=number + 1)
        spoken[segment_id] = text
        request = composer.compose(Heard(segment_id, LegRole.CUSTOMER, text, 0.9))
        for at in range(len(request.text) if request else 0):
            assert request is not None
            place = locate(request.parts, at, at + 1)
            if place is not None:
                assert spoken[place.segment_id][place.start : place.end] == request.text[at]
                assert place.is_verbatim
            else:
                assert request.text[at] == "，"


def heard_otherwise(text: str, *others: str) -> Heard:
    alternatives = tuple(Alternative(other, 0.9 - 0.09 * number) for number, other in enumerate(others, 1))
    return replace(heard(text), alternatives=alternatives)


def composed(composer: QueryComposer, utterance: Heard) -> SearchRequest:
    request = composer.compose(utterance)
    assert request is not None
    return request


def test_other_readings_are_questions_of_their_own() -> None:
    request = composed(QueryComposer(), heard_otherwise("你好，我想解约清醒账户", "你好，我想解约亲情账户", "好的"))
    assert request.text == "我想解约清醒账户"
    assert [(reading.text, round(reading.likelihood, 2)) for reading in request.readings] == [("我想解约亲情账户", 0.9)]


def test_words_of_another_reading_are_found_where_the_utterance_has_others() -> None:
    text = "你好，我想解约清醒账户"
    request = composed(QueryComposer(), heard_otherwise(text, "你好，我想解约亲情账户"))
    asked = request.read_as(request.readings[0])
    at = asked.text.index("亲情")
    place = locate(asked.parts, at, at + 4)
    assert place is not None
    assert (text[place.start : place.end], place.is_verbatim) == ("清醒账户", False)
    same = locate(asked.parts, at + 2, at + 4)
    assert same is not None
    assert (text[same.start : same.end], same.is_verbatim) == ("账户", True)


def test_words_that_only_another_reading_has_are_found_nowhere() -> None:
    request = composed(QueryComposer(), heard_otherwise("我要查明细", "我要查一下电费明细"))
    asked = request.read_as(request.readings[0])
    assert locate(asked.parts, asked.text.index("电费"), asked.text.index("电费") + 2) is None


def test_a_short_reading_is_read_together_with_what_was_said_before() -> None:
    composer = QueryComposer()
    composed(composer, heard("家里突然停电了"))
    request = composed(composer, heard_otherwise("对门有点", "对门有电"))
    assert request.text == "家里突然停电了，对门有点"
    assert [reading.text for reading in request.readings] == ["家里突然停电了，对门有电"]


def test_an_agent_is_searched_for_as_heard() -> None:
    composer = QueryComposer()
    composed(composer, heard("家里突然停电了"))
    restated = replace(heard_otherwise("您是说家里停店了对吗", "您是说家里停电了对吗"), leg_role=LegRole.AGENT)
    assert composed(composer, restated).readings == ()
