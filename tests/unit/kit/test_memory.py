from __future__ import annotations

import ctypes
import platform

import pytest

from kit.memory import give_back_freed_memory

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
