"""Bringing Asterisk, its plan on disk, and the commands that try an exchange."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import wave
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assist_api.cli.main import run
from cti_adapter.asterisk import packages
from cti_adapter.asterisk.packages import MINIMUM_VERSION, ensure_asterisk, find_asterisk
from cti_adapter.asterisk.plan import PBXPlan, TLSPlan
from cti_adapter.asterisk.plan_file import PLAN_FILE, demo_plan, find_plan, save_plan
from cti_adapter.asterisk.process import AsteriskProcess, free_addresses
from cti_adapter.asterisk.simulated_network import with_simulated_network
from cti_adapter.check import check_pbx
from cti_adapter.events import CallOffered
from cti_adapter.phone.sip_phone import PCMSource, SIPPhone
from cti_adapter.simulated.exchange import SimulatedExchange
from kit.errors import MisconfiguredError
from tests.contract.cti_adapter.exchanges import simulated_settings
from tests.fakes.cti_events import WAIT_SECONDS, follow
from tests.fakes.cti_tones import AGENT_HZ, heard, tone
from tests.servers.asterisk import settings_of

pytestmark = pytest.mark.integration


def test_what_is_unpacked_is_found_without_the_network_and_is_new_enough(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packages, "_fetch", lambda *_: pytest.fail("fetched again"))
    files = ensure_asterisk(lambda _: None)
    assert files.version >= MINIMUM_VERSION
    assert (files.root.parent / "packages.sha256").read_text().count("  asterisk") >= 3


def test_a_machine_without_apt_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert find_asterisk(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MisconfiguredError, match="CTI_HOST"):
        ensure_asterisk(lambda _: None, tmp_path / "asterisk")


def test_an_archive_that_does_not_answer_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packages, "_archive_address", lambda: "http://127.0.0.1:1/debian")
    monkeypatch.setattr(packages, "SUITES", ("forky",))
    with pytest.raises(MisconfiguredError, match="apt-get"):
        ensure_asterisk(lambda _: None, tmp_path / "asterisk")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_plan_is_named(tmp_path: Path):
    (tmp_path / PLAN_FILE).write_text('{"ami_secret": 1}')
    with pytest.raises(MisconfiguredError, match=PLAN_FILE):
        find_plan(tmp_path)


async def test_the_check_names_what_is_missing_and_its_mend():
    async with SimulatedExchange.open(("8001",)) as exchange:
        found = {finding.part: finding for finding in await check_pbx(simulated_settings(exchange))}
        assert (found["exchange"].state, found["telephones"].state) == ("ok", "degraded")
        exchange.register("8001")
        found = {finding.part: finding for finding in await check_pbx(simulated_settings(exchange))}
        assert found["telephones"].state == "ok"
        wrong = simulated_settings(exchange, ami_secret="wrong", action_timeout=1)
        refused = next(finding for finding in await check_pbx(wrong) if finding.part == "exchange")
        assert refused.state == "failed"
        assert "CTI_AMI_SECRET" in refused.detail


def write_wav(path: Path, pcm: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(pcm)


def test_two_commands_make_a_call(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    files = find_asterisk()
    assert files is not None
    demo = demo_plan(free_addresses())
    plan = with_encrypted_trunk(demo, tmp_path)
    save_plan(plan, tmp_path)
    monkeypatch.setenv("CTI_DATA_DIR", str(tmp_path))
    write_wav(tmp_path / "caller.wav", tone(400) * 3)
    write_wav(tmp_path / "agent.wav", tone(AGENT_HZ) * 30)
    process = AsteriskProcess(files, plan, tmp_path / "asterisk")
    process.start()
    tingzhi = [sys.executable, "-c", "from assist_api.cli.main import main; main()"]
    answer = [*tingzhi, "answer", "8001", "--audio", str(tmp_path / "agent.wav"), "--json"]
    heard_file = tmp_path / "heard.wav"
    call = ["call", "95598", "--audio", str(tmp_path / "caller.wav"), "--record", str(heard_file), "--json"]
    try:
        with subprocess.Popen(answer, stdout=subprocess.PIPE, text=True) as answering:
            assert answering.stdout is not None
            try:
                assert json.loads(answering.stdout.readline())["type"] == "phone.registered"
                with pytest.raises(SystemExit) as ended:
                    run(call)
                assert ended.value.code == 0
                answered = [json.loads(line) for line in answering.stdout]
                assert answering.wait() == 0
            finally:
                answering.kill()
        # Over TLS with encrypted voice, and as `make run ARGS=--pbx` dials out.
        for way_out in (plan, demo):
            process.apply(way_out)
            asyncio.run(try_dialling_out(process))
    finally:
        process.stop()
    called = [json.loads(line)["type"] for line in capsys.readouterr().out.splitlines()]
    assert called == ["call.dialled", "call.answered", "call.ended"]
    assert [event["type"] for event in answered] == ["call.ringing", "call.answered", "call.ended"]
    assert answered[-1]["ended_by"] == "remote"
    with wave.open(str(heard_file)) as file:
        assert AGENT_HZ in heard(file.readframes(file.getnframes()))


def with_encrypted_trunk(plan: PBXPlan, folder: Path) -> PBXPlan:
    """Return the plan with an encrypted trunk to its simulated network, and a certificate of the test's own."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    trunk = with_simulated_network(plan).trunks[-1]
    secure = replace(trunk, name="secure", contact=f"127.0.0.1:{port}", transport="tls", encrypts_voice=True)
    return replace(plan, trunks=(*plan.trunks, secure), tls=TLSPlan(certificate, key, certificate, port))


async def try_dialling_out(process: AsteriskProcess) -> None:
    """Let an agent of the demo dial any number: its network answers and returns what he says."""
    phone = next(phone for phone in process.plan.agents if phone.agent == "8002")
    server = ("127.0.0.1", process.plan.addresses.sip_port)
    async with (
        SIPPhone.open("agent-8002", server, secret=phone.secret) as agent,
        follow(settings_of(process)) as (
            adapter,
            log,
        ),
    ):
        await adapter.wait_connected(WAIT_SECONDS)
        await agent.register()
        call = await agent.call("13900139000", source=PCMSource(tone(AGENT_HZ), is_endless=True))
        async with asyncio.timeout(WAIT_SECONDS):
            while heard(call.heard) != {AGENT_HZ}:  # noqa: ASYNC110 — sound has no event
                await asyncio.sleep(0.2)
        (known,) = adapter.calls
        assert (known.direction, known.dialled_number, len(known.legs)) == ("outbound", "13900139000", 2)
        assert len(log.of(CallOffered)) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["call", "95598", "--audio", "missing.wav"], "missing.wav"),
        (["answer", "8009", "--audio", "{wav}"], "--secret"),
        (["call", "95598", "--audio", "{wav}", "--server", "nowhere"], "host:port"),
        (["call", "95598", "--audio", "{text}"], "error"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CTI_DATA_DIR", str(tmp_path))
    write_wav(tmp_path / "sound.wav", tone(400))
    (tmp_path / "text.txt").write_text("no audio")
    names = {"wav": str(tmp_path / "sound.wav"), "text": str(tmp_path / "text.txt")}
    assert run([argument.format(**names) for argument in arguments]) == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert len(printed.err.strip().splitlines()) == 1
