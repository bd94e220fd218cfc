"""Signing in: wrong passwords, the lock after five of them, a temporary password, and signing out."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from assist_api.accounts.lockout import FAILURES_PER_NAME
from assist_api.accounts.passwords import MIN_PASSWORD_LENGTH
from tests.e2e.desk import NewPage
from tests.e2e.texts import pattern, text
from tests.servers.tingzhi import ADMIN_PASSWORD

pytestmark = pytest.mark.e2e


def try_to_sign_in(page: Page, username: str, password: str) -> None:
    """Fill the form and press the button."""
    page.get_by_label(text("session.username")).fill(username)
    page.get_by_label(text("session.password")).fill(password)
    page.get_by_role("button", name=text("session.sign_in"), exact=True).click()


def test_wrong_password_is_said_and_the_right_one_leads_to_where_one_wanted_to_go(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/cases")
    try_to_sign_in(page, "admin", "not the password")
    expect(page.get_by_role("alert")).to_contain_text(text("error.wrong_credentials"))
    try_to_sign_in(page, "admin", ADMIN_PASSWORD)
    expect(page).to_have_url("/cases")
    page.get_by_role("button", name=text("role.admin")).click()
    page.get_by_role("button", name=text("session.sign_out")).click()
    expect(page.get_by_label(text("session.username"))).to_be_visible()
    page.goto("/calls")
    expect(page.get_by_label(text("session.username"))).to_be_visible()


def test_after_failures_the_page_says_how_long_to_wait(new_page: NewPage) -> None:
    page = new_page()
    page.goto("/sign-in")
    statuses = []
    # The first waits are shorter than a slow browser's next attempt.
    for _ in range(FAILURES_PER_NAME + 6):
        with page.expect_response("**/api/v1/session") as answer:
            try_to_sign_in(page, "someone.else", "a guess of many")
        statuses.append(answer.value.status)
        if statuses[-1] == 429:
            break
    assert statuses[:FAILURES_PER_NAME] == [401] * FAILURES_PER_NAME
    assert statuses[-1] == 429
    expect(page.get_by_role("alert")).to_have_text(pattern("error.sign_in_locked"))


def test_temporary_password_is_replaced_before_anything_else(new_page: NewPage, admin: httpx.Client) -> None:
    creation = {"username": "new.hand", "display_name": "新人", "role": "agent", "password": "given by hand 1"}
    admin.post("/accounts", json=creation).raise_for_status()
    page = new_page()
    page.goto("/calls")
    try_to_sign_in(page, "new.hand", "given by hand 1")
    expect(page.get_by_role("heading", name=text("password.title"))).to_be_visible()
    page.get_by_label(text("password.current")).fill("given by hand 1")
    chosen, again = page.locator("input[autocomplete=new-password]").all()
    chosen.fill("short")
    again.fill("short")
    page.get_by_role("button", name=text("password.save")).click()
    expect(page.get_by_role("alert")).to_contain_text(text("error.password_too_short", min_length=MIN_PASSWORD_LENGTH))
    chosen.fill("chosen by myself 2")
    again.fill("chosen by myself 2")
    page.get_by_role("button", name=text("password.save")).click()
    expect(page.get_by_role("heading", name=text("calls.title"), exact=True)).to_be_visible()
