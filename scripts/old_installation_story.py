"""Fills the data folder of an installation over HTTP; run by `scripts.make_old_installation` on an old checkout.

Everything that it imports exists under the same name in that checkout and in this one.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from assist_api.accounts.service import AccountService
from tests.fakes.assist_calls_audio import wav_bytes
from tests.fakes.assist_calls_desk import OUTAGE_MS, Desk
from tests.fakes.assist_calls_server import run_desk_server
from tests.fakes.assist_core_server import ADMIN_PASSWORD, PASSWORD, Server, sign_in

API = "/api/v1"
ROLES = ("agent", "curator", "supervisor", "trainer")
ENTRY = {
    "title": "水表不走字怎么办",
    "variants": ["水表不动了"],
    "answer": "先看**表前阀门**是否开着。",
    "script": "请您先看一下水表前的阀门。",
    "sector": "water",
    "situation": "water.metering.fault",
    "business_type": "enquiry",
    "owner": "供水知识组",
    "sources": [{"title": "供水营业规则", "detail": ""}],
}
REGULATION_ARTICLES = 40
REGULATIONS = 6


async def main(data_dir: Path) -> None:
    """Make one of everything, then end this process as a power cut would, in the middle of an import."""
    async with run_desk_server(f"sqlite+aiosqlite:///{data_dir / 'tingzhi.sqlite'}", data_dir) as (server, desk):
        admin = await make_accounts(server)
        editor = await signed_in(server, "old.curator")
        entry = await write_knowledge(editor)
        call = await make_call(await signed_in(server, "old.agent"), desk)
        finished = await begin_import(admin, 1)
        await until(admin, finished, "finished")
        unfinished = await begin_import(admin, REGULATIONS)
        known = {"entry": entry, "call": call, "finished": finished, "unfinished": unfinished}
        (data_dir / "known.json").write_text(json.dumps(known), encoding="utf-8")
        await until_amid(admin, unfinished)
        os.kill(os.getpid(), signal.SIGKILL)


async def make_accounts(server: Server) -> httpx.AsyncClient:
    """Make the administrator and a person of each other role, with passwords of their own."""
    application: Any = getattr(server, "application", None) or server.services  # type: ignore[attr-defined]  # debt: the old name
    async with application.database.session() as session:
        await AccountService(session, application.clock).create_first_admin(ADMIN_PASSWORD)
    admin = await signed_in(server, "admin", ADMIN_PASSWORD)
    for role in ROLES:
        person = {"username": f"old.{role}", "display_name": f"旧{role}", "role": role, "password": "first " + PASSWORD}
        await post(admin, "/accounts", person)
        browser = await signed_in(server, f"old.{role}", "first " + PASSWORD)
        await post(browser, "/session/password", {"current_password": "first " + PASSWORD, "new_password": PASSWORD})
    return admin


async def write_knowledge(editor: httpx.AsyncClient) -> str:
    """Write an entry in two revisions, a group of words, another name of a situation, a gold question, a policy."""
    entry = await post(editor, "/knowledge/entries", ENTRY)
    revised = {**ENTRY, "answer": "先看表前阀门,再报修。", "change_note": "补报修"}
    base = entry["current"]["id"]
    await post(editor, f"/knowledge/entries/{entry['id']}/revisions", {**revised, "base_revision_id": base})
    words = {"use": "synonyms", "sector": "water", "words": ["水表", "走字表"], "note": "旧"}
    await post(editor, "/knowledge/words", words)
    change = {"kind": "rename", "code": "water.metering.fault", "zh": "水表不走", "en": "Meter stands still"}
    await post(editor, "/taxonomy/water/changes", {"base_number": 0, "change": change, "note": "旧"})
    await post(editor, f"/knowledge/entries/{entry['id']}/gold-questions", {"text": "水表为什么不走"})
    (await editor.put(f"{API}/knowledge/tests/policy", json={"policy": "off"})).raise_for_status()
    entry_id: str = entry["id"]
    return entry_id


async def make_call(agent: httpx.AsyncClient, desk: Desk) -> str:
    """Replay a call to its end, judge a card, choose the category, write the case."""
    files = [("files", ("call.wav", wav_bytes(OUTAGE_MS), "audio/wav"))]
    form = {"speed": "max", "title": "旧电话", "sector": "power"}
    answer = await agent.post(f"{API}/calls/replays", files=files, data=form)
    answer.raise_for_status()
    call: str = answer.json()["call_id"]
    await desk.ended(UUID(call))
    events = (await get(agent, f"/calls/{call}/events?limit=200"))["items"]
    card = next(card for event in events if event["type"] == "suggestion.shown" for card in event["data"]["cards"])
    suggestion = card["suggestion_id"]
    await post(agent, f"/calls/{call}/suggestions/{suggestion}/feedback", {"verdict": "used", "note": "有用"})
    chosen = await agent.put(f"{API}/calls/{call}/category", json={"category_id": "fault/power.outage.single"})
    chosen.raise_for_status()
    proposal = (await get(agent, f"/calls/{call}/case"))["proposal"]
    case = {key: value for key, value in proposal.items() if key != "entry_ids"}
    written = {"title": "旧工单", "solution": "合上总开关后恢复。", "situation": "power.outage.single"}
    saved = await agent.put(f"{API}/calls/{call}/case", json={**case, **written, "business_type": "fault"})
    saved.raise_for_status()
    return call


async def begin_import(admin: httpx.AsyncClient, count: int) -> str:
    """Send so many regulations, read them and order their publication."""
    made = await post(admin, "/imports", {"sector": "water"})
    for number in range(count):
        lines = "\n\n".join(f"第{n}条 供水规定{count}-{number}的内容{n}。" for n in range(1, REGULATION_ARTICLES + 1))
        text = f"# 供水规定{count}-{number}\n\n{lines}".encode()
        sent = await admin.post(
            f"{API}/imports/files",
            data={"import_id": made["id"], "name": f"{number}.md"},
            files={"file": (f"{number}.md", text, "text/markdown")},
        )
        sent.raise_for_status()
    await post(admin, f"/imports/{made['id']}/read", {})
    await until(admin, made["id"], "ready")
    await post(admin, f"/imports/{made['id']}/publish", {})
    import_id: str = made["id"]
    return import_id


async def until(admin: httpx.AsyncClient, import_id: str, state: str) -> None:
    """Wait until an import is in a state."""
    while (known := await get(admin, f"/imports/{import_id}"))["state"] != state:
        if known["failure"]:
            raise RuntimeError(f"the import stopped: {known['failure']}")
        await asyncio.sleep(0.02)


async def until_amid(admin: httpx.AsyncClient, import_id: str) -> None:
    """Wait until some files of an import are published and others are not."""
    # rejected: the old server has no event to wait for
    while (known := await get(admin, f"/imports/{import_id}"))["done_count"] == 0:  # noqa: ASYNC110
        await asyncio.sleep(0)
    if known["state"] != "publishing" or known["done_count"] == REGULATIONS:
        raise RuntimeError("the import was faster than this story; give it more files")


async def signed_in(server: Server, username: str, password: str = PASSWORD) -> httpx.AsyncClient:
    """Return the browser of a person."""
    browser = server.browser()
    (await sign_in(browser, username, password)).raise_for_status()
    return browser


async def get(browser: httpx.AsyncClient, path: str) -> Any:  # noqa: ANN401  # rejected: JSON
    """Return what a path answers."""
    answer = await browser.get(API + path)
    answer.raise_for_status()
    return answer.json()


async def post(browser: httpx.AsyncClient, path: str, body: object) -> Any:  # noqa: ANN401  # rejected: JSON
    """Send a body and return the answer."""
    answer = await browser.post(API + path, json=body)
    if answer.is_error:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
    return answer.json()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
