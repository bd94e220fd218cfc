"""A finished call opened again: its text, and its audio from any sentence."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.desk import LISTENING_MS, Desk, NewPage, written
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e

AUDIO_TIME = "() => document.querySelector('audio').currentTime"


def test_click_on_a_sentence_plays_the_recording_from_there(desk: Desk, finished_call: str) -> None:
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)
    desk.page.reload()
    spoken = desk.snapshot()["utterances"]
    assert len(spoken) >= 6
    texts = [written(sentence) for sentence in spoken]
    chosen = next(sentence for sentence in spoken[3:] if texts.count(written(sentence)) == 1)
    desk.sentences.get_by_role("button", name=written(chosen), exact=True).click()
    desk.page.wait_for_function(
        "start => { const audio = document.querySelector('audio'); return !audio.paused && audio.currentTime > start }",
        arg=chosen["start_ms"] / 1000,
    )
    assert desk.page.evaluate(AUDIO_TIME) < chosen["end_ms"] / 1000 + 5
    expect(desk.sentences.filter(has_text=written(chosen)).get_by_role("button")).to_have_attribute(
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


def test_export_of_a_transcript_names_its_version_in_the_audit_log(desk: Desk, finished_call: str) -> None:
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)
    # The job itself is tested below the page: it gives way to everything else, and would wait long on a busy machine.
    expect(desk.page.get_by_role("button", name=text("transcript.order_second_pass"), exact=True)).to_be_visible()
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name=text("transcript.export_srt")).click()
    assert written(desk.snapshot()["utterances"][0]) in download.value.path().read_text(encoding="utf-8")
    newest = desk.client.get("/audit/entries", params={"limit": 5}).raise_for_status().json()["items"]
    exported = next(entry for entry in newest if entry["action"] == "call.transcript_exported")
    assert exported["details"]["version"] == "as_seen"


def test_a_gas_call_alarms_asks_on_and_is_masked_for_a_trainer(
    desk: Desk, finished_call: str, new_page: NewPage, make_agent: Callable[..., httpx.Client]
) -> None:
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)
    expect(desk.page.get_by_role("alert").filter(has_text="燃气泄漏")).to_contain_text("煤气味")
    facts = desk.page.get_by_role("region", name=text("facts.title"))
    expect(facts.locator(".facts__path")).to_be_visible()
    expect(facts).to_contain_text("幸福路")

    # What the agent sees of the address, a trainer sees as signs that tell nothing, in either version of the text.
    trainer = make_agent("gas.trainer", "trainer")
    room = Desk(new_page(trainer), trainer)
    room.open(finished_call)
    expect(room.sentences.filter(has_text="●●●").first).to_be_visible()
    assert "幸福路" not in room.page.inner_text("body")
    second = trainer.get(f"/calls/{finished_call}/second-pass").raise_for_status().text
    assert "幸福路" not in second
