"""Walks through flows: `step(state, input)` gives the next state and what is to be said and done. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from assist_api.ivr import phrases
from assist_api.ivr.checks import AGENT_INTENT, EMERGENCY_INTENT
from assist_api.ivr.dialogue import (
    Action,
    Circumstances,
    DialogueState,
    End,
    EntryFound,
    FindEntry,
    HangUp,
    Heard,
    HungUp,
    Input,
    KeepMark,
    Keyed,
    Listen,
    LookedUp,
    LookUp,
    LookUpStatus,
    MakeOrder,
    NoteCallback,
    OrderMade,
    Phase,
    Record,
    Recorded,
    Say,
    SendText,
    Silence,
    Started,
    Step,
    StepKind,
    TextSent,
    TrailStep,
    Transfer,
)
from assist_api.ivr.flow import (
    ASKING,
    LOOK_UPS,
    MARK_SLOT,
    RETURN,
    AnswerNode,
    AskNode,
    CallbackNode,
    DecideNode,
    Flow,
    HangUpNode,
    LookUpNode,
    MenuNode,
    NumberNode,
    OrderNode,
    QueueNode,
    SayNode,
    SubFlowNode,
    SurveyNode,
    TextNode,
    VoicemailNode,
    WordsNode,
    YesNoNode,
    filled,
)
from assist_api.ivr.intents import OTHER, Handling
from assist_api.ivr.spoken_input import has_digits, is_yes, mark_in, number_in, passes_check

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
_VALUE = re.compile(r"[^\x00-\x1f{}]{0,120}")


class Interpreter:
    """Knows the flows; immutable, so that dialogues may share it."""

    def __init__(self, flows: Mapping[str, Flow]) -> None:
        self._flows = dict(flows)

    def begin(self, flow: str, circumstances: Circumstances) -> DialogueState:
        """Return a dialogue before its first word.

        Raises:
            KeyError: There is no such flow.
        """
        slots = {ACCOUNT_SLOT: circumstances.account} if circumstances.account else {}
        return DialogueState(flow=flow, node=self._flows[flow].start, circumstances=circumstances, slots=slots)

    def step(self, state: DialogueState, happened: Input) -> Step:
        """Return the next state and what is to be done; a dialogue that is over stays so."""
        if state.phase is Phase.OVER:
            return Step(state, ())
        walk = _Walk(self._flows, state)
        walk.take(happened)
        return Step(walk.state, tuple(walk.actions))


class _Walk:
    """The work of one step: changes its own copy of the state and collects actions."""

    __slots__ = ("_steps", "actions", "flows", "state")

    def __init__(self, flows: Mapping[str, Flow], state: DialogueState) -> None:
        self.flows = flows
        self.state = state
        self.actions: list[Action] = []
        self._steps = 0

    @property
    def flow(self) -> Flow:
        return self.flows[self.state.flow]

    @property
    def root(self) -> Flow:
        """The flow that the dialogue began in; its intents count everywhere."""
        return self.flows[self.state.stack[0][0]] if self.state.stack else self.flow

    # ---- inputs ---------------------------------------------------------------------------------------------------

    def take(self, happened: Input) -> None:
        match happened:
            case Started():
                if self.state.phase is Phase.NEW:
                    self.go(self.state.node)
            case HungUp():
                self.note(StepKind.LEFT)
                self.change(phase=Phase.OVER, end=End.GONE)
            case Heard() | Keyed() | Silence():
                self._hear(happened)
            case LookedUp():
                self._take_look_up(happened)
            case EntryFound():
                self._take_entry(happened)
            case OrderMade():
                self._take_order(happened)
            case Recorded():
                self._take_recording(happened)
            case TextSent():
                self._take_text(happened)

    def _hear(self, happened: Heard | Keyed | Silence) -> None:
        if self.state.phase not in {Phase.ASKING, Phase.CONFIRMING_INTENT, Phase.CONFIRMING_NUMBER, Phase.WORKING}:
            return
        if isinstance(happened, Heard) and self._is_danger(happened):
            self._note_heard(happened)
            self.note(StepKind.DANGER, detail=EMERGENCY_INTENT)
            self.change(intent=EMERGENCY_INTENT)
            self.leave_to(self.root.emergency)
            return
        if self.state.phase is Phase.WORKING:
            return
        self.change(turns=self.state.turns + 1)
        if self.state.turns > MOST_TURNS:
            self.give_up(phrases.HELP_FROM_AGENT)
            return
        match happened:
            case Silence():
                self.note(StepKind.SILENCE)
                self.fail(phrases.NOTHING_HEARD)
            case Keyed(keys):
                self.note(StepKind.KEYED, keys)
                self._take_keys(keys)
            case Heard():
                self._note_heard(happened)
                self._take_words(happened)

    @staticmethod
    def _is_danger(heard: Heard) -> bool:
        return heard.is_dangerous or (heard.ranking.best == EMERGENCY_INTENT and heard.ranking.handling is Handling.ACT)

    # ---- keys -----------------------------------------------------------------------------------------------------

    def _take_keys(self, keys: str) -> None:
        node = self.flow.nodes[self.state.node]
        if self.state.phase is Phase.CONFIRMING_INTENT or self.state.phase is Phase.CONFIRMING_NUMBER:
            self._confirm({"1": True, "2": False}.get(keys[:1]), keys)
        elif isinstance(node, NumberNode):
            self._take_number(node, keys.rstrip("#"))
        elif keys[:1] == "*":
            self._repeat()
        elif isinstance(node, MenuNode) and keys[:1] in node.keys and node.by != "speech":
            self.note(StepKind.CHOSE, detail=keys[:1])
            self._succeed()
            self.go(node.keys[keys[:1]])
        elif isinstance(node, SurveyNode) and keys[:1] in {"1", "2", "3", "4", "5"}:
            self._take_mark(node, int(keys[0]))
        elif isinstance(node, YesNoNode) and keys[:1] in {"1", "2"}:
            self._answer_yes_no(node, is_it=keys[0] == "1")
        elif keys[:1] == "0":
            self.to_agent()
        else:
            self.fail(phrases.NOT_UNDERSTOOD)

    # ---- words ----------------------------------------------------------------------------------------------------

    def _take_words(self, heard: Heard) -> None:
        node = self.flow.nodes[self.state.node]
        if self.state.phase in {Phase.CONFIRMING_INTENT, Phase.CONFIRMING_NUMBER} and self._confirm_by_words(heard):
            return
        match node:
            case NumberNode():
                digits = number_in(heard.text, node.fewest, node.most)
                if digits is not None:
                    self._take_number(node, digits)
                    return
                if has_digits(heard.text):
                    self.fail(phrases.WRONG_NUMBER.format(name=node.name))
                    return
            case YesNoNode():
                answer = is_yes(heard.text)
                if answer is not None:
                    self._answer_yes_no(node, is_it=answer)
                    return
            case SurveyNode():
                mark = mark_in(heard.text)
                if mark is not None:
                    self._take_mark(node, mark)
                    return
            case WordsNode():
                if self._wants(heard) != AGENT_INTENT:
                    self._succeed()
                    self.change(slots={**self.state.slots, node.slot: _plain(heard.text)})
                    self.go(node.next)
                    return
            case _:
                pass
        self._take_intent(heard, node)

    def _take_intent(self, heard: Heard, node: object) -> None:
        """Go where the caller wants, from every question."""
        wanted = self._wants(heard)
        if wanted is not None:
            if not isinstance(node, MenuNode):
                self.note(StepKind.JUMPED, detail=wanted)
            self._choose(wanted, heard.text)
        elif isinstance(node, MenuNode) and heard.ranking.handling is Handling.CONFIRM:
            self._ask_whether(heard)
        else:
            self.fail(phrases.NOT_UNDERSTOOD)

    def _wants(self, heard: Heard) -> str | None:
        """Return the intent that is clear enough to act on and that leads somewhere."""
        best = heard.ranking.best
        is_clear = heard.ranking.handling is Handling.ACT and best != OTHER
        return best if is_clear and (best == AGENT_INTENT or best in self.root.intents) else None

    def _ask_whether(self, heard: Heard) -> None:
        best = heard.ranking.best
        if best != AGENT_INTENT and best not in self.root.intents:
            self.fail(phrases.NOT_UNDERSTOOD)
            return
        title = self.root.intents[best].title if best in self.root.intents else "转人工客服"
        self.change(phase=Phase.CONFIRMING_INTENT, candidate=best, slots={**self.state.slots, WISH: _plain(heard.text)})
        self.say(phrases.CONFIRM_INTENT.format(title=title))
        self.listen(Listen())

    def _choose(self, intent: str, text: str) -> None:
        self.note(StepKind.CHOSE, detail=intent)
        self._succeed()
        self.change(intent=intent, slots={**self.state.slots, WISH: _plain(text)})
        if intent == AGENT_INTENT and intent not in self.root.intents:
            self.to_agent()
        else:
            self.leave_to(self.root.intents[intent].go)

    # ---- yes and no -----------------------------------------------------------------------------------------------

    def _confirm_by_words(self, heard: Heard) -> bool:
        """Take a yes, a no or another number; False where the words are something else."""
        answer = is_yes(heard.text)
        node = self.flow.nodes[self.state.node]
        if isinstance(node, NumberNode):
            other = number_in(heard.text, node.fewest, node.most)
            if other is not None and other != self.state.candidate:
                self.note(StepKind.REFUSED)
                self._take_number(node, other)
                return True
        if answer is None and self._wants(heard) is not None:
            return False
        self._confirm(answer, heard.text)
        return True

    def _confirm(self, answer: bool | None, given: str) -> None:
        node = self.flow.nodes[self.state.node]
        candidate, was = self.state.candidate, self.state.phase
        if answer is None:
            self.fail(phrases.NOT_UNDERSTOOD)
            return
        self.note(StepKind.CONFIRMED if answer else StepKind.REFUSED)
        self.change(phase=Phase.ASKING, candidate="")
        if not answer:
            self.fail("好的。")
        elif was is Phase.CONFIRMING_INTENT:
            self._choose(candidate, self.state.slots.get(WISH, given))
        elif isinstance(node, NumberNode):
            self._keep_number(node, candidate)

    def _answer_yes_no(self, node: YesNoNode, *, is_it: bool) -> None:
        self.note(StepKind.CONFIRMED if is_it else StepKind.REFUSED)
        self._succeed()
        if node.slot is not None:
            self.change(slots={**self.state.slots, node.slot: "yes" if is_it else "no"})
        self.go(node.yes if is_it else node.no)

    # ---- numbers and marks ----------------------------------------------------------------------------------------

    def _take_number(self, node: NumberNode, digits: str) -> None:
        is_number = digits.isdecimal() and node.fewest <= len(digits) <= node.most
        if not is_number or not passes_check(digits, node.check):
            self.fail(phrases.WRONG_NUMBER.format(name=node.name))
            return
        self.change(phase=Phase.CONFIRMING_NUMBER, candidate=digits)
        # The cue before the digits lets the read-out say them one by one.
        self.say(phrases.CONFIRM_NUMBER.format(name=node.name, number=digits))
        self.listen(Listen())

    def _keep_number(self, node: NumberNode, digits: str) -> None:
        self._succeed()
        is_other_account = node.slot == ACCOUNT_SLOT and self.state.slots.get(ACCOUNT_SLOT) != digits
        if is_other_account:
            # What was looked up, and the proof, were of another account.
            slots = {name: value for name, value in self.state.slots.items() if name != PROOF_SLOT}
            self.change(values={}, slots=slots)
        self.change(slots={**self.state.slots, node.slot: digits})
        self.go(node.next)

    def _take_mark(self, node: SurveyNode, mark: int) -> None:
        self.note(StepKind.MARKED, detail=str(mark))
        self._succeed()
        self.change(slots={**self.state.slots, MARK_SLOT: str(mark)})
        self.actions.append(KeepMark(mark))
        self.go(node.next)

    # ---- results --------------------------------------------------------------------------------------------------

    def _take_look_up(self, happened: LookedUp) -> None:
        node = self.flow.nodes[self.state.node]
        if self.state.phase is not Phase.WORKING or not isinstance(node, LookUpNode):
            return
        status = happened.status
        if status is LookUpStatus.FOUND and not self._is_sound(node, happened):
            status = LookUpStatus.FAILED
        self.note(StepKind.LOOKED_UP, detail=f"{node.what}:{status.value}")
        self.change(phase=Phase.ASKING)
        match status:
            case LookUpStatus.FOUND:
                found = {f"{node.what}.{field}": value for field, value in happened.values.items()}
                self.change(values={**self.state.values, **found})
                self.go(node.found)
            case LookUpStatus.NOT_FOUND:
                self.go(node.not_found)
            case LookUpStatus.UNVERIFIED:
                self.go(node.unverified or self.flow.agent)
            case LookUpStatus.FAILED:
                self.go(node.failed)

    def _is_sound(self, node: LookUpNode, happened: LookedUp) -> bool:
        """Tell whether the answer is about what was asked, with every value that is read out."""
        fields = LOOK_UPS[node.what]
        is_same = happened.subject == self._subject(node)
        return is_same and all(
            _VALUE.fullmatch(happened.values.get(field, "")) and happened.values.get(field) for field in fields
        )

    def _take_entry(self, happened: EntryFound) -> None:
        node = self.flow.nodes[self.state.node]
        if self.state.phase is not Phase.WORKING or not isinstance(node, AnswerNode):
            return
        self.change(phase=Phase.ASKING)
        if happened.text is None:
            self.note(StepKind.NO_MATCH, detail="entry")
            self.go(node.missing or self.flow.agent)
            return
        self.note(StepKind.ANSWERED, happened.text, detail=happened.entry_id)
        self.say(happened.text)
        self.go(node.next)

    def _take_order(self, happened: OrderMade) -> None:
        node = self.flow.nodes[self.state.node]
        if self.state.phase is not Phase.WORKING or not isinstance(node, OrderNode):
            return
        self.change(phase=Phase.ASKING)
        self.note(StepKind.ORDERED, detail="failed" if happened.number is None else "made")
        if happened.number is None:
            self.go(node.failed)
            return
        self.change(values={**self.state.values, "order.number": happened.number})
        self.go(node.next)

    def _take_recording(self, happened: Recorded) -> None:
        node = self.flow.nodes[self.state.node]
        if self.state.phase is not Phase.RECORDING or not isinstance(node, VoicemailNode):
            return
        self.change(phase=Phase.ASKING)
        self.note(StepKind.RECORDED, detail=str(happened.seconds))
        if not happened.seconds:
            self.say(phrases.NOTHING_RECORDED)
        self.go(node.next)

    def _take_text(self, happened: TextSent) -> None:
        node = self.flow.nodes[self.state.node]
        if self.state.phase is not Phase.WORKING or not isinstance(node, TextNode):
            return
        self.change(phase=Phase.ASKING)
        self.note(StepKind.TEXTED, detail="sent" if happened.is_sent else "failed")
        self.go(node.next if happened.is_sent else node.failed)

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
                    self.listen(_listening(node))
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
        subject = self._subject(node)
        if not subject:
            return node.not_found
        if node.text and not self.say_node(node.text):
            return None
        proof = self.state.slots.get(PROOF_SLOT, "")
        self._work(LookUp(node.what, subject, self.state.circumstances.caller_number, proof))
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

    def _subject(self, node: LookUpNode) -> str:
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
                self.listen(_listening(node))

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

    def _succeed(self) -> None:
        self.change(failures=0)

    def _repeat(self) -> None:
        node = self.flow.nodes[self.state.node]
        self.note(StepKind.REPEATED)
        if isinstance(node, ASKING) and self.say_node(node.text):
            self.listen(_listening(node))

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
        self.actions.append(Say(text, self.state.node))
        self.note(StepKind.SAID, text)

    def listen(self, listening: Listen) -> None:
        self.actions.append(listening)

    def transfer(self, queue: str | None, priority: int) -> None:
        self.change(phase=Phase.OVER, end=End.AGENT, queue=queue, priority=priority)
        self.actions.append(Transfer(queue, priority))

    def _work(self, action: LookUp | FindEntry | MakeOrder | SendText) -> None:
        self.change(phase=Phase.WORKING)
        self.actions.append(action)

    def _known(self) -> Mapping[str, str]:
        return {"caller_area": self.state.circumstances.area, **self.state.slots, **self.state.values}

    def _note_heard(self, heard: Heard) -> None:
        best = heard.ranking.ranked[0]
        self.note(StepKind.HEARD, heard.text, detail=best.intent, probability=round(best.probability, 3))

    def note(self, kind: StepKind, text: str = "", *, detail: str = "", probability: float | None = None) -> None:
        step = TrailStep(self.state.flow, self.state.node, kind, text, detail, probability)
        self.change(trail=(*self.state.trail, step))

    def change(self, **values: object) -> None:
        self.state = replace(self.state, **values)  # type: ignore[arg-type]  # rejected: fields of one dataclass


def _listening(node: AskNode) -> Listen:
    hears, takes_keys = node.by != "keys", node.by != "speech"
    if isinstance(node, NumberNode):
        return Listen(hears, takes_keys, node.most)
    return Listen(hears, takes_keys)


def _plain(text: str) -> str:
    """Return words without what a prompt could mistake for a value."""
    return re.sub(r"[{}\x00-\x1f]", "", text)[:200]
