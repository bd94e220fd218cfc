"""axe finds nothing against WCAG 2 A and AA on any page, in both languages, light and dark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import LISTENING_MS, Desk, NewPage, snapshot_of, wait_until
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e
AXE = Path(__file__).parents[2] / "web_agent" / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async () => {
  const found = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
  const htmlOf = (nodes) => nodes.slice(0, 5).map((node) => node.html)
  return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: htmlOf(nodes) }))
}"""
PREFER = (
    "([locale, theme]) => { for (const [k, v] of Object.entries({ locale, theme })) localStorage[`tingzhi.${k}`] = v }"
)
LOOKS = [(locale, theme) for locale in ("zh-CN", "en") for theme in ("light", "dark")]
looks = pytest.mark.parametrize(("locale", "theme"), LOOKS, ids=["-".join(look) for look in LOOKS])


def violations(page: Page) -> list[dict[str, Any]]:
    """Return what axe finds on the page as it is."""
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: run `make web`", pytrace=False)
    # Not as a script element: the page's own policy would rightly refuse it.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(RUN_AXE)
    return found


def prefer(page: Page, locale: str, theme: str) -> None:
    """Choose language and theme as the page keeps them."""
    choices = {"tingzhi.locale": locale, "tingzhi.theme": theme}
    page.context.add_init_script(f"Object.assign(localStorage, {json.dumps(choices)})")


@pytest.fixture
def entry_id(admin: httpx.Client) -> str:
    entry: str = admin.get("/knowledge/entries", params={"limit": 1}).raise_for_status().json()["items"][0]["id"]
    return entry


@looks
def test_sign_in_page(new_page: NewPage, locale: str, theme: str) -> None:
    page = new_page()
    prefer(page, locale, theme)
    page.goto("/sign-in")
    expect(page.get_by_label(text("session.username", locale))).to_be_visible()
    assert violations(page) == []


@looks
def test_every_page_behind_sign_in(
    admin_page: Page, admin: httpx.Client, finished_call: str, entry_id: str, locale: str, theme: str
) -> None:
    page = admin_page
    prefer(page, locale, theme)
    wait_until(lambda: snapshot_of(admin, finished_call)["call"]["state"] == "ended", "the end of the call")
    found = {}
    for address in ("/calls", f"/calls/{finished_call}", f"/knowledge/{entry_id}", f"/knowledge/{entry_id}/edit",
                    "/knowledge/hit-test", "/knowledge/tests", "/knowledge/words", "/knowledge/import",
                    "/category-models", "/taxonomy", "/cases/groups", "/cases", "/accounts", "/health",
                    "/work-orders", f"/calls/{finished_call}/work-order", "/notices", "/customers"):  # fmt: skip
        page.goto(address)
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("heading").first).to_be_visible()
        found[address] = violations(page)
    assert {address: problems for address, problems in found.items() if problems} == {}


@looks
def test_hit_test_with_its_reasons(admin_page: Page, locale: str, theme: str) -> None:
    page = admin_page
    prefer(page, locale, theme)
    page.goto("/knowledge/hit-test")
    page.get_by_label(text("hit_test.question", locale), exact=True).fill("家里停电了")
    page.keyboard.press("Enter")
    expect(page.locator(".hit.is-open mark").first).to_be_visible()
    assert violations(page) == []


@looks
def test_what_opens_over_a_page(desk: Desk, finished_call: str, locale: str, theme: str) -> None:
    page = desk.page
    prefer(page, locale, theme)
    page.goto(f"/calls/{finished_call}")
    expect(page.get_by_role("article").first).to_be_visible(timeout=LISTENING_MS)
    # The keys work once the list that they act on has settled.
    page.wait_for_load_state("networkidle")
    page.keyboard.press("o")
    expect(page.get_by_role("region", name=text("card.source", locale))).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name=text("search.label", locale))).to_be_focused()
    page.keyboard.type("停电")
    expect(page.get_by_role("region", name=text("search.title", locale)).get_by_role("article").first).to_be_visible()
    searching = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog", name=text("keys.title", locale))).to_be_visible()
    assert searching + violations(page) == []
