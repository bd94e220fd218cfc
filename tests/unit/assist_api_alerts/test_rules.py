from __future__ import annotations

from importlib import resources

import pytest

from assist_api.alerts.rules import parse_rules
from kit.errors import InvalidInputError

pytestmark = pytest.mark.unit

SHIPPED = resources.files("assist_api.alerts").joinpath("rules.yaml").read_text("utf-8")


def changed(old: str, new: str) -> str:
    assert old in SHIPPED
    return SHIPPED.replace(old, new, 1)


def test_an_unknown_class_names_the_pattern_and_the_classes() -> None:
    with pytest.raises(
        InvalidInputError, match=r"kinds\.fire\.patterns\.\d+: there is no class <flame>; the classes are"
    ):
        parse_rules(changed("says: '<burning>'", "says: '<flame>'"))


def test_a_broken_expression_names_the_pattern() -> None:
    with pytest.raises(InvalidInputError, match=r"kinds\.fire\.patterns\.\d+: this is no regular expression"):
        parse_rules(changed("says: '<burning>'", "says: '(着火'"))


def test_a_class_that_names_itself_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="<gas> names itself"):
        parse_rules(changed("  gas: >-\n", "  gas: >-\n    <gas>\n"))


def test_every_kind_needs_rules() -> None:
    with pytest.raises(InvalidInputError, match="there must be rules and a place in precedence for trapped"):
        parse_rules(
            changed(
                "precedence: [carbon_monoxide, electric_shock, trapped,",
                "precedence: [carbon_monoxide, electric_shock,",
            )
        )


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(InvalidInputError, match="colour"):
        parse_rules(SHIPPED + "\ncolour: red\n")


def test_text_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="this is no YAML"):
        parse_rules("version: [")
