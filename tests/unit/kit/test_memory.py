from __future__ import annotations

import ctypes
import gc
import platform
import weakref
from collections.abc import Iterator

import pytest

from kit.memory import give_back_freed_memory, settle_memory, unsettled_objects

pytestmark = pytest.mark.unit


def test_memory_is_given_back_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []

    class Library:
        malloc_trim = staticmethod(kept.append)

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: Library)
    assert give_back_freed_memory()
    assert kept == [0]


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert not give_back_freed_memory()


def test_the_library_of_this_machine_is_asked_where_it_is_glibc() -> None:
    assert give_back_freed_memory() == (platform.libc_ver()[0] == "glibc")


@pytest.fixture
def _collector() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


class _Ring:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("_collector")
def test_what_stays_is_left_out_of_later_collections_and_what_comes_is_counted() -> None:
    gc.disable()
    settle_memory()
    assert gc.get_freeze_count() > 1000
    before = unsettled_objects()
    kept = [_Ring() for _ in range(500)]
    gc.collect(1)
    assert unsettled_objects() - before >= len(kept)
    settle_memory()
    assert unsettled_objects() <= before


@pytest.mark.usefixtures("_collector")
def test_garbage_among_the_settled_is_found_when_memory_is_settled_again() -> None:
    gc.disable()
    ring = _Ring()
    alive = weakref.ref(ring)
    settle_memory()
    del ring
    gc.collect()
    assert alive() is not None
    settle_memory()
    assert alive() is None
