"""From a finished call to its case, and from the case to whoever asks the same next."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import LISTENING_MS, Desk
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e

TITLE = "老灶台软管被猫咬穿的一户"
"""Words that no other test searches for; the case is removed at the end."""


@pytest.fixture
def no_case_left(admin: httpx.Client, finished_call: str) -> Iterator[None]:
    yield
    case = admin.get(f"/calls/{finished_call}/case").raise_for_status().json()["case"]
    if case is not None:
        admin.delete(f"/knowledge/cases/{case['id']}", params={"version": case["version"]}).raise_for_status()


def field(page: Page, name: str) -> str:
    return page.get_by_label(text(f"cases.field_{name}"), exact=True).input_value()


@pytest.mark.usefixtures("no_case_left")
def test_finished_call_becomes_a_case_that_the_next_call_finds(desk: Desk, finished_call: str) -> None:
    page = desk.page
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)

    page.keyboard.press("Alt+a")
    expect(page.get_by_role("heading", name=text("cases.make_title"))).to_be_visible()
    said = [utterance["text"] for utterance in desk_utterances(desk, finished_call)]
    problem = field(page, "problem")
    assert problem
    assert any(problem.splitlines()[0] in sentence for sentence in said)
    page.get_by_label(text("cases.field_title"), exact=True).fill(TITLE)
    page.keyboard.press("Control+s")

    expect(page).to_have_url(re.compile(r"/cases/[0-9a-f-]{36}$"))
    case_id = page.url.rpartition("/")[2]
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    play_a_sentence(page)

    # The next call: its agent types what the caller says.
    desk.open(finished_call)
    expect(desk.cards.first).to_be_visible()
    page.keyboard.press("Control+k")
    expect(desk.search_box).to_be_focused()
    desk.search_box.fill("灶台软管被猫咬穿")
    similar = page.get_by_role("region", name=text("case.similar"))
    expect(similar).to_contain_text(TITLE)
    similar.get_by_text(TITLE).click()
    expect(similar.locator(f"a[href='/cases/{case_id}']")).to_be_visible()

    # And from the list of cases, narrowed by what was chosen.
    page.goto("/cases?outcome=resolved&sector=power")
    rows = page.get_by_role("region", name=text("cases.nav"), exact=True).locator(".entry-row")
    expect(rows.first).to_be_visible()
    expect(rows.filter(has_text=TITLE)).to_have_count(0)
    page.goto("/cases?sector=gas")
    page.get_by_role("searchbox", name=text("case.filter")).fill("猫咬穿软管")
    expect(rows.first).to_contain_text(TITLE)
    assert "猫" not in page.url


def play_a_sentence(page: Page) -> None:
    evidence = page.get_by_role("region", name=re.compile(text("cases.evidence")))
    evidence.get_by_role("listitem").nth(2).get_by_role("button").click()
    page.wait_for_function("() => document.querySelector('audio').currentTime > 1")
    page.evaluate("() => document.querySelector('audio').pause()")


def desk_utterances(desk: Desk, call_id: str) -> list[dict[str, str]]:
    snapshot = desk.client.get(f"/calls/{call_id}").raise_for_status().json()["data"]
    utterances: list[dict[str, str]] = snapshot["utterances"]
    return utterances
