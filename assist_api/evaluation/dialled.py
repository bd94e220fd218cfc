"""Dials labelled calls in through an exchange of its own: what is heard over the telephone is scored like a replay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from pydantic import SecretStr

from assist_api.calls.hub import CallHub
from assist_api.evaluation.call_scores import CallScore, ObservedEvent, final_to_card_ms, score_call
from assist_api.evaluation.calls import CallsReport, expected_entries, observe_call
from assist_api.evaluation.figures import spread
from assist_api.evaluation.layouts import LabelledCall
from assist_api.http.application import Application
from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.applying import ASTERISK_FOLDER
from cti_adapter.asterisk.configuration import AGENT_ENDPOINT
from cti_adapter.asterisk.packages import ensure_asterisk
from cti_adapter.asterisk.plan_file import DEMO_AGENTS, DEMO_NUMBER, demo_plan
from cti_adapter.asterisk.process import AsteriskProcess, free_addresses
from cti_adapter.phone.sip_phone import PCMSource, SIPPhone
from cti_adapter.settings import CTISettings
from kit.errors import InvalidInputError
from kit.tasks import cancel_and_wait
from speech.telephone_voices import telephone_voices

AGENT = DEMO_AGENTS[0]
LEAD_SECONDS = 2.0
"""Silence between the answer and the first word, as the notice and a breath make it; both legs are listened to then."""
RING_SECONDS, END_SECONDS, POLL_SECONDS = 30.0, 120.0, 0.05
SIDES = 2


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange that runs for an evaluation.

    Attributes:
        settings: How it is followed.
        secret: Password of the agent's telephone.
    """

    settings: CTISettings
    secret: str

    @property
    def server(self) -> tuple[str, int]:
        """Where telephones reach it."""
        return self.settings.host, self.settings.sip_port


@contextmanager
def open_exchange(say: Callable[[str], None]) -> Iterator[Exchange]:
    """Run an exchange with one agent on free ports of this machine; brings Asterisk where it is missing.

    Raises:
        MisconfiguredError: Asterisk cannot be brought.
        AsteriskStartError: It did not start.
    """
    files = ensure_asterisk(say)
    with TemporaryDirectory(prefix="tingzhi-exchange-") as folder:
        demo = demo_plan(free_addresses())
        queues = tuple(replace(queue, members=queue.members[:1], has_wrap_up=False) for queue in demo.queues)
        plan = replace(demo, queues=queues)
        # Without the plan in the folder the server makes no self-calls between ours.
        process = AsteriskProcess(files, plan, Path(folder) / ASTERISK_FOLDER, ends_with_parent=True)
        process.start()
        try:
            known = {
                "ami_port": plan.addresses.ami_port,
                "sip_port": plan.addresses.sip_port,
                "http_port": plan.addresses.http_port,
                "ami_username": plan.ami_username,
                "ami_secret": SecretStr(plan.ami_secret),
                "data_dir": Path(folder),
                "tap_port": 0,
                "agi_port": 0,
            }
            secret = next(phone.secret for phone in plan.agents if phone.agent == AGENT)
            yield Exchange(CTISettings(_env_file=None).model_copy(update=known), secret)
        finally:
            process.stop()


async def evaluate_dialled(
    calls: Sequence[LabelledCall],
    application: Application,
    exchange: Exchange,
    *,
    say: Callable[[str], None] = lambda _line: None,
) -> CallsReport:
    """Dial calls in one after the other, at their pace, and score them.

    Args:
        calls: As `read_call_set` returns them; each recording has the customer left and the agent right.
        application: Running, following the exchange, with the knowledge that the calls expect.
        exchange: As `open_exchange` gives it.
        say: Told what is going on.

    Raises:
        NotFoundError: An expected entry is not in the knowledge base.
        InvalidInputError: A recording has not one channel for each party.
        DependencyError: The exchange or a telephone failed, or events were lost.
    """
    expected = await expected_entries(calls, application)
    scores: list[CallScore] = []
    to_card: list[float] = []
    name = AGENT_ENDPOINT.format(agent=AGENT)
    async with (
        SIPPhone.open(name, exchange.server, secret=exchange.secret) as agent,
        SIPPhone.open("caller", exchange.server) as caller,
    ):
        await agent.register()
        for number, call in enumerate(calls, start=1):
            say(f"{number}/{len(calls)} {call.script.demo_id}")
            observed = await _dial(call.path, application, caller, agent)
            scores.append(score_call(call.script, expected[call.script.demo_id], observed))
            to_card += final_to_card_ms(observed)
    return CallsReport("1", tuple(scores), spread(to_card), None)


async def _dial(path: Path, application: Application, caller: SIPPhone, agent: SIPPhone) -> list[ObservedEvent]:
    """Let both telephones hold one conversation, and return what the product made of it."""
    voices = await asyncio.to_thread(telephone_voices, path)
    if len(voices) != SIDES:
        raise InvalidInputError(
            f"{path} has {len(voices)} channel; dialled calls need one for each party.", field="DIR"
        )
    customer = await caller.call(DEMO_NUMBER, caller="13800138000")
    ringing = await asyncio.wait_for(agent.ringing.get(), RING_SECONDS)
    call_id = await _call_of_agent(application.get(CTIAdapter))
    async with application.get(CallHub).watch(call_id) as subscription:
        observing = asyncio.create_task(observe_call(subscription, application.clock))
        try:
            answered = await agent.answer(ringing)
            await asyncio.sleep(LEAD_SECONDS)
            for side, voice in zip((customer, answered), voices, strict=True):
                side.say(PCMSource(voice))
            await asyncio.gather(customer.played.wait(), answered.played.wait())
            await asyncio.sleep(LEAD_SECONDS)
            await customer.hang_up()
            async with asyncio.timeout(END_SECONDS):
                await answered.ended.wait()
                return await observing
        finally:
            await cancel_and_wait(observing)


async def _call_of_agent(adapter: CTIAdapter) -> UUID:
    """Return the call that rings at the agent's telephone, once the exchange has told of it."""
    async with asyncio.timeout(RING_SECONDS):
        while True:
            found = [call.call_id for call in adapter.calls if any(leg.agent == AGENT for leg in call.legs)]
            if found:
                return found[0]
            await asyncio.sleep(POLL_SECONDS)
