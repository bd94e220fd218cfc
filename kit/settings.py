"""Base of the settings classes: one per package, frozen, read from the environment and `.env`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Self

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from kit.errors import MisconfiguredError

CACHE_DIR = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "tingzhi"
"""Downloads and unpacked models; safe to delete, refilled by `make run`. Shared by every checkout of a user."""


class Settings(BaseSettings):
    """Base class; subclasses set `env_prefix` and give every field a docstring with its unit."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    @classmethod
    def load(cls) -> Self:
        """Read and check the settings.

        Raises:
            MisconfiguredError: A variable is missing or malformed; the message names every one of them.
        """
        prefix = str(cls.model_config.get("env_prefix", ""))
        try:
            return cls()
        except SettingsError as error:
            # pydantic names the field only in its text: `error parsing value for field "x" from source "y"`.
            field = re.search(r'field "(\w+)"', str(error))
            name = f"{prefix}{field.group(1)}".upper() if field else f"a variable {prefix}…"
            raise MisconfiguredError(
                f"These settings cannot be used: {name}: a list or a mapping is written as JSON, such as "
                '["one", "two"]. Mend it in the environment or in .env.'
            ) from error
        except UnicodeDecodeError as error:
            raise MisconfiguredError("The file .env is not UTF-8 text; save it as UTF-8.") from error
        except ValidationError as error:
            lines = [
                f"{prefix}{'_'.join(str(part) for part in problem['loc'])}".upper() + f": {problem['msg']}"
                for problem in error.errors()
            ]
            raise MisconfiguredError(
                "These settings cannot be used: " + "; ".join(lines) + ". Mend them in the environment or in .env."
            ) from error
