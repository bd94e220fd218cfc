from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from kit.metrics import REGISTRY
from speech.registry import make_server_recognizer
from speech.settings import Language, SpeechSettings
from speech.stt.base import SAMPLE_RATE_HZ, AbandonedError, RecognitionRequest, Recognizer
from speech.stt.own_process import owner
from tests.fakes.speech_processes import own_processes

pytestmark = pytest.mark.contract

SILENCE = bytes(2 * 2 * SAMPLE_RATE_HZ)


@pytest.fixture(scope="module")
def recognizer() -> Iterator[Recognizer]:
    recognizer = make_server_recognizer(SpeechSettings())
    recognizer.warm_up()
    yield recognizer
    recognizer.close()


def signal_all(number: int) -> None:
    for process in own_processes():
        process.send_signal(number)


def request(is_wanted: Callable[[], bool] = lambda: True) -> RecognitionRequest:
    return RecognitionRequest(SILENCE, Language.CHINESE, is_final=True, is_wanted=is_wanted)


def deaths() -> float:
    return REGISTRY.get_sample_value("tingzhi_speech_worker_deaths_total") or 0.0


def test_another_process_answers_for_one_that_died(recognizer: Recognizer):
    before, (first,) = deaths(), own_processes()
    kills = [first]

    def kill_once() -> bool:
        while kills:
            kills.pop().kill()
        return True

    assert recognizer.recognize(request(kill_once)).language is Language.CHINESE
    (second,) = own_processes()
    assert second.pid != first.pid
    assert deaths() == before + 1


def test_one_that_dies_between_two_windows_costs_none_of_them(recognizer: Recognizer):
    signal_all(signal.SIGKILL)
    assert recognizer.recognize(request()).text == ""


def test_words_that_kill_two_processes_are_given_up_and_the_next_are_heard(recognizer: Recognizer):
    def kill() -> bool:
        signal_all(signal.SIGKILL)
        return True

    with pytest.raises(DependencyError, match="died twice"):
        recognizer.recognize(request(kill))
    assert recognizer.recognize(request()).text == ""


def test_one_that_hangs_is_killed(recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch):
    (hanging,) = own_processes()
    hanging.suspend()
    with monkeypatch.context() as patched, pytest.raises(DependencyError, match="did not answer") as caught:
        patched.setattr(owner, "ANSWER_TIMEOUT", timedelta(seconds=0.3))
        recognizer.recognize(request())
    assert caught.value.category is DependencyCategory.TIMEOUT
    assert not hanging.is_running()
    assert recognizer.recognize(request()).text == ""


def test_a_window_given_up_is_not_decoded_and_the_next_is(recognizer: Recognizer):
    with pytest.raises(AbandonedError):
        recognizer.recognize(request(lambda: False))
    assert recognizer.recognize(request()).text == ""


def test_an_answer_that_was_not_waited_for_is_nobody_elses(recognizer: Recognizer):
    def fail() -> bool:
        raise ValueError

    unlucky = RecognitionRequest(SILENCE, Language.ENGLISH, is_final=True, is_wanted=fail)
    with pytest.raises(ValueError, match="^$"):
        recognizer.recognize(unlucky)
    assert recognizer.recognize(request()).language is Language.CHINESE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_is_for_the_server_to_follow(recognizer: Recognizer, number: int):
    before = own_processes()
    signal_all(number)
    assert recognizer.recognize(request()).text == ""
    assert own_processes() == before


def test_a_missing_model_is_named_as_in_this_process(tmp_path: Path):
    for folder, code in ((tmp_path, "speech_model_unusable"), (tmp_path / "none", "speech_model_missing")):
        broken = make_server_recognizer(SpeechSettings(model=str(folder)))
        with pytest.raises(MisconfiguredError, match="SPEECH_MODEL") as caught:
            broken.warm_up()
        assert caught.value.error_code == code
        broken.close()


def test_a_process_that_cannot_start_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DependencyError, match=r"did not start \(exit code 1\)"):
        make_server_recognizer(SpeechSettings()).warm_up()


def test_it_goes_with_a_server_that_is_killed():
    script = (
        "from speech.registry import make_server_recognizer as make\n"
        "from speech.settings import SpeechSettings\n"
        "make(SpeechSettings()).warm_up()\n"
        "print('up', flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"up\n"
        processes = own_processes(psutil.Process(server.pid))
        assert len(processes) == 1
        os.kill(server.pid, signal.SIGKILL)
        _gone, alive = psutil.wait_procs(processes, timeout=10)
        assert alive == []
