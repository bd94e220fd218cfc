"""Take the screenshot of the README from a real server: `.venv/bin/python -m scripts.screenshot`.

Starts a server on a temporary folder, lets a demo call run at its pace until there are cards and a category, and takes
the picture in the middle of the call.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from assist_api.http.deps import SESSION_COOKIE
from tests.servers.tingzhi import TingzhiServer

TARGET = Path("docs/screenshots/agent-desk.png")
DEMO_CALL = "power-outage"
WINDOW = {"width": 1440, "height": 900}
MAX_BYTES = 400_000
WAIT_MS = 180_000
SENTENCES = 5
"""So much has been said when the picture is taken: the matter is clear, and the call goes on."""


def main() -> None:
    """Start the server, play the call, take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, default=TARGET)
    target: Path = parser.parse_args().target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = TingzhiServer(Path(folder))
        server.start()
        try:
            server.wait_until_whole()
            with closing(server.client_of()) as admin:
                take_picture(server.url, admin, target)
        finally:
            server.stop()
    if target.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{target} has {target.stat().st_size} bytes, more than {MAX_BYTES}")
    print(f"{target}: {target.stat().st_size // 1024} KiB")


def take_picture(url: str, admin: httpx.Client, target: Path) -> None:
    """Open the desk of a running call as its agent sees it."""
    call_id = admin.post(f"/demo-calls/{DEMO_CALL}/calls", json={"speed": "1"}).raise_for_status().json()["call_id"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(base_url=url, viewport=WINDOW, locale="zh-CN")
        context.add_cookies([{"name": SESSION_COOKIE, "value": admin.cookies[SESSION_COOKIE], "url": url}])
        page = context.new_page()
        page.goto(f"/calls/{call_id}")
        wait_for_the_middle_of_the_call(page)
        page.screenshot(path=target)
        browser.close()


def wait_for_the_middle_of_the_call(page: Page) -> None:
    """Wait for enough sentences, a card, a category, and somebody who is just speaking."""
    for selector in (
        f".utterance:not(.is-partial) >> nth={SENTENCES - 1}",
        ".card",
        ".category__best",
        ".utterance.is-partial",
    ):
        page.locator(selector).first.wait_for(timeout=WAIT_MS)


if __name__ == "__main__":
    main()
