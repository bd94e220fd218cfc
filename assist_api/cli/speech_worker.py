"""`tingzhi serve --roles speech`: this machine recognises speech for servers elsewhere, and does nothing else."""

from __future__ import annotations

import signal
import threading

import typer
from rich.console import Console

from assist_api.cli.console import prepare_logging
from assist_api.health.checks import check_model, needed_models, refuse_to_start
from assist_api.settings import AssistSettings
from kit.errors import AssistError, MisconfiguredError
from kit.settings import CACHE_DIR
from speech.models import SPEECH_MODELS
from speech.registry import make_server_recognizer
from speech.settings import SpeechSettings
from speech.stt.remote.server import SpeechWorker
from speech.stt.remote.settings import RemoteSettings


def serve_speech(host: str | None, port: int | None) -> None:
    """Recognise until a signal ends it; needs no database and no data folder."""
    console = Console(highlight=False)
    prepare_logging(AssistSettings.load(), is_server=True)
    try:
        worker, settings = _started(host, port)
    except AssistError as error:
        Console(stderr=True).print(f"error: {error.message}", style="red", highlight=False)
        raise typer.Exit(1) from error
    is_over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_over.set())
    scheme = "wss" if settings.tls_certificate is not None else "ws"
    address = f"{scheme}://{settings.listen_host}:{worker.port}"
    console.print(f"Tingzhi 听知 recognises speech: [bold]{address}[/bold]  (Ctrl-C stops it)")
    is_over.wait()
    worker.stop()


def _started(host: str | None, port: int | None) -> tuple[SpeechWorker, RemoteSettings]:
    given = {"listen_host": host, "listen_port": port}
    settings = RemoteSettings.load().model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    refuse_to_start([check_model(package, CACHE_DIR) for package in needed_models() if package in SPEECH_MODELS])
    worker = SpeechWorker(settings, SpeechSettings.load(), make_server_recognizer)
    try:
        worker.start()
    except OSError as error:
        worker.stop()
        raise MisconfiguredError(
            f"Nothing can listen on {settings.listen_host}:{settings.listen_port}: {error.strerror}. "
            "Set SPEECH_LISTEN_HOST and SPEECH_LISTEN_PORT, or --host and --port."
        ) from error
    return worker, settings
