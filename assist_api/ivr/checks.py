"""Tells whether a flow can be published: what is wrong, at which node, and why. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from assist_api.ivr.flow import (
    ASKING,
    LOOK_UPS,
    MARK_SLOT,
    ORDER_VALUES,
    RECEIPT_VALUES,
    RETURN,
    AnswerNode,
    BaseNode,
    DecideNode,
    Flow,
    HangUpNode,
    LookUpNode,
    MenuNode,
    NumberNode,
    QueueNode,
    SelfServiceNode,
    SubFlowNode,
    SurveyNode,
    WordsNode,
    YesNoNode,
    placeholders,
    without_values,
)
from speech.settings import Language
from speech.text.script import written_language

AGENT_INTENT, EMERGENCY_INTENT = "agent", "emergency"
EVERY_LANGUAGE = frozenset({Language.CHINESE, Language.ENGLISH})
_ALWAYS_KNOWN = frozenset({"wish", "caller_area"})


class FlawCode(StrEnum):
    """Why a flow cannot be published."""

    UNKNOWN_TARGET = "unknown_target"
    UNREACHABLE = "unreachable"
    NO_EXIT = "no_exit"
    NO_WAY_TO_AGENT = "no_way_to_agent"
    UNKNOWN_INTENT = "unknown_intent"
    UNKNOWN_VALUE = "unknown_value"
    UNKNOWN_FLOW = "unknown_flow"
    SUB_FLOW_CIRCLE = "sub_flow_circle"
    NOTHING_TO_CHOOSE = "nothing_to_choose"
    NOTHING_TO_SAY = "nothing_to_say"
    NO_MISSING_WAY = "no_missing_way"
    RETURN_OUTSIDE_PART = "return_outside_part"
    WRONG_RANGE = "wrong_range"
    RESERVED_KEY = "reserved_key"
    NO_SLOT = "no_slot"
    NOT_CONFIRMED = "not_confirmed"
    """A subscription would change without a yes."""
    LOOP_WITHOUT_QUESTION = "loop_without_question"
    NO_VOICE = "no_voice"
    MALFORMED = "malformed"
    """The file or the node cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One reason.

    Attributes:
        code: Stable name of the reason.
        node: Node, or None where the flow as a whole is meant.
        field: Field of the node or of the flow.
        problem: One sentence that names the mend.
    """

    code: FlawCode
    node: str | None
    field: str
    problem: str


def check_flow(
    flow: Flow, others: Mapping[str, Flow], intents: Set[str], spoken: Set[Language] = EVERY_LANGUAGE
) -> list[Flaw]:
    """Return every reason why a flow cannot be published; none when it can.

    Args:
        flow: The flow.
        others: The flows that it may name as sub-flows.
        intents: Names of the intents that are understood.
        spoken: Languages that a voice of this installation reads.
    """
    flaws = [*_targets(flow), *_ends_of_flow(flow), *_intents(flow, intents), *_nodes(flow), *_values(flow, others)]
    flaws += [*_sub_flows(flow, others), *_voices(flow, spoken), *_unconfirmed(flow)]
    if any(flaw.code is FlawCode.UNKNOWN_TARGET for flaw in flaws):
        return flaws  # ways that lead nowhere would be told again as missing exits
    return [*flaws, *_reach(flow), *_exits(flow), *_loops(flow)]


def entrances(flow: Flow) -> list[str]:
    """Return the nodes that a dialogue can begin at or jump to."""
    return [flow.start, flow.agent, flow.emergency, *(goal.go for goal in flow.intents.values())]


def reachable(flow: Flow) -> set[str]:
    """Return the nodes that some caller can reach."""
    seen: set[str] = set()
    waiting = deque(entrances(flow))
    while waiting:
        name = waiting.popleft()
        if name in seen or name not in flow.nodes:
            continue
        seen.add(name)
        waiting += [target for _field, target in flow.nodes[name].edges()]
    return seen


def _targets(flow: Flow) -> Iterator[Flaw]:
    for field in ("start", "agent", "emergency"):
        yield from _target(flow, None, field, getattr(flow, field))
    for intent, goal in flow.intents.items():
        yield from _target(flow, None, f"intents.{intent}", goal.go)
    for name, node in flow.nodes.items():
        for field, target in node.edges():
            yield from _target(flow, name, field, target)


def _target(flow: Flow, node: str | None, field: str, target: str) -> Iterator[Flaw]:
    if target == RETURN:
        if not flow.is_part:
            problem = "Only a flow that is part of another returns; name a node, or set is_part."
            yield Flaw(FlawCode.RETURN_OUTSIDE_PART, node, field, problem)
    elif target not in flow.nodes:
        yield Flaw(FlawCode.UNKNOWN_TARGET, node, field, f"There is no node {target}; add it or name another.")


def _ends_of_flow(flow: Flow) -> Iterator[Flaw]:
    for field in ("agent", "emergency"):
        node = flow.nodes.get(getattr(flow, field))
        if node is not None and not isinstance(node, QueueNode):
            problem = f"{field} must name a node of the kind queue, which leads to a person."
            yield Flaw(FlawCode.NO_WAY_TO_AGENT, getattr(flow, field), field, problem)


def _intents(flow: Flow, known: Set[str]) -> Iterator[Flaw]:
    for intent in flow.intents:
        if intent not in known:
            problem = f"No caller is understood to want {intent}; the intents are {', '.join(sorted(known))}."
            yield Flaw(FlawCode.UNKNOWN_INTENT, None, f"intents.{intent}", problem)


def _voices(flow: Flow, spoken: Set[Language]) -> Iterator[Flaw]:
    for name, node in flow.nodes.items():
        for field, text in node.prompts():
            language = written_language(without_values(text))
            if language not in spoken:
                problem = f"No voice reads {language}; set SPEECH_VOICE_{language.upper()} or say it otherwise."
                yield Flaw(FlawCode.NO_VOICE, name, field, problem)


def _nodes(flow: Flow) -> Iterator[Flaw]:
    for name, node in flow.nodes.items():
        match node:
            case MenuNode():
                yield from _menu(flow, name, node)
            case NumberNode(fewest=fewest, most=most) if fewest > most:
                yield Flaw(FlawCode.WRONG_RANGE, name, "fewest", "fewest is above most; change one of them.")
            case AnswerNode(text="", question=""):
                problem = "Nothing would be said; give a text, or a question that an entry answers."
                yield Flaw(FlawCode.NOTHING_TO_SAY, name, "text", problem)
            case AnswerNode(missing=None) if node.question:
                problem = "Say where to go when no entry answers the question."
                yield Flaw(FlawCode.NO_MISSING_WAY, name, "missing", problem)
            case DecideNode(by="slot", slot=None):
                yield Flaw(FlawCode.NO_SLOT, name, "slot", "Name the slot that decides.")
            case _:
                pass


def _menu(flow: Flow, name: str, node: MenuNode) -> Iterator[Flaw]:
    has_keys = node.by != "speech" and bool(node.keys)
    has_intents = node.by != "keys" and bool(flow.intents)
    if not has_keys and not has_intents:
        problem = "Nothing can be chosen; give keys, or intents of the flow."
        yield Flaw(FlawCode.NOTHING_TO_CHOOSE, name, "keys", problem)
    if "*" in node.keys:
        yield Flaw(FlawCode.RESERVED_KEY, name, "keys.*", "The key * repeats the question; use another.")


def _values(flow: Flow, others: Mapping[str, Flow]) -> Iterator[Flaw]:
    parts = [others[node.flow] for node in flow.nodes.values() if isinstance(node, SubFlowNode) and node.flow in others]
    known = {*_ALWAYS_KNOWN, *ORDER_VALUES, *RECEIPT_VALUES}
    for part in (flow, *parts):
        known |= _slots(part)
        known |= {
            f"{node.what}.{field}"
            for node in part.nodes.values()
            if isinstance(node, LookUpNode)
            for field in LOOK_UPS[node.what]
        }
    if flow.is_part:
        known |= {f"{what}.{field}" for what, fields in LOOK_UPS.items() for field in fields}
    for name, node in flow.nodes.items():
        for field, text in (*node.prompts(), ("question", getattr(node, "question", ""))):
            for value in placeholders(text):
                if value not in known:
                    problem = f"Nothing brings the value {{{value}}}; ask for it or look it up before."
                    yield Flaw(FlawCode.UNKNOWN_VALUE, name, field, problem)


def _slots(flow: Flow) -> set[str]:
    named = {node.slot for node in flow.nodes.values() if isinstance(node, NumberNode | WordsNode | YesNoNode)}
    marks = {MARK_SLOT for node in flow.nodes.values() if isinstance(node, SurveyNode)}
    return {slot for slot in named | marks if slot is not None}


def _sub_flows(flow: Flow, others: Mapping[str, Flow]) -> Iterator[Flaw]:
    for name, node in flow.nodes.items():
        if not isinstance(node, SubFlowNode):
            continue
        part = others.get(node.flow)
        if part is None or not part.is_part:
            problem = f"There is no flow {node.flow} that is part of others; publish it first, with is_part."
            yield Flaw(FlawCode.UNKNOWN_FLOW, name, "flow", problem)
        elif flow.name in _parts_of(part, others):
            problem = f"{node.flow} leads back into this flow without end; take one of the two out."
            yield Flaw(FlawCode.SUB_FLOW_CIRCLE, name, "flow", problem)


def _unconfirmed(flow: Flow) -> Iterator[Flaw]:
    """Yield the nodes that would change a subscription without a yes; a number is read back and confirmed by itself."""
    for name, node in flow.nodes.items():
        if not isinstance(node, SelfServiceNode):
            continue
        ways = [(other, field) for other in flow.nodes.values() for field, target in other.edges() if target == name]
        is_asked = all(
            (isinstance(other, YesNoNode) and field == "yes") or (isinstance(other, NumberNode) and field == "next")
            for other, field in ways
        )
        if not is_asked or name in entrances(flow):
            problem = "The caller must say yes first; lead here only from the yes of a question, or from a number."
            yield Flaw(FlawCode.NOT_CONFIRMED, name, "kind", problem)


def _parts_of(flow: Flow, others: Mapping[str, Flow]) -> set[str]:
    seen: set[str] = set()
    waiting = [flow.name]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        nodes = others[name].nodes.values() if name in others else ()
        waiting += [node.flow for node in nodes if isinstance(node, SubFlowNode)]
    return seen


def _reach(flow: Flow) -> Iterator[Flaw]:
    seen = reachable(flow)
    for name in flow.nodes:
        if name not in seen:
            problem = "No caller can reach this node; lead a way to it or take it out."
            yield Flaw(FlawCode.UNREACHABLE, name, "kind", problem)


def _exits(flow: Flow) -> Iterator[Flaw]:
    """Yield the nodes from which no way leads to a person or a goodbye."""
    ends = {name for name, node in flow.nodes.items() if isinstance(node, QueueNode | HangUpNode)} | {RETURN}
    for name in sorted(set(flow.nodes) - _leading_to(flow, ends)):
        problem = "No way from here ends with a person or a goodbye; lead one there."
        yield Flaw(FlawCode.NO_EXIT, name, "kind", problem)
    persons = {name for name, node in flow.nodes.items() if isinstance(node, QueueNode)}
    to_person = _leading_to(flow, persons)
    for name, node in flow.nodes.items():
        if isinstance(node, ASKING) and node.give_up not in to_person and not flow.is_survey:
            problem = "A caller who is not understood twice must reach a person; lead give_up to a queue."
            yield Flaw(FlawCode.NO_WAY_TO_AGENT, name, "give_up", problem)


def _leading_to(flow: Flow, ends: Set[str]) -> set[str]:
    found = set(ends)
    while True:
        more = {
            name
            for name, node in flow.nodes.items()
            if name not in found and any(target in found for _field, target in node.edges())
        }
        if not more:
            return found
        found |= more


def _loops(flow: Flow) -> Iterator[Flaw]:
    """Yield the nodes that would go round without asking the caller anything."""
    quiet = {name: node for name, node in flow.nodes.items() if not isinstance(node, ASKING)}
    for name in quiet:
        if _comes_back(name, quiet):
            problem = "This goes round without asking the caller anything; put a question into it."
            yield Flaw(FlawCode.LOOP_WITHOUT_QUESTION, name, "next", problem)


def _comes_back(start: str, quiet: Mapping[str, BaseNode]) -> bool:
    seen: set[str] = set()
    waiting = [target for _field, target in quiet[start].edges()]
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name in seen or name not in quiet:
            continue
        seen.add(name)
        waiting += [target for _field, target in quiet[name].edges()]
    return False
