"""A trainer finds a call by its words, clips it and makes an exam; an agent passes it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import LISTENING_MS, NewPage, snapshot_of, wait_until
from tests.e2e.test_accessibility import violations
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e

SAID = "煤气味"
CARD = "家里闻到燃气味怎么办"
CLIP = "闻到燃气味的开头"
EXAM = "燃气泄漏来电考试"
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


def test_exam_from_a_call(
    new_page: NewPage, make_agent: Callable[..., httpx.Client], admin: httpx.Client, finished_call: str
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
    pass_exam(new_page(agent))
    page.goto("/training")
    lesson = next(item for item in trainer.get("/training/lessons").json()["items"] if item["title"] == EXAM)
    page.goto(f"/training/lessons/{lesson['id']}/results")
    expect(page.get_by_role("row", name="learner")).to_contain_text("100")
