"""The words of the page, by their key in its language files: tests name controls as a person reads them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

I18N = Path(__file__).parents[2] / "web_agent" / "src" / "i18n"
CHINESE = "zh-CN"


def text(key: str, locale: str = CHINESE, **values: object) -> str:
    """Return the words of a key, such as `session.sign_in`, with its placeholders filled."""
    return re.sub(r"{{(\w+)}}", lambda match: str(values[match[1]]), _words(key, locale))


def pattern(key: str) -> re.Pattern[str]:
    """Return what matches the words of a key whatever its placeholders hold."""
    return re.compile(".*".join(re.escape(part) for part in re.split(r"{{\w+}}", _words(key, CHINESE))))


def _words(key: str, locale: str) -> str:
    words: Any = _language(locale)
    for part in key.split("."):
        words = words[part]
    return str(words)


@cache
def _language(locale: str) -> dict[str, Any]:
    """Return the texts of all features; no namespace stands in two files (web_agent/src/i18n/i18n.test.ts)."""
    words: dict[str, Any] = {}
    for file in sorted((I18N / locale).glob("*.json")):
        words |= json.loads(file.read_text(encoding="utf-8"))
    return words
