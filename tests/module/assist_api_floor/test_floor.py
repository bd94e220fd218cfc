"""What the floor shows and does, on the simulated exchange with a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from assist_api.alerts.observer import alert_id
from assist_api.alerts.raised import AlertRaised, TwoLanguages
from assist_api.alerts.rules import DangerKind
from assist_api.audit.log import AuditLog
from assist_api.audit.repository import AuditFilter, AuditRepository
from assist_api.calls.agent_actions import AgentActions
from assist_api.floor.figures import QueueCounter
from assist_api.floor.schemas import AgentStateRequest
from assist_api.floor.stream import change_between
from assist_api.http.permissions import Role
from assist_api.http.wire import Span
from cti_adapter.commands import SuperviseMode
from cti_adapter.simulated.exchange import SimulatedExchange
from kit.clock import SystemClock
from kit.errors import ConflictError, NotFoundError
from tests.contract.cti_adapter.exchanges import SimulatedScript
from tests.fakes.assist_calls_desk import add_agent, open_desk
from tests.fakes.assist_floor import open_floor
from tests.servers.asterisk import AGENTS, QUEUE

pytestmark = pytest.mark.module

CALLER = "13800138000"
DANGER = AlertRaised(
    alert_id=alert_id(uuid4(), DangerKind.GAS_LEAK),
    kind=DangerKind.GAS_LEAK,
    name=TwoLanguages(zh="燃气泄漏", en="Gas leak"),
    script=TwoLanguages(zh="请马上开窗", en="Open the windows"),
    segment_id=uuid4(),
    span=Span(start=0, end=3),
    words="煤气味",
)


async def test_a_call_is_followed_from_the_queue_to_the_take_over(sqlite_url: str, tmp_path: Path) -> None:
    async with (
        SimulatedExchange.open(AGENTS) as exchange,
        open_desk(sqlite_url, tmp_path) as desk,
        open_floor(desk, SimulatedScript(exchange).settings) as floor,
    ):
        script = SimulatedScript(exchange)
        chief = await add_agent(desk.database, "chief", sees_all=True, role=Role.SUPERVISOR)
        await script.register()
        await floor.until(lambda view: [agent.state for agent in view.agents] == ["ready", "ready"])
        await script.call(CALLER)
        view = await floor.until(lambda view: bool(view.calls) and bool(view.queues) and view.queues[0].waiting == 1)
        (queue,) = view.queues
        assert (queue.queue, queue.ready, queue.serving, queue.service_level) == (QUEUE, 2, 2, None)
        assert queue.longest_since is not None
        (call,) = view.calls
        assert (call.customer_number_masked, call.can_supervise) == ("138****8000", False)
        with pytest.raises(ConflictError, match="No agent talks"):
            await floor.actions.supervise(chief, AGENTS[1], call.call_id, SuperviseMode.LISTEN)

        await script.ring()
        await script.answer()
        view = await floor.until(lambda view: view.calls[0].can_supervise and view.agents[0].call_id is not None)
        assert (view.queues[0].answered, view.queues[0].service_level) == (1, 1.0)
        assert (view.agents[0].state, view.extension) == ("on_call", AGENTS[1])

        with pytest.raises(ConflictError, match="Listen to the call first"):
            await floor.actions.take_over(chief, AGENTS[1], call.call_id)
        with pytest.raises(ConflictError) as refused:
            await floor.actions.supervise(chief, "chief", call.call_id, SuperviseMode.LISTEN)
        assert refused.value.error_code == "no_extension"
        await floor.actions.supervise(chief, AGENTS[1], call.call_id, SuperviseMode.WHISPER)
        await floor.until(lambda view: view.agents[1].state == "on_call")
        spying = next(action for action in exchange.actions if action.get("Context") == "supervise")
        assert "SPY_OPTIONS=qwE" in spying.fields[-1][1] or any("qwE" in value for _, value in spying.fields)
        await floor.actions.take_over(chief, AGENTS[1], call.call_id)
        await floor.until(lambda view: view.agents[0].state == "wrap_up")

        await floor.actions.set_state(chief.actor, AGENTS[0], AgentStateRequest(state="ready"))
        await floor.until(lambda view: view.agents[0].state == "ready")
        await floor.actions.set_state(chief.actor, AGENTS[0], AgentStateRequest(state="paused", reason="午休"))
        assert (await floor.until(lambda view: view.agents[0].state == "paused")).agents[0].reason == "午休"
        with pytest.raises(NotFoundError):
            await floor.actions.set_state(chief.actor, "9999", AgentStateRequest(state="ready"))
        async with desk.database.session() as session:
            for action in ("floor.supervised", "floor.taken_over", "floor.state_set"):
                assert await AuditRepository(session).has_any(AuditFilter(actor_id=chief.account_id, action=action))


async def test_an_alert_stands_until_it_is_confirmed_and_a_pushed_card_names_who_pushed_it(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        SimulatedExchange.open(AGENTS) as exchange,
        open_desk(sqlite_url, tmp_path) as desk,
        open_floor(desk, SimulatedScript(exchange).settings) as floor,
    ):
        script = SimulatedScript(exchange)
        chief = await add_agent(desk.database, "chief", sees_all=True, role=Role.SUPERVISOR)
        await script.register()
        await script.call(CALLER)
        before = await floor.until(lambda view: len(view.calls) == 1)
        call_id = before.calls[0].call_id
        await desk.calls.write(call_id, lambda journal: journal.record(DANGER))
        view = await floor.until(lambda view: len(view.alerts) == 1)
        assert (view.alerts[0].kind, view.alerts[0].is_running, view.calls[0].alerts) == ("gas_leak", True, 1)
        change = change_between(before, view)
        assert change is not None
        assert change.alerts == view.alerts

        card = await floor.actions.push_card(chief, call_id, desk.outage)
        assert (await desk.calls.snapshot(call_id)).data.pushed == [card]
        assert card.pushed_by == "chief"
        with pytest.raises(NotFoundError):
            await floor.actions.push_card(chief, call_id, uuid4())

        await script.hang_up_customer()
        await floor.until(lambda view: not view.calls)
        view = await floor.until(lambda view: len(view.alerts) == 1)
        assert not view.alerts[0].is_running
        with pytest.raises(ConflictError):
            await floor.actions.push_card(chief, call_id, desk.outage)
        actions = AgentActions(AuditLog(SystemClock()), chief.actor)
        await desk.calls.write(call_id, lambda journal: actions.confirm_alert(journal, DANGER.alert_id))
        await floor.until(lambda view: not view.alerts)


def test_service_level_and_expected_wait_follow_their_formulas() -> None:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    counter = QueueCounter()
    for seconds, is_answered in ((5, True), (20, True), (21, True), (40, False)):
        call_id = uuid4()
        counter.join(call_id, at)
        counter.leave(call_id, at + timedelta(seconds=seconds), is_answered=is_answered)
    assert (counter.service_level, counter.answered, counter.abandoned) == (0.5, 3, 1)
    assert counter.expected_wait(ready=1, serving=2) == 0
    counter.join(uuid4(), at)
    assert counter.expected_wait(ready=0, serving=2) is None
    counter.talked(timedelta(seconds=120))
    assert counter.expected_wait(ready=0, serving=2) == 120
    assert counter.expected_wait(ready=0, serving=2, ahead=0) == 60, "the one who waits already"
    assert counter.expected_wait(ready=1, serving=2, ahead=0) == 0
    assert counter.expected_wait(ready=0, serving=0) is None
    assert counter.wait_error is None
    for expected, waited in ((30, 40), (30, 26)):
        call_id = uuid4()
        counter.join(call_id, at, expected)
        counter.leave(call_id, at + timedelta(seconds=waited), is_answered=True)
    assert counter.wait_error == 7
    counter.forget(at + timedelta(hours=2))
    assert counter.service_level is None
