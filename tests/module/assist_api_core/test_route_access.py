"""Every route and every socket, called by everybody; what each may do is read from the routes themselves."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import Depends, FastAPI

from assist_api.http.deps import SESSION_COOKIE, get_account_in_any_state
from assist_api.http.permissions import PERMISSIONS, Role
from assist_api.route_access import ANY_ACCOUNT, PUBLIC, SOCKET, RouteAccess, UndeclaredAccessError, access_of
from scripts.make_permissions_page import PAGE, page
from tests.fakes.assist_core_server import Server

pytestmark = pytest.mark.module

NOTHING = str(UUID(int=4))
REFUSED = {"not_allowed", "not_signed_in"}


async def call(browser: httpx.AsyncClient, route: RouteAccess) -> tuple[int, str]:
    """Call a route without a body: who may not use it learns nothing of what it would take."""
    path = re.sub(r"\{[^}]*\}", NOTHING, route.path)
    answer = await browser.request(route.method, path)
    is_problem = answer.headers.get("content-type", "").startswith("application/problem")
    return answer.status_code, answer.json()["code"] if is_problem else ""


async def open_and_close(app: FastAPI, route: RouteAccess, cookie: str) -> list[dict[str, Any]]:
    """Open a socket, leave at once, and return what the server sent."""
    sent: list[dict[str, Any]] = []
    path = re.sub(r"\{[^}]*\}", NOTHING, route.path)
    headers = {"host": "desk.test", "origin": "http://desk.test", "cookie": cookie}
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.7", 50_000),
        "server": ("desk.test", 80),
        "subprotocols": [],
    }
    messages = [{"type": "websocket.disconnect", "code": 1001}, {"type": "websocket.connect"}]

    async def receive() -> dict[str, Any]:
        return messages.pop() if len(messages) > 1 else messages[0]

    async def send(message: Any) -> None:  # noqa: ANN401  # rejected: ASGI messages are untyped mappings
        sent.append(message)

    await app(scope, receive, send)
    return sent


def closing(sent: list[dict[str, Any]]) -> tuple[int, str] | None:
    closed = [message for message in sent if message["type"] == "websocket.close"]
    return (closed[0]["code"], closed[0]["reason"]) if closed else None


def may(role: Role, route: RouteAccess) -> bool:
    return route.permission is None or route.permission in PERMISSIONS[role]


async def test_lists_of_open_routes_name_only_routes_that_there_are(server: Server) -> None:
    known = {(route.method, route.path) for route in access_of(server.app)}
    assert PUBLIC.keys() | ANY_ACCOUNT.keys() <= known
    assert not PUBLIC.keys() & ANY_ACCOUNT.keys()


async def test_nobody_enters_without_an_account_where_one_is_needed(server: Server) -> None:
    browser = server.browser()
    for route in access_of(server.app):
        if route.method == SOCKET:
            sent = await open_and_close(server.app, route, "")
            assert closing(sent) == (4401, "not_signed_in"), route
        else:
            answered = await call(browser, route)
            assert (answered == (401, "not_signed_in")) is route.needs_account, (route, answered)


@pytest.mark.parametrize("role", list(Role))
async def test_role_enters_exactly_where_its_permissions_let_it(server: Server, role: Role) -> None:
    browser = await server.browser_of(role)
    for route in access_of(server.app):
        if (route.method, route.path) in PUBLIC:
            continue
        if route.method == SOCKET:
            sent = await open_and_close(server.app, route, f"{SESSION_COOKIE}={browser.cookies[SESSION_COOKIE]}")
            is_refused = closing(sent) == (4403, "not_allowed")
            assert sent[0]["type"] == "websocket.accept"
        else:
            status, code = await call(browser, route)
            is_refused = (status, code) == (403, "not_allowed")
            assert status < 500, (route, code)
        assert is_refused is not may(role, route), route


def test_route_that_declares_nothing_is_found() -> None:
    app = FastAPI()

    @app.get("/forgotten")
    async def forgotten() -> None: ...

    with pytest.raises(UndeclaredAccessError, match="GET /forgotten"):
        access_of(app)


def test_route_for_every_account_needs_a_reason() -> None:
    app = FastAPI()

    @app.get("/mine", dependencies=[Depends(get_account_in_any_state)])
    async def mine() -> None: ...

    with pytest.raises(UndeclaredAccessError, match="GET /mine"):
        access_of(app)


def test_page_of_permissions_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.make_permissions_page"
