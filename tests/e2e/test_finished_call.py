"""A finished call opened again: its text, and its audio from any sentence."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import LISTENING_MS, Desk
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e

AUDIO_TIME = "() => document.querySelector('audio').currentTime"


def test_click_on_a_sentence_plays_the_recording_from_there(desk: Desk, finished_call: str) -> None:
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)
    desk.page.reload()
    spoken = desk.snapshot()["utterances"]
    assert len(spoken) >= 6
    texts = [sentence["text"] for sentence in spoken]
    chosen = next(sentence for sentence in spoken[3:] if sentence["text"] and texts.count(sentence["text"]) == 1)
    desk.sentences.get_by_role("button", name=chosen["text"], exact=True).click()
    desk.page.wait_for_function(
        "start => { const audio = document.querySelector('audio'); return !audio.paused && audio.currentTime > start }",
        arg=chosen["start_ms"] / 1000,
    )
    assert desk.page.evaluate(AUDIO_TIME) < chosen["end_ms"] / 1000 + 5
    expect(desk.sentences.filter(has_text=chosen["text"]).get_by_role("button")).to_have_attribute(
        "aria-current", "time"
    )
    desk.page.get_by_role("button", name=text("player.pause")).click()
    desk.page.wait_for_function("() => document.querySelector('audio').paused")


def test_finished_call_stands_in_the_list_and_opens_from_it(desk: Desk, finished_call: str) -> None:
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)
    desk.page.get_by_role("link", name=text("call.back")).click()
    desk.page.get_by_text(text("calls.filter_ended"), exact=True).first.click()
    desk.page.get_by_role("table").get_by_role("link", name="厨房有煤气味").last.click()
    expect(desk.page).to_have_url(f"/calls/{finished_call}")
    expect(desk.category).to_contain_text("燃气泄漏")
