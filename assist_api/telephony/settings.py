"""Whether telephone calls are followed, and what is known of all of them: environment variables `CTI_…`."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from assist_api.calls.schemas import Sector
from kit.settings import Settings


class TelephonySettings(Settings):
    """What the server adds to `cti_adapter.settings`, which says where the exchange is."""

    model_config = SettingsConfigDict(env_prefix="CTI_")

    enabled: bool = False
    """Whether calls of an exchange are followed and transcribed."""
    sector: Sector | None = None
    """Sector of the hotline, whose answers count first; every sector when unset."""
