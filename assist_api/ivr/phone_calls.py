"""Answers calls of the exchange with flows: says before a call whether a flow takes it, and after it where it goes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4, uuid5

import structlog

from assist_api.http.core import Core
from assist_api.ivr.dialogue import Circumstances, DialogueState, End
from assist_api.ivr.flow import Flow
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.keeping import keep_dialogue
from assist_api.ivr.live_flows import ChosenFlow, LiveFlows
from assist_api.ivr.outgoing import OutgoingSpeech
from assist_api.ivr.phone_dialogue import PhoneDialogue
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.settings import IVRSettings
from assist_api.ivr.systems import InstalledSystems, known_caller
from assist_api.ivr.voicemails import Voicemails
from assist_api.ivr.walk import URGENT_FROM
from assist_api.ivr.world import Conversation
from assist_api.surveys.keeping import SurveyKeeper
from cti_adapter.agi import RouteAnswer, RouteQuestion, RouteServer
from cti_adapter.audio_line import AudioLine, AudioLineServer
from kit.errors import AssistError
from kit.logging import told_by
from speech.engine import SpeechEngine

log = structlog.get_logger(__name__)

MOST_CALLS = 2_000
"""Calls that are remembered between the two questions of the dialplan; beyond it the oldest is forgotten."""
PRIORITY_STEP_SECONDS = 60
"""A step of priority counts as a minute of waiting that the caller has done already; 0 to 100 as in `QueueNode`."""
AFTER_CALL = "after_call"
"""Flow that asks for a mark, and the name of that stage in the dialplan."""
_UNASKED = frozenset({"emergency"})
"""Intents after which nobody is asked for a mark."""


@dataclass(frozen=True, slots=True)
class QueueLoad:
    """How a queue stands.

    Attributes:
        waiting: Callers who wait.
        expected_wait_seconds: Of a caller who joins now; None while nobody can tell.
    """

    waiting: int
    expected_wait_seconds: int | None


class QueueLoads(Protocol):
    """Knows how long the queues are."""

    def load(self, queue: str) -> QueueLoad | None:
        """Return how a queue stands; None where nobody can tell."""
        ...


class FlowAnswer(RouteAnswer):
    """Variables for the dialplan and nothing else: the queue of the number stands unless a flow names another."""

    def variables(self) -> dict[str, str]:
        """Return the variables, checked as every answer is."""
        checked = super().variables()
        return {name: value for name, value in checked.items() if name in self.values}


@dataclass(slots=True)
class _Call:
    """A call between the dialplan's questions."""

    chosen: ChosenFlow
    question: RouteQuestion
    dialogue_id: UUID
    started_at: datetime
    circumstances: Circumstances = field(default_factory=Circumstances)
    state: DialogueState | None = None


class PhoneCalls:
    """Listens for the exchange from `start` to `aclose`."""

    def __init__(
        self, core: Core, live: LiveFlows, systems: InstalledSystems, prompts: Prompts, engine: SpeechEngine,
        settings: IVRSettings, surveys: SurveyKeeper, voicemails: Voicemails, loads: QueueLoads | None = None,
        outgoing: OutgoingSpeech | None = None,
    ) -> None:  # fmt: skip
        self._core = core
        self._live = live
        self._systems = systems
        self._prompts = prompts
        self._engine = engine
        self._surveys = surveys
        self._voicemails = voicemails
        self._loads = loads
        self._outgoing = outgoing or OutgoingSpeech()
        self._calls: OrderedDict[UUID, _Call] = OrderedDict()
        self._running = 0
        self._routes = RouteServer(settings.listen_host, settings.agi_port, settings.node_name, self.route)
        self._lines = AudioLineServer(settings.listen_host, settings.audio_port, core.clock, self.talk)

    async def start(self) -> None:
        """Listen.

        Raises:
            MisconfiguredError: A port is taken.
        """
        await self._lines.start()
        await self._routes.start()
        self._outgoing.address = self._lines.address

    async def aclose(self) -> None:
        """Stop listening; callers in a dialogue go on to their queue. Safe to call twice."""
        self._outgoing.address = None
        await self._routes.aclose()
        await self._lines.aclose()

    @property
    def running(self) -> int:
        """Dialogues that run now."""
        return self._running

    @property
    def addresses(self) -> tuple[str, str]:
        """`host:port` of the questions and of the sound."""
        return self._routes.address, self._lines.address

    async def route(self, question: RouteQuestion) -> RouteAnswer | None:
        """Answer the dialplan: before the dialogue whether there is one, after it where the call goes."""
        dialogue_id = uuid5(question.call_id, question.stage) if question.stage else question.call_id
        known = self._calls.pop(dialogue_id, None)
        if known is not None:
            return self._after(known)
        now = self._core.clock.now()
        chosen = await self._chosen(question, now)
        if chosen is None:
            return None
        around = await self._around(question, chosen.flow, now)
        self._calls[dialogue_id] = _Call(chosen, question, dialogue_id, now, around)
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)
        return FlowAnswer(question.queue, values={"IVR_DIALOGUE": str(dialogue_id)})

    async def _chosen(self, question: RouteQuestion, now: datetime) -> ChosenFlow | None:
        if not question.stage:
            return self._live.choose(question.dialled_number, now)
        if question.stage == AFTER_CALL:
            return await self._survey_of(question.call_id)
        flow = self._live.flows.get(question.stage)
        if flow is None or not (flow.is_for_agents or flow.is_for_waiting):
            return None
        if flow.is_survey and await self._was_asked(question.call_id):
            return None
        return ChosenFlow(flow, self._live.version_of(flow.name))

    async def _around(self, question: RouteQuestion, flow: Flow, now: datetime) -> Circumstances:
        """Return what is known of a caller before the first word."""
        known, hours = await known_caller(self._core, question.caller_number), self._live.hours(now)
        load = self._loads.load(question.queue) if self._loads is not None else None
        return Circumstances(
            hours=hours,
            caller_class=known.caller_class,
            waiting=0 if load is None else load.waiting,
            area=known.area,
            caller_number=question.caller_number,
            account=known.account,
            expected_wait_seconds=None if load is None else load.expected_wait_seconds,
            pushed=await self._systems.pushed_to(known, flow.sector, hours) if flow.answers_numbers else (),
        )

    async def _survey_of(self, call_id: UUID) -> ChosenFlow | None:
        """Return the flow that asks for a mark; None where nobody is asked: after a danger, or a second time."""
        flow = self._live.flows.get(AFTER_CALL)
        if flow is None or not self._live.asks_after_calls:
            return None
        async with self._core.database.session() as session:
            before = await FlowRepository(session).dialogue_of_call(call_id)
        if (before is not None and before.intent in _UNASKED) or await self._was_asked(call_id):
            return None
        return ChosenFlow(flow, self._live.version_of(AFTER_CALL))

    async def _was_asked(self, call_id: UUID) -> bool:
        async with self._core.database.session() as session:
            return await self._surveys.has_asked(session, call_id)

    async def talk(self, line: AudioLine) -> None:
        """Run the dialogue of a caller, and keep it before the call goes on, so that the agent sees it."""
        if (speech := self._outgoing.take(line.call_id)) is not None:
            await speech(line)
            await line.hand_back()
            return
        call = self._calls.get(line.call_id)
        if call is None:
            log.warning("dialogue_unexpected", call_id=str(line.call_id))
            return
        interpreter = Interpreter(self._live.flows)
        dialogue = PhoneDialogue(
            line, Conversation(interpreter, self._systems), self._live, self._prompts, self._engine
        )
        flow = call.chosen.flow.name
        self._running += 1
        try:
            state = await dialogue.run(interpreter.begin(flow, call.circumstances))
        finally:
            self._running -= 1
        call.state = state
        try:
            await keep_dialogue(
                self._core, self._kept_as(call), call.question.call_id, call.chosen.version, call.started_at, state,
                flow, call.question.queue, surveys=self._surveys, flows=self._live.flows,
                responses_ms=dialogue.responses_ms, is_texted=self._systems.texts_after_calls,
                waits_since=call.question.waits_since,
            )  # fmt: skip
            for message in dialogue.messages:
                await self._voicemails.keep(message, call.question.call_id, call.chosen.flow.sector, call.circumstances)
        except AssistError as error:
            log.warning("dialogue_not_kept", call_id=str(line.call_id), **told_by(error))
        await line.hand_back()

    @staticmethod
    def _kept_as(call: _Call) -> UUID:
        """Return the id of the dialogue's row; an agent or a key may send a caller to the same flow several times."""
        may_repeat = call.chosen.flow.is_for_agents or call.chosen.flow.is_for_waiting
        return uuid4() if may_repeat else call.dialogue_id

    def _after(self, call: _Call) -> RouteAnswer | None:
        state = call.state
        if state is None:
            return None
        values: dict[str, str] = {}
        if state.end is End.GOODBYE:
            values["IVR_END"] = "hang_up"
        elif state.end is End.AGENT:
            values["IVR_END"] = "urgent" if state.priority >= URGENT_FROM else "agent"
            values["IVR_HEAD_START"] = str(state.priority * PRIORITY_STEP_SECONDS)
            if state.queue is not None:
                values["__TARGET_QUEUE"] = state.queue
        return FlowAnswer(call.question.queue, values=values)
