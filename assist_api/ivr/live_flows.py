"""Flows that callers meet now, and what their words are understood to want; kept in memory, read again on a change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt
import structlog

from assist_api.http.actor import program
from assist_api.ivr.checks import EVERY_LANGUAGE
from assist_api.ivr.flow import Flow, read_flow
from assist_api.ivr.intents import Embed, IntentRanking
from assist_api.ivr.models import FlowVersion, NumberRule
from assist_api.ivr.readings import WeighedIntents, learned_intents
from assist_api.ivr.repository import FlowRepository
from assist_api.ivr.shipped import shipped_flows
from kb.search.embedders.base import Embedder
from kit.calendar import WorkingCalendar
from kit.clock import Clock
from kit.db import Database
from kit.errors import AssistError, ConflictError
from kit.logging import told_by
from speech.events import Alternative
from speech.settings import Language

log = structlog.get_logger(__name__)

FLOWS_CHANGED = "ivr.flows_changed"
"""Topic of the outbox: another version, or another table of numbers, is in force."""
Hours = Literal["working", "closed", "holiday"]
MAKER = program("tingzhi").name
"""Author of the flows that ship with the product."""


@dataclass(frozen=True, slots=True)
class ChosenFlow:
    """The flow that answers a call."""

    flow: Flow
    version: int


class LiveFlows:
    """Knows the flows in force; every process of the server has one."""

    def __init__(self, database: Database, clock: Clock, embedder: Embedder | None, calendar: WorkingCalendar) -> None:
        self._database = database
        self._clock = clock
        self._embedder = embedder
        self._calendar = calendar
        self._flows: Mapping[str, Flow] = {}
        self._versions: Mapping[str, int] = {}
        self._rules: Sequence[NumberRule] = ()
        self._classifier: WeighedIntents | None = None
        self._asks: Callable[[], bool] = lambda: True
        self.spoken: Set[Language] = EVERY_LANGUAGE
        """Languages that a voice of this installation reads."""

    def follow_choice(self, asks: Callable[[], bool]) -> None:
        """Take over from whom to hear whether callers are asked for a mark after a call."""
        self._asks = asks

    @property
    def asks_after_calls(self) -> bool:
        """Whether callers are asked for a mark after a call."""
        return self._asks()

    @property
    def flows(self) -> Mapping[str, Flow]:
        """Flows in force, by name."""
        return self._flows

    async def start(self) -> None:
        """Publish the shipped flows that are new or that nobody has edited, and read what is in force."""
        async with self._database.session() as session:
            flows = FlowRepository(session)
            known = {row.flow: row for row in await flows.newest()}
            for flow in shipped_flows().values():
                newest = known.get(flow.name)
                if newest is None or self._is_outdated(newest, flow):
                    await flows.add(self._shipped_version(flow, 1 if newest is None else newest.number + 1))
        await self.refresh()

    async def refresh(self) -> None:
        """Take over what is in force now, also by other processes."""
        async with self._database.session() as session:
            flows = FlowRepository(session)
            rows, self._rules = await flows.live(), await flows.number_rules()
        found: dict[str, Flow] = {}
        for row in rows:
            try:
                found[row.flow] = read_flow(row.definition)
            except AssistError as error:
                # A later product version may narrow a node; callers then go straight to people.
                log.warning("flow_version_unusable", flow=row.flow, number=row.number, **told_by(error))
        self._flows = found
        self._versions = {row.flow: row.number for row in rows if row.flow in found}

    async def learn(self) -> None:
        """Learn the intents; slow, once."""
        self._classifier = await asyncio.to_thread(self._learn)

    def understand(self, text: str, alternatives: Sequence[Alternative] = ()) -> IntentRanking:
        """Return what a caller's words want.

        Args:
            text: As the recogniser wrote it.
            alternatives: What else it may have been.

        Raises:
            ConflictError: The server is still starting.
        """
        if self._classifier is None:
            raise ConflictError("The intents are not learned yet; try again in a moment.", code="intents_not_learned")
        return self._classifier.understand(text, alternatives)

    def is_dangerous(self, text: str) -> bool:
        """Tell whether a caller's words tell of a danger; False while the server is still starting."""
        return self._classifier is not None and self._classifier.is_dangerous(text)

    def hours(self, at: datetime) -> Hours:
        """Return what kind of time a moment is, by the office calendar."""
        return "working" if self._calendar.is_working_at(at) else "holiday" if self._is_day_off(at) else "closed"

    def choose(self, number: str, at: datetime) -> ChosenFlow | None:
        """Return the flow that answers a number at a moment; None leads the call straight to its queue."""
        hours = self.hours(at)
        for rule in self._rules:
            if rule.number in {"", number} and rule.hours in {"any", hours}:
                flow = self._flows.get(rule.flow or "")
                return None if flow is None or not flow.answers_numbers else ChosenFlow(flow, self._versions[flow.name])
        return None

    def version_of(self, flow: str) -> int:
        """Return the number of the version in force; 0 where there is none."""
        return self._versions.get(flow, 0)

    def _is_day_off(self, at: datetime) -> bool:
        return not self._calendar.shifts_of(at.astimezone(self._calendar.zone).date())

    def _learn(self) -> WeighedIntents:
        embed: Embed = without_meaning
        if self._embedder is not None:
            self._embedder.warm_up()
            embed = self._embedder.embed_questions
        return learned_intents(embed)

    @staticmethod
    def _is_outdated(newest: FlowVersion, flow: Flow) -> bool:
        """Tell whether a flow is an earlier product version's, which no person has changed."""
        return newest.author_name == MAKER and newest.definition != flow.model_dump(mode="json")

    def _shipped_version(self, flow: Flow, number: int) -> FlowVersion:
        now = self._clock.now()
        return FlowVersion(
            flow=flow.name,
            number=number,
            definition=flow.model_dump(mode="json"),
            note="",
            author_id=None,
            author_name=MAKER,
            created_at=now,
            published_at=now,
            published_by=MAKER,
        )


def without_meaning(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Stand for the sentence model where an installation has none; letters and telling words are left."""
    return np.zeros((len(texts), 1), dtype=np.float32)
