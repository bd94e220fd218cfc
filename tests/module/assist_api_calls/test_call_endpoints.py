from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from assist_api.calls.choices import ChosenExamples
from assist_api.calls.models import SuggestionFeedbackRow
from assist_api.http.permissions import Role
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk
from tests.fakes.assist_calls_server import run_desk_server
from tests.fakes.assist_core_server import PASSWORD, UNKNOWN, Server, sign_in

pytestmark = pytest.mark.module

CALLS = "/api/v1/calls"
Upload = tuple[str, tuple[str, bytes, str]]


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[Server, Desk]]:
    async with run_desk_server(sqlite_url, tmp_path) as running:
        yield running


def upload(*files: bytes, name: str = "call.wav") -> list[Upload]:
    return [("files", (name, content, "audio/wav")) for content in files]


async def replayed(browser: httpx.AsyncClient, desk: Desk, *files: bytes, **form: str) -> str:
    answer = await browser.post(f"{CALLS}/replays", files=upload(*files), data={"speed": "max", **form})
    assert answer.status_code == 202, answer.text
    call_id: str = answer.json()["call_id"]
    await desk.ended(UUID(call_id))
    return call_id


def stored_files(data_dir: Path) -> list[Path]:
    return [path for path in (data_dir / "recordings").rglob("*") if path.is_file()]


async def test_an_upload_becomes_a_call_that_can_be_opened_again(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk, wav_bytes(OUTAGE_MS), title="  一通\x07 电话 ", sector="power")
    snapshot = (await browser.get(f"{CALLS}/{call_id}")).json()
    assert snapshot["type"] == "call.snapshot"
    assert snapshot["data"]["call"]["title"] == "一通 电话"
    assert (snapshot["data"]["call"]["state"], snapshot["data"]["call"]["end_reason"]) == ("ended", "completed")
    assert len(snapshot["data"]["utterances"]) == 5
    assert {query.sector for query in desk.search.queries} == {"power"}
    events = (await browser.get(f"{CALLS}/{call_id}/events", params={"after": 1, "limit": 2})).json()
    assert [event["seq"] for event in events["items"]][0] > 1
    assert len(events["items"]) == 2


async def test_the_recording_plays_from_any_place(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk, wav_bytes(OUTAGE_MS))
    whole = await browser.get(f"{CALLS}/{call_id}/audio")
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/flac")
    assert whole.content[:4] == b"fLaC"
    part = await browser.get(f"{CALLS}/{call_id}/audio", headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, whole.content[4:10])
    beyond = await browser.get(f"{CALLS}/{call_id}/audio", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416


WAV = wav_bytes(1_000)
MONO = wav_bytes(1_000, channels=1)


@pytest.mark.parametrize(
    ("files", "form", "status", "code", "field"),
    [
        ([], {}, 422, "invalid_request", "files"),
        ([b""], {}, 422, "audio_empty", "files"),
        ([b"this is no sound at all, only words"], {}, 422, "audio_not_recognised", "files"),
        ([wav_bytes(1_000, channels=3)], {}, 422, "audio_channels_unsupported", "files"),
        ([wav_bytes(1_000, rate=4_000)], {}, 422, "audio_sample_rate_unsupported", "files"),
        ([WAV[:44]], {}, 422, "audio_empty", "files"),
        ([WAV, WAV], {}, 422, "audio_legs_mismatch", "files"),
        ([MONO, wav_bytes(60_000, channels=1)], {}, 422, "audio_legs_mismatch", "files"),
        ([MONO, MONO, MONO], {}, 422, "audio_file_count", "files"),
        ([WAV], {"speed": "2"}, 422, "invalid_request", "speed"),
        ([WAV], {"sector": "nuclear"}, 422, "invalid_request", "sector"),
        ([WAV], {"title": "长" * 201}, 422, "invalid_request", "title"),
    ],
)
async def test_bad_uploads_are_refused_by_field_and_leave_nothing(
    served: tuple[Server, Desk], files: list[bytes], form: dict[str, str], status: int, code: str, field: str
) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    answer = await browser.post(f"{CALLS}/replays", files=upload(*files) or None, data=form)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (status, code, field)
    assert (await browser.get(CALLS)).json()["items"] == []
    assert stored_files(desk.data_dir) == []


@pytest.mark.parametrize("audio", [wav_bytes(OUTAGE_MS, level=0), wav_bytes(OUTAGE_MS)[:-40_001]])
async def test_silent_and_truncated_recordings_are_played_as_far_as_they_go(
    served: tuple[Server, Desk], audio: bytes
) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk, audio)
    call = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]["call"]
    assert call["end_reason"] == "completed"
    assert 0 < call["duration_ms"] <= OUTAGE_MS


async def test_two_mono_files_are_customer_and_agent(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk, wav_bytes(OUTAGE_MS, channels=1), wav_bytes(OUTAGE_MS - 500, channels=1))
    call = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]["call"]
    assert call["leg_roles"] == ["customer", "agent"]


@pytest.mark.parametrize("role", list(Role))
async def test_only_roles_for_it_see_the_calls_of_others(served: tuple[Server, Desk], role: Role) -> None:
    server, desk = served
    call_id = await replayed(await server.browser_of(Role.AGENT), desk, wav_bytes(1_000))
    await server.add_account("an.other", role)
    other = server.browser()
    (await sign_in(other, "an.other", PASSWORD)).raise_for_status()
    expected = 404 if role is Role.AGENT else 200
    for path in ("", "/events"):
        assert (await other.get(f"{CALLS}/{call_id}{path}")).status_code == expected
    heard = (await other.get(f"{CALLS}/{call_id}/audio")).status_code
    assert heard == expected
    listed = (await other.get(CALLS)).json()["items"]
    assert [call["id"] for call in listed] == ([call_id] if expected == 200 else [])
    verdict = await other.post(f"{CALLS}/{call_id}/suggestions/{uuid4()}/feedback", json={"verdict": "used"})
    # Trainers and curators read the calls of others and do nothing in them.
    assert verdict.status_code == (403 if role in {Role.TRAINER, Role.CURATOR} else 404)
    stopped = 403 if role in {Role.TRAINER, Role.CURATOR} else 409 if expected == 200 else 404
    assert (await other.post(f"{CALLS}/{call_id}/stop")).status_code == stopped


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", f"/{UNKNOWN}"),
        ("GET", f"/{UNKNOWN}/events"),
        ("GET", f"/{UNKNOWN}/audio"),
        ("POST", f"/{UNKNOWN}/stop"),
        ("POST", "/replays"),
        ("POST", f"/{UNKNOWN}/suggestions/{UNKNOWN}/feedback"),
    ],
)
async def test_nobody_gets_anything_without_signing_in(served: tuple[Server, Desk], method: str, path: str) -> None:
    server, _desk = served
    answer = await server.browser().request(method, f"{CALLS}{path}", json={"verdict": "used"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_verdict_is_kept_once_with_what_was_on_screen(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk, wav_bytes(OUTAGE_MS))
    card = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]["suggestions"]["cards"][0]
    path = f"{CALLS}/{call_id}/suggestions/{card['suggestion_id']}/feedback"
    answers = [
        (await browser.post(path, json={"verdict": verdict, "note": note}))
        for verdict, note in (("used", ""), ("used", ""), ("wrong", "过期了"))
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["feedback_id"] for answer in answers}) == 1
    snapshot = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]
    assert [(item["verdict"], item["note"]) for item in snapshot["feedback"]] == [("wrong", "过期了")]
    rows = await _feedback_rows(desk)
    assert [(row.verdict, str(row.entry_id)) for row in rows] == [("wrong", card["entry_id"])]
    assert card["title"] in [shown["title"] for shown in rows[0].on_screen["suggestions"]["cards"]]
    assert "停电" in "".join(item["text"] for item in rows[0].on_screen["utterances"])


async def _feedback_rows(desk: Desk) -> list[SuggestionFeedbackRow]:
    async with desk.database.session() as session:
        return list(await session.scalars(select(SuggestionFeedbackRow)))


async def test_pages_of_calls_hold_each_call_once(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    made = [await replayed(browser, desk, wav_bytes(500)) for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (await browser.get(CALLS, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [call["id"] for call in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == made[::-1]
    assert (await browser.get(CALLS, params={"state": "answered"})).json()["items"] == []
    bad = await browser.get(CALLS, params={"cursor": "never-ours"})
    assert (bad.status_code, bad.json()["field"]) == (422, "cursor")


async def test_an_unknown_demo_call_is_not_found(served: tuple[Server, Desk]) -> None:
    server, _desk = served
    browser = await server.browser_of(Role.AGENT)
    answer = await browser.post("/api/v1/demo-calls/nothing/calls", json={"speed": "max"})
    assert (answer.status_code, answer.json()["code"]) == (404, "demo_call_not_found")


async def test_category_an_agent_chooses_is_an_event_and_an_example(served: tuple[Server, Desk]) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk, wav_bytes(OUTAGE_MS))
    ranked = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]["category"]
    for category_id in ("report/power.facility.hazard", "fault/power.outage.area", "fault/power.outage.area"):
        answer = await browser.put(f"{CALLS}/{call_id}/category", json={"category_id": category_id})
        assert answer.status_code == 200, answer.text
    snapshot = (await browser.get(f"{CALLS}/{call_id}")).json()["data"]
    events = (await browser.get(f"{CALLS}/{call_id}/events")).json()["items"]
    chosen = [event["data"] for event in events if event["type"] == "category.chosen"]

    assert [item["category_id"] for item in chosen] == ["report/power.facility.hazard", "fault/power.outage.area"]
    assert snapshot["chosen_category"] == chosen[-1]
    assert (chosen[-1]["ranked"], chosen[-1]["chosen_by"]) == (ranked, "a.agent")
    (example,) = await ChosenExamples(server.application.database).examples()
    assert example.category_id == "fault/power.outage.area"
    assert "我们家突然停电了" in example.text
    assert "请问有什么可以帮您" not in example.text


@pytest.mark.parametrize("category_id", ["fault/nowhere", "magic/power.outage.single", "", "fault"])
async def test_category_outside_the_taxonomy_is_refused(served: tuple[Server, Desk], category_id: str) -> None:
    server, desk = served
    browser = await server.browser_of(Role.AGENT)
    call_id = await replayed(browser, desk, wav_bytes(OUTAGE_MS))
    answer = await browser.put(f"{CALLS}/{call_id}/category", json={"category_id": category_id})

    assert (answer.status_code, answer.json()["code"]) == (422, "category_unknown")
    assert (await browser.get(f"{CALLS}/{call_id}")).json()["data"]["chosen_category"] is None
