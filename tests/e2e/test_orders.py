"""A call becomes a work order with one key, a crew mends it on a telephone, the caller is called back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.desk import LISTENING_MS, Desk, snapshot_of, wait_until
from tests.e2e.test_accessibility import violations
from tests.e2e.texts import text
from tests.servers.tingzhi import TingzhiServer

pytestmark = pytest.mark.e2e

PHONE = "13911112222"
"""Nobody says it in a demo call: the agent asks for it and types it."""
SEEN_ON_SITE = "软管接口漏气，已更换，复测合格"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def gas_unit(admin: httpx.Client) -> Iterator[str]:
    """The unit to which every gas order goes."""
    unit = admin.post("/units", json={"kind": "company", "name": "燃气抢修队", "sector": "gas"}).raise_for_status()
    unit_id: str = unit.json()["id"]
    choose_rules(admin, [{"sector": "gas", "unit_id": unit_id}])
    yield unit_id
    choose_rules(admin, [])
    admin.delete(f"/units/{unit_id}").raise_for_status()


def choose_rules(admin: httpx.Client, rules: list[dict[str, str]]) -> None:
    policies = admin.get("/policies").raise_for_status().json()["items"]
    standing = next(item for item in policies if item["name"] == "work_order_dispatch")
    change = {"value": {"rules": rules}, "note": "", "based_on": (standing["version"] or {"number": 0})["number"]}
    admin.put("/policies/work_order_dispatch", json=change).raise_for_status()


def fill_phone(page: Page) -> None:
    """Type the telephone number into the next missing field."""
    facts = page.get_by_role("region", name=text("facts.title"))
    expect(facts.get_by_role("status").first).to_contain_text("电话")
    page.keyboard.press("Alt+f")
    box = facts.get_by_role("textbox", name=text("facts.field_phone"))
    expect(box).to_be_focused()
    box.fill(PHONE)
    box.press("Enter")
    expect(facts).to_contain_text(PHONE)


def act(page: Page, action: str) -> None:
    """Choose an action on the page of an order and do it."""
    page.get_by_role("group", name=text("orders.actions")).get_by_role(
        "button", name=text(f"orders.action_{action}"), exact=True
    ).click()
    page.get_by_role("button", name=text("orders.run", action=text(f"orders.action_{action}"))).click()


def state(page: Page, name: str) -> None:
    """Wait until the page of an order says its state."""
    expect(page.locator(".order__head")).to_contain_text(text(f"orders.state_{name}"))


@pytest.mark.usefixtures("gas_unit")
def test_call_becomes_an_order_that_a_crew_closes(
    desk: Desk, finished_call: str, admin: httpx.Client, browser: Browser, server: TingzhiServer
) -> None:
    page = desk.page
    again = admin.post("/demo-calls/gas-smell/calls", json={"speed": "max"}).raise_for_status().json()["call_id"]
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)

    # The form has filled by itself; a click on the proof leads to the sentence.
    facts = page.get_by_role("region", name=text("facts.title"))
    expect(facts).to_contain_text("幸福路")
    facts.get_by_role("button", name=re.compile("幸福路")).click()
    expect(page.locator(".utterance.is-pointed")).to_contain_text("幸福路")
    fill_phone(page)
    page.keyboard.press("Alt+q")
    summary = page.get_by_role("region", name=text("summary.title"))
    expect(summary).to_contain_text(text("summary.accepted_by", name=""))

    # One key makes the order; the rule of the sector sends it to its unit.
    page.keyboard.press("Control+Enter")
    made = facts.get_by_role("status").get_by_role("link")
    expect(facts).to_contain_text(text("orders.state_dispatched"))
    number = made.inner_text()
    made.click()
    state(page, "dispatched")
    expect(page.locator(".order__quote").first).to_be_visible()
    assert violations(page) == []
    order_address = page.url

    # The crew works by its link, without an account, on a telephone.
    page.get_by_role("button", name=text("orders.crew_link")).click()
    link = page.get_by_role("textbox", name=re.compile("抢修人员")).input_value()
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
    context.set_default_timeout(PATIENCE_MS)
    crew = context.new_page()
    crew.goto(link)
    expect(crew.get_by_text("幸福路").first).to_be_visible()
    crew.get_by_role("button", name=text("crew.accept")).click()
    crew.get_by_role("button", name=text("crew.arrive")).click()
    crew.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    expect(crew.get_by_text(text("crew.photos", count=1))).to_be_visible()
    assert violations(crew) == []
    assert crew.evaluate("document.documentElement.scrollWidth") <= 390
    # The same caller again: the open order is urged instead of a second one.
    wait_until(lambda: snapshot_of(admin, again)["call"]["state"] == "ended", "the second call")
    desk.open(again)
    fill_phone(page)
    expect(facts).to_contain_text(text("orders.open_orders"))
    expect(facts).to_contain_text(number)
    page.keyboard.press("Control+Enter")
    expect(facts).to_contain_text(text("orders.urges", count=1))

    crew.get_by_role("textbox", name=text("crew.result")).fill(SEEN_ON_SITE)
    crew.get_by_role("button", name=text("crew.done"), exact=True).click()
    expect(crew.get_by_text(text("crew.over"))).to_be_visible()
    context.close()

    # Reviewed, called back, closed.
    page.goto(order_address)
    state(page, "done")
    expect(page.get_by_role("img", name=text("orders.photo", number=1))).to_be_attached()
    act(page, "review")
    state(page, "callback_due")
    act(page, "close")
    state(page, "closed")
    expect(page.get_by_role("region", name=text("orders.timeline"))).to_contain_text(SEEN_ON_SITE)
