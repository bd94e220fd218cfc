"""The server is killed in the middle of a call: nothing that was heard is lost, and the page finds back by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import LISTENING_MS, Desk, written
from tests.e2e.texts import pattern
from tests.servers.tingzhi import TingzhiServer

pytestmark = pytest.mark.e2e


def test_killed_server_comes_back_and_the_call_goes_on_without_a_reload(desk: Desk, server: TingzhiServer) -> None:
    desk.start_demo("暖气不热")
    expect(desk.finals.nth(1)).to_be_visible(timeout=LISTENING_MS)
    desk.page.evaluate("() => { window.isTheSamePage = true }")
    server.kill()
    lost = desk.page.get_by_role("status").filter(has_text=pattern("call.reconnecting"))
    expect(lost).to_be_visible()
    shown = [sentence.strip() for sentence in desk.finals.all_inner_texts()]

    server.start()
    expect(lost).to_be_hidden(timeout=LISTENING_MS)
    expect(desk.state("answered")).to_be_visible()
    known = [written(sentence) for sentence in desk.snapshot()["utterances"] if sentence["is_final"]]
    assert all(any(text in sentence for sentence in shown) for text in known[: len(shown)])
    expect(desk.finals.nth(len(shown) + 1)).to_be_visible(timeout=LISTENING_MS)
    assert [sentence.strip() for sentence in desk.finals.all_inner_texts()][: len(shown)] == shown
    assert desk.page.evaluate("() => window.isTheSamePage")
    desk.stop()
