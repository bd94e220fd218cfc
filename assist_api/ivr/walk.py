"""Walks through the nodes of a flow: enters one after the other until the caller or a system is waited for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assist_api.ivr import phrases
from assist_api.ivr.checks import AGENT_INTENT
from assist_api.ivr.dialogue import (
    Action,
    DialogueState,
    End,
    FindEntry,
    HangUp,
    Listen,
    LookUp,
    MakeOrder,
    NoteCallback,
    Phase,
    Record,
    Say,
    SelfService,
    SendText,
    StepKind,
    TrailStep,
    Transfer,
)
from assist_api.ivr.flow import (
    ASKING,
    RETURN,
    AnswerNode,
    AskNode,
    CallbackNode,
    DecideNode,
    Flow,
    HangUpNode,
    LookUpNode,
    NumberNode,
    OrderNode,
    QueueNode,
    SayNode,
    SelfServiceNode,
    SubFlowNode,
    TextNode,
    VoicemailNode,
    filled,
)

URGENT_FROM = 50
"""Priority of a queue node from which the call goes in front of everybody."""
MOST_FAILURES = 2
MOST_TURNS = 40
"""Answers after which a dialogue goes to a person, whatever it is about."""
MOST_STEPS = 60
"""Nodes that one answer may lead through; more is a flow that goes round."""
ACCOUNT_SLOT, PROOF_SLOT, WISH, ADDRESS_SLOT = "account", "proof", "wish", "address"
IDENTIFIED = "account.address_hint"
"""Value that is there once the account of the slot was found to be the caller's."""
GIVEN = "given"
"""Case of a decision by slot: any value at all."""


class Walk:
    """The work of one step: changes its own copy of the state and collects actions."""

    __slots__ = ("_steps", "actions", "flows", "state")

    def __init__(self, flows: Mapping[str, Flow], state: DialogueState) -> None:
        self.flows = flows
        self.state = state
        self.actions: list[Action] = []
        self._steps = 0

    @property
    def flow(self) -> Flow:
        """The flow of the node."""
        return self.flows[self.state.flow]

    @property
    def root(self) -> Flow:
        """The flow that the dialogue began in; its intents count everywhere."""
        return self.flows[self.state.stack[0][0]] if self.state.stack else self.flow

    # ---- walking --------------------------------------------------------------------------------------------------

    def go(self, target: str) -> None:
        """Enter a node and everything behind it until the caller or a result is waited for."""
        while True:
            self._steps += 1
            if self._steps > MOST_STEPS:
                self.give_up(phrases.HELP_FROM_AGENT)
                return
            if target == RETURN and self.state.stack:
                (flow, target), rest = self.state.stack[-1], self.state.stack[:-1]
                self.change(flow=flow, stack=rest)
                continue
            self.change(node=target, phase=Phase.ASKING, candidate="")
            onward = self._enter()
            if onward is None:
                return
            target = onward

    def _enter(self) -> str | None:
        """Do what the node says; return the next one, or None where something is waited for."""
        node = self.flow.nodes[self.state.node]
        match node:
            case SayNode():
                return node.next if self.say_node(node.text) else None
            case DecideNode():
                return self._decide(node)
            case SubFlowNode():
                self.change(stack=(*self.state.stack, (self.state.flow, node.next)), flow=node.flow)
                return self.flows[node.flow].start
            case AnswerNode():
                return self._answer(node)
            case LookUpNode():
                return self._look_up(node)
            case OrderNode():
                return self._order(node)
            case SelfServiceNode():
                return self._serve(node)
            case CallbackNode():
                return self._callback(node)
            case TextNode():
                return self._text(node)
            case VoicemailNode():
                if self.say_node(node.text):
                    self.say(phrases.AFTER_TONE)
                    self.change(phase=Phase.RECORDING)
                    self.actions.append(Record())
                return None
            case QueueNode():
                self._queue(node)
                return None
            case HangUpNode():
                if self.say_node(node.text):
                    self.change(phase=Phase.OVER, end=End.GOODBYE)
                    self.actions.append(HangUp())
                return None
            case _:
                if self.say_node(node.text):
                    self.listen(listening_to(node))
                return None

    def _decide(self, node: DecideNode) -> str:
        around = self.state.circumstances
        value = {
            "hours": around.hours,
            "caller_class": around.caller_class,
            "load": around.load,
            "area": around.area,
            "identified": "yes" if IDENTIFIED in self.state.values else "no",
            "slot": self.state.slots.get(node.slot or "", ""),
        }[node.by]
        otherwise = node.cases.get(GIVEN, node.otherwise) if value and node.by == "slot" else node.otherwise
        return node.cases.get(value, otherwise)

    def _answer(self, node: AnswerNode) -> str | None:
        if not node.question:
            if not self.say_node(node.text):
                return None
            self.note(StepKind.ANSWERED)
            return node.next
        question = filled(node.question, self._known())
        if question is None:
            return node.missing or self.flow.agent
        if node.text and not self.say_node(node.text):
            return None
        self._work(FindEntry(question, self.flow.sector))
        return None

    def _look_up(self, node: LookUpNode) -> str | None:
        subject = self.subject_of(node)
        if not subject:
            return node.not_found
        if node.text and not self.say_node(node.text):
            return None
        proof = self.state.slots.get(PROOF_SLOT, "")
        caller = self.state.circumstances.caller_number
        self._work(LookUp(node.what, subject, caller, proof, self.root.sector))
        return None

    def _order(self, node: OrderNode) -> str | None:
        description = filled(node.text, self._known())
        if description is None:
            return node.failed
        slots = self.state.slots
        self._work(
            MakeOrder(
                node.order_type,
                self.flow.sector,
                description,
                slots.get(ACCOUNT_SLOT, ""),
                self.state.circumstances.caller_number,
                slots.get(ADDRESS_SLOT, ""),
            )
        )
        return None

    def _serve(self, node: SelfServiceNode) -> str | None:
        account, item = self.state.slots.get(ACCOUNT_SLOT, ""), filled(node.item, self._known())
        if not account or item is None:
            return node.unverified or self.flow.agent
        if node.text and not self.say_node(node.text):
            return None
        proof = self.state.slots.get(PROOF_SLOT, "")
        self._work(SelfService(node.what, account, item, self.state.circumstances.caller_number, proof))
        return None

    def _callback(self, node: CallbackNode) -> str:
        number = self.state.circumstances.caller_number
        if not number:
            return node.failed
        self.note(StepKind.CALLBACK)
        self.actions.append(NoteCallback(number))
        return node.next

    def _text(self, node: TextNode) -> str | None:
        number, text = self.state.circumstances.caller_number, filled(node.text, self._known())
        if not number or text is None:
            return node.failed
        self._work(SendText(number, text))
        return None

    def _queue(self, node: QueueNode) -> None:
        if node.text and not self.say_node(node.text):
            return
        self._announce_wait(node)
        self.transfer(node.queue, node.priority)

    def _announce_wait(self, node: QueueNode) -> None:
        """Say how many wait and for how long, where that is the queue of the number; a danger waits behind nobody."""
        around = self.state.circumstances
        if node.queue is not None or node.priority >= URGENT_FROM or not around.waiting:
            return
        self.say(phrases.CALLERS_BEFORE.format(count=around.waiting))
        if around.expected_wait_seconds is not None:
            self.say(phrases.EXPECTED_WAIT.format(minutes=max(1, round(around.expected_wait_seconds / 60))))

    def subject_of(self, node: LookUpNode) -> str:
        """Return what a look-up asks about."""
        around = self.state.circumstances
        fallback = {"caller_area": around.area, "caller": around.caller_number}.get(node.slot, "")
        return self.state.slots.get(node.slot, fallback)

    # ---- failures -------------------------------------------------------------------------------------------------

    def fail(self, reason: str) -> None:
        """Ask again in other words; after the second failure in a row, go where the node says."""
        self.note(StepKind.NO_MATCH)
        node = self.flow.nodes[self.state.node]
        self.change(failures=self.state.failures + 1, phase=Phase.ASKING, candidate="")
        if not isinstance(node, ASKING):
            self.give_up(phrases.HELP_FROM_AGENT)
        elif self.state.failures >= MOST_FAILURES:
            self.note(StepKind.GAVE_UP)
            self.change(failures=0)
            self.say(reason)
            self.go(node.give_up)
        else:
            self.say(reason)
            if self.say_node(node.again):
                self.listen(listening_to(node))

    def give_up(self, reason: str) -> None:
        """Hand the caller over at once, without any further node."""
        self.note(StepKind.GAVE_UP)
        self.say(reason)
        target = self.root.nodes.get(self.root.agent)
        queue, priority = (target.queue, target.priority) if isinstance(target, QueueNode) else (None, 0)
        self.transfer(queue, priority)

    def to_agent(self) -> None:
        """Go to a person, because the caller wants to."""
        self.change(intent=AGENT_INTENT if self.state.intent is None else self.state.intent)
        self.leave_to(self.root.agent)

    def leave_to(self, target: str) -> None:
        """Go to a node of the outermost flow, from wherever the dialogue is."""
        self.change(flow=self.root.name, stack=())
        self.go(target)

    def succeed(self) -> None:
        """Forget the failures in a row: the caller was understood."""
        self.change(failures=0)

    # ---- doing ----------------------------------------------------------------------------------------------------

    def say_node(self, text: str) -> bool:
        """Say a prompt with its values; False where one is missing and the caller went to a person instead."""
        said = filled(text, self._known())
        if said is None:
            self.give_up(phrases.HELP_FROM_AGENT)
            return False
        self.say(said)
        return True

    def say(self, text: str) -> None:
        """Say a text."""
        self.actions.append(Say(text, self.state.node))
        self.note(StepKind.SAID, text)

    def listen(self, listening: Listen) -> None:
        """Wait for the caller."""
        self.actions.append(listening)

    def transfer(self, queue: str | None, priority: int) -> None:
        """Hand the caller over to a person."""
        self.change(phase=Phase.OVER, end=End.AGENT, queue=queue, priority=priority)
        self.actions.append(Transfer(queue, priority))

    def _work(self, action: LookUp | FindEntry | MakeOrder | SelfService | SendText) -> None:
        self.change(phase=Phase.WORKING)
        self.actions.append(action)

    def _known(self) -> Mapping[str, str]:
        return {"caller_area": self.state.circumstances.area, **self.state.slots, **self.state.values}

    def note(self, kind: StepKind, text: str = "", *, detail: str = "", probability: float | None = None) -> None:
        """Add what happened to the trail."""
        step = TrailStep(self.state.flow, self.state.node, kind, text, detail, probability)
        self.change(trail=(*self.state.trail, step))

    def change(self, **values: object) -> None:
        """Replace fields of the state."""
        self.state = replace(self.state, **values)  # type: ignore[arg-type]  # rejected: fields of one dataclass


def listening_to(node: AskNode) -> Listen:
    """Return how the answer to a question is listened for."""
    hears, takes_keys = node.by != "keys", node.by != "speech"
    if isinstance(node, NumberNode):
        return Listen(hears, takes_keys, node.most)
    return Listen(hears, takes_keys)
