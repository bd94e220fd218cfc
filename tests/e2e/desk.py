"""The agent desk as a person sees it: regions, cards, sentences."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from assist_api.transcripts.utterances import Utterance
from tests.e2e.texts import text

LISTENING_MS = 90_000
"""How long to wait for what comes out of a call that is played at its pace, on a busy machine."""
NewPage = Callable[..., Page]
"""Opens a page in a browser profile of its own: `new_page(client=None, base_url=server.url)`."""


class Desk:
    """One page on a call, and the API beside it to compare with."""

    def __init__(self, page: Page, client: httpx.Client) -> None:
        self.page = page
        self.client = client

    @property
    def call_id(self) -> str:
        """The call of the page's address."""
        return self.page.url.rpartition("/")[2]

    @property
    def sentences(self) -> Locator:
        """Everything said, in order."""
        return self.page.get_by_role("region", name=text("transcript.title")).get_by_role("listitem")

    @property
    def partials(self) -> Locator:
        """Sentences that may still change."""
        return self.sentences.and_(self.page.locator(".is-partial"))

    @property
    def finals(self) -> Locator:
        """Sentences that will not change."""
        return self.sentences.and_(self.page.locator(":not(.is-partial)"))

    @property
    def cards(self) -> Locator:
        """The cards that are shown."""
        return self.page.get_by_role("region", name=text("card.title")).get_by_role("article")

    @property
    def results(self) -> Locator:
        """The cards that a typed search found."""
        return self.page.get_by_role("region", name=text("search.title")).get_by_role("article")

    @property
    def category(self) -> Locator:
        """The panel with the work-order category."""
        return self.page.get_by_role("region", name=text("category.title"))

    @property
    def search_box(self) -> Locator:
        """The field for a typed search."""
        return self.page.get_by_role("searchbox", name=text("search.label"))

    def start_demo(self, title: str, speed: str = "1") -> None:
        """Press the button of a demo call and wait for its desk."""
        self.page.goto("/calls")
        self.page.get_by_role("button", name=text(f"demo.start_{speed}_named", title=title)).click()
        self.page.wait_for_url("**/calls/*-*")

    def open(self, call_id: str) -> None:
        """Open the desk of a call."""
        self.page.goto(f"/calls/{call_id}")
        expect(self.page.get_by_role("region", name=text("call.bar"))).to_be_visible()

    def snapshot(self) -> dict[str, Any]:
        """Return the call as the server has it now."""
        data: dict[str, Any] = snapshot_of(self.client, self.call_id)
        return data

    def title_of(self, number: int) -> str:
        """Return the title of the card at a place."""
        title: str = self.cards.nth(number).evaluate(
            "card => document.getElementById(card.getAttribute('aria-labelledby')).textContent"
        )
        return title

    def number_of(self, place: int) -> str:
        """Return the number of the card at a place, which is its key."""
        return self.cards.nth(place).locator(".card__opener .kbd").inner_text()

    def card(self, title: str) -> Locator:
        """Return the card of this title."""
        return self.page.get_by_role("article", name=title, exact=True)

    def verdict(self, key: str) -> Locator:
        """Return the button that gives a verdict on the open card."""
        return self.cards.get_by_role("button", name=text(f"card.verdict_{key}"), exact=True)

    def stop(self) -> None:
        """End the call."""
        self.page.get_by_role("button", name=text("call.stop")).click()
        expect(self.state("ended_stopped")).to_be_visible(timeout=LISTENING_MS)

    def state(self, key: str) -> Locator:
        """Return the mark of a call state in the call bar."""
        return self.page.get_by_role("region", name=text("call.bar")).get_by_text(text(f"call.state_{key}"), exact=True)


def written(sentence: dict[str, Any]) -> str:
    """Return a sentence as the page shows it, with figures for spoken numbers."""
    return Utterance.model_validate(sentence).written


def snapshot_of(client: httpx.Client, call_id: str) -> dict[str, Any]:
    """Return a call as the server has it."""
    data: dict[str, Any] = client.get(f"/calls/{call_id}").raise_for_status().json()["data"]
    return data


def wait_until(is_true: Callable[[], bool], what: str, timeout_ms: int = LISTENING_MS) -> None:
    """Look again and again, outside the page."""
    deadline = time.monotonic() + timeout_ms / 1000
    while not is_true():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.3)
