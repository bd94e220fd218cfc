"""A call becomes a work order with one key, a crew mends it on a telephone, the caller is called back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.desk import LISTENING_MS, Desk, NewPage, snapshot_of, wait_until
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


def typed(page: Page, label: str, value: str) -> None:
    """Fill a field of the form of actions."""
    page.get_by_role("textbox", name=text(label), exact=True).fill(value)


def complaint_step(page: Page, action: str, **fields: str) -> None:
    """Choose a step of a complaint, fill its fields and do it; some steps have names of their own."""
    name = text(f"complaints.action_{action}" if action in {"finish", "close"} else f"orders.action_{action}")
    page.get_by_role("group", name=text("orders.actions")).get_by_role("button", name=name, exact=True).click()
    for label, value in fields.items():
        typed(page, f"complaints.{label}", value)
    page.get_by_role("button", name=text("orders.run", action=name), exact=True).click()


def test_complaint_goes_round_and_nobody_supervises_their_own_verdict(
    admin: httpx.Client, make_agent: Callable[..., httpx.Client], new_page: NewPage
) -> None:
    unit = admin.post("/units", json={"kind": "company", "name": "客户服务中心", "sector": "power"}).raise_for_status()
    draft = {
        "business_type": "complaint", "sector": "power", "contact_phone": PHONE, "contact_name": "孙秀英",
        "description": "抢修的师傅说话很冲，没修好就走了。", "responsible_unit_id": unit.json()["id"],
        "complaint": {"kind": "service", "subject": ""}, "idempotency_key": "complaint-round-1",
    }  # fmt: skip
    made = admin.post("/work-orders", json=draft).raise_for_status().json()["order"]
    page = new_page(make_agent("second.admin", "admin"))
    page.goto("/complaints")
    page.get_by_role("link", name=made["number"]).click()
    state(page, "dispatched")
    complaint_step(page, "finish", statement="已与班组核对，情况属实，已约谈。")
    state(page, "done")
    complaint_step(page, "verify", findings="调阅录音，反映的情况属实。")
    state(page, "callback_due")
    complaint_step(page, "answer", answer="已致歉，并说明处理结果。")
    state(page, "answered")
    # Who verified it does not close it: the page says so, and another person's page offers it.
    close = text("complaints.action_close")
    actions = page.get_by_role("group", name=text("orders.actions"))
    expect(actions.get_by_role("button", name=close, exact=True)).to_have_count(0)
    other = new_page(admin)
    other.goto(f"/work-orders/{made['id']}")
    complaint_step(other, "close")
    state(other, "closed")
    assert violations(other) == []


def test_twenty_reports_of_one_street_raise_the_banner_and_become_one_order(
    admin: httpx.Client, new_page: NewPage
) -> None:
    places = "区县,街道,小区,别名,线路\n滨城区,海棠大道,,,10kV 海棠线\n滨城区,海棠大道,海棠花园,海棠小区,\n"
    admin.post("/addresses/import", files={"file": ("a.csv", places.encode(), "text/csv")}).raise_for_status()
    said = ("海棠大道{}号", "海棠花园{}号楼", "海棠小区{}栋", "海唐大道{}号")
    for number in range(1, 21):
        draft = {
            "business_type": "fault", "sector": "power", "contact_phone": f"1391111{number:04d}",
            "address": said[number % len(said)].format(number), "category_id": "fault/power.outage.area",
            "description": "整栋楼都没电了。", "idempotency_key": f"twenty-reports-{number}",
        }  # fmt: skip
        admin.post("/work-orders", json=draft).raise_for_status()

    page = new_page(admin)
    page.goto("/work-orders/board")
    page.get_by_label(text("board.by")).select_option(label=text("board.by_area"))
    column = page.get_by_role("region", name="海棠大道")
    expect(column).to_contain_text(text("board.column", orders=20))
    # Arrow keys walk from card to card.
    column.get_by_role("button").first.focus()
    page.keyboard.press("ArrowDown")
    expect(column.get_by_role("button").nth(1)).to_be_focused()
    assert violations(page) == []

    page.goto("/work-orders")
    fault = page.get_by_role("region", name=text("mass_fault.title", area="海棠大道"))
    expect(fault).to_contain_text("10kV 海棠线")
    fault.get_by_role("button", name=text("mass_fault.look")).click()
    fault.get_by_role("button", name=text("mass_fault.confirm", orders=20)).click()
    expect(fault).to_have_count(0)
    page.goto("/notices")
    expect(page.get_by_text("海棠大道").first).to_be_visible()
    orders = admin.get("/work-orders", params={"is_open": True, "limit": 100}).raise_for_status().json()["items"]
    (parent,) = [order for order in orders if order["area"] == "海棠大道"]
    page.goto(f"/work-orders/{parent['id']}")
    detail = page.get_by_role("region", name=text("orders.detail"))
    expect(detail.get_by_role("listitem").filter(has=page.get_by_role("link"))).to_have_count(19)


def test_address_and_webhook_pages_do_their_first_job(admin: httpx.Client, new_page: NewPage) -> None:
    page = new_page(admin)
    page.goto("/addresses")
    rows = "区县,街道,小区\n滨城区,丁香路,丁香园\n"
    chooser = page.locator("input[type=file]")
    chooser.set_input_files({"name": "坏.csv", "mimeType": "text/csv", "buffer": "街道\n丁香路".encode()})
    expect(page.get_by_role("alert")).to_contain_text("区县")
    chooser.set_input_files({"name": "地址.csv", "mimeType": "text/csv", "buffer": rows.encode("gb18030")})
    page.get_by_role("button", name=text("addresses.take")).click()
    page.get_by_role("searchbox").fill("丁香苑")
    page.keyboard.press("Enter")
    expect(page.get_by_text("› 丁香路 › 丁香园")).to_be_visible()
    expect(page.get_by_text(text("addresses.by_sound"))).to_be_visible()
    assert violations(page) == []

    hook = {"name": "调度系统", "url": "http://127.0.0.1:9/hook", "event_types": ["tingzhi.work_order.changed"]}
    made = admin.post("/webhooks", json=hook).raise_for_status().json()["view"]["id"]
    page.goto("/integrations")
    page.get_by_role("button", name=text("integrations.rotate"), exact=True).click()
    page.get_by_role("button", name=text("integrations.rotate_now")).click()
    expect(page.locator(".integrations__secret")).to_contain_text("whsec_")
    assert violations(page) == []
    admin.delete(f"/webhooks/{made}").raise_for_status()
