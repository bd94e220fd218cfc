"""The application in this process on a real database, and browsers of signed-in people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from assist_api.accounts.schemas import AccountCreation
from assist_api.accounts.service import AccountService
from assist_api.app import create_app
from assist_api.composition import compose
from assist_api.http.application import Application
from assist_api.http.core import Core
from assist_api.http.module import Module
from assist_api.http.permissions import Role
from assist_api.migrations import runner
from assist_api.settings import AssistSettings
from kb.settings import KBSettings
from tests.fakes.assist_core_clock import ManualClock

ADMIN_PASSWORD = "correct horse battery"
PASSWORD = "staple and seven more"
BASE_URL = "http://desk.test"
UNKNOWN = UUID(int=4)
"""Nothing has this id; it is the same in every process, since workers that share the tests must name them alike."""


def settings_for(database_url: str, data_dir: Path, **changes: Any) -> AssistSettings:  # noqa: ANN401
    """Return settings that read nothing from the environment of the machine."""
    fields: dict[str, Any] = {"database_url": database_url, "data_dir": data_dir, "web_dir": data_dir / "dist"}
    return AssistSettings(_env_file=None, **(fields | {"initial_admin_password": ADMIN_PASSWORD} | changes))


class Server:
    """A running application; every browser it gives is closed with it."""

    def __init__(self, app: FastAPI, application: Application, clock: ManualClock) -> None:
        self.app = app
        self.application = application
        self.clock = clock

    def browser(self, base_url: str = BASE_URL, address: str = "192.0.2.7") -> httpx.AsyncClient:
        """Return a client with a cookie jar of its own."""
        transport = httpx.ASGITransport(self.app, client=(address, 50000))
        return httpx.AsyncClient(transport=transport, base_url=base_url)

    async def browser_of(self, role: Role) -> httpx.AsyncClient:
        """Return the browser of a person of this role, signed in."""
        username, password = ("admin", ADMIN_PASSWORD) if role is Role.ADMIN else (f"a.{role.value}", PASSWORD)
        if role is not Role.ADMIN:
            await self.add_account(username, role)
        browser = self.browser()
        (await sign_in(browser, username, password)).raise_for_status()
        return browser

    async def browser_of_other(self, role: Role) -> httpx.AsyncClient:
        """Return the browser of a second person of this role, signed in."""
        await self.add_account("an.other", role)
        browser = self.browser()
        (await sign_in(browser, "an.other", PASSWORD)).raise_for_status()
        return browser

    async def add_account(self, username: str, role: Role) -> None:
        """Make an account that need not change its password."""
        creation = AccountCreation(username=username, display_name=username, role=role, password=PASSWORD)
        async with self.application.database.session() as session:
            account = await AccountService(session, self.clock).create(creation)
            account.must_change_password = False


async def sign_in(browser: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    """Send the sign-in form."""
    return await browser.post("/api/v1/session", json={"username": username, "password": password})


@asynccontextmanager
async def run_server(
    settings: AssistSettings, further: Sequence[Callable[[Core], Module[object]]] = (), clock: ManualClock | None = None
) -> AsyncIterator[Server]:
    """Run the application without its models: database, accounts, knowledge and lexical search are real."""
    clock = clock or ManualClock()

    @asynccontextmanager
    async def run(application: Application) -> AsyncIterator[Application]:
        await runner.upgrade(application.database)
        async with application.database.session() as session:
            await AccountService(session, clock).create_first_admin(ADMIN_PASSWORD)
        yield application
        await application.aclose()

    application = compose(settings, clock, kb_settings=KBSettings(_env_file=None, embedder="none"), further=further)
    app = create_app(application, run)
    async with app.router.lifespan_context(app):
        yield Server(app, application, clock)
