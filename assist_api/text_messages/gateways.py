"""Gateways that are built: a file that another program reads, and a mail server that turns e-mail into text messages.

No operator's own protocol (CMPP, SGIP, SMGP, SMPP) is built; a file or a mail gateway of the operator stands in.
"""

from __future__ import annotations

import asyncio
import json
import os
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from assist_api.text_messages.port import TextMessage
from kit.errors import DependencyCategory, DependencyError

TIMEOUT = timedelta(seconds=4)
"""Shorter than a dialogue waits for any system (`assist_api.ivr.world.PATIENCE`)."""
MOST_BYTES = 64 << 20
"""A file that nobody takes away takes no further messages from here on."""


class FileGateway:
    """Appends each message as one line of JSON to a file; whoever delivers them renames the file first."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()

    async def send(self, message: TextMessage) -> None:
        """Append the message and wait until it is on the disk.

        Raises:
            DependencyError: `text_not_sent`: the disk refuses, or nobody takes the file away.
        """
        line = json.dumps(
            {"id": str(message.id), "number": message.number, "text": message.text, "at": message.at.isoformat()},
            ensure_ascii=False,
        )
        async with self._lock:
            await asyncio.to_thread(self._append, line)

    def _append(self, line: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.is_file() and self._path.stat().st_size > MOST_BYTES:
                raise _error("The file of text messages is full: nobody takes it away.", DependencyCategory.OVERLOADED)
            # Numbers and texts are for the account of the service alone.
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _error("The file of text messages cannot be written.", DependencyCategory.CONNECTIVITY) from error


class MailGateway:
    """Sends each message as an e-mail to `<number>@<domain>`, the form that operators' mail gateways take."""

    name = "mail"

    def __init__(self, host: str, port: int, sender: str, domain: str) -> None:
        self._host, self._port, self._sender, self._domain = host, port, sender, domain

    async def send(self, message: TextMessage) -> None:
        """Hand the message to the mail server.

        Raises:
            DependencyError: `text_not_sent`: the server is away, too slow, or refuses.
        """
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, f"{message.number}@{self._domain}"
        mail["Message-ID"] = f"<{message.id}@tingzhi>"
        mail.set_content(message.text)
        await asyncio.to_thread(self._hand_over, mail)

    def _hand_over(self, mail: EmailMessage) -> None:
        try:
            with smtplib.SMTP(self._host, self._port, timeout=TIMEOUT.total_seconds()) as server:
                server.send_message(mail)
        except smtplib.SMTPException as error:
            raise _error("The mail server refuses the text message.", DependencyCategory.REJECTED) from error
        except OSError as error:
            raise _error("The mail server of text messages is away.", DependencyCategory.CONNECTIVITY) from error


class NoGateway:
    """Refuses every message: an installation that chose no gateway sends none, and callers are told so."""

    name = "none"

    async def send(self, message: TextMessage) -> None:
        """Refuse.

        Raises:
            DependencyError: `text_not_sent`, always.
        """
        del message
        raise _error("This installation sends no text messages; set TEXTS_GATEWAY.", DependencyCategory.MISCONFIGURED)


def _error(text: str, category: DependencyCategory) -> DependencyError:
    is_retryable = category in {DependencyCategory.CONNECTIVITY, DependencyCategory.OVERLOADED}
    return DependencyError(text, category=category, retryable=is_retryable, code="text_not_sent")
