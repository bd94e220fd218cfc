from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from assist_api.http.permissions import Role
from assist_api.work_orders.news import OrderNews, OverdueWatch
from tests.fakes.assist_core_server import Server

pytestmark = pytest.mark.module

DRAFT = {
    "business_type": "fault",
    "sector": "power",
    "contact_phone": "13800138000",
    "address": "临沂市解放路 12 号 3 单元 501",
    "description": "家里停电半小时了。",
}


async def make(browser: httpx.AsyncClient, key: str, **changes: object) -> dict[str, str]:
    made = await browser.post("/api/v1/work-orders", json=DRAFT | {"idempotency_key": key} | changes)
    assert made.status_code == 201, made.text
    order: dict[str, str] = made.json()["order"]
    return order


async def do(server: Server, browser: httpx.AsyncClient, order_id: str, action: str, **values: object) -> None:
    answer = await browser.post(f"/api/v1/work-orders/{order_id}/actions", json={"action": action, **values})
    answer.raise_for_status()
    server.clock.advance(timedelta(seconds=1))


async def told(browser: httpx.AsyncClient) -> list[str]:
    items = (await browser.get("/api/v1/notifications")).json()["items"]
    return [item["kind"] for item in reversed(items)]


async def account_of(admin: httpx.AsyncClient, role: Role) -> str:
    accounts = (await admin.get("/api/v1/accounts")).json()["items"]
    return next(item["id"] for item in accounts if item["role"] == role)


async def test_unit_supervisor_and_creator_hear_of_what_waits_for_them(server: Server) -> None:
    admin, supervisor, agent = [
        await server.browser_of(role) for role in (Role.ADMIN, Role.SUPERVISOR, Role.AGENT)
    ]  # fmt: skip
    curator = await server.browser_of(Role.CURATOR)
    unit = (await admin.post("/api/v1/units", json={"kind": "company", "name": "供电公司"})).json()["id"]
    for role in (Role.SUPERVISOR, Role.CURATOR):
        await admin.put(f"/api/v1/accounts/{await account_of(admin, role)}/unit", json={"unit_id": unit})
    order = await make(agent, "news-0001")
    assert order["area"] == "解放路"
    await do(server, admin, order["id"], "dispatch", unit_id=unit)
    await do(server, supervisor, order["id"], "return", reason="不在辖区")
    await do(server, admin, order["id"], "dispatch", unit_id=unit)
    await do(server, agent, order["id"], "urge")
    await do(server, agent, order["id"], "escalate", reason="第三次催办")
    unit_news = ["work_order.dispatched", "work_order.dispatched", "work_order.urged"]
    assert await told(curator) == unit_news
    assert await told(supervisor) == [*unit_news, "work_order.escalated"]
    assert await told(agent) == ["work_order.returned"]
    assert await told(admin) == ["work_order.escalated"]

    server.clock.advance(timedelta(hours=5))
    watch = OverdueWatch(server.application.database, server.clock, server.application.get(OrderNews))
    await watch.run()
    await watch.run()
    assert (await told(supervisor))[-1] == "work_order.overdue"
    assert (await told(supervisor)).count("work_order.overdue") == 1


async def test_reports_of_one_street_become_one_order_and_a_notice(server: Server) -> None:
    supervisor, agent = await server.browser_of(Role.SUPERVISOR), await server.browser_of(Role.AGENT)
    faults = "/api/v1/work-orders/mass-faults"
    category = "fault/power.outage.area"
    first = await make(agent, "mass-0001", category_id=category)
    server.clock.advance(timedelta(minutes=1))
    await make(agent, "mass-0002", category_id=category)
    assert (await supervisor.get(faults)).json()["items"] == []
    server.clock.advance(timedelta(minutes=5))
    await make(agent, "mass-0003", category_id="fault/power.outage.single", address="解放路 90 号")
    await make(agent, "mass-0004", category_id="fault/power.quality.voltage")
    (found,) = (await supervisor.get(faults)).json()["items"]
    assert (found["area"], found["group"], found["orders"], found["calls"]) == ("解放路", "power.outage", 3, 0)
    assert [report["number"] for report in found["reports"]][0] == first["number"]

    confirmation = {"area": "解放路", "sector": "power", "group": "power.outage", "text": "解放路停电，正在抢修。"}
    confirmed = (await supervisor.post(faults, json=confirmation)).json()
    assert (confirmed["parent_id"], confirmed["merged_orders"]) == (first["id"], 2)
    children = (await agent.get(f"/api/v1/work-orders/{first['id']}")).json()["children"]
    assert {child["state"] for child in children} == {"merged"}
    assert (await supervisor.get(faults)).json()["items"] == []
    again = await supervisor.post(faults, json=confirmation)
    assert (again.status_code, again.json()["code"]) == (409, "mass_fault_over")

    (notice,) = (await agent.get("/api/v1/notices", params={"is_current": True})).json()["items"]
    assert (notice["area"], notice["order_id"]) == ("解放路", first["id"])
    ended = await supervisor.post(f"/api/v1/notices/{notice['id']}/end")
    assert ended.json()["is_current"] is False
    twice = await supervisor.post(f"/api/v1/notices/{notice['id']}/end")
    assert (twice.status_code, twice.json()["code"]) == (409, "notice_over")
    early = {"area": "沂蒙路", "sector": "water", "text": "停水", "ends_at": "2020-01-01T00:00:00Z"}
    refused = await supervisor.post("/api/v1/notices", json=early)
    assert [(item["field"], item["code"]) for item in refused.json()["errors"]] == [("ends_at", "notice_ends_early")]
