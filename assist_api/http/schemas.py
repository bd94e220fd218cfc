"""Bases of request and response models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class OutputModel(BaseModel):
    """A response; fields have no defaults, so that generated TypeScript has no false optionals."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class InputModel(BaseModel):
    """A request body; unknown fields are refused, and so is U+0000, which PostgreSQL cannot store."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _refuse_nul(cls, value: Any) -> Any:  # noqa: ANN401  # rejected: anything may stand in a JSON body
        if _has_nul(value):
            raise ValueError("the character U+0000 is not allowed")
        return value


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(item) for pair in value.items() for item in pair)
    if isinstance(value, list | tuple):
        return any(map(_has_nul, value))
    return False
