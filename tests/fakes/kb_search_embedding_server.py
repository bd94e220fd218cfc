"""A real HTTP server on loopback that speaks `/v1/embeddings`, and fails on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

Answer = Callable[[list[str]], tuple[int, dict[str, str], Any]]


def vector_of(text: str, dimensions: int) -> list[float]:
    """Return a vector in which texts that share characters are alike."""
    table = [np.random.default_rng(ord(character)).normal(size=dimensions) for character in text]
    made: list[float] = np.mean(table, axis=0).tolist()
    return made


class EmbeddingServer:
    """What the server was asked, and what it is to do next.

    Attributes:
        faults: Answers to give instead of vectors, oldest first.
        requests: Bodies received.
        keys: `Authorization` headers received.
    """

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.faults: list[Answer] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.release = threading.Event()
        self.release.set()

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
        self.release.wait(10)
        texts = body["input"]
        if self.faults:
            return self.faults.pop(0)(texts)
        rows = [{"index": place, "embedding": vector_of(text, self.dimensions)} for place, text in enumerate(texts)]
        return 200, {}, {"object": "list", "data": rows[::-1], "model": body["model"]}


def status(code: int, **headers: str) -> Answer:
    """Answer with a status."""
    return lambda _texts: (code, {name.replace("_", "-"): value for name, value in headers.items()}, {"error": "no"})


def rows(made: Callable[[list[str]], Any]) -> Answer:
    """Answer 200 with these rows."""
    return lambda texts: (200, {}, {"data": made(texts)})


@contextmanager
def run_embedding_server(dimensions: int = 12) -> Iterator[tuple[str, EmbeddingServer]]:
    """Yield the address, ending in `/v1`, and the server."""
    served = EmbeddingServer(dimensions)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # rejected: the name is the library's
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            served.requests.append(body)
            served.keys.append(self.headers["authorization"])
            is_known = self.path == "/v1/embeddings"
            code, headers, content = served.answer(body) if is_known else (404, {}, {})
            raw = json.dumps(content).encode() if not isinstance(content, bytes) else content
            self.send_response(code)
            for name, value in {**headers, "content-length": str(len(raw))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_values: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", served
    finally:
        served.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
