"""What dialogues need of the rest of the product: figures, entries, orders. The seam between flows and systems."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from assist_api.ivr.dialogue import (
    Action,
    Asking,
    DialogueState,
    EntryFound,
    FindEntry,
    HangUp,
    Input,
    KeepMark,
    Listen,
    LookedUp,
    LookUp,
    LookUpStatus,
    MakeOrder,
    NoteCallback,
    OrderMade,
    Record,
    Say,
    SelfService,
    SendText,
    ServiceDone,
    ServiceStatus,
    TextSent,
    Transfer,
)
from assist_api.ivr.interpreter import Interpreter
from kit.errors import AssistError
from kit.logging import told_by

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=5)
"""How long a caller waits for a look-up before a person takes over."""


class World(Protocol):
    """Systems that dialogues ask; any method may raise `kit.errors.AssistError` or take too long."""

    async def look_up(self, wanted: LookUp) -> LookedUp:
        """Ask the business system."""
        ...

    async def find_entry(self, wanted: FindEntry) -> EntryFound:
        """Search the entries that are marked for IVR."""
        ...

    async def make_order(self, wanted: MakeOrder) -> OrderMade:
        """Make a work order."""
        ...

    async def serve(self, wanted: SelfService) -> ServiceDone:
        """Change a subscription."""
        ...

    async def note_callback(self, wanted: NoteCallback) -> None:
        """Keep that the caller is to be called back."""
        ...

    async def send_text(self, wanted: SendText) -> TextSent:
        """Send a text message."""
        ...

    async def keep_mark(self, wanted: KeepMark) -> None:
        """Keep the caller's mark."""
        ...


Ending = Listen | Record | Transfer | HangUp


@dataclass(frozen=True, slots=True)
class Used:
    """One question to a system, for the simulator; `given` is what came back."""

    asked: Asking
    given: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What one input led to.

    Attributes:
        state: The dialogue now.
        said: What the caller hears, in order.
        then: What happens after that; None when nothing changed.
        used: What was asked of systems.
    """

    state: DialogueState
    said: tuple[Say, ...] = ()
    then: Ending | None = None
    used: tuple[Used, ...] = field(default=())


class Conversation:
    """Takes a dialogue from one input of the caller to the next question, asking systems in between."""

    def __init__(self, interpreter: Interpreter, world: World, patience: timedelta = PATIENCE) -> None:
        self._interpreter = interpreter
        self._world = world
        self._patience = patience.total_seconds()

    async def take(self, state: DialogueState, happened: Input) -> Turn:
        """Return what an input leads to."""
        said: list[Say] = []
        used: list[Used] = []
        then: Ending | None = None
        waiting: list[Input] = [happened]
        while waiting:
            step = self._interpreter.step(state, waiting.pop(0))
            state = step.state
            for action in step.actions:
                match action:
                    case Say():
                        said.append(action)
                    case Listen() | Record() | Transfer() | HangUp():
                        then = action
                    case _:
                        answer, given = await self._do(action)
                        used.append(Used(action, given))
                        if answer is not None:
                            waiting.append(answer)
        return Turn(state, tuple(said), then, tuple(used))

    async def _do(self, action: Action) -> tuple[Input | None, str]:
        try:
            async with asyncio.timeout(self._patience):
                return await self._ask(action)
        except TimeoutError:
            log.warning("ivr_system_slow", asked=type(action).__name__)
            return _failed(action), "timeout"
        except AssistError as error:
            log.warning("ivr_system_failed", asked=type(action).__name__, **told_by(error))
            return _failed(action), "failed"

    async def _ask(self, action: Action) -> tuple[Input | None, str]:
        match action:
            case LookUp():
                found = await self._world.look_up(action)
                return found, " ".join([found.status.value, *(f"{k}={v}" for k, v in found.values.items())])
            case FindEntry():
                entry = await self._world.find_entry(action)
                return entry, entry.entry_id or "no entry"
            case MakeOrder():
                made = await self._world.make_order(action)
                return made, made.number or "not made"
            case SelfService():
                served = await self._world.serve(action)
                return served, " ".join([served.status.value, served.receipt])
            case NoteCallback():
                await self._world.note_callback(action)
                return None, "kept"
            case SendText():
                text = await self._world.send_text(action)
                return text, "sent" if text.is_sent else "not sent"
            case KeepMark():
                await self._world.keep_mark(action)
                return None, "kept"
            case _:
                return None, ""


def _failed(action: Action) -> Input | None:
    match action:
        case LookUp():
            return LookedUp(LookUpStatus.FAILED)
        case FindEntry():
            return EntryFound(None)
        case MakeOrder():
            return OrderMade(None)
        case SelfService():
            return ServiceDone(ServiceStatus.FAILED)
        case SendText():
            return TextSent(is_sent=False)
        case _:
            return None
