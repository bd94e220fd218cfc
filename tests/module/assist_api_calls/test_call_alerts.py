from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from assist_api.alerts.raised import AlertRaised
from assist_api.alerts.rules import RuleBook, parse_rules
from assist_api.audit.models import AuditEntry
from assist_api.calls.alarm import SupervisorAlarm
from assist_api.calls.events import AlertRaisedEvent, CallEndedEvent, TranscriptFinalEvent
from assist_api.calls.journal import CallJournal
from assist_api.calls.observers import CallObservers, Observation, ObserverLane, tell_nobody
from assist_api.channel.events import ChannelEvent
from assist_api.channel.hub import AccountChannel
from assist_api.http.permissions import Role
from assist_api.transcripts.utterances import Utterance
from kit.bus import LocalBus
from kit.clock import SystemClock
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk, add_agent, open_desk
from tests.fakes.assist_calls_server import run_desk_server
from tests.fakes.assist_calls_speech import Line
from tests.fakes.assist_core_server import UNKNOWN, Server

pytestmark = pytest.mark.module

CALLS = "/api/v1/calls"
GAS_CALL = (
    Line(1, 100, 900, "您好，请问有什么可以帮您？"),
    Line(0, 1_500, 3_400, "我家厨房里一股煤气味"),
    Line(1, 3_900, 4_800, "请问您的联系电话是多少？"),
    Line(0, 5_200, 7_000, "我的电话是13800138000"),
)


def few_rules() -> RuleBook:
    """Return a rule book in the format of the shipped one, which takes seconds to compile."""
    kinds = "\n".join(
        f"  {kind}:\n    name: {{zh: 危险, en: Danger}}\n    tell_caller: {{zh: 请马上离开, en: Leave at once}}\n"
        f"    patterns: [{{says: {says}, certain: true}}]"
        for kind, says in {
            "gas_leak": "煤气味",
            "carbon_monoxide": "一氧化碳",
            "electric_shock": "触电",
            "fallen_line": "电线掉",
            "fire": "着火",
            "burst_main": "水管爆",
            "trapped": "被困",
        }.items()
    )
    return parse_rules(
        f"version: 1\nsounds: 煤气\nclasses: {{}}\nkinds:\n{kinds}\n"
        "precedence: [gas_leak, carbon_monoxide, electric_shock, fallen_line, fire, burst_main, trapped]\n"
        "guards: {denial: 没有, denied_after: 没有了, plain_denial: 没有, near: {}, comparison: 像, sentence: {},"
        " urgent: 快, turning: 但是}\n"
    )


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[Server, Desk]]:
    async with run_desk_server(sqlite_url, tmp_path, GAS_CALL, observe=CallObservers(rules=few_rules)) as running:
        yield running


async def replayed(browser: httpx.AsyncClient, desk: Desk) -> str:
    files = [("files", ("call.wav", wav_bytes(OUTAGE_MS), "audio/wav"))]
    answer = await browser.post(f"{CALLS}/replays", files=files, data={"speed": "max"})
    call_id: str = answer.json()["call_id"]
    await desk.ended(UUID(call_id))
    return call_id


async def snapshot_of(browser: httpx.AsyncClient, call_id: str) -> dict[str, Any]:
    data: dict[str, Any] = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]
    return data


async def audit_entries(server: Server) -> list[tuple[str, str, str]]:
    async with server.application.database.session() as session:
        rows = await session.scalars(
            select(AuditEntry)
            .where(AuditEntry.object_kind == "call", AuditEntry.action != "call.started")
            .order_by(AuditEntry.number)
        )
        return [(row.action, row.object_id, row.actor_role) for row in rows]


async def test_a_danger_is_raised_once_with_its_words_and_stays_until_it_is_confirmed(
    served: tuple[Server, Desk],
) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk)
    call = await snapshot_of(browser, call_id)
    (alert,) = call["alerts"]
    heard = next(item for item in call["utterances"] if item["segment_id"] == alert["segment_id"])
    assert (alert["kind"], alert["words"], alert["confirmed_by"]) == ("gas_leak", "煤气味", None)
    assert heard["text"][alert["span"]["start"] : alert["span"]["end"]] == "煤气味"
    address = f"{CALLS}/{call_id}/alerts/{alert['alert_id']}/confirm"
    answers = [await browser.post(address) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["confirmed_by"]
    assert (await snapshot_of(browser, call_id))["alerts"] == [answers[0].json()] == [answers[1].json()]
    assert await audit_entries(server) == [("alert.confirmed", call_id, "agent")]


async def test_nobody_confirms_alerts_that_are_not_there_or_not_theirs(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser, other = await server.browser_of(Role.AGENT), await server.browser_of_other(Role.AGENT)
    call_id = await replayed(browser, desk)
    (alert,) = (await snapshot_of(browser, call_id))["alerts"]
    missing = await browser.post(f"{CALLS}/{call_id}/alerts/{UNKNOWN}/confirm")
    assert (missing.status_code, missing.json()["code"]) == (404, "alert_not_found")
    hidden = await other.post(f"{CALLS}/{call_id}/alerts/{alert['alert_id']}/confirm")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "call_not_found")


async def test_whoever_may_only_read_a_call_changes_nothing_in_it(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser, reader = await server.browser_of(Role.AGENT), await server.browser_of(Role.TRAINER)
    call_id = await replayed(browser, desk)
    before = await snapshot_of(browser, call_id)
    refused = [
        await reader.post(f"{CALLS}/{call_id}/alerts/{before['alerts'][0]['alert_id']}/confirm"),
        await reader.put(f"{CALLS}/{call_id}/facts/phone", json={"value": "13900139000"}),
        await reader.put(f"{CALLS}/{call_id}/summary/accepted"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "not_allowed")] * 3
    assert await snapshot_of(browser, call_id) == before
    assert (await reader.get(f"{CALLS}/{call_id}/summary")).status_code == 200
    assert await audit_entries(server) == [("call.read", call_id, "trainer")]


async def test_facts_are_found_with_their_evidence_and_the_edit_of_the_agent_stands(
    served: tuple[Server, Desk],
) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk)
    call = await snapshot_of(browser, call_id)
    (phone,) = [fact for fact in call["facts"] if fact["field"] == "phone"]
    heard = next(item for item in call["utterances"] if item["segment_id"] == phone["evidence"][0]["segment_id"])
    assert (phone["field"], phone["value"]) == ("phone", "13800138000")
    assert phone["value"] in heard["text"]
    edited = await browser.put(f"{CALLS}/{call_id}/facts/phone", json={"value": " 13900139000 "})
    assert edited.json()["value"] == "13900139000"
    await browser.put(f"{CALLS}/{call_id}/facts/phone", json={"value": "13900139000"})
    assert edited.json() in (await snapshot_of(browser, call_id))["facts"]
    unknown = await browser.put(f"{CALLS}/{call_id}/facts/shoe_size", json={"value": "43"})
    long = await browser.put(f"{CALLS}/{call_id}/facts/phone", json={"value": "1" * 201})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "field")
    assert (long.status_code, long.json()["field"]) == (422, "value")
    assert await audit_entries(server) == [("fact.edited", call_id, "agent")]


async def test_a_summary_names_its_utterances_and_is_accepted_as_it_reads(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk)
    await browser.put(f"{CALLS}/{call_id}/facts/phone", json={"value": "13900139000"})
    summary = (await browser.get(f"{CALLS}/{call_id}/summary")).json()
    segments = {item["segment_id"] for item in (await snapshot_of(browser, call_id))["utterances"]}
    quoted = [line for line in summary["lines"] if line["field"] is None]
    assert quoted
    assert all(line["segment_ids"] and set(line["segment_ids"]) <= segments for line in quoted)
    assert [line["text"] for line in summary["lines"] if line["field"] == "phone"] == ["13900139000"]
    assert summary["accepted"] is None
    accepted = (await browser.put(f"{CALLS}/{call_id}/summary/accepted")).json()["accepted"]
    await browser.put(f"{CALLS}/{call_id}/summary/accepted")
    assert accepted["lines"] == summary["lines"]
    assert (await snapshot_of(browser, call_id))["summary"] == accepted
    assert [entry[0] for entry in await audit_entries(server)] == ["fact.edited", "summary.accepted"]


async def test_a_call_in_which_nothing_was_said_has_no_summary_to_accept(sqlite_url: str, tmp_path: Path) -> None:
    async with run_desk_server(sqlite_url, tmp_path, ()) as (server, desk):
        browser = await server.browser_of(Role.AGENT)
        call_id = await replayed(browser, desk)
        refused = await browser.put(f"{CALLS}/{call_id}/summary/accepted")
        assert (refused.status_code, refused.json()["code"]) == (409, "summary_empty")


class BrokenObserver:
    """Fails whenever it hears something."""

    def hear(self, utterances: Sequence[Utterance]) -> Sequence[AlertRaised]:
        """Fail."""
        raise ValueError(len(utterances))


async def test_an_observer_that_fails_costs_no_word_of_the_call(sqlite_url: str, tmp_path: Path) -> None:
    def observe(journal: CallJournal) -> Observation:
        return Observation([ObserverLane(journal, BrokenObserver(), tell_nobody)])

    async with open_desk(sqlite_url, tmp_path, GAS_CALL, observe=observe) as desk:
        events = await desk.run(await add_agent(desk.database))
    assert len([event for event in events if isinstance(event, TranscriptFinalEvent)]) == len(GAS_CALL)
    assert isinstance(events[-1], CallEndedEvent)
    assert events[-1].data.reason == "completed"


async def test_an_alert_comes_before_the_caller_has_ended_the_sentence(sqlite_url: str, tmp_path: Path) -> None:
    async with open_desk(sqlite_url, tmp_path, GAS_CALL, observe=CallObservers(rules=few_rules)) as desk:
        events = await desk.run(await add_agent(desk.database), speed="1")
    raised = next(event for event in events if isinstance(event, AlertRaisedEvent))
    final = next(
        event
        for event in events
        if isinstance(event, TranscriptFinalEvent) and event.data.segment_id == raised.data.segment_id
    )
    assert raised.seq < final.seq


async def test_supervisors_are_told_once_and_agents_not(desk: Desk, sqlite_url: str, tmp_path: Path) -> None:
    channel = AccountChannel(LocalBus[ChannelEvent]())
    alarm = SupervisorAlarm(desk.database, channel, SystemClock())
    agent = await add_agent(desk.database)
    supervisor = await add_agent(desk.database, role=Role.SUPERVISOR)
    assert agent.account_id is not None
    assert supervisor.account_id is not None
    async with (
        open_desk(sqlite_url, tmp_path / "other", GAS_CALL, observe=CallObservers(alarm.tell, few_rules)) as alarmed,
        channel.watch(supervisor.account_id) as told,
        channel.watch(agent.account_id) as not_told,
    ):
        call_id = await alarmed.begin(agent, call_id=uuid4())
        async with asyncio.timeout(20):
            event = await anext(aiter(told))
        await alarmed.ended(call_id)
        assert (event.type, event.data["call_id"], event.data["kind"]) == ("alert.raised", str(call_id), "gas_leak")
        assert not any("煤气" in str(value) for value in event.data.values())
        for subscription in (told, not_told):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await anext(aiter(subscription))
