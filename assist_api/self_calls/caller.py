"""Makes one call to the exchange and answers it, and checks every step that a customer's call takes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

import numpy as np
import structlog
from rapidfuzz import fuzz

from assist_api.calls.service import CallService
from assist_api.recordings.service import CallRecordings
from assist_api.transcripts.utterances import LegRole
from cti_adapter.adapter import CTIAdapter
from cti_adapter.asterisk.configuration import AGENT_ENDPOINT
from cti_adapter.asterisk.plan import PBXPlan
from cti_adapter.asterisk.self_test import (
    SELF_TEST_AGENT,
    SELF_TEST_CALLER,
    SELF_TEST_NUMBER,
    self_test_secret,
)
from cti_adapter.phone.sip_phone import SAMPLE_RATE_HZ, PCMSource, PhoneCall, PhoneError, SIPPhone
from kit.clock import Clock
from speech.telephone_voices import telephone_voices

log = structlog.get_logger(__name__)

Step = Literal["register", "call", "notice", "queue", "voices", "words", "recording"]
CONVERSATION = Path(__file__).parent.parent / "calls" / "demo" / "calls" / "power-outage.flac"
SAID = {LegRole.CUSTOMER: "我们家刚才一下子就没电了", LegRole.AGENT: "您好供电服务热线请问有什么可以帮您"}
"""What is said in the part of the conversation that is played."""
PLAYED_SECONDS = 12
LIKE_ENOUGH = 50.0
"""Part of the words of each side that must be recognised, in percent; on a busy machine telephone audio is heard
worse."""
AUDIBLE = 200.0
"""Mean amplitude of 16-bit samples above which something is heard; line noise has less than 50."""
RING_SECONDS, VOICE_SECONDS, WORDS_SECONDS, RECORDING_SECONDS = 20.0, 10.0, 60.0, 90.0
_POLL_SECONDS = 0.25


class StepFailedError(Exception):
    """A step failed; the message says what was found."""


@dataclass
class SelfCall:
    """What came of one call.

    Attributes:
        steps: Seconds from the beginning for each step that succeeded.
        failed_step: Where it failed; None when everything went well.
        detail: What was found there.
    """

    steps: dict[Step, float] = field(default_factory=dict)
    failed_step: Step | None = None
    detail: str = ""


class SelfCaller:
    """Calls the exchange of this installation.

    Args:
        adapter: Follows the exchange.
        plan: Of the exchange: addresses and passwords.
        calls: Carries the call like any other, and forgets it afterwards.
        recordings: Joins its recording.
        clock: Time of the steps.
        host: Where we reach the exchange.
    """

    def __init__(
        self,
        adapter: CTIAdapter,
        plan: PBXPlan,
        calls: CallService,
        recordings: CallRecordings,
        clock: Clock,
        host: str,
    ) -> None:
        self._adapter = adapter
        self._plan = plan
        self._calls = calls
        self._recordings = recordings
        self._clock = clock
        self._host = host

    async def run(self) -> SelfCall:
        """Make the call; a step that fails ends it, and the call is forgotten in any case."""
        found = SelfCall()
        began = self._clock.monotonic()
        call_ids: list[UUID] = []
        step: Step = "register"
        try:
            async for step in self._steps(call_ids):
                found.steps[step] = round(self._clock.monotonic() - began, 2)
        except (PhoneError, StepFailedError, TimeoutError) as error:
            found.failed_step = _after(found.steps)
            found.detail = str(error) or "It took too long."
        finally:
            for call_id in call_ids:
                await self._forget(call_id)
        return found

    async def _steps(self, call_ids: list[UUID]) -> AsyncIterator[Step]:
        """Go through the call and yield each step that succeeded."""
        # The beginning of a demo call, the customer's side first.
        customer, agent = await asyncio.to_thread(telephone_voices, CONVERSATION, seconds=PLAYED_SECONDS)
        async with self._phones() as (caller, answering):
            await answering.register()
            yield "register"
            conversation = await caller.call(SELF_TEST_NUMBER)
            yield "call"
            await _until(lambda: _is_audible(conversation, 0), VOICE_SECONDS, "No notice was heard.")
            yield "notice"
            async with _within(RING_SECONDS, "The queue did not ring the telephone."):
                ringing = await answering.ringing.get()
            heard_before = len(conversation.heard)
            answered = await answering.answer(ringing, source=PCMSource(agent))
            conversation.say(PCMSource(customer))
            call_id = await self._find()
            call_ids.append(call_id)
            yield "queue"
            await _until(
                lambda: _is_audible(conversation, heard_before) and _is_audible(answered, 0),
                VOICE_SECONDS,
                "The two telephones do not hear each other.",
            )
            yield "voices"
            await self._hear_words(call_id)
            yield "words"
            await conversation.hang_up()
            await answered.hang_up()
        await self._wait_recorded(call_id)
        yield "recording"

    @asynccontextmanager
    async def _phones(self) -> AsyncIterator[tuple[SIPPhone, SIPPhone]]:
        server = (self._host, self._plan.addresses.sip_port)
        secret, own = self_test_secret(self._plan), _own_host(self._host)
        async with (
            SIPPhone.open(SELF_TEST_CALLER, server, secret=secret, host=own) as caller,
            SIPPhone.open(AGENT_ENDPOINT.format(agent=SELF_TEST_AGENT), server, secret=secret, host=own) as answering,
        ):
            yield caller, answering

    async def _find(self) -> UUID:
        """Return the call as the exchange's events name it."""
        found: list[UUID] = []

        def look() -> bool:
            found[:] = [
                call.call_id for call in self._adapter.calls if any(leg.agent == SELF_TEST_AGENT for leg in call.legs)
            ]
            return bool(found)

        await _until(look, VOICE_SECONDS, "The server was told nothing of the call (manager interface).")
        return found[0]

    async def _hear_words(self, call_id: UUID) -> None:
        """Wait until the text of both sides is what was played."""

        async def look() -> bool:
            utterances = (await self._calls.snapshot(call_id)).data.utterances
            return are_understood(
                {role: "".join(item.text for item in utterances if item.leg_role is role) for role in SAID}
            )

        await _until(look, WORDS_SECONDS, "The words that were played are not in the text of both sides.")

    async def _wait_recorded(self, call_id: UUID) -> None:
        async def look() -> bool:
            return (await self._recordings.view(call_id)).state == "joined"

        await _until(look, RECORDING_SECONDS, "The recording was not joined.")

    async def forget_left(self, call_ids: Sequence[UUID]) -> None:
        """Delete self-calls that a server which was killed left behind."""
        for call_id in call_ids:
            await self._forget(call_id)

    async def _forget(self, call_id: UUID) -> None:
        """Delete the call once it is over here: it is no call of anybody. One that goes on is left, and told."""
        try:
            await _until(lambda: not self._calls.is_carried_here(call_id), WORDS_SECONDS, "The call goes on.")
        except StepFailedError:
            log.warning("self_call_not_forgotten", call_id=str(call_id))
            return
        await self._calls.forget(call_id)


def are_understood(texts: Mapping[LegRole, str]) -> bool:
    """Whether the text of each side has most of what was played there. Pure."""
    return all(texts.get(role) and fuzz.partial_ratio(said, texts[role]) >= LIKE_ENOUGH for role, said in SAID.items())


_ORDER: tuple[Step, ...] = ("register", "call", "notice", "queue", "voices", "words", "recording")


def _after(steps: dict[Step, float]) -> Step:
    """Return the step behind those that succeeded."""
    return next(step for step in _ORDER if step not in steps)


async def _until(holds: Callable[[], bool | Awaitable[bool]], seconds: float, otherwise: str) -> None:
    async with _within(seconds, otherwise):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(_POLL_SECONDS)


@asynccontextmanager
async def _within(seconds: float, otherwise: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise StepFailedError(otherwise) from error


def _is_audible(call: PhoneCall, since: int) -> bool:
    """Whether some tenth of a second that was heard from a place on is louder than noise."""
    samples = np.frombuffer(bytes(call.heard[since : len(call.heard) // 2 * 2]), "<i2").astype(float)
    piece = SAMPLE_RATE_HZ // 10
    pieces = samples[: len(samples) // piece * piece].reshape(-1, piece)
    return bool(len(pieces)) and float(np.abs(pieces).mean(axis=1).max()) > AUDIBLE


def _own_host(server: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((server, 9))
        return str(probe.getsockname()[0])
