from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import func, select

from assist_api.accounts.models import Account
from assist_api.audit.models import AuditEntry
from assist_api.calls.models import CallRow, CategoryChoiceRow
from assist_api.demo_town.town import fill_town, make_town
from assist_api.http.permissions import Role
from assist_api.work_orders.models import WorkOrder
from assist_api.work_orders.service import ORDERS_ACCEPTED
from assist_api.work_orders.transitions import OrderState
from kit.errors import ConflictError
from kit.outbox.models import OutboxEventRow
from tests.fakes.assist_core_server import ADMIN_PASSWORD, Server, sign_in

pytestmark = pytest.mark.module

ZONE = ZoneInfo("Asia/Shanghai")

FILE = """户号,户名,行业,电话,地址,区域,区域类别,表号,客户类别,类别原因
0530112233,王建国,电力,138-0013-8000;05398881234,解放路 12 号 3 单元 501,解放路,城区,A10086,重要,透析设备
0530112244,李秀英,供热,13900139000,沂蒙路 8 号,沂蒙路,城区,,,
"""
DRAFT = {
    "business_type": "fault",
    "sector": "power",
    "contact_name": "王建国",
    "contact_phone": "13800138000",
    "address": "解放路 12 号 3 单元 501",
    "area": "解放路",
    "description": "家里停电半小时了，隔壁有电。",
    "idempotency_key": "call-0001",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


async def do(browser: httpx.AsyncClient, order_id: str, action: str, **values: object) -> httpx.Response:
    return await browser.post(f"/api/v1/work-orders/{order_id}/actions", json={"action": action, **values})


async def send_file(browser: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await browser.post("/api/v1/customers/import", files={"file": ("c.csv", content, "text/csv")})


async def audited(server: Server, action: str) -> int:
    async with server.application.database.session() as session:
        wanted = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
        return int(await session.scalar(wanted) or 0)


async def test_order_goes_from_the_call_to_a_crew_and_back(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    unit = (await admin.post("/api/v1/units", json={"kind": "company", "name": "供电公司", "sector": "power"})).json()
    rules = {
        "value": {"rules": [{"sector": "power", "area": "解放路", "unit_id": unit["id"]}]},
        "note": "",
        "based_on": 0,
    }
    assert (await admin.put("/api/v1/policies/work_order_dispatch", json=rules)).status_code == 200

    made = await agent.post("/api/v1/work-orders", json=DRAFT)
    assert made.status_code == 201, made.text
    order = made.json()
    order_id = order["order"]["id"]
    assert (order["order"]["state"], order["order"]["unit_name"]) == ("dispatched", "供电公司")
    assert order["order"]["number"] == "20260301000001"
    arrival = order["clocks"][0]
    assert (arrival["step"], arrival["kind"], arrival["limit_minutes"]) == ("arrive", "average", 45)
    again = await agent.post("/api/v1/work-orders", json=DRAFT)
    assert again.json()["order"]["id"] == order_id

    illegal = await do(agent, order_id, "arrive")
    assert (illegal.status_code, illegal.json()["code"]) == (409, "work_order_transition_illegal")
    assert "take" in illegal.json()["details"]["legal"]

    link = (await agent.post(f"/api/v1/work-orders/{order_id}/crew-link")).json()
    crew = server.browser()
    crew.headers["Authorization"] = f"Bearer {link['token']}"
    order_of_crew = (await crew.get("/api/v1/crew/order")).json()
    assert (order_of_crew["address"], order_of_crew["time_zone"]) == (DRAFT["address"], "Asia/Shanghai")
    assert (await crew.post("/api/v1/crew/accept")).json()["state"] == "taken"
    server.clock.advance(timedelta(minutes=50))
    arrived = (await crew.post("/api/v1/crew/arrive")).json()
    assert (arrived["state"], arrived["clocks"][0]["state"], arrived["clocks"][0]["used_seconds"]) == (
        "on_site", "ended", 3_000,
    )  # fmt: skip
    bad = await crew.post("/api/v1/crew/photo", content=b"MZ no picture")
    assert (bad.status_code, bad.json()["code"]) == (422, "photo_type_unknown")
    large = await crew.post("/api/v1/crew/photo", content=PNG + bytes(9_000_000))
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    photo = await crew.post("/api/v1/crew/photo", content=PNG)
    assert photo.status_code == 201, photo.text
    assert (await crew.post("/api/v1/crew/done", json={"result": "更换保险，已恢复供电"})).json()["state"] == "done"
    shown = await agent.get(f"/api/v1/work-orders/{order_id}/photos/{photo.json()['id']}")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")

    assert (await do(agent, order_id, "review")).status_code == 403
    assert (await do(admin, order_id, "review")).json()["order"]["state"] == "callback_due"
    assert (await do(agent, order_id, "close")).json()["code"] == "required"
    assert (await do(agent, order_id, "close", outcome="unreachable")).json()["code"] == "callback_attempts_missing"
    closed = (await do(agent, order_id, "close", outcome="satisfied")).json()
    assert (closed["order"]["state"], closed["result"]) == ("closed", "更换保险，已恢复供电")
    assert [event["action"] for event in closed["events"]] == [
        "create", "accept", "dispatch", "take", "arrive", "finish", "review", "close",
    ]  # fmt: skip
    assert await audited(server, "work_order.changed") == 8

    server.clock.advance(timedelta(hours=25))
    assert (await crew.get("/api/v1/crew/order")).json()["code"] == "crew_link_invalid"
    forged = link["token"][:-4] + "AAAA"
    assert (
        await server.browser().get("/api/v1/crew/order", headers={"Authorization": f"Bearer {forged}"})
    ).status_code == 404
    async with server.application.database.session() as session:
        sent = select(func.count()).select_from(OutboxEventRow).where(OutboxEventRow.topic == ORDERS_ACCEPTED)
        assert await session.scalar(sent) == 1
    await check_first_contact(server, admin)


async def check_first_contact(server: Server, admin: httpx.AsyncClient) -> None:
    """The caller of the one closed order did not come again in the stated window; later a second order is made."""
    server.clock.advance(timedelta(days=7))
    (await sign_in(admin, "admin", ADMIN_PASSWORD)).raise_for_status()
    report = (await admin.get("/api/v1/work-orders/first-contact")).json()
    resolved = {"resolved": 1, "came_again": 0, "reopened": 0, "still_open": 0, "share": 1.0}
    assert (report["recall_days"], report["whole"]) == (7, resolved)
    assert (report["by_agent"], report["by_type"], report["by_area"]) == (
        [{"key": "a.agent"} | resolved], [{"key": "fault"} | resolved], [{"key": "解放路"} | resolved],
    )  # fmt: skip
    await add_call_about_a_fault(server)
    await admin.post("/api/v1/work-orders", json=DRAFT | {"idempotency_key": "call-0009"})
    later = (await admin.get("/api/v1/work-orders/first-contact")).json()
    assert (later["whole"]["resolved"], later["whole"]["still_open"], later["unassigned"]) == (1, 1, 1)
    policy = {"value": {"recall_days": 30}, "note": "", "based_on": 0}
    assert (await admin.put("/api/v1/policies/first_contact", json=policy)).status_code == 200
    month = (await admin.get("/api/v1/work-orders/first-contact", params={"days": 60})).json()
    assert (month["whole"]["still_open"], month["whole"]["share"], month["repetitions"]) == (1, None, 1)


async def add_call_about_a_fault(server: Server) -> None:
    """Add a call of a caller whom nobody bound to a file: it is an answered call without an order."""
    call_id, now = uuid4(), server.clock.now()
    async with server.application.database.session() as session:
        account_id = await session.scalar(select(Account.id).where(Account.username == "a.agent"))
        session.add(
            CallRow(
                id=call_id, source="live", state="ended", title="95598", sector="power", customer_number_masked="",
                agent_account_id=account_id, agent_name="a.agent", created_at=now, ended_at=now, end_reason="completed",
                end_code="", end_message="", duration_ms=60_000, heard_ms=60_000, speed="1", leg_roles=["customer"],
                last_seq=0, recording_files=[], playable_file=None, runner_id=uuid4(),
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            CategoryChoiceRow(
                call_id=call_id, category_id="fault/power.outage.single", account_id=account_id, chosen_at=now,
                was_ranked=None, is_correction=False,
            )
        )  # fmt: skip


async def test_missing_fields_urges_merges_and_returns(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    refused = await admin.post("/api/v1/work-orders", json=DRAFT | {"address": "", "contact_phone": ""})
    assert refused.status_code == 422
    assert [item["field"] for item in refused.json()["errors"]] == ["contact_phone", "address"]
    first = (await admin.post("/api/v1/work-orders", json=DRAFT)).json()["order"]
    second = (await admin.post("/api/v1/work-orders", json=DRAFT | {"idempotency_key": "call-0002"})).json()["order"]
    assert (await do(admin, first["id"], "urge")).json()["order"]["urges"] == 1
    merged = await do(admin, second["id"], "merge", parent_id=first["id"])
    assert merged.json()["parent_number"] == first["number"]
    assert [child["id"] for child in (await admin.get(f"/api/v1/work-orders/{first['id']}")).json()["children"]] == [
        second["id"]
    ]
    unit = (await admin.post("/api/v1/units", json={"kind": "company", "name": "供电公司"})).json()
    assert (await do(admin, first["id"], "dispatch", unit_id=unit["id"])).json()["order"]["state"] == "dispatched"
    assert (await do(admin, first["id"], "return")).json()["errors"][0]["field"] == "reason"
    returned = await do(admin, first["id"], "return", reason="不在辖区")
    assert returned.json()["events"][-1]["data"] == {"reason": "不在辖区"}
    listed = (await admin.get("/api/v1/work-orders", params={"is_open": True})).json()["items"]
    assert [item["id"] for item in listed] == [first["id"]]
    await check_call_backs_by_rule(server, admin)


async def check_call_backs_by_rule(server: Server, admin: httpx.AsyncClient) -> None:
    """Without a share every order is called back; with a share of 0 only those about a danger are."""
    reviewed = (await reviewed_order(admin, "sample-01"))["sampling"]
    assert (reviewed["is_sampled"], reviewed["percent"], reviewed["version"]) == (True, 100, 0)
    rules = {"percent": 100, "rules": [{"sector": "power", "percent": 0}]}
    body = {"value": rules, "note": "", "based_on": 0}
    assert (await admin.put("/api/v1/policies/work_order_callbacks", json=body)).status_code == 200
    left_out = await reviewed_order(admin, "sample-02")
    assert (left_out["order"]["state"], left_out["sampling"]["reason"]) == ("closed", "share")
    assert (left_out["sampling"]["percent"], left_out["sampling"]["version"]) == (0, 1)
    assert [(event["action"], event["actor_name"]) for event in left_out["events"]][-2:] == [
        ("review", "初始账号"), ("close", "callback-sampling"),
    ]  # fmt: skip
    assert left_out["events"][-1]["data"] == {"outcome": "not_sampled"}
    async with server.application.database.session() as session:
        wanted = select(AuditEntry).where(AuditEntry.object_id == left_out["order"]["id"])
        entries = (await session.scalars(wanted)).all()
    assert [entry.details for entry in entries if entry.actor_name == "callback-sampling"] == [
        {"action": "close", "state": "closed", "outcome": "not_sampled"}
    ]
    hazard = await reviewed_order(admin, "sample-03", category_id="fault/power.facility.hazard")
    assert (hazard["order"]["state"], hazard["sampling"]["reason"]) == ("callback_due", "danger")
    by_hand = await do(admin, hazard["order"]["id"], "close", outcome="not_sampled")
    assert by_hand.status_code == 422


async def reviewed_order(admin: httpx.AsyncClient, key: str, **values: object) -> dict[str, Any]:
    """Make an order, finish it at once and review it."""
    made = await admin.post("/api/v1/work-orders", json=DRAFT | {"idempotency_key": key} | values)
    order_id = made.json()["order"]["id"]
    assert (await do(admin, order_id, "finish", result="已处理")).status_code == 200
    return dict((await do(admin, order_id, "review")).json())


async def test_orders_of_other_units_and_complaints_about_the_own_one(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    company, other = [
        (await admin.post("/api/v1/units", json={"kind": "company", "name": name, "sector": sector})).json()["id"]
        for name, sector in (("供电公司", "power"), ("供热公司", "heating"))
    ]
    supervisor = await server.browser_of(Role.SUPERVISOR)
    accounts = (await admin.get("/api/v1/accounts")).json()["items"]
    own = next(item["id"] for item in accounts if item["role"] == "supervisor")
    await admin.put(f"/api/v1/accounts/{own}/unit", json={"unit_id": company})
    made = (await admin.post("/api/v1/work-orders", json=DRAFT)).json()["order"]["id"]
    await do(admin, made, "dispatch", unit_id=other)
    assert (await supervisor.get(f"/api/v1/work-orders/{made}")).status_code == 404
    assert (await supervisor.get("/api/v1/work-orders")).json()["items"] == []

    complaint = DRAFT | {
        "business_type": "complaint", "responsible_unit_id": company, "idempotency_key": "complaint-1",
    }  # fmt: skip
    made = (await admin.post("/api/v1/work-orders", json=complaint)).json()["order"]["id"]
    assert (await do(supervisor, made, "take")).json()["order"]["state"] == "taken"
    assert (await do(supervisor, made, "finish", result="已解释")).json()["order"]["state"] == "done"
    refused = await do(supervisor, made, "verify", result="属实", verdict="substantiated")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_complaint")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
async def test_customers_of_a_file_are_found_and_their_reading_is_audited_once(server: Server, encoding: str) -> None:
    supervisor = await server.browser_of(Role.SUPERVISOR)
    assert (await send_file(supervisor, FILE.encode(encoding))).json() == {"created": 2, "changed": 0}
    assert (await send_file(supervisor, FILE.encode(encoding))).json() == {"created": 0, "changed": 2}
    for text in ("13800138000", "+86 138 0013 8000", "0530112233", "A10086", "王建"):
        found = (await supervisor.post("/api/v1/customers/search", json={"text": text})).json()["items"]
        assert [item["name"] for item in found] == ["王建国"], text
    address = f"/api/v1/customers/{found[0]['id']}"
    file = (await supervisor.get(address)).json()
    assert [phone["number"] for phone in file["phones"]] == ["05398881234", "13800138000"]
    assert (file["customer_class"], file["premises"][0]["meter_numbers"]) == ("important", ["A10086"])
    await supervisor.get(address)
    assert await audited(server, "customer.read") == 1
    made = await supervisor.post("/api/v1/work-orders", json=DRAFT | {"customer_id": file["id"]})
    (contact,) = (await supervisor.get(f"{address}/contacts")).json()["items"]
    assert (contact["kind"], contact["title"]) == ("work_order", made.json()["order"]["number"])
    state = (await supervisor.get(f"{address}/account")).json()
    assert state["state"]["account_number"] == "0530112233"


async def test_file_with_mistakes_changes_nothing_and_names_every_line(server: Server) -> None:
    supervisor = await server.browser_of(Role.SUPERVISOR)
    wrong = FILE + "0530112233,赵六,电力,12,沂河路,,,,,\n0530112255,钱七,石油,13700137000,沂河路,,,,VIP,\n"
    refused = await send_file(supervisor, wrong.encode())
    assert refused.status_code == 422
    assert [(item["field"], item["code"]) for item in refused.json()["errors"]] == [
        ("line 4: phones", "phone_invalid"),
        ("line 4: account_number", "account_number_doubled"),
        ("line 5: class_reason", "required"),
        ("line 5: sector", "unknown_value"),
    ]
    found = await supervisor.post("/api/v1/customers/search", json={"text": "王建国"})
    assert found.json()["items"] == []


async def test_demo_town_has_orders_in_every_state(server: Server) -> None:
    await make_town(server.application.database, ZONE, 20, 26)
    admin = await server.browser_of(Role.ADMIN)
    items = (await admin.get("/api/v1/work-orders", params={"limit": 100})).json()["items"]
    assert {item["state"] for item in items} == set(OrderState)
    with pytest.raises(ConflictError, match="already"):
        await make_town(server.application.database, ZONE, 1, 0)


async def test_an_interrupted_demo_town_is_finished_by_the_next_try(server: Server) -> None:
    database = server.application.database
    await fill_town(database.session, database, ZONE, 20, 5)
    await fill_town(database.session, database, ZONE, 20, 13)
    await fill_town(database.session, database, ZONE, 20, 13)
    async with database.session() as session:
        keys = (await session.scalars(select(WorkOrder.idempotency_key))).all()
    assert sorted(key for key in keys if "order-" in key) == sorted(f"demo-town-order-{index}" for index in range(13))
