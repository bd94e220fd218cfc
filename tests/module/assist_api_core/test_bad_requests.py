from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assist_api.http.permissions import Role
from tests.fakes.assist_core_server import UNKNOWN, Server, run_server, settings_for
from tests.fakes.kb_core_drafts import entry_draft

pytestmark = pytest.mark.module

JSON = {"content-type": "application/json"}
ENTRIES = "/api/v1/knowledge/entries"
CASES = "/api/v1/knowledge/cases"
DRAFT = entry_draft().model_dump(mode="json")


@pytest.fixture
async def small_server(tmp_path: Path) -> AsyncIterator[Server]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite'}"
    async with run_server(settings_for(url, tmp_path, body_max_bytes=2048)) as running:
        yield running


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", JSON, 400, "malformed_json"),
        (b'{"text": "\xff"}', JSON, 400, "bad_request"),
        (b"\xff\xfe", JSON, 400, "malformed_json"),
        (b"[" * 100_000, JSON, 400, "bad_request"),
        (b"", JSON, 422, "invalid_request"),
        (b"null", JSON, 422, "invalid_request"),
        (b"[]", JSON, 422, "invalid_request"),
        (b'"text"', JSON, 422, "invalid_request"),
        (b"text=x", {"content-type": "application/x-www-form-urlencoded"}, 415, "media_type_unsupported"),
        (b'{"text": "x"}', {"content-type": "text/plain"}, 415, "media_type_unsupported"),
        (b'{"text": "x"}', {}, 415, "media_type_unsupported"),
        (b'{"text": "\\u0000"}', JSON, 422, "invalid_request"),
        (b'{"text": "\\ud800"}', JSON, 422, "invalid_request"),
        (b'{"text": NaN}', JSON, 422, "invalid_request"),
        (b'{"text": "x", "limit": 1e400}', JSON, 422, "invalid_request"),
        (b'{"text": "x", "limit": 0}', JSON, 422, "invalid_request"),
        (b'{"text": "x", "kinds": []}', JSON, 422, "invalid_request"),
        (b'{"text": "x", "sector": "phone"}', JSON, 422, "invalid_request"),
        (b'{"text": "x", "call_id": "1"}', JSON, 422, "invalid_request"),
        (b'{"text": "x", "surprise": 1}', JSON, 422, "invalid_request"),
    ],
)
async def test_unusable_search_is_refused_with_a_reason(
    small_server: Server, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    browser = await small_server.browser_of(Role.ADMIN)
    content = content[:2048]
    answer = await browser.post("/api/v1/search", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("GET", f"{ENTRIES}/not-a-uuid", None, 422, "entry_id"),
        ("GET", f"{ENTRIES}/%00", None, 422, "entry_id"),
        ("GET", f"{ENTRIES}/{UNKNOWN}", None, 404, None),
        ("GET", f"{ENTRIES}?cursor=%00", None, 422, "cursor"),
        ("GET", f"{ENTRIES}?cursor=eA", None, 422, "cursor"),
        ("GET", f"{ENTRIES}?cursor={'a' * 300}", None, 422, "cursor"),
        ("GET", f"{ENTRIES}?limit=0", None, 422, "limit"),
        ("GET", f"{ENTRIES}?limit={10**30}", None, 422, "limit"),
        ("GET", f"{ENTRIES}?status=lost", None, 422, "status"),
        ("GET", f"{ENTRIES}?situation=%00", None, 422, "situation"),
        ("GET", f"{ENTRIES}?sector=%ff", None, 200, None),
        ("POST", f"{CASES}/search", {"entry_id": "7"}, 422, "entry_id"),
        ("POST", f"{CASES}/search", {"area": "a" * 101}, 422, "area"),
        ("POST", f"{CASES}/search", {"cursor": "_____"}, 422, "cursor"),
        ("POST", ENTRIES, {}, 422, "title"),
        ("POST", ENTRIES, DRAFT | {"title": " "}, 422, "title"),
        ("POST", ENTRIES, DRAFT | {"title": "a\0b"}, 422, "title"),
        ("POST", ENTRIES, DRAFT | {"variants": ["停电了", "停电了!"]}, 422, "variants.1"),
        ("POST", ENTRIES, DRAFT | {"situation": "gas.safety.leak"}, 422, "situation"),
        ("POST", ENTRIES, DRAFT | {"valid_until": "2026-02-30"}, 422, "valid_until"),
        ("POST", ENTRIES, DRAFT | {"sources": [{"title": ""}]}, 422, "sources.0.title"),
        ("POST", f"{ENTRIES}/{UNKNOWN}/revisions", DRAFT, 422, "base_revision_id"),
        ("POST", f"{ENTRIES}/{UNKNOWN}/retire", None, 404, None),
        ("POST", "/api/v1/accounts", {"username": "a b"}, 422, "username"),
        ("PATCH", f"/api/v1/accounts/{UNKNOWN}", {"role": "king"}, 422, "role"),
        ("POST", "/api/v1/taxonomy/nobody/restore", {"base_number": 0, "number": 0}, 404, None),
        ("POST", "/api/v1/taxonomy/tv/restore", {"base_number": 0, "number": 2**31}, 422, "number"),
        ("GET", "/api/v1/nothing/here", None, 404, None),
        ("DELETE", ENTRIES, None, 405, None),
        ("GET", "/api/v1/search", None, 405, None),
    ],
)
async def test_unusable_request_names_the_field(
    small_server: Server, method: str, path: str, body: dict[str, object] | None, status: int, field: str | None
) -> None:
    browser = await small_server.browser_of(Role.ADMIN)
    answer = await browser.request(method, path, json=body) if body is not None else await browser.request(method, path)
    assert answer.status_code == status, answer.text
    if status >= 400:
        problem = answer.json()
        assert (problem["status"], problem["field"]) == (status, field)
        assert bool(problem["errors"]) is (status == 422)


async def test_wrong_method_says_which_are_right(small_server: Server) -> None:
    answer = await (await small_server.browser_of(Role.ADMIN)).get("/api/v1/search")
    assert answer.headers["allow"] == "POST"


async def test_refusal_does_not_repeat_what_was_sent(small_server: Server) -> None:
    secret = "my secret pass phrase"
    answer = await small_server.browser().post(
        "/api/v1/session", json={"username": [secret], "password": {"x": secret}}
    )
    assert answer.status_code == 422
    assert {item["field"] for item in answer.json()["errors"]} == {"username", "password"}
    assert secret not in answer.text


@pytest.mark.parametrize("is_announced", [True, False])
async def test_body_above_the_limit_is_refused(small_server: Server, is_announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * 1000

    content = b" " * 3000 if is_announced else pieces()
    answer = await small_server.browser().post("/api/v1/session", content=content, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_bug_is_a_500_with_a_reference_and_nothing_else(small_server: Server) -> None:
    async def fail() -> None:
        raise RuntimeError("the secret inside")

    small_server.app.add_api_route("/api/v1/bug", fail)
    answer = await small_server.browser().get("/api/v1/bug")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal_error")
    assert problem["details"]["reference"] in problem["detail"]
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
