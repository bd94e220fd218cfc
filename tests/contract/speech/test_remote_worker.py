"""Recognition by another machine: a real server on this one, reached over the loopback."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from assist_api.transcripts.module import machines_line
from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from speech.settings import Language
from speech.stt.base import AbandonedError, RecognitionRequest, Recognizer
from speech.stt.remote import client, server
from speech.stt.remote.client import RemoteRecognizer, RemoteWorkers
from speech.stt.remote.health import machines_health
from speech.stt.remote.server import SharedRecognizers, SpeechWorker
from speech.stt.remote.settings import RemoteSettings
from tests.fakes.speech_machine import TOKEN, scripted_machine, settings_for
from tests.fakes.speech_recognizer import FakeRecognizer

pytestmark = pytest.mark.contract

SECOND = b"\x00\x20\x00\xe0" * 8_000


def remote_settings(*workers: SpeechWorker, scheme: str = "ws", **further: object) -> RemoteSettings:
    return settings_for(*(worker.port for worker in workers), scheme=scheme, **further)


@contextmanager
def asking(settings: RemoteSettings, own: Recognizer | None = None) -> Iterator[RemoteRecognizer]:
    recognizer = RemoteWorkers(settings).recognizer(own)
    recognizer.warm_up()
    try:
        yield recognizer
    finally:
        recognizer.close()


def window(is_wanted: Callable[[], bool] = lambda: True, *, is_final: bool = True) -> RecognitionRequest:
    return RecognitionRequest(SECOND, Language.CHINESE, is_final=is_final, is_wanted=is_wanted)


def own_recognizer() -> FakeRecognizer:
    return FakeRecognizer(lambda _request: "这边")


def test_where_a_machine_goes_the_next_is_asked_and_then_this_server():
    with (
        scripted_machine(lambda _: "甲") as first,
        scripted_machine(lambda _: "乙") as second,
        asking(remote_settings(first, second), own_recognizer()) as recognizer,
    ):
        assert recognizer.recognize(window()).text == "甲"
        first.stop()
        assert recognizer.recognize(window()).text == "乙"
        second.stop()
        assert recognizer.recognize(window()).text == "这边"


def test_a_machine_that_is_back_is_asked_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "FIRST_PAUSE_SECONDS", 0.01)
    with scripted_machine() as worker:
        port = worker.port
    with asking(settings_for(port), own_recognizer()) as recognizer:
        assert recognizer.recognize(window()).text == "这边"
        with scripted_machine(port=port):
            while recognizer.recognize(window()).text == "这边":
                pass


def test_a_final_window_waits_for_a_machine_where_nothing_else_recognises(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "PATIENCE", timedelta(seconds=0.5))
    monkeypatch.setattr(client, "FIRST_PAUSE_SECONDS", 0.01)
    with scripted_machine() as worker:
        port = worker.port
    with asking(settings_for(port)) as recognizer:
        for is_final in (True, False):
            with pytest.raises(DependencyError, match="No speech machine answers") as caught:
                recognizer.recognize(window(is_final=is_final))
            assert caught.value.category is DependencyCategory.CONNECTIVITY


def test_a_window_given_up_stops_the_machine_and_the_next_is_heard():
    def listen(request: RecognitionRequest) -> str:
        if request.language is Language.ENGLISH:
            while request.is_wanted():
                pass
            raise AbandonedError
        return "那边"

    asked = count()
    with scripted_machine(listen) as worker, asking(remote_settings(worker)) as recognizer:
        unwanted = RecognitionRequest(SECOND, Language.ENGLISH, is_final=True, is_wanted=lambda: next(asked) < 3)
        with pytest.raises(AbandonedError):
            recognizer.recognize(unwanted)
        assert recognizer.recognize(window()).text == "那边"


def test_a_machine_that_is_too_slow_is_left():
    def hang(request: RecognitionRequest) -> str:
        while request.is_wanted():
            pass
        raise AbandonedError

    settings = {"worker_timeout": timedelta(seconds=0.3)}
    with scripted_machine(hang) as slow, asking(remote_settings(slow, **settings), own_recognizer()) as recognizer:
        assert recognizer.recognize(window()).text == "这边"


def test_what_a_machine_says_of_a_failure_is_the_failure():
    def fail(_request: RecognitionRequest) -> str:
        raise DependencyError("no good", category=DependencyCategory.REJECTED, retryable=False)

    with (
        scripted_machine(fail) as worker,
        asking(remote_settings(worker), own_recognizer()) as recognizer,
        pytest.raises(DependencyError, match="no good"),
    ):
        recognizer.recognize(window())


def test_windows_wait_for_a_free_model_and_not_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "WAIT_SECONDS", 0.1)
    shared = SharedRecognizers([FakeRecognizer(lambda _: busy())])
    shared.warm_up()

    def busy() -> str:
        with pytest.raises(DependencyError, match="busy") as caught:
            shared.recognize(window())
        assert caught.value.retryable
        return "ok"

    assert shared.recognize(window()).text == "ok"
    assert shared.waiting == 0
    too_long = RecognitionRequest(SECOND * 40, Language.CHINESE, is_final=True)
    with pytest.raises(DependencyError, match="at most 28000 ms"):
        shared.recognize(too_long)


def test_without_the_token_nobody_is_heard():
    with scripted_machine(most_connections=1) as worker:
        address = f"ws://localhost:{worker.port}"
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            with pytest.raises(InvalidStatus) as caught:
                connect(address, additional_headers=header, proxy=None)
            assert caught.value.response.status_code == 401
        known = {"Authorization": f"Bearer {TOKEN}"}
        with connect(address, additional_headers=known, proxy=None), pytest.raises(InvalidStatus) as caught:
            connect(address, additional_headers=known, proxy=None)
        assert caught.value.response.status_code == 503


def test_what_is_no_window_ends_its_connection_only():
    with scripted_machine() as worker, asking(remote_settings(worker)) as recognizer:
        header = {"Authorization": f"Bearer {TOKEN}"}
        for nonsense in (b"", b"\x00" * 8, b"\x00\x00\x00\x02\x00\x00\x00\x00{}", "text"):
            with connect(f"ws://localhost:{worker.port}", additional_headers=header, proxy=None) as other:
                other.recv()
                other.send(nonsense)
                with pytest.raises(Exception, match=r"close|1000|1011|received"):
                    other.recv(timeout=5)
        assert recognizer.recognize(window()).text == "那边"


async def test_the_health_page_says_which_machine_is_away_and_why():
    with scripted_machine(models=2) as worker, scripted_machine() as other:
        settings = remote_settings(worker, other)
        line = machines_line(await machines_health(settings), has_fallback=True)
        assert (line.state, line.facts) == ("ok", {"ready": 2, "machines": 2, "waiting": 0})
        other.stop()
        line = machines_line(await machines_health(settings), has_fallback=True)
        assert (line.state, line.code) == ("degraded", "speech_machine_away")
        stranger = remote_settings(worker, worker_token="another token of ours")
        health = await machines_health(stranger)
        assert [known.state for known in health] == ["token_refused"]
        assert machines_line(health, has_fallback=True).code == "speech_by_server"
        assert machines_line(health, has_fallback=False).state == "failed"


def test_a_machine_answers_over_tls(tmp_path: Path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    with scripted_machine(tls_certificate=certificate, tls_key=key) as worker:
        trusted = remote_settings(worker, scheme="wss", worker_ca_file=certificate)
        with asking(trusted) as recognizer:
            assert recognizer.recognize(window()).text == "那边"
        with asking(remote_settings(worker, scheme="wss"), own_recognizer()) as recognizer:
            assert recognizer.recognize(window()).text == "这边"


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"SPEECH_WORKERS": '["ws://a"]'}, "SPEECH_WORKER_TOKEN"),
        ({"SPEECH_WORKERS": '["http://a"]', "SPEECH_WORKER_TOKEN": TOKEN}, "SPEECH_WORKERS_0: .*'ws' or 'wss'"),
        ({"SPEECH_WORKERS": "ws://a"}, "SPEECH_WORKERS: a list"),
        ({"SPEECH_WORKER_TOKEN": "short"}, "SPEECH_WORKER_TOKEN: .*at least 16"),
        ({"SPEECH_TLS_KEY": "/key"}, "go together"),
    ],
)
def test_settings_that_cannot_work_are_named(variables: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(MisconfiguredError, match=reason):
        RemoteSettings.load()


def test_files_that_are_no_certificates_are_named(tmp_path: Path):
    (tmp_path / "cert.pem").write_text("none")
    broken = RemoteSettings(tls_certificate=tmp_path / "cert.pem", tls_key=tmp_path / "none.pem")
    with pytest.raises(MisconfiguredError, match="SPEECH_TLS_CERTIFICATE"):
        broken.server_tls()
    with pytest.raises(MisconfiguredError, match="SPEECH_WORKER_CA_FILE"):
        RemoteSettings(worker_ca_file=tmp_path / "cert.pem").client_tls()
