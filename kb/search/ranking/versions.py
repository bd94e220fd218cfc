"""Ranking models of one installation on disk: every fit is kept, at most one of them is live.

`<folder>/version-0007.json` holds a model with the scores it was judged by; `<folder>/LIVE` names one of them together
with its SHA-256. Without that file the shipped model is live. Models are data, nothing in them is executed, and a file
whose hash is not the one in `LIVE` (half written, or changed by hand) is never used.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import structlog

from kb.search.ranking.model import RankingModel, shipped_model
from kit.clock import Clock
from kit.errors import ConflictError, NotFoundError
from kit.files import write_atomically

log = structlog.get_logger(__name__)

SHIPPED = 0
"""Number of the model that comes with the product; every fit counts on from 1."""

_LIVE = "LIVE"
_FORMAT = 1
LOOK_EVERY_SECONDS = 1.0
"""How often a running server looks whether another model went live: one `stat` a second at most."""


class RankingModelDamagedError(ConflictError):
    """A stored model is not what was written."""

    code = "ranking_model_damaged"


@dataclass(frozen=True, slots=True)
class RankingVersion:
    """A stored model.

    Attributes:
        number: From 1; 0 is the shipped one.
        model: Its weights.
        made_at: When it was fitted, UTC ISO text; empty for the shipped one.
        verdict: What the comparison with the model then live said.
        scores: The measurements it was judged by; JSON values.
    """

    number: int
    model: RankingModel
    made_at: str
    verdict: str
    scores: Mapping[str, Any]


class RankingVersions:
    """The folder of models. Methods block; one fit at a time is the caller's promise."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def numbers(self) -> list[int]:
        """Return the stored versions in order."""
        return sorted(int(stem) for path in self._folder.glob("version-*.json") if (stem := path.stem[8:]).isdecimal())

    def load(self, number: int) -> RankingVersion:
        """Return one version.

        Raises:
            NotFoundError: There is no such version.
            RankingModelDamagedError: Its file cannot be read.
        """
        if number == SHIPPED:
            return RankingVersion(SHIPPED, shipped_model(), "", "", {})
        return self._parse(number, self._read(number))

    def live_number(self) -> int:
        """Return the version that is live.

        Raises:
            RankingModelDamagedError: `LIVE` cannot be read.
        """
        return self._live()[0]

    def load_live(self) -> RankingVersion:
        """Return the live version.

        Raises:
            RankingModelDamagedError: The file is missing, half written or not the one that went live.
        """
        number, digest = self._live()
        if number == SHIPPED:
            return self.load(SHIPPED)
        try:
            data = self._read(number)
        except NotFoundError as error:
            raise _damaged(number, "its file is gone") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise _damaged(number, "its file is not the one that went live")
        return self._parse(number, data)

    def add(self, model: RankingModel, *, made_at: datetime, verdict: str, scores: Mapping[str, Any]) -> int:
        """Store a model under the next number without making it live."""
        number = max(self.numbers(), default=SHIPPED) + 1
        document = {
            "format": _FORMAT,
            "made_at": made_at.isoformat(timespec="seconds"),
            "verdict": verdict,
            "scores": dict(scores),
            "model": asdict(model),
        }
        self._write(self._path(number), orjson.dumps(document, option=orjson.OPT_INDENT_2))
        return number

    def make_live(self, number: int) -> None:
        """Let a stored version, or 0 for the shipped one, answer from now on.

        Raises:
            NotFoundError: There is no such version.
            RankingModelDamagedError: Its file cannot be read.
        """
        self.load(number)
        digest = "" if number == SHIPPED else hashlib.sha256(self._read(number)).hexdigest()
        self._write(self._folder / _LIVE, orjson.dumps({"version": number, "sha256": digest}))

    def live_stamp(self) -> tuple[int, int] | None:
        """Return what changes whenever another version goes live; None while nothing ever did."""
        try:
            found = (self._folder / _LIVE).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _live(self) -> tuple[int, str]:
        try:
            data = orjson.loads((self._folder / _LIVE).read_bytes())
            return int(data["version"]), str(data["sha256"])
        except FileNotFoundError:
            return SHIPPED, ""
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(SHIPPED, "the file LIVE cannot be read") from error

    def _path(self, number: int) -> Path:
        return self._folder / f"version-{number:04}.json"

    def _read(self, number: int) -> bytes:
        try:
            return self._path(number).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(
                f"There is no ranking version {number}.", code="ranking_version_not_found", version=number
            ) from error

    def _parse(self, number: int, data: bytes) -> RankingVersion:
        try:
            document = orjson.loads(data)
            model = RankingModel.from_fields(document["model"])
            return RankingVersion(number, model, document["made_at"], document["verdict"], document["scores"])
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(number, str(error)) from error

    def _write(self, path: Path, data: bytes) -> None:
        """Write all or nothing: a kill leaves the old file or the new one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as file:
            file.write(data)


def _damaged(number: int, reason: str) -> RankingModelDamagedError:
    return RankingModelDamagedError(
        f"Ranking version {number} cannot be used: {reason}. Choose another one with `tingzhi ranking rollback`.",
        version=number,
        reason=reason,
    )


class LiveRanking:
    """Answers with the live model, and notices within a second when another process made another one live.

    A model that cannot be used is logged once and changes nothing: the one that answered before goes on. Thread-safe.
    """

    def __init__(self, versions: RankingVersions, clock: Clock) -> None:
        self._versions = versions
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._stamp: tuple[int, int] | None = None
        self._model = shipped_model()

    def __call__(self) -> RankingModel:
        """Return the model to rank with."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._looked_at >= LOOK_EVERY_SECONDS:
                self._looked_at = now
                self._look()
            return self._model

    def _look(self) -> None:
        stamp = self._versions.live_stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            version = self._versions.load_live()
        except (RankingModelDamagedError, OSError) as error:
            log.warning("ranking_model_refused", reason=str(error))
            return
        self._model = version.model
        log.info("ranking_model_live", version=version.number, name=version.model.name)
