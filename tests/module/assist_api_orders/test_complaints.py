from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import PASSWORD, Server, sign_in

pytestmark = pytest.mark.module

DRAFT = {
    "business_type": "complaint",
    "sector": "power",
    "contact_name": "李秀英",
    "contact_phone": "13900139000",
    "description": "抢修的师傅说话很冲，还没修好就走了。",
    "idempotency_key": "complaint-round-1",
}


async def do(browser: httpx.AsyncClient, order_id: str, action: str, **values: object) -> httpx.Response:
    return await browser.post(f"/api/v1/work-orders/{order_id}/actions", json={"action": action, **values})


async def person(
    server: Server, admin: httpx.AsyncClient, name: str, role: Role, unit: str | None
) -> httpx.AsyncClient:
    """Return the browser of a further person who belongs to a unit."""
    await server.add_account(name, role)
    accounts = (await admin.get("/api/v1/accounts")).json()["items"]
    account_id = next(item["id"] for item in accounts if item["username"] == name)
    (await admin.put(f"/api/v1/accounts/{account_id}/unit", json={"unit_id": unit})).raise_for_status()
    browser = server.browser()
    (await sign_in(browser, name, PASSWORD)).raise_for_status()
    return browser


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_complaint_goes_its_own_round_and_nobody_judges_their_own(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    company = (
        await admin.post("/api/v1/units", json={"kind": "company", "name": "供电公司", "sector": "power"})
    ).json()
    team = {"kind": "department", "name": "抢修班", "sector": "power", "parent_id": company["id"]}
    department = (await admin.post("/api/v1/units", json=team)).json()["id"]
    agent = await person(server, admin, "agent.one", Role.AGENT, company["id"])
    head = await person(server, admin, "head", Role.SUPERVISOR, department)
    auditor = await person(server, admin, "auditor", Role.SUPERVISOR, company["id"])
    accused = await person(server, admin, "accused", Role.SUPERVISOR, company["id"])
    incomplete = await agent.post("/api/v1/work-orders", json=DRAFT)
    assert incomplete.json()["errors"][0]["field"] == "responsible_unit_id"

    complaint = DRAFT | {"responsible_unit_id": department, "complaint": {"kind": "service", "subject": "Accused"}}
    made = (await agent.post("/api/v1/work-orders", json=complaint)).json()
    order_id = made["order"]["id"]
    assert (made["order"]["state"], made["order"]["responsible_unit_name"]) == ("dispatched", "抢修班")
    assert made["complaint"]["is_subject_known"] is True
    assert {clock["step"]: clock["limit_minutes"] for clock in made["clocks"]} == {
        "contact": 1440, "finish": 900, "verify": 1800, "answer": 2250,
    }  # fmt: skip
    assert all(clock["source"] for clock in made["clocks"])

    server.clock.advance(timedelta(hours=2))
    assert (await do(agent, order_id, "contact", reason="已致歉并记录")).status_code == 200
    assert refusal(await do(head, order_id, "verify", result="不实", verdict="unsubstantiated"))[0] == 409
    assert (await do(head, order_id, "finish", result="当时在赶下一单")).json()["complaint"][
        "statement"
    ] == "当时在赶下一单"

    # The department, the person and an agent without the right cannot verify; a verdict and its findings are needed.
    verdict: dict[str, Any] = {"verdict": "substantiated", "result": "录音证实态度生硬"}
    assert refusal(await do(head, order_id, "verify", **verdict)) == (403, "own_complaint")
    assert refusal(await do(accused, order_id, "verify", **verdict)) == (403, "own_complaint")
    assert (await do(agent, order_id, "verify", **verdict)).status_code == 403
    assert (await do(auditor, order_id, "verify", result="属实")).json()["errors"][0]["field"] == "verdict"
    assert refusal(await do(auditor, order_id, "review")) == (409, "work_order_transition_illegal")
    seen = (await head.get(f"/api/v1/work-orders/{order_id}")).json()["complaint"]["hindrances"]
    assert {"action": "verify", "code": "own_complaint"} in seen
    assert (await do(auditor, order_id, "verify", **verdict)).json()["order"]["state"] == "callback_due"

    # The caller is not reached, then told; supervision is another person than who verified.
    assert refusal(await do(auditor, order_id, "close")) == (409, "work_order_transition_illegal")
    missed = await do(agent, order_id, "answer", outcome="not_reached")
    assert (missed.json()["order"]["state"], missed.json()["complaint"]["attempts"]) == ("callback_due", 1)
    assert refusal(await do(accused, order_id, "answer", outcome="satisfied", result="x")) == (403, "own_complaint")
    answered = await do(agent, order_id, "answer", outcome="unsatisfied", result="已批评当事人，向您道歉")
    assert answered.json()["order"]["state"] == "answered"
    for browser, expected in ((head, "own_complaint"), (accused, "own_complaint"), (auditor, "complaint_four_eyes")):
        assert refusal(await do(browser, order_id, "close")) == (403, expected)
    assert (await do(agent, order_id, "close")).status_code == 403

    # Sent back, it goes the round again with fresh limits, and the first verdict is history.
    assert (await do(admin, order_id, "reopen")).json()["errors"][0]["field"] == "reason"
    again = (await do(admin, order_id, "reopen", reason="未说明赔偿")).json()
    assert (again["order"]["state"], again["complaint"]["verdict"]) == ("accepted", None)
    await do(admin, order_id, "finish", result="补充说明")
    await do(auditor, order_id, "verify", **verdict)
    await do(agent, order_id, "answer", outcome="satisfied", result="已补偿")
    closed = (await do(admin, order_id, "close")).json()
    assert closed["order"]["state"] == "closed"
    assert [event["action"] for event in closed["events"]][-5:] == ["reopen", "finish", "verify", "answer", "close"]
    assert {clock["state"] for clock in closed["clocks"]} == {"ended"}
