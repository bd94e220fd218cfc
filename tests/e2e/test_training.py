"""A trainer finds a call by its words and makes an exam of it; an agent passes it, and answers a caller by voice."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Playwright, expect

from assist_api.http.deps import SESSION_COOKIE
from tests.e2e.conftest import PATIENCE_MS, WINDOW, launch, microphone_of
from tests.e2e.desk import LISTENING_MS, NewPage, snapshot_of, wait_until
from tests.e2e.test_accessibility import violations
from tests.e2e.texts import text
from tests.servers.tingzhi import TingzhiServer

pytestmark = pytest.mark.e2e

SAID = "煤气味"
CARD = "家里闻到燃气味怎么办"
CLIP = "闻到燃气味的开头"
EXAM = "燃气泄漏来电考试"
PRACTICE = "燃气泄漏来电练习"
QUESTION = "客户说闻到燃气味，先说什么？"
RIGHT, WRONG = "先请客户别开关电器", "先问客户的户号"


def button(page: Page, key: str, **values: str | int) -> None:
    page.get_by_role("button", name=text(key, "zh-CN", **values)).first.click()


def make_clip(page: Page) -> None:
    """Find the call and cut a clip out of it by keys."""
    page.goto("/training")
    words = page.get_by_role("searchbox", name=text("call_search.text"))
    words.fill(SAID)
    words.press("Enter")
    expect(page.locator(".call-search__sentence mark").first).to_have_text(SAID)
    assert violations(page) == []
    page.locator(".call-search__sentence a").first.click()
    expect(page.locator(".utterance.is-pointed")).to_contain_text(SAID)
    expect(page.get_by_role("button", name=text("clip.begin"))).to_be_enabled()
    page.keyboard.press("[")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    name = page.get_by_label(text("clip.name"))
    expect(name).to_be_focused()
    page.keyboard.insert_text(CLIP)
    page.keyboard.press("Enter")
    expect(page.get_by_text(text("clip.kept", title=CLIP))).to_be_visible()


def make_exam(page: Page) -> None:
    """Put the clip, a question and an exercise of its call into an exam and publish it."""
    page.goto("/training/lessons/new")
    page.get_by_label(text("lesson.title"), exact=True).fill(EXAM)
    page.get_by_role("combobox", name=text("lesson.kind"), exact=True).select_option(label=text("lesson.exam"))
    button(page, "lesson.add_clip_named", title=CLIP)
    button(page, "lesson.add_question")
    page.get_by_label(text("lesson.question"), exact=True).fill(QUESTION)
    page.get_by_role("textbox", name=text("lesson.choices"), exact=True).fill(f"{WRONG}\n{RIGHT}")
    page.get_by_role("combobox", name=text("lesson.right"), exact=True).select_option(label=RIGHT)
    button(page, "lesson.from_call_named", title=CLIP)
    button(page, "lesson.add_exercise_named", number=1)
    exercise = page.get_by_role("region", name=text("lesson.item_exercise"))
    for part in ("category", "fields", "next_question"):
        asked = exercise.get_by_role("checkbox", name=text(f"practice.{part}"))
        if asked.is_checked():
            asked.uncheck()
    assert violations(page) == []
    button(page, "lesson.publish")
    expect(page.locator(".tag", has_text=text("lesson.state_published"))).to_be_visible()


def pass_exam(page: Page) -> None:
    page.goto("/learning")
    button(page, "learning.start_named", title=EXAM)
    expect(page.get_by_text(QUESTION)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("radio", name=RIGHT).check()
    button(page, "learning.answer")
    expect(page.get_by_text(text("learning.recorded"))).to_be_visible()
    page.get_by_role("combobox", name=text("learning.ask_card"), exact=True).select_option(label=CARD)
    page.get_by_role("button", name=text("learning.answer"), exact=True).last.click()
    finish = page.get_by_role("button", name=text("learning.finish", done=2, all=2))
    finish.click()
    expect(page.get_by_text(text("learning.passed", score=100, pass_mark=60))).to_be_visible()


def answer_by_voice(page: Page, spoken_ms: int) -> None:
    """Say the first answer to the caller into the microphone, look at what was heard, and send it."""
    page.goto("/learning")
    button(page, "learning.start_named", title=PRACTICE)
    expect(page.get_by_role("button", name=text("learning.speak"))).to_be_visible()
    page.keyboard.press("Alt+V")
    expect(page.get_by_text(text("learning.listening"))).to_be_visible()
    # The microphone plays the sentence from its beginning: this is how long it is spoken.
    page.wait_for_timeout(spoken_ms)
    page.keyboard.press("Alt+V")
    heard = page.get_by_role("textbox", name=text("learning.reply"))
    expect(heard).not_to_have_value("", timeout=LISTENING_MS)
    assert violations(page) == []
    button(page, "learning.say")
    verdict = page.get_by_role("region", name=text("learning.verdict"))
    expect(verdict).to_contain_text(f"{text('practice.script')}：{text('learning.reason_right')}")


def practise_by_voice(
    playwright: Playwright, server: TingzhiServer, agent: httpx.Client, sound: bytes, folder: Path
) -> None:
    """Answer in a browser whose microphone says a text over and over."""
    microphone = folder / "answer.wav"
    microphone.write_bytes(sound)
    with wave.open(io.BytesIO(sound)) as file:
        spoken_ms = 1_000 * file.getnframes() // file.getframerate()
    with closing(launch(playwright, microphone_of(microphone))) as speaking:
        context = speaking.new_context(base_url=server.url, viewport=WINDOW, locale="zh-CN")
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": SESSION_COOKIE, "value": agent.cookies[SESSION_COOKIE], "url": server.url}])
        answer_by_voice(context.new_page(), spoken_ms)


def test_exam_from_a_call(
    new_page: NewPage,
    make_agent: Callable[..., httpx.Client],
    admin: httpx.Client,
    finished_call: str,
    playwright: Playwright,
    server: TingzhiServer,
    tmp_path: Path,
) -> None:
    trainer, agent = make_agent("coach", "trainer"), make_agent("learner")
    wait_until(lambda: snapshot_of(admin, finished_call)["call"]["state"] == "ended", "the end of the call")
    wait_until(
        lambda: trainer.post("/call-search", json={"text": SAID}).json()["total"] > 0,
        "the index of calls",
        LISTENING_MS,
    )
    page = new_page(trainer)
    make_clip(page)
    make_exam(page)
    examined = new_page(agent)
    pass_exam(examined)
    attempt = agent.get(f"/training/attempts/{examined.url.rpartition('/')[2]}").raise_for_status().json()
    script = next(card["script"] for item in attempt["items"] for card in item["cards"] if card["title"] == CARD)
    item = {"kind": "role_play", "id": "caller", "call_id": finished_call}
    draft = {"title": PRACTICE, "items": [item]}
    lesson_id = trainer.post("/training/lessons", json=draft).raise_for_status().json()["lesson"]["id"]
    trainer.post(f"/training/lessons/{lesson_id}/publish").raise_for_status()
    sound = admin.post("/ivr/speech", json={"text": script}, timeout=60).raise_for_status().content
    practise_by_voice(playwright, server, agent, sound, tmp_path)
    page.goto("/training")
    lesson = next(item for item in trainer.get("/training/lessons").json()["items"] if item["title"] == EXAM)
    page.goto(f"/training/lessons/{lesson['id']}/results")
    expect(page.get_by_role("row", name="learner")).to_contain_text("100")
