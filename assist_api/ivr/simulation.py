"""Runs dialogues without a telephone: scenarios of files, and what a person types in the page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from assist_api.ivr.dialogue import (
    DialogueState,
    End,
    EntryFound,
    FindEntry,
    Heard,
    HungUp,
    Input,
    KeepMark,
    Keyed,
    LookedUp,
    LookUp,
    LookUpStatus,
    MakeOrder,
    NoteCallback,
    OrderMade,
    Recorded,
    SelfService,
    SendText,
    ServiceDone,
    ServiceStatus,
    Silence,
    Started,
    TextSent,
)
from assist_api.ivr.flow import ACCOUNT_LOOK_UPS, LOOK_UPS, Flow
from assist_api.ivr.intents import IntentRanking
from assist_api.ivr.interpreter import Interpreter
from assist_api.ivr.readings import Spoken
from assist_api.ivr.scenario import Scenario, ScenarioTurn, ScenarioWorldData, unmet
from assist_api.ivr.world import Conversation, Turn, World
from kit.errors import DependencyCategory, DependencyError, InvalidInputError
from speech.events import Alternative

Understand = Callable[[str, Sequence[Alternative]], IntentRanking]
"""Says what a caller's words want, given what else it may have been."""
Transcribe = Callable[[Path], Awaitable[Spoken]]
"""Writes down what a sound file says, through the recogniser of calls."""

EXAMPLE_VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "account": {"address_hint": "人民路"},
        "balance": {"amount": "86.50", "as_of": "2026-11-30"},
        "arrears": {"amount": "41.20", "as_of": "2026-11-30"},
        "bill": {"amount": "236.50", "month": "10月", "as_of": "2026-11-30"},
        "payments": {"amount": "200.00", "date": "11月3日"},
        "usage": {"amount": "418", "month": "10月"},
        "package": {"name": "家庭高清套餐", "amount": "39.00"},
    }
)
"""Figures of an account where a scenario gives none of its own."""


class ScriptedWorld:
    """Systems that answer what a scenario says."""

    def __init__(self, data: ScenarioWorldData) -> None:
        self._data = data
        self._made = 0

    async def look_up(self, wanted: LookUp) -> LookedUp:
        """Answer from the scenario.

        Raises:
            DependencyError: The scenario has the look-up down.
        """
        await self._meet(wanted.what)
        if wanted.what in ACCOUNT_LOOK_UPS:
            return self._account(wanted)
        table = self._data.outages if wanted.what == "outage" else self._data.orders
        found = next((value for key, value in table.items() if key in wanted.subject), None)
        if found is None:
            return LookedUp(LookUpStatus.NOT_FOUND, wanted.subject)
        return LookedUp(LookUpStatus.FOUND, self._subject(wanted), found)

    async def find_entry(self, wanted: FindEntry) -> EntryFound:
        """Answer with the entry whose words stand in the question."""
        await self._meet("entries")
        for words, text in self._data.entries.items():
            if words in wanted.question:
                return EntryFound(text, "scenario")
        return EntryFound(None)

    async def make_order(self, wanted: MakeOrder) -> OrderMade:
        """Count orders; nothing is kept."""
        await self._meet("orders")
        self._made += 1
        return OrderMade(f"20261130{self._made:06d}")

    async def serve(self, wanted: SelfService) -> ServiceDone:
        """Give a receipt, unless the scenario refuses the item."""
        await self._meet("self_service")
        account = self._data.accounts.get(wanted.account)
        if account is None or not shows_ownership(account.phones, wanted):
            return ServiceDone(ServiceStatus.UNVERIFIED)
        if wanted.item in self._data.refused:
            return ServiceDone(ServiceStatus.REFUSED)
        self._made += 1
        return ServiceDone(ServiceStatus.DONE, f"TV{self._made:08d}", "15.00")

    async def note_callback(self, wanted: NoteCallback) -> None:
        """Keep nothing."""

    async def send_text(self, wanted: SendText) -> TextSent:
        """Send nothing and say that it was sent, unless the scenario has `texts` down."""
        await self._meet("texts")
        return TextSent(is_sent=True)

    async def keep_mark(self, wanted: KeepMark) -> None:
        """Keep nothing."""

    def _account(self, wanted: LookUp) -> LookedUp:
        account = self._data.accounts.get(wanted.subject)
        if account is None:
            return LookedUp(LookUpStatus.NOT_FOUND, wanted.subject)
        if not shows_ownership(account.phones, wanted):
            return LookedUp(LookUpStatus.UNVERIFIED, wanted.subject)
        values = account.values.get(wanted.what, EXAMPLE_VALUES[wanted.what])
        if not values:
            return LookedUp(LookUpStatus.NOT_FOUND, wanted.subject)
        return LookedUp(LookUpStatus.FOUND, self._subject(wanted), values)

    def _subject(self, wanted: LookUp) -> str:
        return "9999999999" if wanted.what in self._data.wrong else wanted.subject

    async def _meet(self, what: str) -> None:
        if what in self._data.hanging:
            await asyncio.Event().wait()
        if what in self._data.down:
            raise DependencyError(
                "The scenario has this system down.", category=DependencyCategory.TIMEOUT, retryable=True
            )


def shows_ownership(phones: Sequence[str], wanted: LookUp | SelfService) -> bool:
    """Tell whether a caller has shown that an account is his: by his number, or the end of a registered one."""
    is_registered = bool(wanted.caller_number) and wanted.caller_number in phones
    has_proof = len(wanted.proof) == 4 and any(phone.endswith(wanted.proof) for phone in phones)
    return is_registered or has_proof


@dataclass(frozen=True, slots=True)
class Played:
    """One input of a dialogue and what it led to."""

    happened: Input
    turn: Turn


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What came of a scenario.

    Attributes:
        scenario: The scenario.
        played: Every input with what it led to.
        unmet: What was otherwise than expected.
    """

    scenario: Scenario
    played: tuple[Played, ...]
    unmet: tuple[str, ...]

    @property
    def state(self) -> DialogueState:
        """How the dialogue stands at the end."""
        return self.played[-1].turn.state


@dataclass(frozen=True, slots=True)
class Simulator:
    """Plays dialogues through flows.

    Attributes:
        flows: Flows by name.
        understand: Says what words want.
        transcribe: Writes sound files down; None where no recogniser is at hand.
    """

    flows: Mapping[str, Flow]
    understand: Understand
    transcribe: Transcribe | None = None

    async def run(self, flow: str, scenario: Scenario, folder: Path | None = None) -> ScenarioResult:
        """Play a scenario to its end.

        Raises:
            InvalidInputError: There is no such flow, or a sound file cannot be used.
        """
        world = ScriptedWorld(scenario.world)
        inputs = [Started(), *[await self._input(turn, folder) for turn in scenario.turns]]
        played = await self.play(flow, scenario, inputs, world)
        state = played[-1].turn.state
        wrong = unmet(scenario.expect, state)
        if state.end is None and scenario.expect.end is not None:
            wrong.append("the caller's turns are over and the dialogue still asks; add turns, or hang_up")
        return ScenarioResult(scenario, tuple(played), tuple(wrong))

    async def play(self, flow: str, scenario: Scenario, inputs: Sequence[Input], world: World) -> list[Played]:
        """Play inputs one after the other; those after the end are left out.

        Raises:
            InvalidInputError: There is no such flow.
        """
        if flow not in self.flows:
            known = ", ".join(sorted(self.flows))
            raise InvalidInputError(f"There is no flow {flow}; the flows are {known}.", field="flow")
        interpreter = Interpreter(self.flows)
        # A system that hangs in a scenario must not cost the real patience a thousand times.
        conversation = Conversation(interpreter, world)
        state = interpreter.begin(flow, scenario.circumstances)
        played: list[Played] = []
        for happened in inputs:
            turn = await conversation.take(state, happened)
            played.append(Played(happened, turn))
            state = turn.state
            if state.end is not None:
                break
        return played

    async def _input(self, turn: ScenarioTurn, folder: Path | None) -> Input:
        if turn.say is not None:
            return Heard(turn.say, self.understand(turn.say, ()))
        if turn.audio is not None:
            return await self._heard_file(turn.audio, folder)
        if turn.keys is not None:
            return Keyed(turn.keys)
        if turn.message_seconds is not None:
            return Recorded(turn.message_seconds)
        return HungUp() if turn.hang_up else Silence()

    async def _heard_file(self, name: str, folder: Path | None) -> Input:
        if self.transcribe is None or folder is None:
            raise InvalidInputError("Sound files need a recogniser; use say, or run it on a file.", field="audio")
        spoken = await self.transcribe(folder / name)
        if not spoken.text:
            return Silence(has_voice=True)
        return Heard(spoken.text, self.understand(spoken.text, spoken.alternatives))


def is_complete(values: Mapping[str, str], what: str) -> bool:
    """Tell whether a look-up brought everything that prompts may name."""
    return all(values.get(name) for name in LOOK_UPS[what])


ENDED_WELL = frozenset({End.AGENT, End.GOODBYE})
