"""Settings of the SIPREC server: environment variables `CTI_SIPREC_…`."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import SettingsConfigDict

from kit.settings import Settings


def _is_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return value


def _is_network(value: str) -> str:
    ip_network(value, strict=False)
    return value


class SiprecSettings(Settings):
    """Where an exchange or session border controller sends the audio of its calls."""

    model_config = SettingsConfigDict(env_prefix="CTI_SIPREC_")

    enabled: bool = False
    """Whether recording sessions are taken."""
    host: str = "127.0.0.1"
    """Address on which we listen, for SIP and for RTP."""
    public_host: str | None = None
    """Address that we tell the other side; needed where `host` stands for every address (0.0.0.0)."""
    port: Annotated[int, Field(ge=0, le=65535)] = 5080
    """UDP and TCP port for SIP; 0 lets the system choose."""
    tls_port: Annotated[int, Field(ge=1, le=65535)] = 5081
    """TCP port for SIP over TLS, where a certificate is set."""
    tls_certificate: Path | None = None
    """PEM file with our certificate and its chain; without it TLS is off."""
    tls_key: Path | None = None
    """PEM file with its private key."""
    tls_client_ca: Path | None = None
    """PEM file with the authorities whose clients may connect over TLS; any client of `peers` without it."""
    peers: tuple[Annotated[str, AfterValidator(_is_network)], ...] = ("127.0.0.1/32",)
    """Addresses or networks that may send us calls, signalling and media, as a JSON list; all others are refused."""
    agent_numbers: Annotated[str, AfterValidator(_is_pattern)] = r"\d{3,5}"
    """Which numbers are agents', as a regular expression for the whole number."""
    max_calls: Annotated[int, Field(ge=1, le=2_000)] = 60
    """Recording sessions at one time; further ones are answered with 503."""
    first_rtp_port: Annotated[int, Field(ge=1024, le=65_000)] = 20_000
    """First UDP port for audio; each leg takes two, RTP and RTCP."""
    rtp_ports: Annotated[int, Field(ge=4, le=20_000)] = 1_000
    """How many UDP ports from the first one on."""
    silence_timeout: Annotated[timedelta, Field(ge=timedelta(seconds=1), le=timedelta(hours=1))] = timedelta(seconds=30)
    """A session without any packet for this long, that is not on hold, is over."""
    backlog: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=10))] = timedelta(seconds=10)
    """Audio of one leg that may wait for its reader; beyond it the oldest is dropped and counted."""

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if ip_address(self.host).is_unspecified and self.public_host is None:
            raise ValueError("CTI_SIPREC_PUBLIC_HOST is needed where CTI_SIPREC_HOST stands for every address")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("CTI_SIPREC_TLS_CERTIFICATE and CTI_SIPREC_TLS_KEY are set together")
        return self

    @property
    def advertised_host(self) -> str:
        """Address that we tell the other side."""
        return self.public_host or self.host

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`peers`, to compare addresses with."""
        return tuple(ip_network(peer, strict=False) for peer in self.peers)
