from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from kit.files import keep_private, remove_unfinished, replace_atomically, write_atomically

Writer = Callable[[Path], AbstractContextManager[object]]
pytestmark = pytest.mark.unit


@pytest.fixture
def target(tmp_path: Path) -> Path:
    file = tmp_path / "a[1].bin"
    file.write_bytes(b"old")
    return file


def names(target: Path) -> list[str]:
    return [path.name for path in target.parent.iterdir()]


def test_a_file_is_replaced_whole(target: Path) -> None:
    with write_atomically(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert names(target) == [target.name]


@pytest.mark.parametrize("writer", [write_atomically, replace_atomically])
def test_a_failure_leaves_the_old_file_and_nothing_beside_it(target: Path, writer: Writer) -> None:
    with pytest.raises(LookupError), writer(target):
        raise LookupError
    assert target.read_bytes() == b"old"
    assert names(target) == [target.name]


def test_a_library_that_wrote_nothing_leaves_the_old_file(target: Path) -> None:
    with pytest.raises(FileNotFoundError), replace_atomically(target):
        pass
    assert target.read_bytes() == b"old"


def test_two_writers_at_once_leave_one_of_both_files(target: Path) -> None:
    with write_atomically(target) as one, write_atomically(target) as other:
        one.write(b"one")
        other.write(b"other")
    assert target.read_bytes() == b"one"
    assert names(target) == [target.name]


def test_what_a_kill_left_is_removed(target: Path) -> None:
    writing = write_atomically(target)
    writing.__enter__().write(b"half")
    other = target.with_name(".a1.bin.0123.tmp")
    other.touch()
    remove_unfinished(target)
    assert sorted(names(target)) == sorted([target.name, other.name])


def test_private_folder_is_its_owners_alone_with_the_files_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    (folder / "tingzhi.sqlite").write_bytes(b"")
    (folder / "tingzhi.sqlite").chmod(0o644)
    keep_private(folder)
    keep_private(tmp_path / "new")
    assert (folder.stat().st_mode & 0o777, (tmp_path / "new").stat().st_mode & 0o777) == (0o700, 0o700)
    assert (folder / "tingzhi.sqlite").stat().st_mode & 0o777 == 0o600
