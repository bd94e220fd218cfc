"""Which machines recognise speech for a server, and how such a machine listens: environment variables `SPEECH_…`."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AnyUrl, Field, SecretStr, UrlConstraints, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from kit.errors import MisconfiguredError
from kit.settings import Settings

WorkerAddress = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["ws", "wss"], host_required=True, default_port=9100)]
SHORTEST_TOKEN = 16


class RemoteSettings(Settings):
    """Both ends of recognition on other machines."""

    model_config = SettingsConfigDict(env_prefix="SPEECH_")

    workers: tuple[WorkerAddress, ...] = ()
    """Addresses of speech machines, `["wss://speech-1.example:9100"]`; empty: this server recognises by itself. `ws://`
    carries what callers say in the clear: only inside one trusted network."""
    worker_token: SecretStr | None = None
    """Password that both ends know, at least 16 characters."""
    worker_ca_file: Path | None = None
    """Certificates that `wss://` addresses are checked against; the system's where unset."""
    worker_timeout: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=5))] = timedelta(seconds=30)
    """How long a machine may take for one window before another one is asked."""
    has_local_fallback: bool = True
    """Whether this server recognises by itself while no speech machine answers. Its model is loaded when it is first
    needed, which takes seconds; without, speech of that time has no text."""

    listen_host: str = "127.0.0.1"
    """Speech machine: address to listen on; every address with `0.0.0.0`."""
    listen_port: Annotated[int, Field(ge=0, le=65535)] = 9100
    """Speech machine: TCP port; 0 lets the system choose."""
    tls_certificate: Path | None = None
    """Speech machine: certificate chain in PEM; with `tls_key` it answers `wss://`."""
    tls_key: Path | None = None
    """Speech machine: key of the certificate."""
    most_connections: Annotated[int, Field(ge=1, le=1000)] = 64
    """Speech machine: connections at the same time; a server opens one for each of its `SPEECH_WORKER_COUNT`."""

    @field_validator("worker_token", mode="before")
    @classmethod
    def _check_token(cls, token: object) -> object:
        text = token.get_secret_value() if isinstance(token, SecretStr) else token
        if text in {"", None}:
            return None
        if isinstance(text, str) and len(text) < SHORTEST_TOKEN:
            raise ValueError(f"give at least {SHORTEST_TOKEN} characters")
        return token

    @model_validator(mode="after")
    def _check_pairs(self) -> RemoteSettings:
        if self.workers and self.worker_token is None:
            raise ValueError("SPEECH_WORKERS needs SPEECH_WORKER_TOKEN, the token of the speech machines")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("SPEECH_TLS_CERTIFICATE and SPEECH_TLS_KEY go together")
        return self

    @property
    def authorization(self) -> str:
        """The header by which a server shows the token.

        Raises:
            MisconfiguredError: There is no token.
        """
        if self.worker_token is None:
            raise MisconfiguredError(
                "A speech machine needs a token: set SPEECH_WORKER_TOKEN to the same 16 or more characters here and on "
                "the server."
            )
        return f"Bearer {self.worker_token.get_secret_value()}"

    def server_tls(self) -> ssl.SSLContext | None:
        """Return what a speech machine shows; None where it answers `ws://`.

        Raises:
            MisconfiguredError: The certificate or the key cannot be read.
        """
        if self.tls_certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.tls_certificate, self.tls_key)
        except (OSError, ssl.SSLError) as error:
            raise MisconfiguredError(
                "SPEECH_TLS_CERTIFICATE and SPEECH_TLS_KEY cannot be used: they must name readable PEM files that "
                "belong together."
            ) from error
        return context

    def client_tls(self) -> ssl.SSLContext:
        """Return what `wss://` addresses are checked against.

        Raises:
            MisconfiguredError: The file cannot be read.
        """
        try:
            return ssl.create_default_context(cafile=None if self.worker_ca_file is None else str(self.worker_ca_file))
        except (OSError, ssl.SSLError) as error:
            raise MisconfiguredError(
                f"SPEECH_WORKER_CA_FILE: {self.worker_ca_file} holds no readable certificates in PEM."
            ) from error
