"""Searching with the keyboard, and editing what is found."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from tests.e2e.texts import pattern, text

pytestmark = pytest.mark.e2e


def found(page: Page) -> Locator:
    return page.get_by_role("region", name=text("knowledge.list")).get_by_role("link").filter(has_text="›")


def open_browser(page: Page) -> None:
    page.goto("/knowledge")
    expect(found(page).first).to_be_visible()


def search_by_keys(page: Page, words: str) -> None:
    """Type into the search box and wait for the answer to exactly these words."""

    def is_answer(response: Response) -> bool:
        return response.url.endswith("/search") and response.request.post_data_json["text"] == words

    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name=text("search.label"))).to_be_focused()
    with page.expect_response(is_answer):
        page.keyboard.type(words)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        pytest.param("只有自己家停电", "只有自己家停电怎么处理", id="words"),
        pytest.param("djyc", "多久", id="initials-of-pinyin"),
        pytest.param("jietidianjia", "阶梯电价", id="whole-pinyin"),
        pytest.param("暖气漏谁", "漏", id="few-words"),
    ],
)
def test_search_by_keyboard_finds_words_and_pinyin(admin_page: Page, typed: str, wanted: str) -> None:
    open_browser(admin_page)
    search_by_keys(admin_page, typed)
    expect(found(admin_page).filter(has_text=wanted).first).to_be_visible()
    admin_page.keyboard.press("Enter")
    expect(found(admin_page).first).to_be_focused()
    admin_page.keyboard.press("Enter")
    expect(admin_page).to_have_url(re.compile(r"/knowledge/[0-9a-f-]{36}$"))
    expect(admin_page.get_by_role("region", name=text("knowledge.entry")).get_by_role("article")).to_be_visible()


def test_edited_entry_is_a_new_revision_and_is_found_by_its_new_words(admin_page: Page) -> None:
    page = admin_page
    open_browser(page)
    search_by_keys(page, "电视显示无信号怎么办")
    found(page).filter(has_text="电视显示无信号怎么办").first.click()
    page.get_by_role("link", name=text("knowledge.edit"), exact=True).click()

    variants = page.get_by_label(text("entry.field_variants"), exact=True)
    variants.fill(f"{variants.input_value()}\n荧屏上飘着紫色蝴蝶")
    page.get_by_label(text("entry.field_script"), exact=True).fill("您好,请先看一下机顶盒的指示灯是不是亮着。")
    preview = page.get_by_role("region", name=text("editor.preview"))
    expect(preview).to_contain_text("指示灯是不是亮着")
    page.get_by_label(text("entry.field_change_note"), exact=True).fill("补充一种问法")
    page.get_by_role("button", name=text("editor.save")).click()

    entry = page.get_by_role("region", name=text("knowledge.entry"))
    expect(entry).to_contain_text("指示灯是不是亮着")
    expect(entry).to_contain_text(text("card.revision", number=2))
    search_by_keys(page, "紫色蝴蝶")
    expect(found(page).first).to_contain_text("电视显示无信号怎么办")


def test_two_people_on_one_entry_do_not_overwrite_each_other(admin_page: Page) -> None:
    page = admin_page
    open_browser(page)
    found(page).first.click()
    page.get_by_role("link", name=text("knowledge.edit"), exact=True).click()
    page.wait_for_url("**/edit")
    other = page.context.new_page()
    other.goto(page.url)
    for number, editor in enumerate((other, page)):
        editor.get_by_label(text("entry.field_owner"), exact=True).fill(f"第{number}组")
        editor.get_by_role("button", name=text("editor.save")).click()
        if editor is other:
            expect(other.get_by_role("region", name=text("knowledge.entry"))).to_contain_text("第0组")
    conflict = page.get_by_role("alert").filter(has_text=text("entry.field_owner"))
    expect(conflict).to_contain_text("第0组")
    expect(page.get_by_role("textbox", name=text("entry.field_owner"), exact=True)).to_have_value("第1组")
    page.get_by_role("button", name=pattern("editor.rebase")).click()
    page.get_by_role("button", name=text("editor.save")).click()
    expect(page.get_by_role("region", name=text("knowledge.entry"))).to_contain_text("第1组")
