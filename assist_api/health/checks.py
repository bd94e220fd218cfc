"""What must be right before the server starts; `tingzhi doctor` prints the same list."""

from __future__ import annotations

import asyncio
import errno
import shutil
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from assist_api.http.parts import PartState
from assist_api.migrations import runner
from assist_api.settings import AssistSettings
from kb.search.index import SearchServerError
from kb.search.models import E5_SMALL
from kb.search.stores.elasticsearch.check import check_server
from kb.settings import KBSettings
from kit.artifacts import ModelPackage, is_present
from kit.db import Database
from kit.errors import MisconfiguredError
from kit.settings import CACHE_DIR
from speech.models import SPEECH_MODELS
from speech.settings import SpeechSettings
from speech.stt.remote.health import MachineHealth, machines_health
from speech.stt.remote.settings import RemoteSettings
from speech.tts.voices import ChosenVoice, VoiceSettings, check_voice, chosen_voices

FETCHED_MODELS: tuple[ModelPackage, ...] = (*SPEECH_MODELS, E5_SMALL)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the list.

    Attributes:
        part: What was looked at.
        state: `ok`; `degraded` when the server starts all the same; `failed` when it does not.
        code: Stable and translatable; empty when ok.
        detail: What was found, English.
        fix: The command or setting that mends it; empty when ok.
    """

    part: str
    state: PartState
    code: str
    detail: str
    fix: str


async def run_checks(settings: AssistSettings) -> list[CheckResult]:
    """Look at everything; nothing is changed, except that the data folder is made."""
    checks: list[Callable[[AssistSettings], CheckResult]] = [check_data_dir, check_disk, check_port, check_pages]
    results = [check(settings) for check in checks]
    results += [check_model(package, CACHE_DIR) for package in needed_models()]
    results += [check_machine(machine) for machine in await machines_health(RemoteSettings.load())]
    voices = VoiceSettings.load()
    results += [check_spoken(voice, voices) for voice in chosen_voices(voices)]
    if KBSettings.load().search_store == "elasticsearch":
        results.append(await asyncio.to_thread(check_search_server, KBSettings.load()))
    if results[0].state == "ok":
        results.append(await check_database(settings))
    return results


def refuse_to_start(results: list[CheckResult]) -> None:
    """Stop when a check failed.

    Raises:
        MisconfiguredError: Names every failed check with what mends it.
    """
    failed = [f"{result.detail} {result.fix}" for result in results if result.state == "failed"]
    if failed:
        raise MisconfiguredError("\n".join(failed))


def check_data_dir(settings: AssistSettings) -> CheckResult:
    """Look whether we may write where the data goes."""
    folder = settings.data_dir.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        detail = f"The data folder {folder} cannot be written: {error.strerror}."
        return _failed("data_dir", "data_dir_not_writable", detail, "Make it writable, or set ASSIST_DATA_DIR.")
    return _ok("data_dir", str(folder))


def check_disk(settings: AssistSettings) -> CheckResult:
    """Look whether there is room for recordings and the index."""
    folder = _data_folder(settings)
    free, wanted = shutil.disk_usage(folder).free, settings.min_free_disk_bytes
    if free < wanted:
        detail = f"Only {_megabytes(free)} are free in {folder}; {_megabytes(wanted)} are wanted."
        return _failed("disk", "disk_full", detail, "Free some space, or set ASSIST_DATA_DIR to a larger disk.")
    return _ok("disk", f"{_megabytes(free)} free")


def free_megabytes(settings: AssistSettings) -> int:
    """Return how much room there is for the data."""
    return shutil.disk_usage(_data_folder(settings)).free // 1_000_000


def _data_folder(settings: AssistSettings) -> Path:
    folder = settings.data_dir.resolve()
    return next(path for path in (folder, *folder.parents) if path.exists())


def check_port(settings: AssistSettings) -> CheckResult:
    """Look whether the port is free."""
    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            fix = "Stop the other program, or choose another port with ASSIST_PORT or --port."
            return _failed("port", "port_in_use", f"Another program listens on {where}.", fix)
        detail = f"Nothing can listen on {where}: {error.strerror}."
        return _failed("port", "port_unusable", detail, "Set ASSIST_HOST and ASSIST_PORT.")
    return _ok("port", f"{settings.host}:{settings.port} is free")


def check_pages(settings: AssistSettings) -> CheckResult:
    """Look whether the page is built; the API works without."""
    if not (settings.web_dir / "index.html").is_file():
        detail = f"The page is not built in {settings.web_dir}."
        return CheckResult("web", "degraded", "web_not_built", detail, "Run: make web")
    return _ok("web", str(settings.web_dir))


def needed_models() -> list[ModelPackage]:
    """Return the fetched models that the settings ask for; one's own model folder replaces ours."""
    chosen = {KBSettings.load().embedder}
    if not RemoteSettings.load().workers or RemoteSettings.load().has_local_fallback:
        chosen.add(SpeechSettings.load().model)
    return [package for package in FETCHED_MODELS if package.name in chosen]


def check_model(package: ModelPackage, cache_dir: Path) -> CheckResult:
    """Look whether the files of a model are there."""
    part = f"model {package.name}"
    if not is_present(package, cache_dir):
        return _failed(part, "model_missing", f"The model for {package.title} is missing.", "Run: tingzhi models fetch")
    return _ok(part, package.title)


def check_machine(machine: MachineHealth) -> CheckResult:
    """Look whether a speech machine can be asked; the server starts without, and may recognise by itself."""
    part = f"speech machine {machine.address}"
    match machine.state:
        case "ready":
            return _ok(part, f"{machine.models} models, {machine.waiting} windows waiting")
        case "token_refused":
            fix = "Set SPEECH_WORKER_TOKEN to the same value here and there."
            return CheckResult(part, "degraded", "speech_machine_token", "It does not know our token.", fix)
        case "away":
            fix = "Start it there: tingzhi serve --roles speech, or mend SPEECH_WORKERS."
            return CheckResult(part, "degraded", "speech_machine_away", "It does not answer.", fix)


def check_spoken(voice: ChosenVoice, settings: VoiceSettings) -> CheckResult:
    """Look whether prompts can be spoken; only who chose a voice, or lets flows answer calls, needs one."""
    part = f"voice {voice.language}"
    try:
        check_voice(voice)
    except MisconfiguredError as error:
        if f"voice_{voice.language}" in settings.model_fields_set:
            return CheckResult(part, "degraded", error.error_code, error.message, "")
        return _ok(part, f"not installed; speech flows need it. {error.message}")
    return _ok(part, voice.choice)


def check_search_server(settings: KBSettings) -> CheckResult:
    """Look whether Elasticsearch can be used; one that is only away does not keep the server from starting."""
    try:
        version = check_server(settings)
    except MisconfiguredError as error:
        return _failed("search server", error.error_code, error.message, "")
    except SearchServerError as error:
        if not error.retryable:
            return _failed("search server", error.error_code, error.message, "")
        fix = "Start it, or set KB_ELASTICSEARCH_URL, or KB_SEARCH_STORE=embedded. Searches are answered locally."
        return CheckResult("search server", "degraded", error.error_code, error.message, fix)
    return _ok("search server", f"Elasticsearch {version} at {settings.elasticsearch_url}")


async def check_database(settings: AssistSettings) -> CheckResult:
    """Look whether the database answers and which schema it has."""
    database = Database(settings.effective_database_url)
    where = database.url.render_as_string(hide_password=True)
    try:
        current = await runner.current_revision(database)
    except (OSError, SQLAlchemyError):
        detail, fix = f"The database {where} does not answer.", "Start it, or set ASSIST_DATABASE_URL."
        return _failed("database", "database_unreachable", detail, fix)
    finally:
        await database.aclose()
    if current == runner.newest_revision():
        return _ok("database", where)
    if current is not None and not runner.is_known(current):
        detail = f"The database {where} was written by a newer version (revision {current})."
        return _failed("database", "database_too_new", detail, "Start that version, or restore an older backup.")
    state = "is empty" if current is None else f"is at revision {current}"
    return CheckResult(
        "database", "degraded", "migration_pending", f"The database {where} {state}.", "The next start migrates it."
    )


def _ok(part: str, detail: str) -> CheckResult:
    return CheckResult(part, "ok", "", detail, "")


def _failed(part: str, code: str, detail: str, fix: str) -> CheckResult:
    return CheckResult(part, "failed", code, detail, fix)


def _megabytes(size: int) -> str:
    return f"{size // 1_000_000:,} MB"
