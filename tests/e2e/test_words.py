"""A curator adds a synonym, the search understands it, and it is gone again afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.texts import text

pytestmark = pytest.mark.e2e

WORDS = "/knowledge/words"
INVENTED = ("飞碟盒", "紫皮阀")
"""Words that no other test says."""


@pytest.fixture(autouse=True)
def leave_no_words(admin: httpx.Client) -> Iterator[None]:
    yield
    for word in INVENTED:
        for group in admin.get(WORDS, params={"text": word}).json()["items"]:
            admin.delete(f"{WORDS}/{group['id']}")


def test_synonym_that_a_curator_adds_is_understood_at_once(admin_page: Page) -> None:
    page = admin_page
    page.goto(WORDS)
    expect(page.get_by_role("table")).to_be_visible()
    page.keyboard.press("a")
    words = page.get_by_role("dialog").get_by_label(text("words.words"), exact=True)
    expect(words).to_be_focused()
    page.get_by_role("dialog").get_by_text(text("words.use_one_way"), exact=True).click()
    words.fill("飞碟盒\n盒")
    page.get_by_role("button", name=text("words.save")).click()
    expect(page.get_by_role("dialog")).to_contain_text(text("error.word_length"))
    words.fill("飞碟盒\n机顶盒")
    page.get_by_role("button", name=text("words.save")).click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("row").filter(has_text="飞碟盒")).to_contain_text("机顶盒")

    page.get_by_role("link", name=text("words.back")).click()
    search = page.get_by_role("searchbox", name=text("search.label"))
    search.fill("飞碟盒")
    found = page.get_by_role("region", name=text("knowledge.list"))
    expect(found.locator("mark.mark--synonym").first).to_have_text("机顶盒")

    page.get_by_role("link", name=text("words.title"), exact=True).click()
    page.get_by_role("searchbox", name=text("words.filter")).fill("飞碟盒")
    page.get_by_role("button", name=text("words.remove_named", name="飞碟盒")).click()
    page.get_by_role("alertdialog").get_by_role("button", name=text("words.remove")).click()
    expect(page.get_by_text(text("words.none"))).to_be_visible()


def test_file_with_a_mistake_names_its_line_and_the_mended_one_is_taken(admin_page: Page, tmp_path: Path) -> None:
    page = admin_page
    page.goto(WORDS)
    expect(page.get_by_role("table")).to_be_visible()
    file = tmp_path / "words.csv"
    file.write_text("use,sector,words\nwhole,gas,紫皮阀\nsynonyms,moon,飞碟盒|飞碟匣\n", encoding="gb18030")
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(file)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(text("words.line", line=3))
    expect(dialog).to_contain_text(text("error.sector_unknown"))
    dialog.locator("footer, .ant-modal-footer").get_by_role("button", name=text("common.close")).click()
    file.write_text("use,sector,words\nwhole,gas,紫皮阀\nsynonyms,tv,飞碟盒|飞碟匣\n", encoding="gb18030")
    chooser.set_input_files(file)
    expect(dialog).to_contain_text(text("words.import_report", created=2, updated=0, unchanged=0))
    dialog.locator("footer, .ant-modal-footer").get_by_role("button", name=text("common.close")).click()
    expect(page.get_by_role("row").filter(has_text="紫皮阀")).to_be_visible()
