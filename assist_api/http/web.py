"""Serves the built page: hashed assets for ever, `index.html` fresh, every page address to the application."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_FOREVER = "public, max-age=31536000, immutable"
_NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>听知 Tingzhi</title>
<h1>页面尚未构建 · The page is not built yet</h1>
<p>服务已在运行，请在项目目录执行 <code>make web</code> 后刷新。</p>
<p>The server is up; run <code>make web</code> in the project folder, then reload.</p>
</html>"""


class WebPages(StaticFiles):
    """Files of the folder; what looks like a page address gets `index.html`."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or the application."""
        name = path if PurePosixPath(path).suffix else "index.html"
        response = await super().get_response(name, scope)
        # The build puts a hash of the content into every name below assets/.
        response.headers["Cache-Control"] = _FOREVER if name.startswith("assets/") else "no-cache"
        return response


def install(app: FastAPI, folder: Path) -> None:
    """Serve the pages wherever no endpoint answers; below /api/ an unknown address stays a 404."""
    pages = WebPages(directory=folder, check_dir=False)
    not_built = HTMLResponse(_NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, headers={"Cache-Control": "no-store"})
    not_found = app.router.default

    async def serve_page(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/api/"):
            await not_found(scope, receive, send)
        else:
            # Asked each time: the page may be built while the server runs.
            is_built = await asyncio.to_thread((folder / "index.html").is_file)
            await (pages if is_built else not_built)(scope, receive, send)

    app.router.default = serve_page
