"""A call at its pace: partial, final, card, category; verdicts on cards; they outlive a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import LISTENING_MS, Desk, written
from tests.e2e.texts import text

pytestmark = pytest.mark.e2e


def test_call_becomes_text_then_cards_and_a_category_and_takes_verdicts(desk: Desk) -> None:
    desk.start_demo("家里突然停电")
    expect(desk.partials.first).to_be_visible(timeout=LISTENING_MS)
    expect(desk.finals.first).to_be_visible(timeout=LISTENING_MS)
    expect(desk.cards.nth(1)).to_be_visible(timeout=LISTENING_MS)
    expect(desk.category).to_contain_text("停电", timeout=LISTENING_MS)

    # The list stays as it is while it is being read.
    desk.cards.nth(1).get_by_role("button").first.hover()
    used, dismissed = desk.title_of(0), desk.title_of(1)
    desk.verdict("used").click()
    expect(desk.card(used)).to_contain_text(text("card.verdict_done_used"))
    desk.card(dismissed).get_by_role("button").first.click()
    desk.verdict("dismissed").click()
    # A dismissed card leaves; the message names it, and takes the verdict back.
    expect(desk.card(dismissed)).to_have_count(0)
    expect(desk.page.get_by_text(text("card.given_dismissed", title=dismissed))).to_be_visible()
    desk.page.keyboard.press("z")
    expect(desk.card(dismissed)).to_be_visible()
    desk.card(dismissed).get_by_role("button").first.click()
    desk.verdict("dismissed").click()
    expect(desk.card(dismissed)).to_have_count(0)

    desk.stop()
    verdicts = {feedback["verdict"] for feedback in desk.snapshot()["feedback"]}
    assert verdicts == {"used", "dismissed"}
    said = desk.finals.all_inner_texts()
    desk.page.reload()
    expect(desk.finals).to_have_text(said, use_inner_text=True)


def test_each_card_shows_the_words_of_the_caller_that_called_it_up(desk: Desk, finished_call: str) -> None:
    desk.open(finished_call)
    expect(desk.state("ended_completed")).to_be_visible(timeout=LISTENING_MS)
    because = desk.cards.first.get_by_text(text("card.because"))
    expect(because).to_be_visible()
    heard = {written(sentence) for sentence in desk.snapshot()["utterances"]}
    marked = desk.sentences.locator("mark")
    expect(marked.first).to_be_visible()
    assert any(marked.first.inner_text() in sentence for sentence in heard)
