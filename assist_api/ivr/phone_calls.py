"""Answers calls of the exchange with flows: says before a call whether a flow takes it, and after it where it goes."""

from __future__ import annotations

import wave
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import structlog

from assist_api.http.core import Core
from assist_api.ivr.dialogue import Circumstances, DialogueState, End, MakeOrder
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.keeping import keep_dialogue
from assist_api.ivr.live_flows import ChosenFlow, LiveFlows
from assist_api.ivr.models import Voicemail
from assist_api.ivr.phone_dialogue import PhoneDialogue
from assist_api.ivr.prompts import Prompts
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.settings import IVRSettings
from assist_api.ivr.systems import InstalledSystems, registered_account
from assist_api.ivr.world import Conversation
from cti_adapter.agi import RouteAnswer, RouteQuestion, RouteServer
from cti_adapter.audio_line import AudioLine, AudioLineServer
from cti_adapter.audiosocket import SAMPLE_RATE_HZ
from kit.errors import AssistError
from kit.logging import told_by
from speech.engine import SpeechEngine

log = structlog.get_logger(__name__)

MOST_CALLS = 2_000
"""Calls that are remembered between the two questions of the dialplan; beyond it the oldest is forgotten."""
URGENT_FROM = 50
"""Priority from which nobody else is asked where the call goes."""
_ORDER_TYPES: Mapping[str, str] = {"fault_report": "fault", "complaint": "complaint", "emergency": "fault"}


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
    started_at: datetime
    circumstances: Circumstances = field(default_factory=Circumstances)
    state: DialogueState | None = None


class PhoneCalls:
    """Listens for the exchange from `start` to `aclose`."""

    def __init__(
        self, core: Core, live: LiveFlows, systems: InstalledSystems, prompts: Prompts, engine: SpeechEngine,
        settings: IVRSettings,
    ) -> None:  # fmt: skip
        self._core = core
        self._live = live
        self._systems = systems
        self._prompts = prompts
        self._engine = engine
        self._calls: OrderedDict[UUID, _Call] = OrderedDict()
        self._routes = RouteServer(settings.listen_host, settings.agi_port, settings.node_name, self.route)
        self._lines = AudioLineServer(settings.listen_host, settings.audio_port, core.clock, self.talk)

    async def start(self) -> None:
        """Listen.

        Raises:
            MisconfiguredError: A port is taken.
        """
        await self._lines.start()
        await self._routes.start()

    async def aclose(self) -> None:
        """Stop listening; callers in a dialogue go on to their queue. Safe to call twice."""
        await self._routes.aclose()
        await self._lines.aclose()

    @property
    def addresses(self) -> tuple[str, str]:
        """`host:port` of the questions and of the sound."""
        return self._routes.address, self._lines.address

    async def route(self, question: RouteQuestion) -> RouteAnswer | None:
        """Answer the dialplan: before the dialogue whether there is one, after it where the call goes."""
        known = self._calls.pop(question.call_id, None)
        if known is not None:
            return self._after(known)
        now = self._core.clock.now()
        chosen = self._live.choose(question.dialled_number, now)
        if chosen is None:
            return None
        account, area, caller_class = await registered_account(self._core, question.caller_number)
        around = Circumstances(
            hours=self._live.hours(now),
            caller_class=caller_class,
            area=area,
            caller_number=question.caller_number,
            account=account,
        )
        self._calls[question.call_id] = _Call(chosen, question, now, around)
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)
        return FlowAnswer(question.queue, values={"IVR_DIALOGUE": str(question.call_id)})

    async def talk(self, line: AudioLine) -> None:
        """Run the dialogue of a caller, and keep it before the call goes on, so that the agent sees it."""
        call = self._calls.get(line.call_id)
        if call is None:
            log.warning("dialogue_unexpected", call_id=str(line.call_id))
            return
        interpreter = Interpreter(self._live.flows)
        dialogue = PhoneDialogue(
            line, Conversation(interpreter, self._systems), self._live, self._prompts, self._engine
        )
        flow = call.chosen.flow.name
        state = await dialogue.run(interpreter.begin(flow, call.circumstances))
        call.state = state
        try:
            await keep_dialogue(
                self._core, line.call_id, line.call_id, call.chosen.version, call.started_at, state, flow,
                call.question.queue,
            )  # fmt: skip
            if dialogue.message:
                await self._keep_message(line.call_id, call, dialogue)
        except AssistError as error:
            log.warning("dialogue_not_kept", call_id=str(line.call_id), **told_by(error))
        await line.hand_back()

    def _after(self, call: _Call) -> RouteAnswer | None:
        state = call.state
        if state is None:
            return None
        values: dict[str, str] = {}
        if state.end is End.GOODBYE:
            values["IVR_END"] = "hang_up"
        elif state.end is End.AGENT:
            values["IVR_END"] = "urgent" if state.priority >= URGENT_FROM else "agent"
            values["QUEUE_PRIO"] = str(state.priority)
            if state.queue is not None:
                values["__TARGET_QUEUE"] = state.queue
        return FlowAnswer(call.question.queue, values=values)

    async def _keep_message(self, call_id: UUID, call: _Call, dialogue: PhoneDialogue) -> None:
        """Keep a message with its words, what it is about, and a draft order."""
        text = "".join(dialogue.message)
        intent = self._live.understand(text).best
        voicemail_id = uuid4()
        folder = self._core.settings.data_dir / "ivr" / "voicemails"
        folder.mkdir(parents=True, exist_ok=True)
        with wave.open(str(folder / f"{voicemail_id}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(bytes(dialogue.recording))
        around, flow = call.circumstances, call.chosen.flow
        order = await self._systems.make_order(
            MakeOrder(
                _ORDER_TYPES.get(intent, "enquiry"),
                flow.sector,
                f"语音留言：{text}",
                around.account,
                around.caller_number,
                "",
            )
        )
        async with self._core.database.session() as session:
            FlowRepository(session).add_row(
                Voicemail(
                    id=voicemail_id,
                    call_id=call_id,
                    number=around.caller_number,
                    seconds=len(dialogue.recording) // (2 * SAMPLE_RATE_HZ),
                    text=text,
                    intent=intent,
                    order_number=order.number,
                    received_at=self._core.clock.now(),
                )
            )
