from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import ADMIN_PASSWORD, Server, sign_in

pytestmark = pytest.mark.module

PLACES = """区县,街道,小区,楼栋,别名,区域类别,设备,线路
兰山区,解放路,,,,农村,,10kV 解放线
兰山区,解放路,阳光花园,3号楼,,,,
兰山区,沂蒙路,幸福小区,,,,,
"""
DRAFT = {
    "business_type": "fault", "sector": "power", "contact_name": "王建国", "contact_phone": "13800138000",
    "address": "杨光花园三号楼", "description": "家里停电半小时了，隔壁有电。",
}  # fmt: skip


async def choose(admin: httpx.AsyncClient, name: str, rules: list[dict[str, Any]], **values: object) -> None:
    body = {"value": {"rules": rules, **values}, "note": "", "based_on": 0}
    (await admin.put(f"/api/v1/policies/{name}", json=body)).raise_for_status()


async def send(browser: httpx.AsyncClient, content: str, **query: str) -> httpx.Response:
    files = {"file": ("a.csv", content.encode("gb18030"), "text/csv")}
    return await browser.post("/api/v1/addresses/import", files=files, params=query)


async def unit_of(admin: httpx.AsyncClient, name: str, sector: str = "power") -> str:
    unit = await admin.post("/api/v1/units", json={"kind": "company", "name": name, "sector": sector})
    unit_id: str = unit.raise_for_status().json()["id"]
    return unit_id


async def make(browser: httpx.AsyncClient, key: str, **values: object) -> httpx.Response:
    return await browser.post("/api/v1/work-orders", json=DRAFT | {"idempotency_key": f"order-{key}"} | values)


async def do(browser: httpx.AsyncClient, order_id: str, action: str, **values: object) -> httpx.Response:
    return await browser.post(f"/api/v1/work-orders/{order_id}/actions", json={"action": action, **values})


async def test_address_of_an_order_finds_its_place_unit_and_neighbours(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    unit = await unit_of(admin, "解放路抢修队")
    await choose(admin, "work_order_dispatch", [{"sector": "power", "area": "阳光花园", "unit_id": unit}])
    preview = (await send(admin, PLACES, is_preview="true")).json()
    assert (preview["lines"], preview["created"], preview["is_preview"]) == (3, 6, True)
    assert (await admin.get("/api/v1/addresses")).json()["items"] == []
    wrong = await send(admin, PLACES + ",解放路,,,,,,\n兰山区,解放路,,,,山区,,\n")
    assert [(error["field"], error["code"]) for error in wrong.json()["errors"]] == [
        ("line 5: district", "required"), ("line 6: area_class", "unknown_value"), ("line 6: place", "place_doubled"),
    ]  # fmt: skip
    # Two people import at the same moment: the second compares with what the first wrote.
    both = await asyncio.gather(*(send(admin, PLACES + line) for line in ("兰山区,滨河路,,,,,,\n", "")))
    assert [answer.status_code for answer in both] == [200, 200], [answer.text for answer in both]
    assert sum(answer.json()["created"] for answer in both) == 7
    assert (await send(admin, PLACES)).json() | {"lines": 0} == {
        "lines": 0, "created": 0, "changed": 0, "is_preview": False, "examples": [],
    }  # fmt: skip
    assert (await send(agent, PLACES)).status_code == 403

    (district,) = (await agent.get("/api/v1/addresses")).json()["items"]
    streets = (await agent.get("/api/v1/addresses", params={"parent_id": district["id"]})).json()["items"]
    assert sorted((street["name"], street["children"]) for street in streets) == [
        ("沂蒙路", 1), ("滨河路", 0), ("解放路", 1),
    ]  # fmt: skip

    # The recogniser heard another sign of the same sound; the estate decides over street, unit and promise.
    order = (await make(agent, "0001")).json()
    assert (order["order"]["area"], order["order"]["unit_name"]) == ("解放路", "解放路抢修队")
    assert order["place"]["path"] == ["兰山区", "解放路", "阳光花园", "3号楼"]
    assert (order["place"]["feeder"], order["place"]["is_sure"]) == ("10kV 解放线", True)
    assert [clock["limit_minutes"] for clock in order["clocks"] if clock["step"] == "arrive"] == [90]

    # Neighbours who say the street or the estate are one mass fault.
    for number, address in enumerate(("解放路16号", "阳光花园5号楼", "就是解放路那个阳光花园"), start=2):
        assert (await make(agent, f"000{number}", address=address)).status_code == 201
    (fault,) = (await admin.get("/api/v1/work-orders/mass-faults")).json()["items"]
    assert (fault["area"], fault["orders"], fault["feeders"]) == ("解放路", 4, ["10kV 解放线"])


async def test_visit_is_promised_once_moved_with_a_reason_and_counts_in_the_clock(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    unit = await unit_of(admin, "抢修队")
    await choose(admin, "work_order_dispatch", [{"sector": "power", "unit_id": unit}])
    slot = {"unit_id": unit, "capacity": 1, "weekdays": [1, 2, 3, 4, 5, 6, 7]}
    spans = [{"start": "09:00", "end": "11:00"}, {"start": "14:00", "end": "16:00"}]
    await choose(admin, "work_order_slots", [slot | span for span in spans], days_ahead=2, lead_minutes=60)

    question = {"business_type": "fault", "sector": "power", "address": "解放路1号"}
    offered = (await agent.post("/api/v1/work-orders/slots", json=question)).json()
    first, second, *_ = [item["starts_at"] for item in offered["items"]]
    assert offered["offer"]["zh"].startswith("师傅可以在")
    made = (await make(agent, "0001", appointment_at=first)).json()
    order_id = made["order"]["id"]
    assert made["order"]["appointment_starts_at"] == first
    assert [clock["step"] for clock in made["clocks"]] == ["arrive", "finish", "appointment"]
    # Two want the last visit at the same moment: one has it.
    both = await asyncio.gather(*(make(agent, f"002{number}", appointment_at=second) for number in (1, 2)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert next(answer for answer in both if answer.status_code == 409).json()["code"] == "slot_taken"
    slots = (await agent.get(f"/api/v1/work-orders/{order_id}/slots")).json()["items"]
    assert [item["free"] for item in slots][:3] == [0, 0, 1]

    third = slots[2]["starts_at"]
    assert (await do(agent, order_id, "appoint", starts_at=third)).json()["errors"][0]["field"] == "reason"
    odd = (datetime.fromisoformat(third) + timedelta(minutes=5)).isoformat()
    assert (await do(agent, order_id, "appoint", starts_at=odd, reason="改期")).json()["errors"][0]["code"] == (
        "slot_not_found"
    )
    crew = server.browser()
    link = (await agent.post(f"/api/v1/work-orders/{order_id}/crew-link")).json()
    crew.headers["Authorization"] = f"Bearer {link['token']}"
    assert len((await crew.get("/api/v1/crew/slots")).json()["items"]) == len(slots)
    moved = await crew.post("/api/v1/crew/appointment", json={"starts_at": third, "reason": "客户要求改期"})
    assert moved.json()["appointment_starts_at"] == third

    server.clock.advance(datetime.fromisoformat(third) + timedelta(hours=3) - server.clock.now())
    (await sign_in(admin, "admin", ADMIN_PASSWORD)).raise_for_status()
    late = (await admin.get(f"/api/v1/work-orders/{order_id}")).json()
    appointment = next(clock for clock in late["clocks"] if clock["step"] == "appointment")
    assert (appointment["state"], appointment["breached_at"] is not None) == ("running", True)
    assert late["order"]["is_overdue"]
    dropped = (await do(admin, order_id, "drop_appointment", reason="客户自己修好了")).json()
    assert dropped["order"]["appointment_starts_at"] is None
    again = await do(admin, order_id, "drop_appointment", reason="再取消")
    assert (again.status_code, again.json()["code"]) == (409, "appointment_missing")


async def test_board_shows_open_orders_of_ones_own_units_in_columns(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    own, other = await unit_of(admin, "一队"), await unit_of(admin, "二队", "heating")
    agent = await server.browser_of(Role.AGENT)
    me = (await agent.get("/api/v1/session")).json()["account"]["id"]
    (await admin.put(f"/api/v1/accounts/{me}/unit", json={"unit_id": own})).raise_for_status()
    for number, (area, unit) in enumerate((("解放路", own), ("解放路", own), ("沂蒙路", own), ("滨河路", other))):
        order = (await make(admin, f"000{number}", address=f"{area}1号", area=area)).json()["order"]["id"]
        assert (await do(admin, order, "dispatch", unit_id=unit, reason="就近")).status_code == 200
    server.clock.advance(timedelta(minutes=50))

    board = (await agent.get("/api/v1/work-orders/board", params={"group": "area"})).json()
    assert [(column["key"], column["orders"], column["overdue"]) for column in board["columns"]] == [
        ("解放路", 2, 2), ("沂蒙路", 1, 1),
    ]  # fmt: skip
    by_state = (await admin.get("/api/v1/work-orders/board")).json()
    assert {column["key"]: column["orders"] for column in by_state["columns"] if column["orders"]} == {"dispatched": 4}
    by_unit = (await admin.get("/api/v1/work-orders/board", params={"group": "unit"})).json()
    assert [(column["name"], len(column["items"])) for column in by_unit["columns"]] == [("一队", 3), ("二队", 1)]
