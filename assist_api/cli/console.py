"""What the commands share."""

from __future__ import annotations

from assist_api.settings import AssistSettings
from kit.logging import configure_logging


def prepare_logging(settings: AssistSettings, *, is_server: bool = False) -> None:
    """Set logging up; a command shows only what went wrong, unless a lower level was asked for."""
    is_default = settings.log_level == "INFO"
    level = "WARNING" if is_default and not is_server else settings.log_level
    configure_logging(level=level, is_json=settings.log_json, show_personal=settings.log_personal)
