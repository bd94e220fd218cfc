"""structlog set up once per process; personal fields never leave it in clear."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from kit.errors import AssistError

PERSONAL_PREFIX = "personal_"
"""Fields with this prefix hold transcript, number or free text; they are dropped unless a developer opts in."""


def configure_logging(
    *, level: str = "INFO", is_json: bool = False, show_personal: bool = False, stream: TextIO | None = None
) -> None:
    """Configure structlog and route the standard library's loggers through it.

    Args:
        level: Standard level name.
        is_json: One JSON object a line instead of console text.
        show_personal: Keep `personal_*` fields; for a developer's own machine only.
        stream: Where lines go; standard error by default, so that `--json` output stays clean.
    """
    target = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not show_personal:
        shared.append(drop_personal)
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if is_json
        # Its own tracebacks show local variables, and those hold passwords and what callers said.
        else structlog.dev.ConsoleRenderer(colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer] if is_json else [*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=target, level=level, format="%(levelname)s %(name)s %(message)s", force=True)
    # Request lines would carry nothing we need and could carry what we must not keep.
    for noisy in ("uvicorn.access", "httpx", "httpcore", "haystack", "faster_whisper", "aiosipua", "aiortp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def told_by(error: BaseException) -> dict[str, object]:
    """Return the fields that log an error: of a deliberate one its code, of any other its traceback."""
    return {"code": error.error_code} if isinstance(error, AssistError) else {"exc_info": error}


def drop_personal(_logger: object, _name: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Remove personal fields, leaving a mark that they were there."""
    for key in [key for key in fields if key.startswith(PERSONAL_PREFIX)]:
        fields[key] = "[personal]"
    return fields
