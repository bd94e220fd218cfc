"""Settings of the server and the composition root (`ASSIST_…`)."""

from __future__ import annotations

import os
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AnyHttpUrl, Field, IPvAnyNetwork, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from kit.settings import Settings

DATABASE_DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
MOST_CALLS = 256
CALLS_PER_CORE = 8
"""Two cores carried 20 calls of two legs at once: from speech to its card .87 s (p95) on 29 November 2026."""


def calls_for_cores() -> int:
    """Return how many calls are transcribed at once on the cores that this process may use."""
    return min(MOST_CALLS, CALLS_PER_CORE * len(os.sched_getaffinity(0)))


class AssistSettings(Settings):
    """Where the server listens, where it keeps its data, and its limits."""

    model_config = SettingsConfigDict(env_prefix="ASSIST_")

    data_dir: Path = Path("var")
    """Database, recordings and search index; relative to the working directory."""
    database_url: str | None = None
    """SQLAlchemy URL (`postgresql+asyncpg://…`); SQLite in `data_dir` when unset."""
    host: str = "127.0.0.1"
    """Address to listen on; every address with `0.0.0.0`."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """TCP port to listen on."""
    public_url: AnyHttpUrl | None = None
    """Address that browsers use when it differs from ours (behind a proxy); `https` makes cookies Secure."""
    allowed_origins: tuple[str, ...] = ()
    """Further origins (`https://desk.example`) whose pages may change state here."""
    trusted_proxies: tuple[IPvAnyNetwork, ...] = (ip_network("127.0.0.1"), ip_network("::1"))
    """Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    session_idle: timedelta = timedelta(hours=8)
    """A session without a request for this long has ended: one shift."""
    session_lifetime: timedelta = timedelta(hours=24)
    """A session ends at this age however busy it was."""
    initial_admin_password: SecretStr | None = None
    """Password of the first administrator; generated and shown once when unset."""
    upload_max_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024 * 1024
    """Largest upload of recordings in one request: four hours of 16-bit stereo at 16 kHz are 920 MB."""
    import_max_bytes: Annotated[int, Field(ge=1024)] = 100 * 1024 * 1024
    """Largest document or archive sent for import."""
    body_max_bytes: Annotated[int, Field(ge=1024)] = 1024 * 1024
    """Largest body of any other request."""
    time_zone: str = "Asia/Shanghai"
    """Name of the installation's time zone (tz database); dates of calls and cases are its days."""
    demo_knowledge: bool = True
    """Import the demo knowledge at the first start."""
    max_concurrent_calls: Annotated[int, Field(ge=1, le=MOST_CALLS, default_factory=calls_for_cores)]
    """Calls transcribed at the same time; one more is refused. Sized to the cores unless set."""
    demo_town: bool = True
    """With the demo knowledge, fill an installation that has no customers with a small town of them."""
    max_calls_per_account: Annotated[int, Field(ge=1, le=256)] = 32
    """Calls that one account may have running at the same time."""
    uploads_per_account: Annotated[int, Field(ge=1, le=64)] = 4
    """Uploads of recordings and documents that one account may send at the same time."""
    sockets_per_session: Annotated[int, Field(ge=1, le=1000)] = 20
    """Open sockets of one signed-in browser, each for its account and for calls."""
    min_free_disk_bytes: Annotated[int, Field(ge=0)] = 512 * 1024 * 1024
    """The server does not start with less free space in `data_dir`."""
    web_dir: Path = Path(__file__).parent.parent / "web_agent" / "dist"
    """Built files of the web page."""
    business_system_url: AnyHttpUrl | None = None
    """REST address of the utility's business system; unset, a simulator answers and takes the orders."""
    business_system_token: SecretStr | None = None
    """Bearer token for the business system."""
    metrics_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    """Lets Prometheus read `/metrics` from other machines (`Authorization: Bearer …`); without it only this one may."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Lines below this level are not written."""
    log_json: bool = False
    """One JSON object a line instead of text."""
    log_personal: bool = False
    """Keep personal fields in logs; for a developer's own machine only."""

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, url: str | None) -> str | None:
        try:
            driver = make_url(url).drivername if url else None
        except (ArgumentError, ValueError):
            driver = ""
        if driver is not None and driver not in DATABASE_DRIVERS:
            raise ValueError(f"write sqlite+aiosqlite:///FILE or {DATABASE_DRIVERS[1]}://USER:PASSWORD@HOST/NAME")
        return url

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("name a zone of the tz database, such as Asia/Shanghai") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The installation's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def effective_database_url(self) -> str:
        """The database in use."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'tingzhi.sqlite'}"

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us over TLS."""
        return self.public_url is not None and self.public_url.scheme == "https"
