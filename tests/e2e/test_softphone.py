"""A call to the telephone in the page: a real Asterisk, a real Chromium, a test telephone that calls the hotline."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, expect

from cti_adapter.asterisk.packages import find_asterisk
from cti_adapter.asterisk.process import free_addresses
from speech.audio_file import AudioFileReader, inspect
from tests.e2e.conftest import CHROMIUM_OPTIONS, WINDOW
from tests.e2e.desk import LISTENING_MS, Desk
from tests.e2e.texts import text
from tests.servers.tingzhi import ADMIN_PASSWORD, TingzhiServer, free_port

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
CALL = Path("assist_api/calls/demo/calls/power-outage.flac")
CALLER = "13800138000"
MICROPHONE_HZ = 48_000


def _write_side(path: Path, side: int, rate_hz: int) -> Path:
    """Write one side of the demo call, at the rate that the listener wants."""
    file = inspect(CALL, max_duration=timedelta(minutes=10))
    with AudioFileReader(file) as reader:
        pcm = np.frombuffer(b"".join(frame[side] for frame in reader.frames()), dtype="<i2")
    times = np.arange(len(pcm) * rate_hz // file.sample_rate_hz) * file.sample_rate_hz / rate_hz
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(np.interp(times, np.arange(len(pcm)), pcm).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TingzhiServer, dict[str, str]]]:
    """A server with an exchange of its own, and the environment that commands beside it need."""
    if find_asterisk() is None:
        pytest.fail("Asterisk is not unpacked; run scripts/test-servers.sh", pytrace=False)
    folder, ports = tmp_path_factory.mktemp("hotline"), free_addresses()
    environment = {
        "CTI_DATA_DIR": str(folder / "pbx"),
        "CTI_SIP_PORT": str(ports.sip_port),
        "CTI_AMI_PORT": str(ports.ami_port),
        "CTI_HTTP_PORT": str(ports.http_port),
        "CTI_TAP_PORT": str(free_port()),
    }
    server = TingzhiServer(folder, environment, ("--pbx",))
    server.start()
    yield server, environment
    server.stop()


@pytest.fixture
def agent_page(hotline: tuple[TingzhiServer, dict[str, str]], playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """A page whose microphone plays the agent's side of the demo call."""
    microphone = _write_side(tmp_path / "agent.wav", 1, MICROPHONE_HZ)
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM if Path(CHROMIUM).exists() else None,
        args=[
            *CHROMIUM_OPTIONS,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={microphone}",
            "--autoplay-policy=no-user-gesture-required",
        ],
    )
    context = browser.new_context(base_url=hotline[0].url, viewport=WINDOW, locale="zh-CN", permissions=["microphone"])
    yield context.new_page()
    browser.close()


def test_a_call_rings_in_the_page_is_answered_heard_and_wrapped_up(
    hotline: tuple[TingzhiServer, dict[str, str]], agent_page: Page, tmp_path: Path
) -> None:
    server, environment = hotline
    page = agent_page
    page.goto("/sign-in")
    page.get_by_label(text("session.username")).fill("admin")
    page.get_by_label(text("session.password")).fill(ADMIN_PASSWORD)
    page.keyboard.press("Enter")
    phone = page.get_by_role("region", name=text("phone.title"))
    phone.get_by_role("button", name=text("phone.sign_in")).click()
    expect(phone.get_by_text(text("phone.state_ready"), exact=True)).to_be_visible()

    caller = subprocess.Popen(
        [
            Path(sys.executable).parent / "tingzhi",
            *("call", "95598", "--from", CALLER, "--audio", _write_side(tmp_path / "caller.wav", 0, 8_000)),
        ],
        env={**os.environ, **environment},
    )
    try:
        # Who calls is seen before the answer.
        expect(phone.get_by_role("status")).to_contain_text(CALLER, timeout=LISTENING_MS)
        page.keyboard.press("Control+g")
        page.wait_for_url("**/calls/*-*")
        with closing(server.client_of()) as client:
            desk = Desk(page, client)
            expect(desk.cards.first).to_be_visible(timeout=LISTENING_MS)
            said = {item["leg_role"] for item in desk.snapshot()["utterances"]}
            assert said == {"customer", "agent"}
        page.keyboard.press("Control+e")
        expect(phone.get_by_text(text("phone.state_wrap_up"), exact=True)).to_be_visible()
        page.keyboard.press("Control+Alt+r")
        expect(phone.get_by_text(text("phone.state_ready"), exact=True)).to_be_visible()
    finally:
        caller.terminate()
        caller.wait(30)
