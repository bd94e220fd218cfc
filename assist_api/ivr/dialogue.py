"""What a dialogue is at one moment, what can happen to it, and what it wants done. Leaf types; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from assist_api.ivr.intents import IntentRanking


class Phase(StrEnum):
    """What the dialogue waits for."""

    NEW = "new"
    ASKING = "asking"
    """An answer to the question of the node."""
    CONFIRMING_INTENT = "confirming_intent"
    """Yes or no to the intent in `candidate`."""
    CHOOSING_INTENT = "choosing_intent"
    """Which of the intents in `candidate` and `rival` it is."""
    CONFIRMING_NUMBER = "confirming_number"
    """Yes or no to the number in `candidate`."""
    WORKING = "working"
    """The result of a look-up, an entry or an order."""
    RECORDING = "recording"
    OVER = "over"


class End(StrEnum):
    """How a dialogue ended."""

    AGENT = "agent"
    GOODBYE = "goodbye"
    GONE = "gone"
    """The caller hung up."""


class StepKind(StrEnum):
    """What happened in one step of a dialogue; rows of `ivr_steps` hold it without anybody's words."""

    SAID = "said"
    HEARD = "heard"
    KEYED = "keyed"
    SILENCE = "silence"
    UNHEARD = "unheard"
    """The caller spoke, and no words were recognised."""
    SLOW = "slow"
    """The words did not come in time."""
    NO_MATCH = "no_match"
    REPEATED = "repeated"
    JUMPED = "jumped"
    """The caller said something else than was asked, and was taken there."""
    DANGER = "danger"
    CHOSE = "chose"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    LOOKED_UP = "looked_up"
    ANSWERED = "answered"
    ORDERED = "ordered"
    SERVED = "served"
    """A subscription was changed, or could not be."""
    RECORDED = "recorded"
    CALLBACK = "callback"
    TEXTED = "texted"
    """A text message was sent, or could not be."""
    MARKED = "marked"
    GAVE_UP = "gave_up"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One step of a dialogue.

    Attributes:
        flow: Flow that it happened in.
        node: Node that it happened at.
        kind: What happened.
        text: What was said or keyed; personal.
        detail: Intent, status of a look-up, queue or key of the phrase; never words of the caller.
        probability: Of the intent; None where nothing was heard.
    """

    flow: str
    node: str
    kind: StepKind
    text: str = ""
    detail: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known before the first word.

    Attributes:
        hours: `working`, `closed` or `holiday`.
        caller_class: `ordinary`, `important` or `vip`.
        waiting: Callers who wait in the queue of the number.
        area: Area of the caller's premise; empty when nobody knows.
        caller_number: Number that the caller calls from; empty when withheld. Personal.
        account: The one account that is registered with this number; empty when there is none or several. Personal.
        expected_wait_seconds: How long a caller who joins that queue now will wait; None while nobody can tell.
        pushed: What concerns this caller and is said before the flow, such as a notice of the caller's area.
    """

    hours: Literal["working", "closed", "holiday"] = "working"
    caller_class: str = "ordinary"
    waiting: int = 0
    area: str = ""
    caller_number: str = ""
    account: str = ""
    expected_wait_seconds: int | None = None
    pushed: tuple[str, ...] = ()

    @property
    def load(self) -> Literal["free", "busy", "full"]:
        """How long the queue is."""
        return "free" if self.waiting < BUSY_FROM else "busy" if self.waiting < FULL_FROM else "full"


BUSY_FROM, FULL_FROM = 3, 15
"""Waiting callers from which a queue counts as busy or full; a callback is offered when it is full."""


@dataclass(frozen=True, slots=True)
class DialogueState:
    """A dialogue; `assist_api.ivr.interpreter` makes the next one from an input.

    Attributes:
        flow: Flow of the node.
        node: Where the dialogue is.
        phase: What it waits for.
        circumstances: As at the beginning.
        stack: Flows to return to, the outermost first, each with the node behind the sub-flow.
        slots: What the caller gave, by slot.
        values: What was looked up, by `what.field`.
        candidate: Intent or number that waits for a yes.
        rival: The other intent, where the caller chooses between two.
        failures: Failures in a row.
        turns: Inputs of the caller so far.
        intent: What the caller wants, as last understood.
        trail: Everything that happened.
        end: How it ended; None while it runs.
        queue: Queue that the caller goes to; None for that of the number.
        priority: Priority there.
    """

    flow: str
    node: str
    phase: Phase = Phase.NEW
    circumstances: Circumstances = field(default_factory=Circumstances)
    stack: tuple[tuple[str, str], ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    candidate: str = ""
    rival: str = ""
    failures: int = 0
    turns: int = 0
    intent: str | None = None
    trail: tuple[TrailStep, ...] = ()
    end: End | None = None
    queue: str | None = None
    priority: int = 0


# ---- what happens to a dialogue -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The call was answered."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The caller said something; `is_dangerous` when the danger reflex found a danger in it."""

    text: str
    ranking: IntentRanking
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class Keyed:
    """The caller pressed keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller pressed nothing, and nothing was understood.

    Attributes:
        has_voice: The caller spoke all the same.
        is_slow: The recogniser was too far behind to tell.
    """

    has_voice: bool = False
    is_slow: bool = False


class LookUpStatus(StrEnum):
    """What came of a look-up."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    UNVERIFIED = "unverified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answer of the business system.

    Attributes:
        status: What came of it.
        subject: What the answer is about, as the system names it; another one than was asked for is never read out.
        values: By field of `flow.LOOK_UPS`.
    """

    status: LookUpStatus
    subject: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntryFound:
    """The entry that answers, or None.

    Attributes:
        text: What is said; None where no entry is trusted to answer.
        entry_id: Which one; empty without.
    """

    text: str | None
    entry_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderMade:
    """The work order's number, or None where none could be made."""

    number: str | None


class ServiceStatus(StrEnum):
    """What came of a self-service."""

    DONE = "done"
    REFUSED = "refused"
    UNVERIFIED = "unverified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ServiceDone:
    """The answer of the subscriber system; receipt and amount (yuan) where it is done."""

    status: ServiceStatus
    receipt: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message was left, or none when it has no speech in it."""

    seconds: int


@dataclass(frozen=True, slots=True)
class TextSent:
    """The text message was handed over, or could not be."""

    is_sent: bool


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller hung up."""


SystemAnswer = LookedUp | EntryFound | OrderMade | ServiceDone | Recorded | TextSent
Input = Started | Heard | Keyed | Silence | SystemAnswer | HungUp


# ---- what a dialogue wants done -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Say a text; figures in it are written as digits, and `speech.tts.readout` says how they sound."""

    text: str
    node: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for the caller.

    Attributes:
        hears: Whether speech counts.
        takes_keys: Whether keys count.
        most_keys: Keys after which the caller is done; # ends before.
    """

    hears: bool = True
    takes_keys: bool = True
    most_keys: int = 1


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the business system; the answer is `LookedUp`."""

    what: str
    subject: str
    caller_number: str
    proof: str
    sector: str = ""


@dataclass(frozen=True, slots=True)
class FindEntry:
    """Search the entries for IVR; the answer is `EntryFound`."""

    question: str
    sector: str


@dataclass(frozen=True, slots=True)
class MakeOrder:
    """Make a work order; the answer is `OrderMade`."""

    order_type: str
    sector: str
    description: str
    account_number: str
    caller_number: str
    address: str


@dataclass(frozen=True, slots=True)
class SelfService:
    """Change a subscription; the answer is `ServiceDone`."""

    what: str
    account: str
    item: str
    caller_number: str
    proof: str


@dataclass(frozen=True, slots=True)
class Record:
    """Play a tone and record; the answer is `Recorded`."""

    most_seconds: int = 120


@dataclass(frozen=True, slots=True)
class NoteCallback:
    """Note that the caller is to be called back; nothing comes back."""

    number: str


@dataclass(frozen=True, slots=True)
class SendText:
    """Send a text message; the answer is `TextSent`."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class KeepMark:
    """Keep the caller's mark, 1 to 5; nothing comes back."""

    mark: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the caller over to a person."""

    queue: str | None
    priority: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Asking = LookUp | FindEntry | MakeOrder | SelfService | NoteCallback | SendText | KeepMark
"""What systems are asked for."""
Action = Say | Listen | Record | Asking | Transfer | HangUp


@dataclass(frozen=True, slots=True)
class Step:
    """What an input did: the next state, and what is to be done, in order."""

    state: DialogueState
    actions: tuple[Action, ...]
