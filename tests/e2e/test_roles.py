"""What each role sees: an agent neither another's calls nor the accounts, nor the edit form."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.desk import NewPage
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def li(make_agent: Callable[..., httpx.Client]) -> httpx.Client:
    return make_agent("agent.li")


@pytest.fixture(scope="module")
def wang(make_agent: Callable[..., httpx.Client]) -> httpx.Client:
    return make_agent("agent.wang")


@pytest.fixture
def call_of_wang(wang: httpx.Client) -> Iterator[str]:
    call_id = wang.post("/demo-calls/tv-no-signal/calls", json={"speed": "1"}).raise_for_status().json()["call_id"]
    yield call_id
    wang.post(f"/calls/{call_id}/stop")


def test_agent_cannot_open_anothers_call(new_page: NewPage, li: httpx.Client, call_of_wang: str) -> None:
    page = new_page(li)
    page.goto(f"/calls/{call_of_wang}")
    expect(page.get_by_text(text("call.not_found"))).to_be_visible()
    expect(page.get_by_role("region", name=text("transcript.title"))).to_be_hidden()
    for resource in ("", "/audio", "/events"):
        assert li.get(f"/calls/{call_of_wang}{resource}").status_code == 404
    page.get_by_role("link", name=text("call.back")).click()
    expect(page.get_by_text(text("calls.none"))).to_be_visible()


def test_agent_sees_the_own_call_and_the_supervisor_sees_it_too(
    new_page: NewPage, wang: httpx.Client, call_of_wang: str, make_agent: Callable[..., httpx.Client]
) -> None:
    for client in (wang, make_agent("chief.zhao", "supervisor")):
        page = new_page(client)
        page.goto(f"/calls/{call_of_wang}")
        expect(page.get_by_role("region", name=text("transcript.title"))).to_be_visible()


def test_agent_is_offered_neither_accounts_nor_editing(new_page: NewPage, li: httpx.Client) -> None:
    page = new_page(li)
    page.goto("/accounts")
    expect(page.get_by_text(text("page.not_permitted"))).to_be_visible()
    expect(page.get_by_role("navigation", name=text("nav.label")).get_by_text(text("accounts.nav"))).to_be_hidden()
    assert li.get("/accounts").status_code == 403
    page.goto("/knowledge")
    page.get_by_role("region", name=text("knowledge.list")).get_by_role("link").first.click()
    expect(page.get_by_role("region", name=text("knowledge.entry")).get_by_role("article")).to_be_visible()
    expect(page.get_by_role("link", name=text("knowledge.edit"), exact=True)).to_be_hidden()
    page.goto(f"{page.url}/edit")
    expect(page.get_by_text(text("page.not_permitted"))).to_be_visible()
