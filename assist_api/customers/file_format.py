"""Reads a CSV file or workbook of customers; every line that cannot be used is named. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from assist_api.customers.numbers import phone_digits
from assist_api.customers.schemas import AreaClass, CustomerClass, CustomerSector
from kit.table_file import MAX_PROBLEMS, TableProblem, read_table, refused_table

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 200_000
REFUSED = "customer_file_invalid"
"""Code of a file that cannot be used."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "account_number": ("户号", "客户编号"),
    "name": ("户名", "姓名"),
    "sector": ("行业",),
    "phones": ("电话", "手机"),
    "address": ("地址", "用电地址"),
    "area": ("区域", "片区"),
    "area_class": ("区域类别",),
    "meter_numbers": ("表号",),
    "customer_class": ("客户类别",),
    "class_reason": ("类别原因",),
    "class_until": ("类别截止",),
}
"""Columns by name, with the names that files of Chinese systems have."""
REQUIRED = ("account_number", "name", "sector", "phones", "address")
_SECTORS = {
    "电": "power", "电力": "power", "热力": "heating", "供热": "heating", "水": "water", "水务": "water",
    "燃气": "gas", "气": "gas", "广电": "tv",
}  # fmt: skip
_AREAS = {"城区": "urban", "农村": "rural", "边远": "remote", "特殊边远": "remote"}
_CLASSES = {"普通": "ordinary", "重要": "important", "VIP客户": "vip", "VIP": "vip"}
_LENGTHS = {"account_number": 32, "name": 100, "address": 200, "area": 100, "class_reason": 200}


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One customer of a file."""

    account_number: str
    name: str
    sector: str
    phones: tuple[str, ...]
    address: str
    area: str
    area_class: str
    meter_numbers: tuple[str, ...]
    customer_class: str
    class_reason: str
    class_until: date | None


def read_customers(content: bytes) -> list[CustomerLine]:
    """Return the customers of a CSV file in UTF-8 or GB18030, or of the first sheet of a workbook.

    Raises:
        InvalidInputError: `customer_file_invalid`; `errors` names each line with its column. Nothing of the file is
            used then.
    """
    table = read_table(content, COLUMNS, REQUIRED, max_rows=MAX_ROWS)
    lines: list[CustomerLine] = []
    problems = list(table.problems)
    seen: dict[str, int] = {}
    for row in table.rows:
        line, found = _line(row.cells, row.line)
        first = seen.setdefault(line.account_number, row.line)
        if first != row.line:
            text = f"The account number stands in line {first} already."
            found.append(TableProblem(row.line, "account_number", "account_number_doubled", text))
        problems += found
        lines.append(line)
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise refused_table(problems[:MAX_PROBLEMS], REFUSED)
    if not lines:
        raise refused_table([TableProblem(2, "row", "file_empty", "The file has no customer.")], REFUSED)
    return lines


def _line(values: Mapping[str, str], number: int) -> tuple[CustomerLine, list[TableProblem]]:
    problems: list[TableProblem] = []

    def refuse(column: str, code: str, text: str) -> None:
        problems.append(TableProblem(number, column, code, text))

    for column in REQUIRED:
        if not values.get(column):
            refuse(column, "required", "Give it.")
    for column, most in _LENGTHS.items():
        if len(values.get(column, "")) > most:
            refuse(column, "too_long", f"At most {most} characters.")
    if (account := values.get("account_number", "")) and not account.isalnum():
        refuse("account_number", "account_number_invalid", "Only letters and digits.")
    until = _day(values.get("class_until", ""), refuse)
    customer_class = _choice(
        values.get("customer_class") or "ordinary", _CLASSES, [str(item) for item in CustomerClass],
        "customer_class", refuse,
    )  # fmt: skip
    if customer_class == CustomerClass.VIP and not values.get("class_reason"):
        refuse("class_reason", "required", "A VIP customer needs a reason.")
    line = CustomerLine(
        account_number=account,
        name=values.get("name", ""),
        sector=_choice(values.get("sector", ""), _SECTORS, get_args(CustomerSector), "sector", refuse),
        phones=_phones(values.get("phones", ""), refuse),
        address=values.get("address", ""),
        area=values.get("area", ""),
        area_class=_choice(
            values.get("area_class") or "urban", _AREAS, [str(item) for item in AreaClass], "area_class", refuse
        ),
        meter_numbers=_several(values.get("meter_numbers", "")),
        customer_class=customer_class,
        class_reason=values.get("class_reason", ""),
        class_until=until,
    )
    return line, problems


_Refuse = Callable[[str, str, str], None]


def _choice(text: str, words: Mapping[str, str], known: Sequence[str], column: str, refuse: _Refuse) -> str:
    value = words.get(text, text)
    if text and value not in known:
        refuse(column, "unknown_value", f"One of: {', '.join(known)}.")
    return value


def _day(text: str, refuse: _Refuse) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        refuse("class_until", "day_invalid", "Write the day as 2026-12-31.")
        return None


def _phones(text: str, refuse: _Refuse) -> tuple[str, ...]:
    found: list[str] = []
    for part in _several(text):
        digits = phone_digits(part)
        if digits is None:
            refuse("phones", "phone_invalid", "A telephone number has 3 to 15 digits.")
        elif digits not in found:
            found.append(digits)
    return tuple(found)


def _several(text: str) -> tuple[str, ...]:
    parts = text.replace("；", ";").replace("、", ";").replace("/", ";").split(";")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
