"""Commands ask the server that runs on their data folder, through a socket that is its user's alone."""

from __future__ import annotations

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from assist_api.search.local_socket import NAME, LocalSearchSocket, ask_server
from assist_api.search.schemas import SearchAnswer, SearchRequest
from assist_api.search.service import TypedSearch
from kb.search.hits import SearchState
from tests.fakes.assist_core_server import run_server, settings_for

pytestmark = pytest.mark.module

QUESTION = SearchRequest(text="我家没电了", sector="power")


@pytest.fixture
async def listening(tmp_path: Path) -> AsyncIterator[tuple[TypedSearch, LocalSearchSocket]]:
    async with run_server(settings_for(f"sqlite+aiosqlite:///{tmp_path}/tingzhi.db", tmp_path)) as server:
        search = server.application.get(TypedSearch)
        commands = LocalSearchSocket(tmp_path, search)
        await commands.start()
        yield search, commands
        await commands.aclose()


async def asked(folder: Path) -> SearchAnswer | None:
    return await asyncio.to_thread(ask_server, folder, QUESTION)


async def test_commands_get_what_the_page_gets(
    listening: tuple[TypedSearch, LocalSearchSocket], tmp_path: Path
) -> None:
    search, _ = listening
    expected, answer = await search.answer(QUESTION), await asked(tmp_path)
    assert answer is not None
    assert answer.model_copy(update={"took_ms": expected.took_ms}) == expected
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


async def test_socket_of_a_killed_server_is_taken_over_and_one_in_use_is_left(
    listening: tuple[TypedSearch, LocalSearchSocket], tmp_path: Path
) -> None:
    search, commands = listening
    second = LocalSearchSocket(tmp_path, search)
    await second.start()
    await second.aclose()
    assert await asked(tmp_path) is not None
    await commands.aclose()
    assert await asked(tmp_path) is None
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(tmp_path / NAME))
    assert await asked(tmp_path) is None
    await second.start()
    assert await asked(tmp_path) is not None
    await second.aclose()


async def test_request_that_cannot_be_read_costs_the_next_nothing(
    listening: tuple[TypedSearch, LocalSearchSocket], tmp_path: Path
) -> None:
    for line in (b"no json\n", b'{"text": "' + b"a" * 100_000 + b'"}\n'):
        reader, writer = await asyncio.open_unix_connection(tmp_path / NAME)
        writer.write(line)
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
    answer = await asked(tmp_path)
    assert answer is not None
    assert answer.state in set(SearchState)
