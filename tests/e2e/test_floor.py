"""The supervisor's page: a gas alert of a running call, a card that is pushed, and the wall."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import LISTENING_MS, Desk, NewPage
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e


def push(page: Page, agent: str, words: str) -> str:
    """Select the agent's call, find an entry, push it, and return its title."""
    row = page.get_by_role("region", name=text("floor.calls")).get_by_role("row").filter(has_text=agent)
    row.get_by_role("button").click()
    page.get_by_role("searchbox", name=text("floor.push_label")).fill(words)
    button = page.get_by_role("region", name=text("floor.panel")).get_by_role("listitem").first.get_by_role("button")
    title = (button.get_attribute("aria-label") or "").removeprefix(text("floor.push_it_named", title=""))
    button.click()
    return title


def test_the_supervisor_sees_the_danger_of_a_running_call_and_pushes_a_card_to_its_agent(
    new_page: NewPage, make_agent: Callable[..., httpx.Client]
) -> None:
    agent, chief = make_agent("floor.agent"), make_agent("floor.chief", "supervisor")
    floor = new_page(chief)
    floor.goto("/")
    floor.wait_for_url("**/floor")
    expect(floor.get_by_text(text("floor.no_calls"))).to_be_visible()

    desk = Desk(new_page(agent), agent)
    started = agent.post("/demo-calls/gas-smell/calls", json={"speed": "1"}).raise_for_status().json()
    desk.open(started["call_id"])
    tile = floor.get_by_role("region", name=text("floor.agents")).get_by_role("listitem").filter(has_text="floor.agent")
    expect(tile).to_contain_text(text("floor.agent_state.on_call"))
    danger = floor.get_by_role("alert").filter(has_text="floor.agent")
    expect(danger).to_contain_text("燃气", timeout=LISTENING_MS)
    expect(floor.get_by_role("button", name=text("notifications.bell", unread="1"))).to_be_visible()

    title = push(floor, "floor.agent", "燃气泄漏")
    pushed = desk.page.get_by_role("article", name=title, exact=True).filter(has_text="floor.chief")
    expect(pushed).to_contain_text(text("floor.pushed_title", name="floor.chief"))

    floor.keyboard.press("Alt+W")
    expect(floor.get_by_role("button", name=text("floor.wall_leave"))).to_be_visible()
    expect(danger).to_be_visible()
    floor.keyboard.press("Alt+W")

    # What the agent has told the caller is no longer an open alert.
    desk.page.get_by_role("button", name=text("alert.confirm")).first.click()
    expect(danger).to_have_count(0)
    agent.post(f"/calls/{started['call_id']}/stop")
