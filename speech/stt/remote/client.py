"""Recognition by speech machines: asks one, the next where that one is gone, and this server's own recogniser last."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import structlog
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from kit.circuit import CircuitBreaker
from kit.errors import DependencyCategory, DependencyError
from kit.worker_process import WorkerGoneError
from speech import metrics
from speech.settings import Language
from speech.stt.base import AbandonedError, Capabilities, Recognition, RecognitionRequest, Recognizer
from speech.stt.own_process.asking import await_answer
from speech.stt.own_process.wire import Window
from speech.stt.remote.channel import CLOSE_SECONDS, LARGEST_ANSWER_BYTES, PING_SECONDS, SocketChannel
from speech.stt.remote.greeting import SHORTEST_WINDOW_MS, Greeting
from speech.stt.remote.settings import RemoteSettings, WorkerAddress

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
"""Between two tries to reach a machine that is away; each try that fails doubles the pause."""
PATIENCE = timedelta(seconds=10)
"""How long a final window waits for a machine to come back where this server has no recogniser of its own."""
_LOOK_SECONDS = 0.2
UNKNOWN = Capabilities("remote", frozenset(Language), SHORTEST_WINDOW_MS, reports_confidence=True)
"""What every usable machine can do, before one has greeted."""


class RemoteWorkers:
    """The speech machines of a server; its recognisers share what is known about which of them are away."""

    def __init__(self, settings: RemoteSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is reached yet.

        Args:
            settings: With at least one address.
            monotonic: Seconds that never run backwards.

        Raises:
            MisconfiguredError: There is no token, or the certificates cannot be read.
        """
        self._settings = settings
        self._tls = settings.client_tls()
        self._authorization = settings.authorization
        self._number = itertools.count()
        self._circuits = {
            address: CircuitBreaker(
                failures=1,
                pause_seconds=FIRST_PAUSE_SECONDS,
                longest_pause_seconds=LONGEST_PAUSE_SECONDS,
                monotonic=monotonic,
            )
            for address in settings.workers
        }

    def recognizer(self, own: Recognizer | None) -> Recognizer:
        """Return a new recogniser; each begins with another machine, so that they share the windows.

        Args:
            own: Stands in while no machine answers; loaded when it is first needed. None: nothing does.
        """
        return RemoteRecognizer(self.links(), own, self._settings.worker_timeout)

    def links(self) -> list[Link]:
        """Return the connections of one more recogniser; none is open yet."""
        addresses = self._settings.workers
        first = next(self._number) % len(addresses)
        return [self._link(address) for address in (*addresses[first:], *addresses[:first])]

    def _link(self, address: WorkerAddress) -> Link:
        return Link(str(address), self._circuits[address], lambda: self._connect(address))

    def _connect(self, address: WorkerAddress) -> SocketChannel:
        closing = ExitStack()
        opening = connect(
            str(address),
            ssl=self._tls if address.scheme == "wss" else None,
            additional_headers={"Authorization": self._authorization},
            # A machine of ours is reached directly; a proxy in the environment is for the world outside.
            proxy=None,
            compression=None,
            open_timeout=CONNECT_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=LARGEST_ANSWER_BYTES,
        )
        return SocketChannel(closing.enter_context(opening), closing.close)


class Link:
    """One recogniser's connection to one machine; used by one thread at a time."""

    def __init__(self, address: str, circuit: CircuitBreaker, open_channel: Callable[[], SocketChannel]) -> None:
        self.address = address
        self._circuit = circuit
        self._open_channel = open_channel
        self._channel: SocketChannel | None = None
        self._asked = 0
        self.capabilities: Capabilities | None = None
        """Of the machine's recogniser; None until it has greeted."""

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, which may have died since."""
        return self._channel is not None

    def open(self) -> bool:
        """Connect where there is no connection and the machine may be tried; tell whether there is one now."""
        if self._channel is not None:
            return True
        if not self._circuit.may_call():
            return False
        try:
            self._channel = self._greeted(self._open_channel())
        except (OSError, WebSocketException, WorkerGoneError, KeyError, ValueError) as error:
            self._note_failure(_reason(error))
            return False
        if self._circuit.note_success():
            log.info("speech_worker_back", address=self.address)
        return True

    def ask(self, request: RecognitionRequest, patience: timedelta) -> Recognition:
        """Return the machine's answer; needs a connection.

        Raises:
            WorkerGoneError: The machine went away or did not answer in time; the connection is closed.
            DependencyError: The machine could not recognise the window.
            AbandonedError: The text is not wanted any more.
        """
        channel = self._channel
        if channel is None:
            raise WorkerGoneError
        self._asked += 1
        try:
            channel.send(*Window(self._asked, 0, request).to_wire())
            answer = await_answer(channel, self._asked, request, patience)
        except (WorkerGoneError, KeyError, ValueError, TypeError) as error:
            self.close()
            metrics.WORKER_FAILURES.labels(reason="gone").inc()
            raise WorkerGoneError from error
        if answer is None:
            self._note_failure("timeout")
            raise WorkerGoneError
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Hang up; safe to call twice."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def _greeted(self, channel: SocketChannel) -> SocketChannel:
        if not channel.has_something(CONNECT_SECONDS):
            channel.close()
            raise TimeoutError
        greeting = Greeting.from_wire(channel.receive())
        if not greeting.is_usable:
            channel.close()
            raise ValueError("another protocol")
        self.capabilities = greeting.capabilities
        return channel

    def _note_failure(self, reason: str) -> None:
        self.close()
        metrics.WORKER_FAILURES.labels(reason=reason).inc()
        if self._circuit.note_failure():
            log.warning("speech_worker_away", address=self.address, reason=reason)


class RemoteRecognizer:
    """A recogniser that is on other machines."""

    def __init__(self, links: Sequence[Link], own: Recognizer | None, patience: timedelta) -> None:
        self._links = tuple(links)
        self._own = own
        self._patience = patience

    @property
    def capabilities(self) -> Capabilities:
        """Those of the first machine that has greeted; the recogniser of this server may be asked as well."""
        known = next((link.capabilities for link in self._links if link.capabilities is not None), UNKNOWN)
        if self._own is None:
            return known
        longest_ms = min(known.max_window_ms, self._own.capabilities.max_window_ms)
        return replace(known, max_window_ms=longest_ms)

    def warm_up(self) -> None:
        """Connect to the first machine that answers; that none does is no reason not to start."""
        if not any(link.open() for link in self._links):
            log.error("no_speech_worker_answers", has_own_recognizer=self._own is not None)

    def recognize(self, request: RecognitionRequest) -> Recognition:
        """Return the text of the first machine that answers, or of this server.

        Raises:
            DependencyError: Nobody answered, or the window cannot be recognised.
            AbandonedError: The text is not wanted any more.
        """
        until = time.monotonic() + PATIENCE.total_seconds()
        while True:
            heard = self._heard_elsewhere(request)
            if heard is not None:
                return heard
            request.check_wanted()
            if self._own is not None:
                return self._heard_here(self._own, request)
            if not request.is_final or time.monotonic() > until:
                raise DependencyError(
                    "No speech machine answers.", category=DependencyCategory.CONNECTIVITY, retryable=True
                )
            time.sleep(_LOOK_SECONDS)

    def close(self) -> None:
        """Hang up, and let go of the model of this server; safe to call twice."""
        for link in self._links:
            link.close()
        if self._own is not None:
            self._own.close()

    def _heard_elsewhere(self, request: RecognitionRequest) -> Recognition | None:
        for link in self._open_links():
            request.check_wanted()
            try:
                heard = link.ask(request, self._patience)
            except WorkerGoneError:
                continue
            except AbandonedError:
                # The machine stops when it is told so; a text that is wanted here was given up there by its own end.
                request.check_wanted()
                continue
            except DependencyError as error:
                if not error.retryable:
                    raise
                continue
            metrics.REMOTE_ANSWERS.labels(by="machine").inc()
            return heard
        return None

    def _open_links(self) -> Iterator[Link]:
        for link in self._links:
            # A connection may have died while nobody spoke: its machine is asked once more over a new one.
            was_open = link.is_open
            if link.open():
                yield link
            if was_open and not link.is_open and link.open():
                yield link

    def _heard_here(self, own: Recognizer, request: RecognitionRequest) -> Recognition:
        own.warm_up()
        # Tokens of one engine mean nothing to another: no draft comes here, and none goes on to a machine.
        heard = own.recognize(replace(request, draft=()))
        metrics.REMOTE_ANSWERS.labels(by="server").inc()
        return replace(heard, tokens=())


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidStatus):
        return "token" if error.response.status_code == 401 else "full"
    return "unusable" if isinstance(error, (KeyError, ValueError)) else "connect"
