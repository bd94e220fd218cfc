from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist_api.ivr.checks import FlawCode, check_flow
from assist_api.ivr.dialogue import (
    Circumstances,
    DialogueState,
    End,
    EntryFound,
    FindEntry,
    HangUp,
    Heard,
    Input,
    Keyed,
    Listen,
    LookedUp,
    LookUp,
    LookUpStatus,
    MakeOrder,
    OrderMade,
    Phase,
    Record,
    Recorded,
    Say,
    SelfService,
    SendText,
    ServiceDone,
    ServiceStatus,
    Silence,
    Started,
    StepKind,
    TextSent,
    Transfer,
)
from assist_api.ivr.flow import LOOK_UPS, Flow, flow_as_yaml, parse_flow
from assist_api.ivr.intents import CONFIRM_FROM, EMERGENCY, OTHER, Handling, HeardIntent, IntentRanking, shipped_intents
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.scenario import Scenario
from assist_api.ivr.shipped import shipped_flows
from assist_api.ivr.spoken_input import is_yes, mark_in, number_in
from assist_api.ivr.walk import MOST_FAILURES
from kit.errors import InvalidInputError
from speech.settings import Language

pytestmark = pytest.mark.unit

INTENTS = sorted(shipped_intents().intents)
HOTLINES = [flow for flow in shipped_flows().values() if not flow.is_part]
MINE, OTHERS = "3205819001", "4400000002"


def ranking(intent: str, probability: float = 0.9) -> IntentRanking:
    is_rejected = intent == OTHER or probability < CONFIRM_FROM
    handling = Handling.REJECT if is_rejected else Handling.ACT if probability >= 0.6 else Handling.CONFIRM
    return IntentRanking((HeardIntent(intent, probability),), handling)


def rivals(first: str, second: str) -> IntentRanking:
    return IntentRanking((HeardIntent(first, 0.4), HeardIntent(second, 0.35)), Handling.CHOOSE)


WORDS = st.sampled_from(
    ["对", "不对", "三二零五八一九零零一", "人民路三号楼", "满意", "8000", "嗯那个", "四四零零零零零零零二"]
)
LISTENING = {Phase.ASKING, Phase.CONFIRMING_INTENT, Phase.CHOOSING_INTENT, Phase.CONFIRMING_NUMBER}
CALLER = st.one_of(
    st.builds(Heard, WORDS, st.builds(ranking, st.sampled_from(INTENTS), st.sampled_from([0.1, 0.4, 0.9]))),
    st.builds(Heard, WORDS, st.builds(rivals, st.sampled_from(INTENTS), st.sampled_from(INTENTS))),
    st.builds(Keyed, st.sampled_from([*"0123456789*#", MINE, OTHERS, "8000", "9999", "20261130000001"])),
    st.builds(Silence, st.booleans(), is_slow=st.booleans()),
)
ANSWERS = st.tuples(st.sampled_from(LookUpStatus), st.booleans(), st.booleans())
AROUND = st.builds(
    Circumstances,
    st.sampled_from(["working", "closed", "holiday"]),
    st.sampled_from(["ordinary", "vip"]),
    st.sampled_from([0, 5, 50]),
    st.sampled_from(["", "城东"]),
    st.sampled_from(["", "13800138000"]),
    st.sampled_from(["", MINE]),
)


def answered(draw: st.DrawFn, action: object) -> Input | None:
    """Return what a system answers: right, wrong, about somebody else, or nothing."""
    match action:
        case LookUp():
            status, is_other, is_empty = draw(ANSWERS)
            subject = OTHERS * 2 if is_other else action.subject
            figures = {} if is_empty else {field: f"{field} of {subject}" for field in LOOK_UPS[action.what]}
            return LookedUp(status, subject, figures)
        case FindEntry():
            return EntryFound(draw(st.sampled_from([None, "条目的回答。"])), "entry")
        case MakeOrder():
            return OrderMade(draw(st.sampled_from([None, "20261130000001"])))
        case SelfService():
            return ServiceDone(draw(st.sampled_from(ServiceStatus)), "TV1", "15.00")
        case SendText():
            return TextSent(draw(st.booleans()))
        case Record():
            return Recorded(draw(st.integers(0, 3)))
        case _:
            return None


@settings(max_examples=150)
@given(st.data())
def test_every_walk_through_a_shipped_flow_ends_with_a_person_or_a_goodbye(data: st.DataObject) -> None:
    flow = data.draw(st.sampled_from(HOTLINES))
    talker = Interpreter(shipped_flows())
    state = talker.begin(flow.name, data.draw(AROUND))
    waiting: list[Input] = [Started()]
    for turn in range(80):
        happened = waiting.pop(0) if waiting else data.draw(CALLER) if turn < 12 else Silence()
        before = state
        step = talker.step(state, happened)
        state = step.state
        check_spoken(before, happened, state, [action.text for action in step.actions if isinstance(action, Say)])
        waiting += [given for action in step.actions if (given := answered(data.draw, action)) is not None]
        if state.end is not None:
            break
        assert waiting or any(isinstance(action, Listen) for action in step.actions) or step.actions == ()
    assert state.end in {End.AGENT, End.GOODBYE}
    last = step.actions[-1]
    assert isinstance(last, Transfer | HangUp)
    assert isinstance(last, HangUp) is (state.end is End.GOODBYE)
    assert any(step.kind is StepKind.SAID for step in state.trail)
    assert talker.step(state, Keyed("1")).actions == ()


def check_spoken(before: DialogueState, happened: Input, state: DialogueState, said: list[str]) -> None:
    """Insist on what holds after every step."""
    assert state.failures <= MOST_FAILURES
    for text in said:
        assert "{" not in text
        assert OTHERS * 2 not in text, "figures about somebody else were read out"
    is_danger = isinstance(happened, Heard) and happened.ranking == ranking(EMERGENCY)
    if is_danger and before.phase in LISTENING:
        assert any(step.kind is StepKind.DANGER for step in state.trail)
        assert state.end is End.AGENT
        assert state.priority > 0


@pytest.mark.parametrize("flow", shipped_flows().values(), ids=lambda flow: flow.name)
def test_a_shipped_flow_can_be_published_and_survives_a_file(flow: Flow) -> None:
    assert check_flow(flow, shipped_flows(), set(INTENTS)) == []
    assert parse_flow(flow_as_yaml(flow)) == flow


BROKEN = """
version: 1
name: broken
title: 坏流程
sector: power
start: hello
agent: person
emergency: person
intents: {bill_query: {title: 查费, go: bill}, dance: {title: 跳舞, go: hello}}
nodes:
  hello: {kind: menu, text: 请说。, again: 请再说。, keys: {"1": nowhere}, give_up: person}
  bill: {kind: answer, text: "电费{bill.amount}元。", next: round}
  round: {kind: say, text: 转圈, next: round}
  island: {kind: hang_up, text: 再见}
  person: {kind: queue}
"""


def test_a_flow_that_cannot_be_published_names_node_and_reason() -> None:
    found = {(flaw.code, flaw.node) for flaw in check_flow(parse_flow(BROKEN), {}, set(INTENTS))}
    assert {
        (FlawCode.UNKNOWN_TARGET, "hello"),
        (FlawCode.UNKNOWN_INTENT, None),
        (FlawCode.UNKNOWN_VALUE, "bill"),
    } <= found
    mended = parse_flow(BROKEN.replace("nowhere", "bill"))
    found = {(flaw.code, flaw.node) for flaw in check_flow(mended, {}, set(INTENTS))}
    assert {
        (FlawCode.UNREACHABLE, "island"),
        (FlawCode.NO_EXIT, "round"),
        (FlawCode.NO_EXIT, "bill"),
        (FlawCode.LOOP_WITHOUT_QUESTION, "round"),
    } <= found


def test_a_prompt_in_a_language_without_a_voice_is_named() -> None:
    mixed = parse_flow(BROKEN.replace("again: 请再说。", "again: 'Please say it again, {bill.amount}.'"))
    unspoken = [flaw for flaw in check_flow(mixed, {}, set(INTENTS), {Language.CHINESE}) if flaw.code == "no_voice"]
    assert [(flaw.node, flaw.field) for flaw in unspoken] == [("hello", "again")]
    assert "SPEECH_VOICE_EN" in unspoken[0].problem
    assert FlawCode.NO_VOICE not in {flaw.code for flaw in check_flow(mixed, {}, set(INTENTS))}


def test_a_malformed_flow_names_its_node_and_field() -> None:
    with pytest.raises(InvalidInputError, match=r"bill, text") as raised:
        parse_flow(BROKEN.replace('text: "电费{bill.amount}元。"', "text: [1]"))
    assert raised.value.details["errors"][0] == {  # type: ignore[index]
        "field": "nodes.bill.text",
        "code": "malformed",
        "message": "Input should be a valid string",
    }


def test_a_number_is_heard_digit_by_digit_and_a_wrong_length_is_none() -> None:
    assert number_in("我的户号是三二零五，八幺九零，零幺", 8, 13) == "3205819001"
    assert number_in("三二零五", 8, 13) is None
    assert (is_yes("对的"), is_yes("不对"), is_yes("要的"), is_yes("没有了"), is_yes("电费")) == (
        True, False, True, False, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (5, ["非常满意", "很好", "打五分", "满分", "我给5分吧", "打5分非常满意", "很不错"]),
        (4, ["满意", "比较满意", "都挺好的", "不错", "四", "给你们打4分吧"]),
        (3, ["一般般", "还可以", "三星"]),
        (2, ["不满意", "不太满意", "不怎么满意", "有点不满意", "不好", "两分"]),
        (1, ["非常不满意", "很不满意", "太差了", "一分"]),
        (None, ["六分", "人民路三号", "我还有一个问题", "嗯那个", "不可以", "等五分钟"]),
    ],
)
def test_a_mark_is_heard_in_the_words_that_callers_use(mark: int | None, said: list[str]) -> None:
    assert {text: mark_in(text) for text in said} == dict.fromkeys(said, mark)


def test_a_scenario_turn_is_exactly_one_thing() -> None:
    with pytest.raises(ValueError, match=re.escape("exactly one of")):
        Scenario.model_validate({"name": "x", "turns": [{"say": "喂", "keys": "1"}]})
