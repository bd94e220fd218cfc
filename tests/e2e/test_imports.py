"""A curator drops a folder of documents, looks at the preview, publishes, and finds an article by its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility import violations
from tests.e2e.texts import pattern, text
from tests.fakes.kb_ingest_files import word

pytestmark = pytest.mark.e2e
TESTED_WITHIN_MS = 180_000
"""Documents of every sector may have to pass all gold questions of the demo knowledge: some 40 s of one core."""
RULE = """# 紫云台小区灯会约定

第一条 灯会由紫云台居委会主办。

第二条 孔明灯不得在紫云台燃放。

第三条 灯谜奖品每户限领两份。
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "灯会"
    (folder / "附件").mkdir(parents=True)
    (folder / "灯会约定.md").write_text(RULE, encoding="gb18030")
    data = word([("Title", "紫云台灯会手册"), ("Heading 1", "走失儿童"), ("Normal", "请到紫云台牌坊下的帐篷。")])
    (folder / "附件" / "手册.docx").write_bytes(data)
    (folder / "附件" / "旧版.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    return folder


def test_folder_is_imported_with_a_preview_and_then_found(admin_page: Page, folder: Path) -> None:
    page = admin_page
    page.goto("/knowledge")
    page.get_by_role("link", name=pattern("import.title")).click()
    expect(page.get_by_role("heading", name=text("import.title"))).to_be_visible()
    assert violations(page) == []
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=text("import.choose_folder")).click()
    chooser.value.set_files(folder)

    page.wait_for_url(re.compile(r"/knowledge/import/[0-9a-f-]{36}$"))
    publish = page.get_by_role("button", name=text("import.publish", count=4))
    expect(publish).to_be_visible()
    files = page.get_by_role("region", name=text("import.files"), exact=True)
    expect(files.get_by_role("button")).to_have_count(3)
    expect(files).to_contain_text(text("import.file_refused"))
    content = page.get_by_role("region", name=text("import.file"), exact=True)
    files.get_by_role("button", name="附件/旧版.doc").click()
    expect(content.get_by_role("alert")).to_contain_text("docx")
    files.get_by_role("button", name="灯会约定.md").click()
    expect(content).to_contain_text("GB18030")
    content.get_by_text("紫云台小区灯会约定 第二条").click()
    expect(content).to_contain_text("孔明灯不得在紫云台燃放")
    assert violations(page) == []

    publish.press("Enter")
    expect(page.get_by_text(text("import.done"))).to_be_visible(timeout=TESTED_WITHIN_MS)
    content.get_by_role("link", name=text("import.open_entry")).click()
    entry = page.get_by_role("region", name=text("knowledge.entry"))
    expect(entry).to_contain_text("灯会约定.md · 第二条")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name=text("search.label"))).to_be_focused()
    page.keyboard.type("紫云台小区灯会约定第2条")
    found = page.get_by_role("region", name=text("knowledge.list")).get_by_role("link").filter(has_text="›")
    expect(found.first).to_contain_text("紫云台小区灯会约定 第二条")

    page.go_back()
    page.get_by_role("link", name=text("import.title")).first.click()
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("button", name=text("import.take_back")).click()
    asked = page.get_by_role("alertdialog")
    expect(asked.get_by_role("button", name=text("common.keep"))).to_be_focused()
    assert violations(page) == []
    asked.get_by_role("button", name=text("import.take_back")).press("Enter")
    expect(page.get_by_text(text("import.state_taken_back"), exact=True).first).to_be_visible(timeout=TESTED_WITHIN_MS)
    expect(content).to_contain_text(text("import.unit_taken_back"))
