"""Keeps the audio of calls that are over in a store: a folder of a network disk, or S3 (`fsspec`).

Every file is known by its SHA-256: it is compared after it was written and again when it is brought back. All methods
block; call them from an executor.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import fsspec
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from kit.errors import DependencyCategory, DependencyError, MisconfiguredError
from kit.settings import Settings

PART_PREFIX = ".part-"
"""Begins the name of a folder into which files are being brought back."""
_COPY_BYTES = 1 << 20
_PROTOCOLS = frozenset({"file", "s3"})


class RecordingStoreSettings(Settings):
    """Where audio goes; on this machine's disk only when no address is set."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_RECORDINGS_")

    url: str | None = None
    """`s3://bucket/folder` or `file:///mnt/recordings`."""
    endpoint: str | None = None
    """Address of an S3 server that is not Amazon's."""
    key: str | None = None
    """Access key of S3."""
    secret: SecretStr = SecretStr("")
    """Its secret."""
    timeout_seconds: int = 15
    """How long one request to S3 may take."""
    keep_local_hours: int = 24
    """How long a file that is in the store also stays here, to be played at once."""


class StoreUnreachableError(DependencyError):
    """The store does not answer; nothing is lost, audio waits on this machine."""

    code = "recording_store_unreachable"
    http_status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, category=DependencyCategory.CONNECTIVITY, retryable=True)


class DamagedRecordingError(DependencyError):
    """A file of the store is not what was put there."""

    code = "recording_damaged"
    http_status = 502

    def __init__(self, message: str) -> None:
        super().__init__(message, category=DependencyCategory.REJECTED, retryable=False)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a call: its name, its bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


class AudioStore:
    """A store of audio; one folder for each call.

    Args:
        settings: Where it is.

    Raises:
        MisconfiguredError: The address cannot be used, or S3 is asked for without its package.
    """

    def __init__(self, settings: RecordingStoreSettings) -> None:
        self._settings = settings
        protocol, separator, path = (settings.url or "").partition("://")
        if not separator or protocol not in _PROTOCOLS or not path:
            raise MisconfiguredError("ASSIST_RECORDINGS_URL must be s3://bucket/folder or file:///folder.")
        self._root = path.rstrip("/")
        self._protocol = protocol
        self._system: Any = None
        try:
            fsspec.get_filesystem_class(protocol)
        except ImportError as error:
            raise MisconfiguredError(
                "ASSIST_RECORDINGS_URL names S3, whose package is missing. Install it: pip install 'tingzhi[s3]'."
            ) from error

    def put(self, call_id: UUID, folder: Path) -> list[StoredFile]:
        """Write every file of a folder; what was written is read again and compared.

        Raises:
            StoreUnreachableError: It failed; what was written is written again the next time.
            OSError: A file here cannot be read.
        """
        files = [_describe(path) for path in sorted(folder.iterdir()) if path.is_file()]
        try:
            system = self._open()
            for file in files:
                target = self._path(call_id, file.name)
                system.makedirs(target.rpartition("/")[0], exist_ok=True)
                system.put_file(str(folder / file.name), target)
                with system.open(target, "rb") as written:
                    if hashlib.file_digest(written, "sha256").hexdigest() != file.sha256:
                        raise StoreUnreachableError("The store returned another file than the one written.")
        except StoreUnreachableError:
            raise
        except Exception as error:
            raise self._unreachable(error) from error
        return files

    def fetch(self, call_id: UUID, files: Sequence[StoredFile], folder: Path) -> None:
        """Bring the files of a call back into a folder, whole or not at all.

        Raises:
            StoreUnreachableError: It failed.
            DamagedRecordingError: A file is not what was put there.
        """
        part = folder.with_name(f"{PART_PREFIX}{uuid4().hex}")
        part.mkdir(parents=True)
        try:
            for file in files:
                self._fetch_file(self._path(call_id, file.name), part / file.name)
                if _describe(part / file.name) != file:
                    raise DamagedRecordingError("A recording in the store is not what was put there.")
            if not folder.exists():
                part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _fetch_file(self, source: str, target: Path) -> None:
        try:
            with self._open().open(source, "rb") as stored, target.open("xb") as local:
                shutil.copyfileobj(stored, local, _COPY_BYTES)
                local.flush()
                os.fsync(local.fileno())
        except Exception as error:
            raise self._unreachable(error) from error

    def remove(self, call_id: UUID, files: Sequence[StoredFile]) -> None:
        """Delete the files of a call; one that is gone is no error.

        Raises:
            StoreUnreachableError: It failed.
        """
        try:
            system = self._open()
            for file in files:
                path = self._path(call_id, file.name)
                if system.exists(path):
                    system.rm_file(path)
        except Exception as error:
            raise self._unreachable(error) from error

    def check(self) -> None:
        """Look whether the store answers.

        Raises:
            StoreUnreachableError: It does not.
        """
        try:
            self._open().exists(self._root)
        except Exception as error:
            raise self._unreachable(error) from error

    def _path(self, call_id: UUID, name: str) -> str:
        return f"{self._root}/{call_id}/{name}"

    def _open(self) -> Any:  # noqa: ANN401 — fsspec has no types
        """Return the file system; made once, since S3's takes a second to make."""
        if self._system is None:
            self._system = self._make()
        return self._system

    def _make(self) -> Any:  # noqa: ANN401 — fsspec has no types
        options: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
        if self._protocol == "s3":
            settings = self._settings
            options |= {
                "key": settings.key,
                "secret": settings.secret.get_secret_value() or None,
                "endpoint_url": settings.endpoint,
                "config_kwargs": {
                    "connect_timeout": settings.timeout_seconds,
                    "read_timeout": settings.timeout_seconds,
                    "retries": {"max_attempts": 1},
                },
            }
        return fsspec.filesystem(self._protocol, **options)

    def _unreachable(self, error: Exception) -> StoreUnreachableError:
        """Return the error of a store; its own text is kept out, since it may name keys."""
        return StoreUnreachableError(
            f"The store of recordings does not answer ({type(error).__name__}). Check ASSIST_RECORDINGS_URL."
        )


def _describe(path: Path) -> StoredFile:
    with path.open("rb") as file:
        return StoredFile(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
