"""`tingzhi replay`: a recording down the path of a live call, told as it goes."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer
from rich.console import Console

from assist_api.calls.events import CallEndedEvent, CallEvent, EndReason
from assist_api.calls.hub import CallHub
from assist_api.calls.recordings import IncomingFile
from assist_api.calls.schemas import ReplaySpeed
from assist_api.calls.service import CallService
from assist_api.calls.viewer import COMMAND_LINE
from assist_api.cli.console import prepare_logging
from assist_api.cli.storyteller import Storyteller
from assist_api.composition import compose
from assist_api.http.application import Application
from assist_api.migrations import runner
from assist_api.search.demo_knowledge import DEMO_PACKS, has_knowledge
from assist_api.search.parts import Knowledge
from assist_api.search.schemas import SectorName
from assist_api.settings import AssistSettings
from assist_api.words.recogniser_words import RecogniserWords
from kb.classify.service import CategoryService
from kb.packs.importing import PackImporter
from kit.errors import ConflictError, InvalidInputError
from kit.tasks import TaskSupervisor
from speech.engine import SpeechEngine
from speech.recording import RecordingLimits, open_recording

QUEUED_EVENTS = 100_000
"""Nothing is lost when whoever reads our output is slow: more than a call of four hours has."""

Tell = Callable[[CallEvent], None]


class Speed(StrEnum):
    """How fast to replay."""

    NORMAL = "1"
    MAX = "max"


def replay(
    files: Annotated[list[Path], typer.Argument(help="One recording (left: customer, right: agent, or mono), or two.")],
    speed: Annotated[Speed, typer.Option(help="1 for the pace of speech, max for as fast as it goes.")] = Speed.MAX,
    as_json: Annotated[bool, typer.Option("--json", help="Print every event as one JSON object a line.")] = False,
    sector: Annotated[SectorName | None, typer.Option(help="Look only at this sector's knowledge.")] = None,
) -> None:
    """Replay a recorded call: live transcript, knowledge cards and work-order category, kept like any other call."""
    settings = AssistSettings.load()
    prepare_logging(settings)
    check_files(files)
    tell = _tell_json if as_json else Storyteller(Console(highlight=False)).tell
    try:
        ended = asyncio.run(_replay(settings, files, "1" if speed is Speed.NORMAL else "max", sector, tell))
    except BrokenPipeError:
        # Whoever read our output has left; the interpreter must not fail again when it flushes.
        sys.stdout = None
        raise typer.Exit(1) from None
    if ended.data.reason is EndReason.FAILED:
        sys.stderr.write(f"error: {ended.data.message}\n")
        raise typer.Exit(1)


def check_files(files: list[Path]) -> None:
    """Refuse what cannot be replayed before anything is loaded or stored.

    Raises:
        InvalidInputError: A file is missing or is no recording we can use.
    """
    for path in files:
        if not path.is_file():
            raise InvalidInputError(f"There is no file {path}.", field="files", code="file_not_found")
    open_recording(files, limits=RecordingLimits())


def _say(line: str) -> None:
    """Tell what is going on before the call, where it does not mix with the call's events."""
    sys.stderr.write(f"» {line}\n")


def _tell_json(event: CallEvent) -> None:
    sys.stdout.write(event.model_dump_json() + "\n")
    sys.stdout.flush()


async def _replay(
    settings: AssistSettings, files: list[Path], speed: ReplaySpeed, sector: str | None, tell: Tell
) -> CallEndedEvent:
    call_id = uuid4()
    async with (
        _opened_services(settings) as application,
        application.get(CallHub).watch(call_id, queue_size=QUEUED_EVENTS) as events,
        _stopped_by_signals(application, call_id),
    ):
        with _OpenFiles(files) as incoming:
            await application.get(CallService).start_replay(
                COMMAND_LINE, incoming, speed=speed, sector=sector, source="cli", call_id=call_id
            )
        async for event in events:
            tell(event)
            if isinstance(event, CallEndedEvent):
                return event
    raise RuntimeError("the call went on without its end")


class _OpenFiles:
    """The files, open while the block lasts."""

    def __init__(self, paths: list[Path]) -> None:
        self._incoming = [IncomingFile(path.name, path.open("rb")) for path in paths]

    def __enter__(self) -> list[IncomingFile]:
        return self._incoming

    def __exit__(self, *_exception: object) -> None:
        for file in self._incoming:
            file.stream.close()


@asynccontextmanager
async def _opened_services(settings: AssistSettings) -> AsyncIterator[Application]:
    """Open what a call needs; a server may be running on the same data, calls of others are left to it."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    application = compose(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(application.aclose)
        await runner.upgrade(application.database)
        await _import_demo_knowledge(application)
        _say("loading the speech model")
        await application.get(SpeechEngine).warm_up()
        await application.get(CallService).start()
        await _prepare_knowledge(application)
        yield application


async def _prepare_knowledge(application: Application) -> None:
    """Make the knowledge as complete as a server's that has run for a while; what is there already costs nothing."""
    knowledge = application.get(Knowledge)
    await knowledge.indexer.catch_up()
    await knowledge.search.warm_up()
    _say("embedding what is new in the knowledge (the first time this takes a minute or two)")
    await knowledge.indexer.fill_vectors()
    _say("learning the work-order categories")
    await application.get(CategoryService).ensure_trained()
    await application.get(RecogniserWords).refresh()


async def _import_demo_knowledge(application: Application) -> None:
    is_empty = not await has_knowledge(application.database, application.clock)
    if application.settings.demo_knowledge and is_empty:
        _say("importing the demo knowledge")
        await PackImporter(application.database, application.clock).import_pack([DEMO_PACKS])


@asynccontextmanager
async def _stopped_by_signals(application: Application, call_id: UUID) -> AsyncIterator[None]:
    """Ctrl-C ends the call like its stop button: what was heard is still told and kept."""
    tasks = TaskSupervisor("replay")

    async def stop() -> None:
        with suppress(ConflictError):
            await application.get(CallService).stop(COMMAND_LINE, call_id)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: tasks.start(stop(), name="stop"))
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        await tasks.aclose()
