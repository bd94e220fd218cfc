from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from assist_api.accounts.lockout import FAILURES_PER_ADDRESS, address_subject
from assist_api.accounts.models import AccountSession, SignInFailures
from assist_api.accounts.repository import SignInFailureRepository
from assist_api.accounts.sessions import SessionService
from assist_api.http.deps import SESSION_COOKIE
from assist_api.http.permissions import PERMISSIONS, Role
from tests.fakes.assist_core_server import ADMIN_PASSWORD, PASSWORD, Server, run_server, settings_for, sign_in

pytestmark = pytest.mark.module


async def test_sign_in_tells_who_one_is_and_what_one_may_do(server: Server) -> None:
    browser = server.browser()
    answer = await sign_in(browser, "  ADMIN ", ADMIN_PASSWORD)
    assert answer.status_code == 200
    assert answer.json()["account"]["username"] == "admin"
    assert set(answer.json()["permissions"]) == set(PERMISSIONS[Role.ADMIN])
    assert (await browser.get("/api/v1/session")).json() == answer.json()


async def test_cookie_is_closed_to_scripts_and_to_other_sites(server: Server) -> None:
    cookie = (await sign_in(server.browser(), "admin", ADMIN_PASSWORD)).headers["set-cookie"]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert "secure" not in attributes


async def test_cookie_is_secure_over_https(server: Server) -> None:
    cookie = (await sign_in(server.browser("https://desk.test"), "admin", ADMIN_PASSWORD)).headers["set-cookie"]
    assert "secure" in cookie.lower()


async def test_cookie_is_secure_behind_a_proxy_with_https(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite'}"
    async with run_server(settings_for(url, tmp_path, public_url="https://desk.example")) as server:
        answer = await sign_in(server.browser(), "admin", ADMIN_PASSWORD)
        assert "secure" in answer.headers["set-cookie"].lower()
        assert "strict-transport-security" in answer.headers


async def test_database_has_no_token(server: Server) -> None:
    answer = await sign_in(server.browser(), "admin", ADMIN_PASSWORD)
    async with server.application.database.session() as session:
        row = (await session.scalars(select(AccountSession))).one()
    assert answer.cookies[SESSION_COOKIE] not in (row.token_hash, str(row.id))


async def test_signing_in_again_replaces_the_session(server: Server) -> None:
    browser = server.browser()
    first = (await sign_in(browser, "admin", ADMIN_PASSWORD)).cookies[SESSION_COOKIE]
    second = (await sign_in(browser, "admin", ADMIN_PASSWORD)).cookies[SESSION_COOKIE]
    assert first != second
    old = server.browser()
    old.cookies.set(SESSION_COOKIE, first)
    assert (await old.get("/api/v1/session")).status_code == 401
    assert (await browser.get("/api/v1/session")).status_code == 200


async def test_signed_out_cookie_opens_nothing(server: Server) -> None:
    browser = await server.browser_of(Role.ADMIN)
    token = browser.cookies[SESSION_COOKIE]
    assert (await browser.delete("/api/v1/session")).status_code == 204
    browser.cookies.set(SESSION_COOKIE, token)
    assert (await browser.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "日本", "a" * 4000])
async def test_made_up_cookie_is_not_signed_in(server: Server, token: str) -> None:
    answer = await server.browser().get("/api/v1/session", headers={"cookie": f"{SESSION_COOKIE}={token}".encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_session_ends_when_idle_and_lives_on_when_used(server: Server) -> None:
    browser = await server.browser_of(Role.ADMIN)
    for _ in range(2):
        server.clock.advance(timedelta(hours=7))
        assert (await browser.get("/api/v1/session")).status_code == 200
    server.clock.advance(timedelta(hours=8))
    assert (await browser.get("/api/v1/session")).status_code == 401


async def test_session_ends_at_its_age_however_busy(server: Server) -> None:
    browser = await server.browser_of(Role.ADMIN)
    for _ in range(3):
        server.clock.advance(timedelta(hours=7))
        assert (await browser.get("/api/v1/session")).status_code == 200
    server.clock.advance(timedelta(hours=3))
    assert (await browser.get("/api/v1/session")).status_code == 401


async def test_ended_sessions_are_deleted(server: Server) -> None:
    await server.browser_of(Role.ADMIN)
    server.clock.advance(timedelta(days=2))
    await server.application.get(SessionService).forget_ended()
    async with server.application.database.session() as session:
        assert (await session.scalars(select(AccountSession))).all() == []
        assert (await session.scalars(select(SignInFailures))).all() == []


@pytest.mark.parametrize("username", ["admin", "nobody.here"])
async def test_failures_make_a_name_wait_known_or_not(server: Server, username: str) -> None:
    browser = server.browser()
    failures = [await sign_in(browser, username, f"wrong {number}") for number in range(5)]
    assert {(answer.status_code, answer.json()["code"]) for answer in failures} == {(401, "wrong_credentials")}
    waiting = await sign_in(browser, username, ADMIN_PASSWORD)
    assert (waiting.status_code, waiting.json()["code"]) == (429, "sign_in_locked")
    assert waiting.headers["retry-after"] == "1"


async def test_strangers_failures_keep_nobody_out_for_more_than_a_minute(server: Server) -> None:
    stranger = server.browser(address="198.51.100.9")
    for number in range(30):
        await sign_in(stranger, "admin", f"wrong {number}")
        server.clock.advance(timedelta(minutes=1))
    assert (await sign_in(server.browser(), "admin", ADMIN_PASSWORD)).status_code == 200


async def test_clock_that_is_set_back_locks_nobody_out(server: Server) -> None:
    browser = server.browser()
    for number in range(5):
        await sign_in(browser, "admin", f"wrong {number}")
    server.clock.advance(timedelta(days=-30))
    assert (await sign_in(browser, "admin", ADMIN_PASSWORD)).headers["retry-after"] == "1"
    server.clock.advance(timedelta(seconds=1))
    assert (await sign_in(browser, "admin", ADMIN_PASSWORD)).status_code == 200


async def test_success_forgives_earlier_failures(server: Server) -> None:
    browser = server.browser()
    for _ in range(2):
        for number in range(4):
            await sign_in(browser, "admin", f"wrong {number}")
        assert (await sign_in(browser, "admin", ADMIN_PASSWORD)).status_code == 200


async def test_many_failures_lock_an_address_whatever_the_names(server: Server) -> None:
    async with server.application.database.session() as session:
        failures = SignInFailureRepository(session)
        for _ in range(FAILURES_PER_ADDRESS - 1):
            await failures.record(address_subject("198.51.100.9"), server.clock.now())
    browser = server.browser(address="198.51.100.9")
    answers = [await sign_in(browser, f"user{number}", "wrong") for number in range(2)]
    assert [answer.status_code for answer in answers] == [401, 429]
    assert (await sign_in(server.browser(address="198.51.100.10"), "admin", ADMIN_PASSWORD)).status_code == 200


async def test_own_password_is_changed_and_other_browsers_are_signed_out(server: Server) -> None:
    browser, other = await server.browser_of(Role.AGENT), server.browser()
    await sign_in(other, "a.agent", PASSWORD)
    change = {"current_password": PASSWORD, "new_password": "a new and better one"}
    assert (await browser.post("/api/v1/session/password", json=change)).status_code == 200
    assert (await browser.get("/api/v1/session")).status_code == 200
    assert (await other.get("/api/v1/session")).status_code == 401
    assert (await sign_in(server.browser(), "a.agent", PASSWORD)).status_code == 401
    assert (await sign_in(server.browser(), "a.agent", "a new and better one")).status_code == 200


async def test_own_password_is_not_changed_without_the_present_one(server: Server) -> None:
    browser = await server.browser_of(Role.AGENT)
    change = {"current_password": "a guess", "new_password": "a new and better one"}
    answers = [await browser.post("/api/v1/session/password", json=change) for _ in range(6)]
    assert [answer.json()["code"] for answer in answers] == ["wrong_current_password"] * 5 + ["sign_in_locked"]


async def test_temporary_password_is_not_kept(server: Server) -> None:
    browser = await server.browser_of(Role.AGENT)
    for kept in (PASSWORD, f"{PASSWORD}1", PASSWORD.swapcase(), PASSWORD[:-1] + "!?"):
        change = {"current_password": PASSWORD, "new_password": kept}
        answer = await browser.post("/api/v1/session/password", json=change)
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["field"]) == (422, "password_unchanged", "new_password")


async def test_token_is_another_after_a_password_change(server: Server) -> None:
    browser, thief = await server.browser_of(Role.AGENT), server.browser()
    thief.cookies.set(SESSION_COOKIE, browser.cookies[SESSION_COOKIE])
    change = {"current_password": PASSWORD, "new_password": "a new and better one"}
    assert (await browser.post("/api/v1/session/password", json=change)).status_code == 200
    assert (await browser.get("/api/v1/session")).status_code == 200
    assert (await thief.get("/api/v1/session")).status_code == 401


async def test_own_sessions_are_listed_and_ended(server: Server) -> None:
    browser, phone, third = await server.browser_of(Role.AGENT), server.browser(), server.browser()
    await sign_in(phone, "a.agent", PASSWORD)
    await sign_in(third, "a.agent", PASSWORD)
    listed = (await browser.get("/api/v1/session/browsers")).json()["items"]
    assert [item["is_current"] for item in listed].count(True) == 1
    assert len(listed) == 3
    mine = next(
        item["id"] for item in (await phone.get("/api/v1/session/browsers")).json()["items"] if item["is_current"]
    )
    assert (await browser.delete(f"/api/v1/session/browsers/{mine}")).status_code == 204
    assert (await phone.get("/api/v1/session")).status_code == 401
    assert (await third.get("/api/v1/session")).status_code == 200
    assert (await browser.delete("/api/v1/session/browsers")).status_code == 204
    assert (await third.get("/api/v1/session")).status_code == 401
    assert (await browser.get("/api/v1/session")).status_code == 200


async def test_session_of_another_account_is_not_found(server: Server) -> None:
    admin, agent = await server.browser_of(Role.ADMIN), await server.browser_of(Role.AGENT)
    theirs = (await admin.get("/api/v1/session/browsers")).json()["items"][0]["id"]
    answer = await agent.delete(f"/api/v1/session/browsers/{theirs}")
    assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")
    assert (await admin.get("/api/v1/session")).status_code == 200
