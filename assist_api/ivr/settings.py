"""Whether speech flows answer calls of the exchange: environment variables `IVR_…`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kit.settings import Settings


class IVRSettings(Settings):
    """Where the exchange finds us; the numbers that flows answer are chosen in the page."""

    model_config = SettingsConfigDict(env_prefix="IVR_")

    enabled: bool = False
    """Whether calls are answered; flows can be edited and tried without."""
    listen_host: str = "127.0.0.1"
    """Address on which we listen; the exchange must reach it."""
    audio_port: Annotated[int, Field(ge=0, le=65535)] = 9093
    """TCP port for the sound of dialogues (AudioSocket); 0 lets the system choose."""
    agi_port: Annotated[int, Field(ge=0, le=65535)] = 4574
    """TCP port for the dialplan's questions before and after a dialogue (FastAGI)."""
    node_name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")] = "pbx1"
    """Name of the exchange, as `CTI_NODE_NAME`: calls are known by it."""
