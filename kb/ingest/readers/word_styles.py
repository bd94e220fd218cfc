"""Styles of a Word document: what a paragraph or run inherits along `basedOn` (ECMA-376 part 1, 17.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_ANCESTORS = 50


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """What a style gives its paragraphs.

    Attributes:
        level: Of its heading, 0 for the title, None for text.
        is_contents: It is a line of a table of contents.
        is_hidden: Its text is hidden.
        numbering: Number and level of its list, or None.
    """

    level: int | None = None
    is_contents: bool = False
    is_hidden: bool = False
    numbering: tuple[str, int] | None = None


class Styles:
    """Styles by their identifier, with what they inherit."""

    def __init__(self, root: Any) -> None:  # noqa: ANN401  # debt: lxml element
        """Take in `word/styles.xml`; None for a document without one."""
        elements = [] if root is None else root.iter(f"{W}style")
        self._styles = {style.get(f"{W}styleId"): style for style in elements}
        self._known: dict[str | None, ParagraphStyle] = {None: ParagraphStyle()}
        default = next((key for key, style in self._styles.items() if _is_default(style)), None)
        self._default = None if default is None else default

    def of(self, element: Any) -> ParagraphStyle:  # noqa: ANN401  # debt: lxml element
        """Return the style of a paragraph or run."""
        for properties in ("pPr/" + f"{W}pStyle", "rPr/" + f"{W}rStyle"):
            stated = element.find(f"{W}{properties}")
            if stated is not None:
                return self._style(stated.get(f"{W}val"))
        return self._style(self._default) if element.tag == f"{W}p" else ParagraphStyle()

    def _style(self, key: str | None) -> ParagraphStyle:
        if key not in self._known:
            self._known[key] = self._inherited(key)
        return self._known[key]

    def _inherited(self, key: str | None) -> ParagraphStyle:
        chain = list(self._chain(key))
        return ParagraphStyle(
            level=next((level for style in chain if (level := _level(style)) is not None), None),
            is_contents=any(_name(style).startswith(("toc ", "table of figures")) for style in chain),
            is_hidden=next((state for style in chain if (state := hidden_state(style)) is not None), False),
            numbering=next((found for style in chain if (found := list_of(style)) is not None), None),
        )

    def _chain(self, key: str | None) -> Iterator[Any]:
        for _ in range(_MOST_ANCESTORS):
            style = self._styles.get(key)
            if style is None:
                return
            yield style
            base = style.find(f"{W}basedOn")
            key = None if base is None else base.get(f"{W}val")


def _is_default(style: Any) -> bool:  # noqa: ANN401  # debt: lxml element
    return style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on")


def _name(style: Any) -> str:  # noqa: ANN401  # debt: lxml element
    name = style.find(f"{W}name")
    return (name.get(f"{W}val") or "").lower() if name is not None else ""


def _level(style: Any) -> int | None:  # noqa: ANN401  # debt: lxml element
    name = _name(style)
    if name == "title":
        return 0
    for beginning in ("heading ", "标题 "):
        if name.startswith(beginning) and name[len(beginning) :].isdecimal():
            return int(name[len(beginning) :])
    return outline_level(style)


def outline_level(element: Any) -> int | None:  # noqa: ANN401  # debt: lxml element
    """Return the heading level that a paragraph or style states itself; 10 for text, None where it states none."""
    outline = element.find(f"{W}pPr/{W}outlineLvl")
    stated = "" if outline is None else outline.get(f"{W}val") or ""
    return int(stated) + 1 if stated.isdecimal() else None


def list_of(element: Any) -> tuple[str, int] | None:  # noqa: ANN401  # debt: lxml element
    """Return number and level of the list that a paragraph or style states itself; number `0` takes it out of one."""
    properties = element.find(f"{W}pPr/{W}numPr")
    if properties is None:
        return None
    number, level = properties.find(f"{W}numId"), properties.find(f"{W}ilvl")
    stated = level.get(f"{W}val") if level is not None else "0"
    return (number.get(f"{W}val") if number is not None else "", int(stated) if (stated or "").isdecimal() else 0)


def hidden_state(element: Any) -> bool | None:  # noqa: ANN401  # debt: lxml element
    """Return whether a run, paragraph mark or style says that its text is hidden or struck out; None without a word."""
    found = (element.find(f"{W}rPr/{W}{name}") for name in ("vanish", "strike", "dstrike"))
    marks = [mark for mark in found if mark is not None]
    return any(map(is_on, marks)) if marks else None


def is_on(element: Any) -> bool:  # noqa: ANN401  # debt: lxml element
    """Return the value of an on/off element (17.17.4)."""
    return (element.get(f"{W}val") or "true") not in ("0", "false", "off")
