"""How text messages leave: environment variables `TEXTS_…`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from assist_api.text_messages.gateways import FileGateway, MailGateway, NoGateway
from assist_api.text_messages.port import TextGateway
from kit.settings import Settings


class TextSettings(Settings):
    """Which gateway takes text messages."""

    model_config = SettingsConfigDict(env_prefix="TEXTS_")

    gateway: Literal["none", "file", "mail"] = "none"
    """`file` appends lines of JSON to `<data_dir>/text-messages/outgoing.jsonl`; `mail` asks a mail server."""
    mail_host: str = "127.0.0.1"
    mail_port: Annotated[int, Field(ge=1, le=65535)] = 25
    mail_sender: str = "tingzhi@localhost"
    mail_domain: str = "sms.localhost"
    """Domain behind the `@` of the recipient, as the operator's mail gateway wants it."""

    def build(self, data_dir: Path) -> TextGateway:
        """Return the gateway."""
        if self.gateway == "file":
            return FileGateway(data_dir / "text-messages" / "outgoing.jsonl")
        if self.gateway == "mail":
            return MailGateway(self.mail_host, self.mail_port, self.mail_sender, self.mail_domain)
        return NoGateway()
