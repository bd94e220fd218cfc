"""A network line between a browser and a server that can be cut, mended, and frozen without either side noticing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

BLOCK_BYTES = 65_536


class Line:
    """Passes TCP connections on to a port of the loopback."""

    def __init__(self, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = self._listen(0)
        self.port = int(self._listener.getsockname()[1])
        self._start(self._accept, self._listener)

    @property
    def url(self) -> str:
        """Address to open instead of the server's."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        _close(self._listener)
        self._break_all()

    def mend(self) -> None:
        """Take connections again, on the same port."""
        self._listener = self._listen(self.port)
        self._start(self._accept, self._listener)

    def freeze(self) -> None:
        """Pass nothing on; every connection stays open, as with a dead router in between."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Pass on again, beginning with what was held."""
        self._flowing.set()

    def close(self) -> None:
        """End every thread."""
        self.thaw()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def _break_all(self) -> None:
        with self._lock:
            broken, self._sockets = self._sockets, set()
        for end in broken:
            _close(end)

    def _listen(self, port: int) -> socket.socket:
        return socket.create_server(("127.0.0.1", port))

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                self._flowing.wait()
                try:
                    far = socket.create_connection(self._target)
                except OSError:
                    _close(near)
                    continue
                with self._lock:
                    self._sockets |= {near, far}
                if listener.fileno() < 0:
                    self._break_all()
                    return
                self._start(self._pass_on, near, far)
                self._start(self._pass_on, far, near)

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(BLOCK_BYTES):
                self._flowing.wait()
                sink.sendall(block)
        _close(source)
        _close(sink)

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


def _close(end: socket.socket) -> None:
    # A thread that waits in recv or accept only wakes up by the shutdown.
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
