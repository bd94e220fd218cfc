from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from assist_api.accounts.service import AccountService
from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import ADMIN_PASSWORD, PASSWORD, Server, sign_in

pytestmark = pytest.mark.module

CREATION = {"username": "Zhang.Wei", "display_name": "张伟", "role": "agent", "password": PASSWORD}


async def create(admin: httpx.AsyncClient, **changes: Any) -> httpx.Response:  # noqa: ANN401
    return await admin.post("/api/v1/accounts", json=CREATION | changes)


async def test_new_account_is_listed_and_can_sign_in(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    created = (await create(admin)).json()
    assert (created["username"], created["role"], created["is_active"]) == ("zhang.wei", "agent", True)
    assert [item["username"] for item in (await admin.get("/api/v1/accounts")).json()["items"]] == [
        "admin",
        "zhang.wei",
    ]
    assert (await sign_in(server.browser(), "zhang.wei", PASSWORD)).status_code == 200


@pytest.mark.parametrize("username", ["zhang.wei", "ZHANG.WEI", "ｚｈａｎｇ.wei"])
async def test_name_is_taken_in_every_spelling(server: Server, username: str) -> None:
    admin = await server.browser_of(Role.ADMIN)
    await create(admin)
    again = await create(admin, username=username)
    assert (again.status_code, again.json()["code"]) == (409, "username_taken")


async def test_closed_account_is_signed_out_and_stays_out(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    agent_id = (await agent.get("/api/v1/session")).json()["account"]["id"]
    await admin.patch(f"/api/v1/accounts/{agent_id}", json={"is_active": False})
    assert (await agent.get("/api/v1/session")).status_code == 401
    assert (await sign_in(server.browser(), "a.agent", PASSWORD)).json()["code"] == "wrong_credentials"


async def test_changed_role_counts_at_once(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    agent_id = (await agent.get("/api/v1/session")).json()["account"]["id"]
    await admin.patch(f"/api/v1/accounts/{agent_id}", json={"role": "admin"})
    assert (await agent.get("/api/v1/accounts")).status_code == 200


async def test_password_set_by_the_administrator_is_temporary(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    agent_id = (await agent.get("/api/v1/session")).json()["account"]["id"]
    await admin.patch(f"/api/v1/accounts/{agent_id}", json={"password": "set by the admin"})
    assert (await agent.get("/api/v1/session")).status_code == 401
    answer = await sign_in(server.browser(), "a.agent", "set by the admin")
    assert answer.json()["account"]["must_change_password"] is True


@pytest.mark.parametrize("change", [{"role": "agent"}, {"is_active": False}])
async def test_last_administrator_stays_one(server: Server, change: dict[str, Any]) -> None:
    admin = await server.browser_of(Role.ADMIN)
    own_id = (await admin.get("/api/v1/session")).json()["account"]["id"]
    refused = await admin.patch(f"/api/v1/accounts/{own_id}", json=change)
    assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
    await create(admin, role="admin")
    assert (await admin.patch(f"/api/v1/accounts/{own_id}", json=change)).status_code == 200


async def test_unknown_account_is_not_found(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    answer = await admin.patch(f"/api/v1/accounts/{uuid4()}", json={"display_name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")


async def test_weak_temporary_password_is_refused(server: Server) -> None:
    answer = await create(await server.browser_of(Role.ADMIN), password="kurz")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        422,
        "password_too_short",
        "password",
    )


async def test_first_administrator_is_made_once(server: Server) -> None:
    async with server.application.database.session() as session:
        assert await AccountService(session, server.clock).create_first_admin(None) is None


async def test_reset_ends_the_wait_after_failures(server: Server) -> None:
    for number in range(6):
        await sign_in(server.browser(), "admin", f"wrong {number}")
    async with server.application.database.session() as session:
        password = await AccountService(session, server.clock).reset_admin_password()
    assert (await sign_in(server.browser(), "admin", password)).status_code == 200


async def test_password_from_the_administrator_ends_the_wait_after_failures(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    agent_id = (await agent.get("/api/v1/session")).json()["account"]["id"]
    for number in range(6):
        await sign_in(server.browser(), "a.agent", f"wrong {number}")
    await admin.patch(f"/api/v1/accounts/{agent_id}", json={"password": "set by the admin"})
    assert (await sign_in(server.browser(), "a.agent", "set by the admin")).status_code == 200


async def test_reset_gives_a_new_password_and_closes_old_sessions(server: Server) -> None:
    admin = await server.browser_of(Role.ADMIN)
    async with server.application.database.session() as session:
        password = await AccountService(session, server.clock).reset_admin_password()
    assert (await admin.get("/api/v1/session")).status_code == 401
    assert (await sign_in(server.browser(), "admin", ADMIN_PASSWORD)).status_code == 401
    assert (await sign_in(server.browser(), "admin", password)).status_code == 200


async def test_extension_belongs_to_one_account_until_it_is_taken_away(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    agent_id = (await agent.get("/api/v1/session")).json()["account"]["id"]
    own_id = (await admin.get("/api/v1/session")).json()["account"]["id"]

    async def give(account_id: str, extension: str) -> httpx.Response:
        return await admin.patch(f"/api/v1/accounts/{account_id}", json={"extension": extension})

    assert (await give(agent_id, "8101")).json()["extension"] == "8101"
    assert (await agent.get("/api/v1/telephony/agent")).json()["extension"] == "8101"
    taken = await give(own_id, "8101")
    assert (taken.status_code, taken.json()["code"]) == (409, "extension_taken")
    assert (await give(agent_id, "81-01")).status_code == 422
    assert (await give(agent_id, "")).json()["extension"] is None
    assert (await give(own_id, "8101")).json()["extension"] == "8101"
    # No exchange is followed here, so nobody is given a password.
    refused = await admin.get("/api/v1/telephony/softphone")
    assert (refused.status_code, refused.json()["code"]) == (404, "no_softphone")
