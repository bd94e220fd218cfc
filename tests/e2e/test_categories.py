"""The work-order category in a browser: an agent chooses another one; a curator edits the taxonomy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import LISTENING_MS, Desk
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e


def test_agent_chooses_another_category_by_pinyin(desk: Desk, finished_call: str) -> None:
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)
    expect(desk.category.get_by_role("button", name=re.compile(text("category.choose")))).to_be_visible()
    desk.page.keyboard.press("g")
    box = desk.category.get_by_role("combobox", name=text("category.find"))
    expect(box).to_be_focused()
    desk.page.keyboard.type("baojingqi")
    options = desk.category.get_by_role("listbox", name=text("category.options")).get_by_role("option")
    expect(options.first).to_contain_text("软管与报警器")
    desk.page.keyboard.press("Enter")

    expect(desk.category).to_contain_text("软管与报警器")
    expect(desk.category.get_by_text(re.compile(text("category.chosen_by", name="")))).to_be_visible()
    desk.page.reload()
    expect(desk.category).to_contain_text("软管与报警器")
    chosen = desk.snapshot()["chosen_category"]
    assert chosen["situation"] == "gas.safety.hose"
    # Other tests look at what was ranked.
    leak = {"category_id": "fault/gas.safety.leak"}
    desk.client.put(f"/calls/{finished_call}/category", json=leak).raise_for_status()


def test_situation_added_by_a_curator_stands_in_the_knowledge_tree(admin_page: Page) -> None:
    page = admin_page
    page.goto("/taxonomy")
    page.get_by_label(text("taxonomy.pack"), exact=True).select_option("tv")
    tree = page.get_by_role("region", name=text("taxonomy.tree"))
    tree.get_by_role("listitem").get_by_role("button").first.click()
    form = page.get_by_role("form", name=text("taxonomy.add_situation"))
    code = form.get_by_label(text("taxonomy.code"), exact=True)
    code.fill(f"{code.input_value()}antenna")
    form.get_by_label(text("taxonomy.zh"), exact=True).fill("天线脱落")
    form.get_by_label(text("taxonomy.en"), exact=True).fill("Fallen antenna")
    form.get_by_role("button", name=text("taxonomy.save")).click()
    expect(tree.get_by_role("button", name=re.compile("天线脱落"))).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("group", name=text("taxonomy.history"))).to_contain_text("天线脱落")

    page.goto("/knowledge")
    browser = page.get_by_role("navigation", name=text("knowledge.tree"))
    browser.get_by_text("有线电视", exact=True).dblclick()
    browser.get_by_role("treeitem").filter(has_text=re.compile("信号")).first.dblclick()
    expect(browser.get_by_text(re.compile("天线脱落"))).to_be_visible()


def test_curator_sees_the_live_model_with_its_scores(admin_page: Page) -> None:
    admin_page.goto("/category-models")
    live = admin_page.get_by_role("row").filter(has_text=text("models.state_live"))
    expect(live).to_contain_text("%")
    expect(admin_page.get_by_role("img", name=text("models.curve_label"))).to_be_visible()
