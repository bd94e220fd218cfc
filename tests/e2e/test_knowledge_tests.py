"""Changing an entry and seeing which test questions moved: warned, blocked, and kept in the history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.texts import pattern, text

pytestmark = pytest.mark.e2e

TESTING_MS = 180_000
"""For some forty searches, twice, beside other work."""
QUESTION = "我那个蓝鲸点歌匣子不出声"
MINE = {"title": "蓝鲸点歌匣子不出声怎么办", "variants": ["蓝鲸点歌匣子没声音了"]}
OTHER = {"title": "点歌匣子外放音量很小", "variants": ["点歌匣子声音太小听不清"]}
COMMON = {
    "answer": "看连接线。",
    "script": "请您看一下连接线。",
    "sector": "tv",
    "situation": "tv.box.remote",
    "business_type": "enquiry",
}
WRECKED = "合唱团排练须知"


@pytest.fixture
def entry_id(admin: httpx.Client) -> Iterator[str]:
    """An entry of words nobody else uses, beside one that can take its place; both are gone afterwards."""
    made = [
        admin.post("/knowledge/entries", json=COMMON | item).raise_for_status().json()["id"] for item in (MINE, OTHER)
    ]
    yield made[0]
    admin.put("/knowledge/tests/policy", json={"policy": "warn"}).raise_for_status()
    for made_id in made:
        admin.post(f"/knowledge/entries/{made_id}/retire").raise_for_status()


def field(page: Page, name: str) -> Locator:
    return page.get_by_label(text(f"entry.field_{name}"), exact=True)


def open_editor(page: Page, entry_id: str) -> None:
    page.goto(f"/knowledge/{entry_id}/edit")
    expect(field(page, "title")).to_be_visible()


def write(page: Page, title: str, variants: str) -> None:
    field(page, "title").fill(title)
    field(page, "variants").fill(variants)
    field(page, "script").fill(f"{title}:请准时到场。")
    field(page, "answer").fill(f"{title}。")


def save(page: Page) -> None:
    page.get_by_role("button", name=text("editor.save")).click()


def drop_panel(page: Page) -> Locator:
    return page.get_by_role("region", name=text("tests.drop_title"))


def expect_published(page: Page, entry_id: str, number: int) -> None:
    page.wait_for_url(f"**/knowledge/{entry_id}", timeout=TESTING_MS)
    entry = page.get_by_role("region", name=text("knowledge.entry"))
    expect(entry).to_contain_text(text("card.revision", number=number))


def newest_run(admin: httpx.Client, entry_id: str) -> dict[str, Any]:
    runs = admin.get("/knowledge/tests/runs", params={"entry_id": entry_id}).raise_for_status().json()["items"]
    newest: dict[str, Any] = runs[0]
    return newest


def test_an_edit_shows_which_questions_it_moves(admin_page: Page, admin: httpx.Client, entry_id: str) -> None:
    page = admin_page
    open_editor(page, entry_id)
    page.get_by_label(text("gold.add_label")).fill(QUESTION)
    page.keyboard.press("Enter")
    question = page.get_by_role("listitem").filter(has_text=QUESTION)
    expect(question).to_contain_text(text("gold.origin_written"))

    write(page, WRECKED, "")
    question.get_by_role("button", name=text("gold.try_this", text=QUESTION)).click()
    dialog = page.get_by_role("dialog", name=text("hit_test.title_edit"))
    now, after = (dialog.get_by_role("region", name=text(f"hit_test.{side}"), exact=True) for side in ("now", "after"))
    expect(now.locator(".hit").first).to_contain_text(MINE["title"])
    expect(now.locator("mark").first).to_be_visible()
    expect(after.locator(".hit").first).to_contain_text(OTHER["title"])
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    save(page)
    panel = drop_panel(page)
    expect(panel).to_be_visible(timeout=TESTING_MS)
    row = panel.get_by_role("row").filter(has_text=QUESTION)
    expect(row).to_contain_text(text("tests.drop"))
    expect(row).to_contain_text(OTHER["title"])
    expect(field(page, "title")).to_have_value(WRECKED)
    panel.get_by_role("button", name=text("editor.stay")).click()
    expect(panel).to_be_hidden()
    expect(field(page, "title")).to_have_value(WRECKED)
    assert admin.get(f"/knowledge/entries/{entry_id}").json()["current"]["number"] == 1

    save(page)
    drop_panel(page).get_by_role("button", name=text("tests.publish_anyway")).click(timeout=TESTING_MS)
    expect_published(page, entry_id, 2)
    page.goto("/knowledge/tests")
    page.get_by_role("row").filter(has_text=WRECKED).get_by_role("button").click()
    changed = page.get_by_role("region", name=text("tests.changed"))
    expect(changed.get_by_role("row").filter(has_text=QUESTION)).to_contain_text(OTHER["title"])


def test_a_block_wants_a_reason_that_is_kept(admin_page: Page, admin: httpx.Client, entry_id: str) -> None:
    page = admin_page
    admin.post(f"/knowledge/entries/{entry_id}/gold-questions", json={"text": QUESTION}).raise_for_status()
    page.goto("/knowledge/tests")
    # The choice shows once the server has taken it.
    page.get_by_label(text("tests.policy_block"), exact=True).click()
    expect(page.get_by_label(text("tests.policy_block"), exact=True)).to_be_checked()
    expect(page.get_by_text(text("tests.policy_hint_block"))).to_be_visible()

    open_editor(page, entry_id)
    write(page, WRECKED, "")
    save(page)
    panel = drop_panel(page)
    expect(panel).to_contain_text(pattern("error.knowledge_test_blocked"), timeout=TESTING_MS)
    publish = panel.get_by_role("button", name=text("tests.publish_override"))
    expect(publish).to_be_disabled()
    panel.get_by_label(text("tests.override_reason")).fill("这项业务已经取消")
    publish.click()
    expect_published(page, entry_id, 2)
    assert newest_run(admin, entry_id)["override_reason"] == "这项业务已经取消"

    # What makes questions better is published without a word.
    open_editor(page, entry_id)
    write(page, MINE["title"], MINE["variants"][0])
    save(page)
    expect_published(page, entry_id, 3)
    assert newest_run(admin, entry_id)["better"] == 1
    expect(page.get_by_text(pattern("tests.at_publication"))).to_be_visible()


def test_all_questions_run_on_demand(admin_page: Page) -> None:
    page = admin_page
    page.goto("/knowledge/tests")
    page.get_by_role("button", name=text("tests.run_all_now")).click()
    expect(page.get_by_role("img", name=pattern("tests.chart"))).to_be_visible(timeout=TESTING_MS * 2)
    expect(page.get_by_role("row").filter(has_text=text("tests.run_all")).first).to_be_visible()


def test_hit_test_explains_a_question(admin_page: Page) -> None:
    page = admin_page
    page.goto("/knowledge/hit-test")
    page.get_by_label(text("hit_test.question"), exact=True).fill("停垫报修")
    page.keyboard.press("Enter")
    hits = page.get_by_role("region", name=text("hit_test.now"), exact=True)
    expect(hits.locator(".hit")).to_have_count(10)
    expect(hits.locator(".hit.is-open mark.mark--pinyin").first).to_be_visible()
    expect(hits.locator(".hit.is-open .parts")).to_contain_text(text("hit_test.part_pinyin"))
    assert "停垫" not in page.url
    page.get_by_label(text("hit_test.sector")).select_option("gas")
    expect(hits.locator(".hit").first).to_be_visible()
