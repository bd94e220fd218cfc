"""Recordings from the page: what is refused says so at its field, what is good becomes a call."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

import assist_api.calls.demo
from tests.e2e.desk import LISTENING_MS, Desk
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e
RECORDING = Path(assist_api.calls.demo.__file__).parent / "calls" / "burst-pipe.flac"


def choose(page: Page, *files: Path) -> None:
    page.goto("/calls")
    page.get_by_label(text("upload.drop"), exact=True).set_input_files(list(files))
    page.get_by_role("button", name=text("upload.start"), exact=True).click()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        pytest.param("letter.wav", "这不是录音。".encode() * 200, "audio_not_recognised", id="text-named-wav"),
        pytest.param("empty.wav", b"", "audio_empty", id="empty"),
        pytest.param("cut.flac", RECORDING.read_bytes()[:60], "audio_damaged", id="cut-off"),
    ],
)
def test_bad_file_is_refused_at_its_field_and_leaves_no_call(
    admin_page: Page, admin: httpx.Client, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    known = admin.get("/calls").json()["items"]
    (tmp_path / name).write_bytes(content)
    choose(admin_page, tmp_path / name)
    field = admin_page.get_by_label(text("upload.drop"), exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(re.escape(text(f"error.{code}"))))
    expect(admin_page).to_have_url("/calls")
    assert [call["id"] for call in admin.get("/calls").json()["items"]] == [call["id"] for call in known]


def test_good_file_becomes_a_call_with_its_name(admin_page: Page, admin: httpx.Client) -> None:
    choose(admin_page, RECORDING)
    admin_page.wait_for_url("**/calls/*-*")
    desk = Desk(admin_page, admin)
    expect(admin_page.get_by_role("heading", name=RECORDING.stem)).to_be_visible()
    expect(desk.sentences.first).to_be_visible(timeout=LISTENING_MS)
    desk.stop()
