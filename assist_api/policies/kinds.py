"""What a policy is: a named model of settings with its defaults, declared by the module that reads it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from kit.errors import InvalidInputError

_NAME = re.compile(r"[a-z][a-z_]*")
_CODES = {"missing": "required", "extra_forbidden": "unknown_field", "enum": "unknown_value"}


class PolicyModel(BaseModel):
    """Base of the settings of a policy; a setting that the model does not have is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=PolicyModel)


@dataclass(frozen=True, slots=True)
class PolicyKind(Generic[P]):
    """One policy.

    Attributes:
        name: In lower_snake_case; also its address in the API.
        model: Its settings with their limits.
        default_factory: What is in force before somebody chooses, from the settings of the installation.
    """

    name: str
    model: type[P]
    default_factory: Callable[[], P]

    def __post_init__(self) -> None:
        """Refuse a name that cannot stand in an address.

        Raises:
            ValueError: It is none.
        """
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"the policy name {self.name!r} is not lower_snake_case")

    def complete(self, stored: Mapping[str, Any]) -> P:
        """Return the settings of a stored version; what a newer model asks besides has its default.

        Raises:
            ValidationError: The version does not fit the model of this product version.
        """
        known = {name: value for name, value in stored.items() if name in self.model.model_fields}
        return self.model.model_validate(self.default_factory().model_dump(mode="json") | known)

    def check(self, value: Mapping[str, Any]) -> P:
        """Return settings that a person gave; all of them must be given.

        Raises:
            InvalidInputError: `policy_invalid`; `errors` names every setting at fault.
        """
        try:
            made = self.model.model_validate(dict(value))
        except ValidationError as error:
            problems = [_problem(fault) for fault in error.errors(include_url=False, include_input=False)]
            text = f"These settings cannot be used: {', '.join(item['field'] for item in problems)}."
            field = problems[0]["field"]
            raise InvalidInputError(text, field=field, code="policy_invalid", errors=problems) from error
        if missing := sorted(self.model.model_fields.keys() - made.model_fields_set):
            problems = [{"field": f"value.{name}", "code": "required", "message": "Give it."} for name in missing]
            text = f"These settings are missing: {', '.join(missing)}."
            raise InvalidInputError(text, field=problems[0]["field"], code="policy_invalid", errors=problems)
        return made


def _problem(fault: Mapping[str, Any]) -> dict[str, str]:
    field = ".".join(["value", *(str(part) for part in fault["loc"])])
    code = _CODES.get(fault["type"], "invalid_value")
    return {"field": field, "code": code, "message": str(fault["msg"]).removeprefix("Value error, ")}
