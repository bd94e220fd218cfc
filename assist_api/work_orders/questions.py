"""The question that an agent reads out to fill a field of a work order; the wording is data. Pure."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from assist_api.facts.fields import FactField
from assist_api.work_orders.policy import OrderType


class Wording(BaseModel):
    """A question in the two languages of the pages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class FieldQuestion(Wording):
    """How one field is asked for.

    Attributes:
        fact: The field of the call that fills it; None for a field that only the form fills.
        by_type: Other wordings for single business types.
    """

    fact: FactField | None = None
    by_type: dict[OrderType, Wording] = Field(default_factory=dict)

    def wording(self, business_type: OrderType) -> Wording:
        """Return the wording for a business type."""
        return self.by_type.get(business_type, Wording(zh=self.zh, en=self.en))


@cache
def field_questions() -> dict[str, FieldQuestion]:
    """Return the question of each field; the file ships with the product, so a mistake in it is a bug."""
    text = resources.files(__package__).joinpath("questions.yaml").read_text("utf-8")
    return {name: FieldQuestion.model_validate(item) for name, item in yaml.safe_load(text).items()}
