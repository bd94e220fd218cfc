"""The socket in the data folder through which the command line asks a running server (`tingzhi search`).

Whoever may open it may read the database that lies beside it: the folder and the socket belong to the user who runs
the server. A request is one line of JSON (`SearchRequest`), an answer is JSON (`SearchAnswer`) up to the end of the
stream. A connection that closes without an answer was not served; the command then searches by itself.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol

import structlog
from pydantic import ValidationError

from assist_api.search.schemas import SearchAnswer, SearchRequest
from kit.errors import AssistError
from kit.logging import told_by

log = structlog.get_logger(__name__)

NAME = "search.sock"
LONGEST_PATH = 100
"""Bytes; Linux takes 107 (unix(7))."""
LONGEST_REQUEST = 64 * 1024
"""Bytes; a request holds a question of a few hundred characters."""
LARGEST_ANSWER = 16 * 1024 * 1024
READ_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 10.0
MOST_AT_ONCE = 8


class Answering(Protocol):
    """The part of `TypedSearch` that answers."""

    async def answer(self, request: SearchRequest) -> SearchAnswer:
        """Answer a typed question."""
        ...


class LocalSearchSocket:
    """Answers on the socket until closed; a socket that another running server answers on is left to it."""

    def __init__(self, data_dir: Path, search: Answering) -> None:
        self._path = data_dir / NAME
        self._search = search
        self._server: asyncio.Server | None = None
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def start(self) -> None:
        """Listen; without the socket commands search by themselves, so nothing here stops the server."""
        if len(bytes(self._path.absolute())) > LONGEST_PATH:
            log.info("search_socket_left_out", reason="path_too_long")
            return
        if await asyncio.to_thread(_is_answered, self._path):
            return
        try:
            self._path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LONGEST_REQUEST)
            self._path.chmod(0o600)
        except OSError as error:
            log.warning("search_socket_left_out", reason=type(error).__name__)

    async def aclose(self) -> None:
        """Stop listening and remove the socket; safe to call twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._places:
                line = await asyncio.wait_for(reader.readline(), READ_TIMEOUT_S)
                request = SearchRequest.model_validate_json(line)
                answer = await asyncio.wait_for(self._search.answer(request), ANSWER_TIMEOUT_S)
                writer.write(answer.model_dump_json().encode())
                await asyncio.wait_for(writer.drain(), READ_TIMEOUT_S)
        except AssistError as error:
            log.warning("local_search_refused", **told_by(error))
        except (ValidationError, ValueError, TimeoutError, OSError) as error:
            log.warning("local_search_refused", reason=type(error).__name__)
        finally:
            writer.close()


def ask_server(data_dir: Path, request: SearchRequest) -> SearchAnswer | None:
    """Return the answer of the server that runs on a data folder; None when none answers."""
    connection = _connect(data_dir / NAME, ANSWER_TIMEOUT_S)
    if connection is None:
        return None
    with closing(connection), suppress(OSError, ValidationError):
        connection.sendall(request.model_dump_json().encode() + b"\n")
        received = bytearray()
        while (block := connection.recv(65536)) and len(received) <= LARGEST_ANSWER:
            received += block
        return SearchAnswer.model_validate_json(bytes(received))
    return None


def _is_answered(path: Path) -> bool:
    connection = _connect(path, READ_TIMEOUT_S)
    if connection is not None:
        connection.close()
    return connection is not None


def _connect(path: Path, timeout_s: float) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        return None
    return connection
