"""A speech machine: recognises windows that servers send, over WebSockets, for whoever knows the token."""

from __future__ import annotations

import hmac
import http
import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

import orjson
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from kit.errors import DependencyCategory, DependencyError
from kit.metrics import REGISTRY
from kit.worker_process import WorkerGoneError
from speech import metrics
from speech.settings import SpeechSettings
from speech.stt.base import Capabilities, Recognition, RecognitionRequest, Recognizer
from speech.stt.own_process.answering import WindowAnswerer
from speech.stt.remote.channel import CLOSE_SECONDS, LARGEST_WINDOW_BYTES, PING_SECONDS, SocketChannel
from speech.stt.remote.greeting import Greeting
from speech.stt.remote.settings import RemoteSettings

log = structlog.get_logger(__name__)

HANDSHAKE_SECONDS = 5.0
WAIT_SECONDS = 20.0
"""How long a window may wait for a free model; longer, and its server asks elsewhere."""
_LOOK_SECONDS = 0.05


class SharedRecognizers:
    """The models of a machine as one recogniser that every connection may ask at any time."""

    def __init__(self, recognizers: Sequence[Recognizer]) -> None:
        self._all = tuple(recognizers)
        self._free: SimpleQueue[Recognizer] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def capabilities(self) -> Capabilities:
        """Those of each model; all are the same."""
        return self._all[0].capabilities

    @property
    def model_count(self) -> int:
        """Windows that are recognised at the same time."""
        return len(self._all)

    @property
    def waiting(self) -> int:
        """Windows that wait for a model."""
        return self._waiting

    def warm_up(self) -> None:
        """Load every model.

        Raises:
            MisconfiguredError: A model is missing or unusable.
        """
        for recognizer in self._all:
            recognizer.warm_up()
            self._free.put(recognizer)

    def recognize(self, request: RecognitionRequest) -> Recognition:
        """Recognise with the first model that is free.

        Raises:
            DependencyError: The window is malformed, no model got free in time, or the engine failed.
        """
        if len(request.pcm) % 2 or request.duration_ms > self.capabilities.max_window_ms:
            raise DependencyError(
                f"A window holds at most {self.capabilities.max_window_ms} ms of 16-bit samples.",
                category=DependencyCategory.REJECTED,
                retryable=False,
            )
        recognizer = self._take(request)
        try:
            return recognizer.recognize(request)
        finally:
            self._free.put(recognizer)

    def close(self) -> None:
        """Let go of every model."""
        for recognizer in self._all:
            recognizer.close()

    def _take(self, request: RecognitionRequest) -> Recognizer:
        until = time.monotonic() + WAIT_SECONDS
        with self._lock:
            self._waiting += 1
        try:
            while time.monotonic() < until:
                request.check_wanted()
                try:
                    return self._free.get(timeout=_LOOK_SECONDS)
                except Empty:
                    continue
        finally:
            with self._lock:
                self._waiting -= 1
        raise DependencyError(
            "Every model of the speech machine is busy.", category=DependencyCategory.OVERLOADED, retryable=True
        )


class SpeechWorker:
    """Listens, checks the token and answers; `serve` returns when `stop` was called."""

    def __init__(
        self, settings: RemoteSettings, speech: SpeechSettings, make: Callable[[SpeechSettings], Recognizer]
    ) -> None:
        """Prepare; nothing is loaded.

        Raises:
            MisconfiguredError: There is no token, or the certificate or a `SPEECH_` variable cannot be used.
        """
        self._settings = settings
        self._authorization = settings.authorization.encode()
        self._tls = settings.server_tls()
        self._models = SharedRecognizers([make(speech) for _ in range(speech.worker_count)])
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The TCP port in use; needs `start`."""
        if self._server is None:
            raise RuntimeError("start comes before port")
        return int(self._server.socket.getsockname()[1])

    def start(self) -> None:
        """Load the models and listen, in threads of its own.

        Raises:
            MisconfiguredError: A model is missing or unusable.
            OSError: Nothing can listen on the address.
        """
        self._models.warm_up()
        # Its lines about closed connections hold addresses and no news; ours are below.
        logging.getLogger("websockets").setLevel(logging.CRITICAL)
        self._server = serve(
            self._answer,
            self._settings.listen_host,
            self._settings.listen_port,
            ssl=self._tls,
            process_request=self._check,
            compression=None,
            server_header=None,
            open_timeout=HANDSHAKE_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=LARGEST_WINDOW_BYTES,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="speech-worker")
        self._thread.start()

    def stop(self) -> None:
        """Send the servers elsewhere and let go of the models; safe to call twice."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
        if self._thread is not None:
            self._thread.join()
        self._models.close()

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what is no request for a connection, and refuse whoever does not know the token."""
        given = request.headers.get("Authorization", "").encode()
        is_known = hmac.compare_digest(given, self._authorization)
        if request.path == "/health/ready":
            # Whoever watches the machine hears that it is up; how busy it is, only who knows the token.
            known = (self._state(), "application/json") if is_known else (b"ready\n",)
            return _response(http.HTTPStatus.OK, *known)
        if not is_known:
            log.warning("speech_worker_refused_token")
            return _response(http.HTTPStatus.UNAUTHORIZED, b"The token is missing or wrong.\n")
        if request.path == "/metrics":
            return _response(http.HTTPStatus.OK, generate_latest(REGISTRY), CONTENT_TYPE_LATEST)
        if self._server is not None and len(self._server.connections) >= self._settings.most_connections:
            return _response(http.HTTPStatus.SERVICE_UNAVAILABLE, b"Every connection is in use.\n")
        return None

    def _state(self) -> bytes:
        can = self._models.capabilities
        return orjson.dumps({"engine": can.name, "models": self._models.model_count, "waiting": self._models.waiting})

    def _answer(self, connection: ServerConnection) -> None:
        channel = SocketChannel(connection, connection.close)
        metrics.WORKER_CONNECTIONS.inc()
        try:
            channel.send(Greeting(self._models.capabilities).to_wire())
            WindowAnswerer(channel, (self._models,)).answer_all()
        except WorkerGoneError:
            pass
        finally:
            metrics.WORKER_CONNECTIONS.dec()


def _response(status: http.HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8") -> Response:
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
    return Response(status.value, status.phrase, headers, body)
