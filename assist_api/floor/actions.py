"""What a supervisor does on the floor: take part in a call, set an agent's state, push a card.

An action is recorded before the exchange is asked, so that one whose outcome is unknown is in the log as well.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from assist_api.calls.journal import CallJournal
from assist_api.calls.service import CallService
from assist_api.calls.viewer import CallViewer
from assist_api.floor.schemas import AgentStateRequest
from assist_api.http.actor import Actor
from assist_api.http.core import AuditTrail, DetailValue
from assist_api.suggestions.pushed import CardPushed
from cti_adapter.adapter import CTIAdapter
from cti_adapter.commands import PauseAgent, ReadyAgent, Supervise, SuperviseMode, TakeOver
from cti_adapter.states import AgentState, LegRole, LegState
from cti_adapter.views import CallView, LegView
from kb.entries.service import KnowledgeService
from kit.clock import Clock
from kit.db import Database
from kit.errors import ConflictError, InvalidInputError, NotFoundError

_PRESENT = frozenset({LegState.ANSWERED, LegState.HELD})


class FloorActions:
    """Carries out the actions of supervisors."""

    def __init__(
        self, database: Database, clock: Clock, calls: CallService, audit: AuditTrail, adapter: CTIAdapter | None
    ) -> None:
        self._database = database
        self._clock = clock
        self._calls = calls
        self._audit = audit
        self._adapter = adapter

    async def supervise(self, viewer: CallViewer, extension: str, call_id: UUID, mode: SuperviseMode) -> str:
        """Ring the supervisor's telephone and let it listen, whisper or barge in.

        Raises:
            NotFoundError: There is no such call.
            ConflictError: `no_exchange`, `no_extension` or `no_agent_in_call`.
            DependencyError: The exchange did not take the command.
        """
        await self._calls.archive.check_readable(viewer, call_id)
        adapter = self._exchange()
        _require_extension(adapter, extension)
        leg = _agent_leg(_call(adapter, call_id))
        if leg.agent == extension:
            raise ConflictError("You are the agent of this call.", code="own_call")
        await self._record(viewer.actor, "floor.supervised", "call", call_id, {"mode": mode.value, "agent": leg.agent})
        await adapter.execute(Supervise(leg.leg_id, extension, mode, uuid4()))
        return extension

    async def take_over(self, viewer: CallViewer, extension: str, call_id: UUID) -> str:
        """Connect the customer with the supervisor, whose telephone must be listening already.

        Raises:
            NotFoundError: There is no such call.
            ConflictError: `no_exchange`, `no_extension`, `no_agent_in_call`, or `listen_first`.
            DependencyError: The exchange did not take the command.
        """
        await self._calls.archive.check_readable(viewer, call_id)
        adapter = self._exchange()
        _require_extension(adapter, extension)
        agent = _agent_leg(_call(adapter, call_id)).agent
        own = [leg for call in adapter.calls for leg in call.legs if leg.agent == extension and leg.state in _PRESENT]
        if not own:
            raise ConflictError("Listen to the call first; then take it over.", code="listen_first")
        await self._record(viewer.actor, "floor.taken_over", "call", call_id, {"agent": agent})
        await adapter.execute(TakeOver(call_id, own[0].leg_id))
        return extension

    async def set_state(self, actor: Actor, agent: str, wanted: AgentStateRequest) -> str:
        """Put an agent into a state.

        Raises:
            InvalidInputError: A pause needs a reason.
            NotFoundError: `agent_not_found`: the exchange knows no such agent.
            ConflictError: `no_exchange`, or `agent_offline`.
            DependencyError: The exchange did not take the command.
        """
        adapter = self._exchange()
        if wanted.state == "paused" and not wanted.reason:
            raise InvalidInputError("Give a reason for the pause.", field="reason", code="required")
        known = next((view for view in adapter.agents if view.agent == agent), None)
        if known is None:
            raise NotFoundError("The exchange knows no such agent.", code="agent_not_found")
        if known.state is AgentState.OFFLINE:
            raise ConflictError("This agent's telephone is offline.", code="agent_offline")
        details: dict[str, DetailValue] = {"state": wanted.state, "was": known.state.value}
        await self._record(actor, "floor.state_set", "agent", agent, details)
        command = PauseAgent(agent, wanted.reason) if wanted.state == "paused" else ReadyAgent(agent)
        await adapter.execute(command)
        return agent

    async def push_card(self, viewer: CallViewer, call_id: UUID, entry_id: UUID) -> CardPushed:
        """Put a published entry before the agent of a running call; nobody else notices.

        Raises:
            NotFoundError: There is no such call, or no such published entry.
            ConflictError: `call_already_ended`, or another process carries the call.
        """
        await self._calls.archive.check_readable(viewer, call_id)
        async with self._database.session() as session:
            found = await KnowledgeService(session, self._clock).find_published([entry_id])
        revision = found.get(entry_id)
        if revision is None:
            raise NotFoundError("There is no such published entry.", code="entry_not_found")
        card = CardPushed(
            push_id=uuid4(),
            entry_id=entry_id,
            revision_id=revision.id,
            title=revision.title,
            script=revision.script,
            answer=revision.answer,
            category_path=revision.category_path,
            pushed_by=viewer.actor.name,
        )

        async def record(session: AsyncSession) -> None:
            self._audit.record(
                session, viewer.actor, "floor.card_pushed", "call", call_id, details={"entry_id": str(entry_id)}
            )

        async def push(journal: CallJournal) -> None:
            if journal.snapshot.call.state.is_over:
                raise ConflictError("The call has ended already.", code="call_already_ended")
            await journal.record(card, after=record)

        await self._calls.write(call_id, push)
        return card

    def _exchange(self) -> CTIAdapter:
        if self._adapter is None:
            raise ConflictError("This server follows no telephone exchange; set CTI_ENABLED.", code="no_exchange")
        return self._adapter

    async def _record(
        self, actor: Actor, action: str, kind: str, object_id: UUID | str, details: dict[str, DetailValue]
    ) -> None:
        async with self._database.session() as session:
            self._audit.record(session, actor, action, kind, object_id, details=details)


def _require_extension(adapter: CTIAdapter, extension: str) -> None:
    states = {view.agent: view.state for view in adapter.agents}
    if states.get(extension, AgentState.OFFLINE) is AgentState.OFFLINE:
        raise ConflictError(
            "Your account has no telephone that the exchange can ring. Register one under your extension.",
            code="no_extension",
        )


def _call(adapter: CTIAdapter, call_id: UUID) -> CallView:
    call = next((call for call in adapter.calls if call.call_id == call_id), None)
    if call is None:
        raise ConflictError("This call is not one of the exchange, or it has ended.", code="no_agent_in_call")
    return call


def _agent_leg(call: CallView) -> LegView:
    legs = [leg for leg in call.legs if leg.role is LegRole.AGENT and leg.agent is not None and leg.state in _PRESENT]
    if not legs:
        raise ConflictError("No agent talks in this call.", code="no_agent_in_call")
    return legs[0]
