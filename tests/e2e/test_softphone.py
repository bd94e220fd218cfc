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
from playwright.sync_api import Locator, Page, Playwright, expect

from cti_adapter.asterisk.packages import find_asterisk
from cti_adapter.asterisk.process import free_addresses
from speech.audio_file import AudioFileReader, inspect
from tests.e2e.conftest import CHROMIUM_OPTIONS, WINDOW
from tests.e2e.desk import LISTENING_MS, Desk, wait_until
from tests.e2e.texts import text
from tests.servers.tingzhi import ADMIN_PASSWORD, TingzhiServer, free_port

pytestmark = pytest.mark.e2e

CHROMIUM = "/usr/bin/chromium"
CALL = Path("assist_api/calls/demo/calls/power-outage.flac")
CALLER = "13800138000"
MICROPHONE_HZ = 48_000
STAYS_SECONDS = 120
"""How long the caller stays on the line after the last word."""
FIRST, COLLEAGUE, COLLEAGUE_PASSWORD = "8101", "8102", "correct donkey battery"


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
        out.writeframes(bytes(2 * rate_hz * STAYS_SECONDS))
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
def agent_pages(
    hotline: tuple[TingzhiServer, dict[str, str]], playwright: Playwright, tmp_path: Path
) -> Iterator[tuple[Page, Page]]:
    """Pages of two agents whose microphones play the agent's side of the demo call."""
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
    contexts = [
        browser.new_context(base_url=hotline[0].url, viewport=WINDOW, locale="zh-CN", permissions=["microphone"])
        for _ in range(2)
    ]
    yield contexts[0].new_page(), contexts[1].new_page()
    browser.close()


def _sign_in(page: Page, username: str, password: str) -> Locator:
    """Sign an agent and the telephone in; return the telephone."""
    page.goto("/sign-in")
    page.get_by_label(text("session.username")).fill(username)
    page.get_by_label(text("session.password")).fill(password)
    page.keyboard.press("Enter")
    phone = page.get_by_role("region", name=text("phone.title"))
    expect(phone.get_by_role("button", name=text("phone.sign_in"))).to_be_enabled()
    page.keyboard.press("Control+Alt+g")
    expect(phone.get_by_text(text("phone.state_ready"), exact=True)).to_be_visible()
    return phone


def _add_colleague(server: TingzhiServer) -> None:
    """Store an agent with a telephone, whose password is no temporary one any more."""
    temporary = "a temporary password"
    with closing(server.client_of()) as admin:
        creation = {"username": "wang", "display_name": "王强", "role": "agent", "password": temporary}
        account = admin.post("/accounts", json=creation).raise_for_status().json()
        admin.patch(f"/accounts/{account['id']}", json={"extension": COLLEAGUE}).raise_for_status()
    with closing(server.client_of("wang", temporary)) as client:
        body = {"current_password": temporary, "new_password": COLLEAGUE_PASSWORD}
        client.post("/session/password", json=body).raise_for_status()


def test_a_call_is_answered_held_and_passed_on_to_a_colleague_who_has_read_it(
    hotline: tuple[TingzhiServer, dict[str, str]], agent_pages: tuple[Page, Page], tmp_path: Path
) -> None:
    server, environment = hotline
    page, other = agent_pages
    phone = _sign_in(page, "admin", ADMIN_PASSWORD)
    _add_colleague(server)

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
        _mute_and_hold(page, phone)

        # The colleague signs in only now: the first call was certain to ring at the first agent.
        second = _sign_in(other, "wang", COLLEAGUE_PASSWORD)
        page.keyboard.press("Control+Alt+z")
        page.keyboard.type(COLLEAGUE)
        page.keyboard.press("Shift+Enter")
        # The page of the call opens while it rings.
        expect(second.get_by_text(text("phone.passed_on"))).to_be_visible(timeout=LISTENING_MS)
        other.wait_for_url("**/calls/*-*")
        with closing(server.client_of()) as client:
            read = Desk(other, client)
            expect(read.sentences.first).to_be_visible()
            expect(second.get_by_role("button", name=text("phone.answer"))).to_be_visible()
            other.keyboard.press("Control+g")
            expect(phone.get_by_role("button", name=text("phone.join_three"))).to_be_visible()
            expect(second.get_by_text(text("phone.phase_talking"), exact=True)).to_be_visible()
            page.keyboard.press("Control+e")
            wait_until(lambda: read.snapshot()["call"]["agent_name"] == "王强", "the call is the colleague's")
        _invite_and_remove(other, second, page, phone)
        other.keyboard.press("Control+e")
        expect(phone.get_by_text(text("phone.state_wrap_up"), exact=True)).to_be_visible()
        page.keyboard.press("Control+Alt+r")
        expect(phone.get_by_text(text("phone.state_ready"), exact=True)).to_be_visible()
        with closing(server.client_of()) as client:
            _play_the_recording(Desk(page, client))
    finally:
        caller.terminate()
        caller.wait(30)


def _mute_and_hold(page: Page, phone: Locator) -> None:
    mute = phone.get_by_role("button", name=text("phone.mute"))
    page.keyboard.press("Control+Alt+v")
    expect(mute).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+Alt+v")
    expect(mute).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+Alt+q")
    expect(phone.get_by_text(text("phone.phase_held"), exact=True)).to_be_visible()
    page.keyboard.press("Control+Alt+q")
    expect(phone.get_by_text(text("phone.phase_talking"), exact=True)).to_be_visible()


def _invite_and_remove(page: Page, phone: Locator, guest_page: Page, guest: Locator) -> None:
    """Bring the first agent into the call as the third, and take her out again."""
    page.keyboard.press("Control+Alt+z")
    page.keyboard.type(FIRST)
    page.keyboard.press("Alt+Enter")
    expect(guest.get_by_role("button", name=text("phone.answer"))).to_be_visible()
    guest_page.keyboard.press("Control+g")
    members = phone.get_by_role("group", name=text("phone.conference")).get_by_role("listitem")
    expect(members).to_have_count(3)
    expect(guest.get_by_role("group", name=text("phone.conference")).get_by_role("listitem")).to_have_count(3)
    remove = members.get_by_role("button")
    expect(remove).to_have_count(1)
    remove.focus()
    page.keyboard.press("Enter")
    expect(members).to_have_count(2)


def _play_the_recording(desk: Desk) -> None:
    """Play a sentence of the call that has just ended, once its legs have been joined."""
    wait_until(lambda: desk.snapshot()["call"]["has_audio"], "the recording is joined")
    desk.page.reload()
    spoken = [sentence for sentence in desk.snapshot()["utterances"] if sentence["text"]]
    texts = [sentence["text"] for sentence in spoken]
    chosen = next(sentence for sentence in reversed(spoken) if texts.count(sentence["text"]) == 1)
    desk.sentences.get_by_role("button", name=chosen["text"], exact=True).focus()
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_function(
        "start => { const audio = document.querySelector('audio'); return !audio.paused && audio.currentTime > start }",
        arg=chosen["start_ms"] / 1000,
    )
