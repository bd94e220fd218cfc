"""Settings of the telephone room: environment variables `CTI_…`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from kit.settings import Settings

Port = Annotated[int, Field(ge=1, le=65535)]
Duration = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=10))]


class CTISettings(Settings):
    """Where the exchange is, how we sign in, and where it finds us."""

    model_config = SettingsConfigDict(env_prefix="CTI_")

    host: str = "127.0.0.1"
    """Address of the Asterisk whose calls we follow."""
    ami_port: Port = 5038
    """TCP port of its manager interface (`manager.conf`, `port`)."""
    sip_port: Port = 5060
    """UDP port of its SIP transport, for our test telephones."""
    http_port: Port = 8088
    """TCP port of its WebSocket, for telephones in the page."""
    bind_host: str | None = None
    """Address on which the exchange that `tingzhi pbx run` starts listens; loopback in a new plan."""
    external_address: str | None = None
    """Address under which telephones beyond a router or in other networks reach that exchange."""
    tls_certificate: Path | None = None
    """PEM file with the certificate of that exchange and its chain; with it telephones and trunks may encrypt SIP."""
    tls_key: Path | None = None
    """PEM file with its private key, without a password."""
    tls_authority: Path | None = None
    """PEM file with the authorities that certificates of trunks are checked against; those of the machine when
    unset."""
    tls_port: Port = 5061
    """TCP port for SIP over TLS."""
    encrypt_phones: bool = False
    """Whether desk telephones must encrypt their voice (SRTP); pages always do."""
    ami_username: str = "tingzhi"
    """Section of `manager.conf` that we sign in as."""
    ami_secret: SecretStr = SecretStr("")
    """Its `secret`."""
    node_name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")] = "pbx1"
    """Name of the exchange, unique among those that one database hears of: identities of calls are made from it.
    Asterisk has it as `systemname`."""
    listen_host: str = "127.0.0.1"
    """Address on which we listen for audio and routing questions; the exchange must reach it."""
    tap_port: Annotated[int, Field(ge=0, le=65535)] = 9092
    """TCP port for the audio of legs (AudioSocket); 0 lets the system choose."""
    agi_port: Annotated[int, Field(ge=0, le=65535)] = 4573
    """TCP port for routing questions (FastAGI); 0 lets the system choose."""
    agent_channels: str = r"^PJSIP/agent-(?P<agent>[^/@]+)-[0-9a-f]{8}$"
    """Which channel names are agents' telephones, as a regular expression whose group `agent` is the agent's number."""
    agent_device: str = "PJSIP/agent-{agent}"
    """How Asterisk names the telephone of an agent, the counterpart of `agent_channels`."""
    action_timeout: Duration = timedelta(seconds=5)
    """An action without an answer for this long has an unknown outcome."""
    heartbeat_interval: Duration = timedelta(seconds=2)
    """How often the exchange is asked for a sign of life."""
    heartbeat_deadline: Duration = timedelta(seconds=7)
    """A link that brought nothing for this long is dropped: a half-open connection is noticed within ten seconds."""
    reconnect_delay: Duration = timedelta(seconds=1)
    """Pause before the exchange is tried again."""
    refused_delay: Duration = timedelta(seconds=10)
    """Pause after it refused our password: Asterisk and tools beside it ban addresses that keep guessing."""
    members_interval: Duration = timedelta(seconds=5)
    """How often the members of queues are read again: a new configuration changes them without an event."""
    event_backlog: Annotated[int, Field(ge=100)] = 20_000
    """Messages read and not yet applied; at the bound we stop reading until half are applied. None is dropped."""
    tap_backlog: Duration = timedelta(seconds=10)
    """Audio of one leg that may wait for its reader; beyond it the oldest is dropped and counted."""
    tap_connect: Duration = timedelta(seconds=5)
    """How long the exchange may take to connect a tap."""
    second_recording_start: Duration = timedelta(seconds=2)
    """A leg that talks for this long without a recording gets one from us: the dialplan's own start has failed."""
    data_dir: Path = Path("var/pbx")
    """Configuration, recordings and logs of the Asterisk that `tingzhi pbx run` starts."""
    recordings_dir: Path | None = None
    """Folder into which the exchange writes recordings, as this machine sees it; that of `tingzhi pbx run` when
    unset."""

    call_records: Path | None = None
    """File in which the exchange records its calls (`cdr-csv/Master.csv`), as this machine sees it; that of
    `tingzhi pbx run` when unset."""

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("CTI_TLS_CERTIFICATE and CTI_TLS_KEY are set together")
        return self

    @property
    def call_records_file(self) -> Path:
        """The file of call records, in any case; it need not be there."""
        return (self.call_records or self.data_dir / "asterisk" / "log" / "cdr-csv" / "Master.csv").resolve()

    @property
    def session_records_folder(self) -> Path:
        """Where the SIPREC server records its sessions."""
        return (self.data_dir / "siprec" / "records").resolve()

    @property
    def recordings_folder(self) -> Path:
        """The folder of recordings, in any case."""
        return (self.recordings_dir or self.data_dir / "asterisk" / "recordings").resolve()
