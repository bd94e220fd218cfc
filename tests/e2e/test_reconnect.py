"""The network between desk and server: a cut, a change of the call meanwhile, and a line that is only silent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.desk import LISTENING_MS, Desk, NewPage, wait_until, written
from tests.e2e.texts import pattern
from tests.servers.line import Line
from tests.servers.tingzhi import TingzhiServer

pytestmark = pytest.mark.e2e
SILENCE_NOTICED_MS = 45_000
"""Within this a dead line must be said on the screen; an agent would otherwise trust a call that stands still."""


@pytest.fixture
def distant_desk(new_page: NewPage, line: Line, server: TingzhiServer) -> Iterator[Desk]:
    """A desk whose page comes over the line; its API client does not."""
    with closing(server.client_of()) as client:
        yield Desk(new_page(client, line.url), client)


def notice(page: Page) -> Locator:
    return page.get_by_role("status").filter(has_text=pattern("call.reconnecting"))


def doubt(page: Page) -> Locator:
    return page.get_by_role("status").filter(has_text=pattern("call.stale"))


def finals_of(desk: Desk) -> int:
    return sum(sentence["is_final"] for sentence in desk.snapshot()["utterances"])


def test_what_happened_during_a_cut_is_on_the_screen_after_it(distant_desk: Desk, line: Line) -> None:
    desk = distant_desk
    desk.start_demo("电费比平时高很多")
    expect(desk.finals.first).to_be_visible(timeout=LISTENING_MS)
    line.cut()
    expect(notice(desk.page)).to_be_visible()
    before = desk.finals.count()
    wait_until(lambda: finals_of(desk) > before + 1, "sentences that the screen does not get")
    desk.client.post(f"/calls/{desk.call_id}/stop").raise_for_status()
    line.mend()
    expect(desk.state("ended_stopped")).to_be_visible(timeout=LISTENING_MS)
    expect(notice(desk.page)).to_be_hidden()
    said = [written(sentence) for sentence in desk.snapshot()["utterances"]]
    assert len(said) > before
    expect(desk.sentences).to_contain_text(said)
    expect(desk.sentences).to_have_count(len(said))


def test_line_that_passes_nothing_on_is_noticed_and_said(distant_desk: Desk, line: Line) -> None:
    desk = distant_desk
    desk.start_demo("马路边水管爆了")
    expect(desk.finals.first).to_be_visible(timeout=LISTENING_MS)
    line.freeze()
    expect(doubt(desk.page)).to_be_visible()
    expect(notice(desk.page)).to_be_visible(timeout=SILENCE_NOTICED_MS)
    line.thaw()
    expect(notice(desk.page)).to_be_hidden(timeout=LISTENING_MS)
    desk.stop()
    said = [written(sentence) for sentence in desk.snapshot()["utterances"]]
    expect(desk.sentences).to_contain_text(said)
