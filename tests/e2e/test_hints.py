"""A call shows its talk track, its hints and what the questions found; a curator forbids a word and tries it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.desk import LISTENING_MS, Desk, NewPage
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e


def test_a_finished_call_shows_its_track_its_hints_and_what_the_questions_found(
    desk: Desk, admin: httpx.Client
) -> None:
    started = admin.post("/demo-calls/heating-cold/calls", json={"speed": "max"}).raise_for_status().json()
    desk.open(started["call_id"])
    expect(desk.state("ended")).to_be_visible(timeout=LISTENING_MS)
    hints = desk.page.get_by_role("region", name=text("hints.title"))
    facts = desk.page.get_by_role("region", name=text("facts.title"))
    expect(facts.locator(".facts__path")).to_contain_text("暖气不热")

    desk.page.keyboard.press("Alt+I")
    track = hints.get_by_role("list", name=text("hints.track"))
    greeting = track.get_by_role("listitem").filter(has_text="问候")
    greeting.get_by_role("button").click()
    expect(desk.page.locator(".is-pointed")).to_contain_text("好，供热")
    # The agent's own tick wins, by click and by key: Alt+6 ticks the first step that is open.
    greeting.get_by_role("checkbox", checked=True).click()
    expect(greeting.get_by_role("checkbox", checked=False)).to_be_visible()
    desk.page.keyboard.press("Alt+6")
    expect(greeting.get_by_role("checkbox", checked=True)).to_be_visible()
    expect(greeting).to_contain_text(text("hints.by_hand", name="").strip())
    expect(hints.get_by_role("list", name=text("hints.list"))).to_contain_text("已登记但没说时限")


def test_a_curator_forbids_a_word_and_hears_it_in_the_test_box(
    new_page: NewPage, make_agent: Callable[..., httpx.Client]
) -> None:
    page = new_page(make_agent("hint.curator", "curator"))
    page.goto("/knowledge/hints")
    page.get_by_role("radio", name=text("hint_book.section_forbidden")).check()
    page.get_by_text("推说不知道").click()
    heard = page.get_by_role("textbox", name=text("hint_book.heard")).first
    heard.fill(heard.input_value() + "\n木得办法")
    box = page.get_by_role("textbox", name=text("hint_book.test"))
    box.fill("坐：这个木得办法。")
    page.get_by_role("button", name=text("hint_book.test_run")).click()
    expect(page.locator(".hint-test__found")).to_contain_text("木得办法")
    page.get_by_role("button", name=text("hint_book.save")).click()
    expect(page.get_by_text("第 1 版")).to_be_visible()
