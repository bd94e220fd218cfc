"""Equations of office documents as one line of text: `气费=气量×单价`, `(a+b)/c`, `x^2` (ECMA-376 part 1, 22.1)."""

from __future__ import annotations

from typing import Any

from lxml import etree

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MOST_NESTED = 50
_RAISED = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")


def raised_digits(before: str, text: str) -> str:
    """Return superscript text so that it does not run into a number before it: 10 and a raised 3 are 10³, not 103."""
    is_number = text.strip("+-").isdecimal() and text.isascii()
    return text.translate(_RAISED) if is_number and before[-1:].isdecimal() else text


def equation_text(element: Any, depth: int = 0) -> str:  # noqa: ANN401  # debt: lxml element
    """Return an equation or a piece of one as text; every sign of its source is in it."""
    if depth > _MOST_NESTED or not isinstance(element.tag, str):
        return ""
    if not element.tag.startswith(M):
        return "".join(equation_text(child, depth + 1) for child in element)
    name = etree.QName(element).localname
    if name == "t":
        return element.text or ""

    def part(child: str) -> str:
        found = element.find(f"{M}{child}")
        return "" if found is None else "".join(equation_text(inner, depth + 1) for inner in found)

    if name == "f":
        return f"{_grouped(part('num'))}/{_grouped(part('den'))}"
    if name in ("sSup", "sSub", "sSubSup", "nary"):
        lower, upper = part("sub"), part("sup")
        base = _nary_sign(element) if name == "nary" else _grouped(part("e"))
        scripts = (f"_{_grouped(lower)}" if lower else "") + (f"^{_grouped(upper)}" if upper else "")
        return base + scripts + (part("e") if name == "nary" else "")
    if name == "rad":
        degree = part("deg")
        return f"{degree}√{_grouped(part('e'))}"
    if name == "d":
        return _delimited(element, depth)
    if name == "m":
        rows = (",".join(equation_text(cell, depth + 1) for cell in row) for row in element.iter(f"{M}mr"))
        return "[" + "; ".join(rows) + "]"
    if name == "eqArr":
        return "; ".join(equation_text(child, depth + 1) for child in element if child.tag == f"{M}e")
    return "".join(equation_text(child, depth + 1) for child in element)


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _nary_sign(element: Any) -> str:  # noqa: ANN401  # debt: lxml element
    sign = element.find(f"{M}naryPr/{M}chr")
    return "∫" if sign is None else sign.get(f"{M}val") or ""


def _delimited(element: Any, depth: int) -> str:  # noqa: ANN401  # debt: lxml element
    def sign(name: str, usual: str) -> str:
        found = element.find(f"{M}dPr/{M}{name}")
        return usual if found is None else found.get(f"{M}val") or ""

    inner = sign("sepChr", "|").join(equation_text(child, depth + 1) for child in element if child.tag == f"{M}e")
    return sign("begChr", "(") + inner + sign("endChr", ")")
