"""Audio of calls in a store: a folder and a real S3 server, reached, away and damaged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from assist_api.recordings.keeping import KeptAudio
from assist_api.recordings.store import (
    AudioStore,
    DamagedRecordingError,
    RecordingStoreSettings,
    StoreUnreachableError,
)
from kit.clock import SystemClock
from kit.errors import MisconfiguredError
from tests.fakes.assist_calls_desk import Desk, add_agent, open_desk

pytestmark = pytest.mark.module

BUCKET, KEY, SECRET = "recordings", "test-key", "test-secret"


class _Later(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(hours=1)


@pytest.fixture(params=["file", "s3"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordingStoreSettings]:
    if request.param == "file":
        yield RecordingStoreSettings(url=f"file://{tmp_path}/nas")
        return
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
    )
    client.create_bucket(Bucket=BUCKET)
    yield RecordingStoreSettings(
        url=f"s3://{BUCKET}/tingzhi", endpoint=endpoint, key=KEY, secret=SecretStr(SECRET), timeout_seconds=2
    )
    server.stop()


def kept_of(desk: Desk, settings: RecordingStoreSettings) -> KeptAudio:
    folder = desk.data_dir / "recordings"
    kept = KeptAudio(desk.database, _Later(), folder, AudioStore(settings), timedelta(hours=24))
    desk.calls.archive.bring_back = kept.bring_back
    return kept


async def test_audio_moves_into_the_store_is_played_from_there_and_is_deleted_there(
    tmp_path: Path, settings: RecordingStoreSettings
) -> None:
    async with open_desk(f"sqlite+aiosqlite:///{tmp_path}/calls.sqlite", tmp_path) as desk:
        viewer = await add_agent(desk.database, "李娜")
        call_id = UUID(str((await desk.run(viewer))[0].call_id))
        await desk.ended(call_id)
        before = (await desk.calls.archive.audio(viewer, call_id)).read_bytes()
        kept = kept_of(desk, settings)
        assert (await kept.state())[:2] == (0, 1)
        await kept.move()
        assert await kept.state() == (1, 0, "")

        shutil.rmtree(desk.data_dir / "recordings" / str(call_id))
        assert (await desk.calls.archive.audio(viewer, call_id)).read_bytes() == before
        await kept.remove(call_id)
        assert not await kept.bring_back(call_id)
        await kept.aclose()


async def test_while_the_store_is_away_audio_waits_here_and_the_line_says_so(tmp_path: Path) -> None:
    async with open_desk(f"sqlite+aiosqlite:///{tmp_path}/calls.sqlite", tmp_path) as desk:
        viewer = await add_agent(desk.database, "李娜")
        call_id = UUID(str((await desk.run(viewer))[0].call_id))
        await desk.ended(call_id)
        away = RecordingStoreSettings(
            url="s3://recordings/x", endpoint="http://127.0.0.1:1", key=KEY, secret=SecretStr(SECRET), timeout_seconds=1
        )
        kept = kept_of(desk, away)
        with pytest.raises(StoreUnreachableError):
            await kept.move()
        stored, waiting, problem = await kept.state()
        assert (stored, waiting) == (0, 1)
        assert "store of recordings" in problem
        assert (await desk.calls.archive.audio(viewer, call_id)).is_file()
        await kept.aclose()


def test_a_file_that_was_changed_in_the_store_is_not_played(tmp_path: Path) -> None:
    store = AudioStore(RecordingStoreSettings(url=f"file://{tmp_path}/nas"))
    call_id = UUID(int=7)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "playable.flac").write_bytes(b"voice")
    files = store.put(call_id, tmp_path / "here")
    (tmp_path / "nas" / str(call_id) / "playable.flac").write_bytes(b"other")
    with pytest.raises(DamagedRecordingError):
        store.fetch(call_id, files, tmp_path / "back")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "nas"]
    with pytest.raises(MisconfiguredError, match="ASSIST_RECORDINGS_URL"):
        AudioStore(RecordingStoreSettings(url="ftp://x/y"))
