"""Everything without the mouse, and nothing fires while an input method composes."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.desk import LISTENING_MS, Desk, NewPage
from tests.e2e.texts import text
from tests.servers.tingzhi import ADMIN_PASSWORD

pytestmark = pytest.mark.e2e
KEY_OF_INPUT_METHOD = 229
NAME_OF_FOCUS = """() => {
  const { ariaLabel, labels, innerText } = document.activeElement
  return (ariaLabel ?? labels?.[0]?.innerText ?? innerText ?? '').split('\\n')[0].trim()
}"""


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until the control of this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(NAME_OF_FOCUS) == name:
            return
    raise AssertionError(f"Tab never reaches {name!r}")


def test_whole_journey_by_keys(new_page: NewPage, admin: httpx.Client) -> None:
    page = new_page()
    page.goto("/")
    expect(page.get_by_label(text("session.username"))).to_be_visible()
    tab_to(page, text("session.username"))
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(ADMIN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=text("calls.title"), exact=True)).to_be_visible()

    name = text("demo.start_max_named", title="家里突然停电")
    expect(page.get_by_role("button", name=name)).to_be_visible()
    tab_to(page, name)
    page.keyboard.press("Enter")
    page.wait_for_url("**/calls/*-*")
    desk = Desk(page, admin)
    # While the call goes on, the cards may change places between one key and the next.
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)
    expect(desk.cards.nth(1)).to_be_visible()

    page.keyboard.press(desk.number_of(0))
    expect(desk.cards.first.get_by_role("button").first).to_have_attribute("aria-expanded", "true")
    first, second = desk.title_of(0), desk.title_of(1)
    page.keyboard.press("u")
    expect(desk.card(first)).to_contain_text(text("card.verdict_done_used"))
    page.keyboard.press(desk.number_of(1))
    expect(desk.card(second).get_by_role("button").first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("w")
    expect(desk.card(second).get_by_role("textbox", name=text("card.wrong_note"))).to_be_focused()
    page.keyboard.type("说的不是这件事")
    page.keyboard.press("Enter")
    expect(desk.card(second)).to_contain_text(text("card.verdict_done_wrong"))

    page.keyboard.press("Control+k")
    expect(desk.search_box).to_be_focused()
    page.keyboard.type("jtdj")
    expect(desk.results.filter(has_text="阶梯").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(desk.results).to_have_count(0)
    expect(desk.cards.first).to_be_visible()
    page.keyboard.press("Alt+k")
    expect(page).to_have_url("/knowledge")


def test_question_mark_shows_the_keys_of_the_page_and_escape_closes(desk: Desk, finished_call: str) -> None:
    desk.open(finished_call)
    expect(desk.cards.first).to_be_visible(timeout=LISTENING_MS)
    desk.page.keyboard.press("?")
    overlay = desk.page.get_by_role("dialog", name=text("keys.title"))
    for words in ("card.verdict_used", "card.verdict_dismissed", "search.label", "knowledge.nav"):
        expect(overlay).to_contain_text(text(words))
    desk.page.keyboard.press("Alt+k")
    expect(overlay).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(overlay).to_be_hidden()
    expect(desk.page).to_have_url(re.compile(f"/calls/{finished_call}$"))


def test_composing_sends_no_search_and_fires_no_shortcut(desk: Desk, finished_call: str) -> None:
    page = desk.page
    desk.open(finished_call)
    expect(desk.cards.first).to_be_visible(timeout=LISTENING_MS)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(_searched(request)) if request.url.endswith("/search") else None)
    keyboard = page.context.new_cdp_session(page)

    page.keyboard.press("Control+k")
    expect(desk.search_box).to_be_focused()
    for typed in ("t", "ti", "ting", "tingd", "tingdian"):
        keyboard.send(
            "Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)}
        )
    # Not Escape: with a key press made by hand Chromium itself empties a search field.
    for key in ("Enter", "ArrowDown", "1"):
        keyboard.send("Input.dispatchKeyEvent", _taken_key(key))
    page.wait_for_timeout(600)
    assert sent == []
    expect(desk.search_box).to_be_focused()
    expect(desk.search_box).to_have_value("tingdian")

    keyboard.send("Input.insertText", {"text": "停电"})
    expect(desk.results.first).to_be_visible()
    assert sent == ["停电"]


def test_keys_that_an_input_method_took_are_no_verdicts(desk: Desk, finished_call: str) -> None:
    desk.open(finished_call)
    expect(desk.cards.first).to_be_visible(timeout=LISTENING_MS)
    posted: list[str] = []
    desk.page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    keyboard = desk.page.context.new_cdp_session(desk.page)
    for key in ("u", "d", "w", "?", "o"):
        keyboard.send("Input.dispatchKeyEvent", _taken_key(key))
    desk.page.wait_for_timeout(300)
    assert posted == []
    expect(desk.page.get_by_role("dialog")).to_be_hidden()
    desk.page.keyboard.press("u")
    expect(desk.cards.first).to_contain_text(text("card.verdict_done_used"))
    assert len(posted) == 1


def _taken_key(key: str) -> dict[str, object]:
    """Return a key press as a browser reports it while an input method has the keyboard."""
    return {"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": KEY_OF_INPUT_METHOD}


def _searched(request: Request) -> str:
    words: str = request.post_data_json["text"]
    return words
