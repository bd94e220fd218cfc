"""A flow in the designer: seen, edited, refused, published; a caller tried by text, file and microphone; counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from assist_api.http.deps import SESSION_COOKIE
from assist_api.ivr.models import Dialogue, DialogueStep
from assist_api.ivr.repository import FlowRepository
from kit.db import Database
from tests.e2e.conftest import PATIENCE_MS, WINDOW, launch, microphone_of
from tests.e2e.desk import LISTENING_MS
from tests.e2e.test_accessibility import violations
from tests.e2e.texts import text
from tests.servers.tingzhi import TingzhiServer

pytestmark = pytest.mark.e2e

ASKED = "我想查一下上个月的电费"
FAREWELL = "感谢您的来电，祝您生活愉快，再见。"


@pytest.fixture
def sound(admin: httpx.Client, tmp_path: Path) -> Path:
    """What a caller says, as a file."""
    file = tmp_path / "caller.wav"
    file.write_bytes(admin.post("/ivr/speech", json={"text": ASKED}, timeout=60).raise_for_status().content)
    return file


@pytest.fixture
def page(playwright: Playwright, server: TingzhiServer, admin: httpx.Client, sound: Path) -> Iterator[Page]:
    """A page of the administrator, whose microphone hears the caller over and over."""
    with closing(launch(playwright, microphone_of(sound))) as listening:
        context = listening.new_context(base_url=server.url, viewport=WINDOW, locale="zh-CN")
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": SESSION_COOKIE, "value": admin.cookies[SESSION_COOKIE], "url": server.url}])
        yield context.new_page()


def test_a_flow_is_edited_refused_published_and_tried_by_voice(page: Page, server: TingzhiServer, sound: Path) -> None:
    # The browser's driver keeps a loop in this thread.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, remember_a_caller(server)).result()
    page.goto("/ivr/power_hotline")
    graph = page.get_by_role("region", name=text("ivr.graph"))
    welcome = graph.locator(".react-flow__node[data-id=welcome]")
    expect(welcome).to_contain_text(f"{text('ivr.count_no_matches')} 2")
    expect(welcome).to_contain_text(f"{text('ivr.count_gave_up')} 1")
    edit(page, graph)
    try_by_voice(page, sound)
    page.get_by_text(text("ivr.side_figures"), exact=True).click()
    table = page.get_by_role("table", name=text("ivr.side_figures"))
    expect(table.get_by_role("row").filter(has_text="welcome")).to_contain_text("50%")
    assert violations(page) == []


def edit(page: Page, graph: Locator) -> None:
    """Add a node that nobody reaches, read why that is refused, take it out, change a text, and publish."""
    page.get_by_role("textbox", name=text("ivr.node_name")).fill("lost")
    page.get_by_role("combobox", name=text("ivr.node_kind")).select_option("hang_up")
    page.get_by_role("button", name=text("ivr.add_node")).click()
    page.get_by_role("textbox", name=text("ivr_words.field.text")).fill(FAREWELL)
    flaws = page.get_by_role("listitem").filter(has_text=text("ivr_words.flaw.unreachable"))
    expect(flaws.get_by_role("button", name="lost")).to_be_visible()
    expect(page.get_by_role("button", name=text("ivr.publish"), exact=True)).to_be_disabled()
    page.get_by_role("button", name=text("ivr.remove_node")).click()
    expect(flaws).to_have_count(0)
    node = graph.locator(".react-flow__node[data-id=goodbye]")
    node.focus()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name=text("ivr_words.field.text")).fill(FAREWELL)
    page.get_by_role("button", name=text("ivr.save")).click()
    expect(page.get_by_text(text("ivr.draft_behind", live=1, draft=2))).to_be_visible()
    page.get_by_text(text("ivr.side_versions"), exact=True).click()
    page.get_by_role("button", name=text("ivr.compare")).last.click()
    expect(page.locator(".difference")).to_contain_text(FAREWELL)
    page.get_by_role("button", name=text("ivr.publish"), exact=True).click()
    expect(page.get_by_text(text("ivr.live", version=2))).to_be_visible(timeout=LISTENING_MS)


def try_by_voice(page: Page, sound: Path) -> None:
    """Be a caller by text, by a file and by the microphone."""
    page.get_by_text(text("ivr.side_simulator"), exact=True).click()
    simulator = page.get_by_role("region", name=text("ivr.simulator"))
    box = simulator.get_by_role("textbox", name=text("ivr.caller_says"))
    box.fill("转人工")
    box.press("Enter")
    expect(simulator.get_by_text(text("ivr_words.intent.agent"), exact=True).first).to_be_visible()
    expect(simulator).to_contain_text(text("ivr.end_agent", queue=text("ivr.queue_of_number")))
    for speak in (lambda: play(simulator, sound), lambda: talk(simulator)):
        simulator.get_by_role("button", name=text("ivr.again")).click()
        expect(box).to_be_enabled()
        speak()
        expect(simulator.locator(".sim-turn__caller").last).to_contain_text("电费", timeout=LISTENING_MS)
        expect(simulator.get_by_role("list", name=text("ivr.intents")).last).to_contain_text(
            text("ivr_words.intent.bill_query")
        )


def play(simulator: Locator, sound: Path) -> None:
    """Give the caller's words as a file."""
    simulator.locator("input[type=file]").set_input_files(sound)


def talk(simulator: Locator) -> None:
    """Give the caller's words to the microphone, twice over, so that one of them is whole."""
    simulator.get_by_role("button", name=text("ivr.speak")).click()
    done = simulator.get_by_role("button", name=text("ivr.stop_speaking"))
    expect(done).to_be_visible()
    simulator.page.wait_for_timeout(6_000)
    done.click()


async def remember_a_caller(server: TingzhiServer) -> None:
    """Keep a dialogue in which the caller was not understood twice and gave up."""
    database = Database(f"sqlite+aiosqlite:///{server.data_dir / 'tingzhi.sqlite'}")
    now, dialogue_id = datetime.now(UTC), uuid4()
    dialogue = Dialogue(
        id=dialogue_id, call_id=None, flow="power_hotline", version=1, started_at=now - timedelta(minutes=1),
        ended_at=now, end="agent", queue=None, intent=None, node="welcome", failures=2, mark=None, context={},
        caller_number="", responses_ms=[800],
    )  # fmt: skip
    kinds = ("said", "heard", "no_match", "said", "unheard", "no_match", "gave_up")
    steps = [
        DialogueStep(
            dialogue_id=dialogue_id, seq=seq, flow="power_hotline", node="welcome", kind=kind, detail="",
            probability=None,
        )
        for seq, kind in enumerate(kinds)
    ]  # fmt: skip
    try:
        async with database.session() as session:
            await FlowRepository(session).add_dialogue(dialogue, steps)
    finally:
        await database.aclose()
