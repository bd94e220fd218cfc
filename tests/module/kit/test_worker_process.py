from __future__ import annotations

import signal
from collections.abc import Iterator

import psutil
import pytest

from kit.worker_process import WorkerGoneError, WorkerProcess

pytestmark = pytest.mark.module

MODULE = "tests.fakes.kit_echo_worker"


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess.start(MODULE, has_environment=False)
    yield worker
    worker.kill()


def test_heads_and_bodies_of_any_size_come_back(worker: WorkerProcess) -> None:
    for head, body in (
        ({"word": "电费", "numbers": [1, 2.5, None, True]}, b""),
        ({}, b"\x00" * 3_000_000),
        ({"text": "长" * 500_000}, b"end"),
    ):
        # Sent by a thread in earnest: this worker reads a message to its end before it answers.
        worker.channel.send(head, body)
        answer = worker.channel.receive()
        assert (answer.head, answer.body) == (head, body)


def test_a_question_is_waited_for_in_bounds(worker: WorkerProcess) -> None:
    assert not worker.channel.has_something(0)
    worker.channel.send({})
    assert worker.channel.has_something(30)


@pytest.mark.parametrize(("do", "code"), [("die", -signal.SIGABRT), ("exit", 7)])
def test_a_death_is_told_with_its_exit_code(worker: WorkerProcess, do: str, code: int) -> None:
    worker.channel.send({"do": do})
    with pytest.raises(WorkerGoneError):
        worker.channel.receive()
    assert worker.close(30) == code
    assert not worker.is_running
    with pytest.raises(WorkerGoneError):
        worker.channel.send({})


@pytest.mark.parametrize("do", ["boast", "babble"])
def test_what_is_no_message_is_neither_read_nor_executed(worker: WorkerProcess, do: str) -> None:
    worker.channel.send({"do": do})
    with pytest.raises(WorkerGoneError):
        worker.channel.receive()


def test_one_that_does_not_end_by_itself_is_killed(worker: WorkerProcess) -> None:
    worker.channel.send({"do": "sleep"})
    assert worker.close(0.01) == -signal.SIGKILL
    assert worker.close(0.01) == -signal.SIGKILL


def test_one_whose_owner_hangs_up_ends(worker: WorkerProcess) -> None:
    worker.channel.send({})
    worker.channel.receive()
    assert worker.close(30) == 0
    assert not psutil.pid_exists(worker.pid)


@pytest.mark.parametrize("has_environment", [True, False])
def test_it_sees_our_environment_only_if_it_is_to(monkeypatch: pytest.MonkeyPatch, has_environment: bool) -> None:
    monkeypatch.setenv("SECRET_PASSWORD", "1")
    worker = WorkerProcess.start(MODULE, has_environment=has_environment)
    worker.channel.send({"do": "environment"})
    assert ("SECRET_PASSWORD" in worker.channel.receive().head["names"]) is has_environment
    worker.kill()
