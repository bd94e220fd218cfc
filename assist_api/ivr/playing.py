"""Plays what a person types in the page's simulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from assist_api.ivr.dialogue import (
    DialogueState,
    EntryFound,
    FindEntry,
    Heard,
    HungUp,
    Input,
    KeepMark,
    Keyed,
    Listen,
    LookUp,
    MakeOrder,
    NoteCallback,
    Record,
    Recorded,
    SelfService,
    SendText,
    Silence,
    Started,
)
from assist_api.ivr.flow import Flow, read_flow
from assist_api.ivr.intents import HeardIntent, Reading
from assist_api.ivr.scenario import Scenario
from assist_api.ivr.schemas import (
    IntentProbability,
    ReadingView,
    SimulatedTurn,
    Simulation,
    SimulationInput,
    SimulationView,
)
from assist_api.ivr.simulation import Played, ScriptedWorld, Simulator, Understand
from assist_api.ivr.world import Used, World
from kit.errors import InvalidInputError
from speech.events import Alternative

_SHOWN_INTENTS = 4
_MESSAGE_SECONDS = 8


class _ScenarioWithEntries(ScriptedWorld):
    """Answers from the scenario; entries come from the installation, since nothing of them is kept."""

    def __init__(self, scenario: Scenario, real: World) -> None:
        super().__init__(scenario.world)
        self._has_entries = bool(scenario.world.entries) or "entries" in scenario.world.down
        self._real = real

    async def find_entry(self, wanted: FindEntry) -> EntryFound:
        return await (super().find_entry(wanted) if self._has_entries else self._real.find_entry(wanted))


async def play(asked: Simulation, flows: Mapping[str, Flow], understand: Understand, real: World) -> SimulationView:
    """Return the dialogue after its inputs.

    Raises:
        InvalidInputError: The flow or the scenario cannot be read, or there is no such flow.
        DependencyError: The intents are not learned yet.
    """
    if asked.definition is not None:
        flow = read_flow(asked.definition)
        flows = {**flows, flow.name: flow, asked.flow: flow}
    scenario = _scenario(asked.scenario)
    inputs = [Started(), *(_input(item, understand) for item in asked.inputs)]
    simulator = Simulator(flows, understand)
    played = await simulator.play(asked.flow, scenario, inputs, _ScenarioWithEntries(scenario, real))
    return _view(played)


def _scenario(given: dict[str, Any]) -> Scenario:
    try:
        return Scenario.model_validate({"name": "page", "turns": [], **given})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "scenario"
        raise InvalidInputError(
            f"scenario, {place}: {first['msg']}", field=f"scenario.{place}", code="scenario_invalid"
        ) from error


def _input(item: SimulationInput, understand: Understand) -> Input:
    match item.kind:
        case "say":
            others = [Alternative(other.text, other.confidence) for other in item.alternatives]
            return Heard(item.text, understand(item.text, others)) if item.text.strip() else Silence()
        case "keys":
            return Keyed(item.text)
        case "message":
            return Recorded(_MESSAGE_SECONDS)
        case "hang_up":
            return HungUp()
        case "unheard":
            return Silence(has_voice=True)
        case _:
            return Silence()


def _view(played: list[Played]) -> SimulationView:
    last = played[-1].turn
    state: DialogueState = last.state
    listening = last.then if isinstance(last.then, Listen) else None
    return SimulationView(
        turns=[_turn(item) for item in played],
        flow=state.flow,
        node=state.node,
        phase=state.phase,
        slots=dict(state.slots),
        values=dict(state.values),
        failures=state.failures,
        intent=state.intent,
        end=state.end,
        queue=state.queue,
        takes_speech=listening is not None and listening.hears,
        takes_keys=listening is not None and listening.takes_keys,
        most_keys=listening.most_keys if listening is not None else 1,
        is_recording=isinstance(last.then, Record),
    )


def _turn(item: Played) -> SimulatedTurn:
    happened, turn = item.happened, item.turn
    ranking = happened.ranking if isinstance(happened, Heard) else None
    return SimulatedTurn(
        kind="unheard" if happened == Silence(has_voice=True) else type(happened).__name__.lower(),
        text=happened.text if isinstance(happened, Heard) else happened.keys if isinstance(happened, Keyed) else "",
        intents=[] if ranking is None else [_probability(shown) for shown in ranking.ranked[:_SHOWN_INTENTS]],
        handling=None if ranking is None else ranking.handling.value,
        readings=[] if ranking is None else [_reading(reading) for reading in ranking.readings],
        said=[say.text for say in turn.said],
        used=[_used(used) for used in turn.used],
        flow=turn.state.flow,
        node=turn.state.node,
        phase=turn.state.phase,
    )


def _probability(item: HeardIntent) -> IntentProbability:
    return IntentProbability(intent=item.intent, probability=round(item.probability, 3))


def _reading(reading: Reading) -> ReadingView:
    best = _probability(reading.best)
    return ReadingView(text=reading.text, share=round(reading.share, 3), **best.model_dump())


def _used(used: Used) -> str:
    match used.asked:
        case LookUp(what=what, subject=subject):
            return f"{what}({subject}) → {used.given}"
        case FindEntry(question=question):
            return f"entry({question}) → {used.given}"
        case SelfService(what=what, item=item):
            return f"{what}({item}) → {used.given}"
        case MakeOrder(order_type=order_type):
            return f"order({order_type}) → {used.given}"
        case NoteCallback(number=number):
            return f"callback({number})"
        case SendText(text=text):
            return f"text({text}) → {used.given}"
        case KeepMark(mark=mark):
            return f"mark({mark})"
