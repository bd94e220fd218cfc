"""The same script of callers and agents on the simulated exchange and on a real Asterisk."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Protocol

from aiosipua import IncomingCall

from cti_adapter.asterisk.process import AsteriskProcess
from cti_adapter.phone.sip_phone import PCMSource, PhoneCall, SIPPhone
from cti_adapter.settings import CTISettings
from cti_adapter.simulated.exchange import SimulatedChannel, SimulatedExchange
from tests.fakes.cti_events import WAIT_SECONDS
from tests.fakes.cti_tones import AGENT_HZ, CUSTOMER_HZ, tone
from tests.servers.asterisk import AGENTS, NUMBER, phone_secret, settings_of


class ScriptedExchange(Protocol):
    """What tests let people do; agent 8001 is rung first."""

    @property
    def settings(self) -> CTISettings:
        """Settings that follow the exchange."""
        ...

    async def register(self) -> None:
        """Bring both agents' telephones up."""
        ...

    async def call(self, caller: str) -> None:
        """Let a caller call 95598; he says a tone from the answer on."""
        ...

    async def ring(self) -> None:
        """Return once the first agent's telephone rings."""
        ...

    async def answer(self) -> None:
        """Let the first agent answer; he says another tone."""
        ...

    async def hold(self) -> None:
        """Let the agent put the customer on hold."""
        ...

    async def resume(self) -> None:
        """Let the agent end the hold."""
        ...

    async def hang_up_customer(self) -> None:
        """Let the caller hang up."""
        ...

    async def hang_up_agent(self) -> None:
        """Let the agent hang up."""
        ...


class SimulatedScript:
    """People at the simulated exchange."""

    def __init__(self, exchange: SimulatedExchange) -> None:
        self._exchange = exchange
        self._customer: SimulatedChannel | None = None
        self._agent: SimulatedChannel | None = None

    @property
    def settings(self) -> CTISettings:
        return simulated_settings(self._exchange)

    async def register(self) -> None:
        for agent in AGENTS:
            self._exchange.register(agent)

    async def call(self, caller: str) -> None:
        self._customer = self._exchange.call(NUMBER, caller, tone(CUSTOMER_HZ))

    async def ring(self) -> None:
        assert self._customer is not None
        self._agent = self._exchange.ring(self._customer, AGENTS[0])

    async def answer(self) -> None:
        assert self._customer is not None
        assert self._agent is not None
        self._exchange.answer(self._customer, self._agent, tone(AGENT_HZ))

    async def hold(self) -> None:
        assert self._agent is not None
        self._exchange.hold(self._agent)

    async def resume(self) -> None:
        assert self._agent is not None
        self._exchange.resume(self._agent)

    async def hang_up_customer(self) -> None:
        assert self._customer is not None
        self._exchange.hang_up(self._customer)

    async def hang_up_agent(self) -> None:
        assert self._agent is not None
        self._exchange.hang_up(self._agent)


def simulated_settings(exchange: SimulatedExchange, **changes: object) -> CTISettings:
    """Return settings that follow a simulated exchange."""
    values: dict[str, object] = {
        "ami_port": exchange.port,
        "ami_secret": exchange.secret,
        "tap_port": 0,
        "agi_port": 0,
        "reconnect_delay": 0.05,
        "_env_file": None,
    }
    return CTISettings(**{**values, **changes})  # type: ignore[arg-type]


class AsteriskScript:
    """People with telephones at a real Asterisk."""

    def __init__(self, process: AsteriskProcess, stack: AsyncExitStack) -> None:
        self._process = process
        self._stack = stack
        self._server = ("127.0.0.1", process.plan.addresses.sip_port)
        self._phones: dict[str, SIPPhone] = {}
        self._ringing: IncomingCall | None = None
        self.customer: PhoneCall | None = None
        self.agent: PhoneCall | None = None

    @property
    def settings(self) -> CTISettings:
        return settings_of(self._process)

    async def register(self) -> None:
        for agent in AGENTS:
            await self.phone(agent).register()

    async def open(self) -> None:
        """Open every telephone; the exchange forgets the agents of an earlier test."""
        for agent in AGENTS:
            opened = SIPPhone.open(f"agent-{agent}", self._server, secret=phone_secret(agent))
            self._phones[agent] = await self._stack.enter_async_context(opened)
        self._phones["caller"] = await self._stack.enter_async_context(SIPPhone.open("caller", self._server))

    def phone(self, name: str) -> SIPPhone:
        """Return a telephone by its agent, or `caller`."""
        return self._phones[name]

    async def call(self, caller: str) -> None:
        source = PCMSource(tone(CUSTOMER_HZ), is_endless=True)
        self.customer = await self.phone("caller").call(NUMBER, source=source, caller=caller)

    async def ring(self) -> None:
        self._ringing = await asyncio.wait_for(self.phone(AGENTS[0]).ringing.get(), WAIT_SECONDS)

    async def answer(self) -> None:
        assert self._ringing is not None
        source = PCMSource(tone(AGENT_HZ), is_endless=True)
        self.agent = await self.phone(AGENTS[0]).answer(self._ringing, source=source)

    async def hold(self) -> None:
        assert self.agent is not None
        await self.agent.hold()

    async def resume(self) -> None:
        assert self.agent is not None
        await self.agent.resume()

    async def hang_up_customer(self) -> None:
        assert self.customer is not None
        await self.customer.hang_up()

    async def hang_up_agent(self) -> None:
        assert self.agent is not None
        await self.agent.hang_up()
