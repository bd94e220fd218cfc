"""One running Asterisk: its folder, its process, its command line. Several run side by side on ports of their own."""

from __future__ import annotations

import array
import math
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import wave
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cti_adapter.asterisk.configuration import InstanceFolders, render
from cti_adapter.asterisk.packages import AsteriskFiles
from cti_adapter.asterisk.plan import PBXAddresses, PBXPlan, TLSPlan
from kit.errors import DependencyCategory, DependencyError, MisconfiguredError

START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 10.0
CLI_TIMEOUT_SECONDS = 20.0
_POLL_SECONDS = 0.1
_FOLDERS = (
    "etc",
    "lib",
    "keys",
    "agi-bin",
    "spool/monitor",
    "run",
    "log/cdr-csv",
    "log/cel-custom",
    "cache",
    "recordings",
    "music",
)
_LOOPBACK = "127.0.0.1"


class AsteriskStartError(DependencyError):
    """Asterisk did not start; the message carries the end of its log."""

    code = "pbx_not_started"
    http_status = 503

    def __init__(self, message: str) -> None:
        super().__init__(message, category=DependencyCategory.MISCONFIGURED, retryable=False)


class ConfigurationRefusedError(DependencyError):
    """Asterisk read a new configuration and does not have what stands in it; the earlier one is back in force."""

    code = "pbx_configuration_refused"
    http_status = 502

    def __init__(self, part: str) -> None:
        super().__init__(
            f"Asterisk did not take {part}; the earlier configuration is in force again. Look into its log.",
            category=DependencyCategory.MISCONFIGURED,
            retryable=False,
        )


@dataclass
class AsteriskProcess:
    """One Asterisk on a plan of its own; `start` it again after `kill` and it reads the same configuration.

    Attributes:
        files: The unpacked Asterisk.
        plan: What it is made of.
        folder: Folder of this instance; made when it is missing.
        ends_with_parent: Whether it ends when the process that started it is killed.
    """

    files: AsteriskFiles
    plan: PBXPlan
    folder: Path
    ends_with_parent: bool = False
    _process: subprocess.Popen[bytes] | None = None

    @property
    def folders(self) -> InstanceFolders:
        """Where its files are."""
        return InstanceFolders(
            self.folder.resolve(),
            modules=self.files.libraries / "asterisk" / "modules",
            share=self.files.root / "usr" / "share" / "asterisk",
        )

    @property
    def is_running(self) -> bool:
        """Whether the process that we started lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id; 0 when it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else 0

    def write(self) -> None:
        """Write the configuration directory.

        Raises:
            InvalidInputError: The plan cannot be used; nothing was written.
        """
        files = render(self.plan, self.folders)
        for name in _FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = self.folder / "etc" / name
            path.touch(mode=0o600)
            path.write_text(text)
        music = self.folders.music / "hold.wav"
        if self.plan.music is None and not music.exists():
            _write_tone(music)

    def start(self) -> None:
        """Write the configuration, start the process and return once it takes calls.

        Raises:
            InvalidInputError: The plan cannot be used.
            MisconfiguredError: A port is taken.
            AsteriskStartError: It ended, or was not ready in time.
        """
        if self.is_running:
            return
        self.write()
        _require_free_ports(self.plan)
        if self.plan.tls is not None:
            _require_certificate(self.plan.tls)
        # Pauses and registrations of an earlier run are another day's.
        for stale in (self.folder / "lib").glob("astdb.sqlite3*"):
            stale.unlink()
        with (self.folder / "log" / "console").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *_nice(),
                    *_leash(self.ends_with_parent),
                    *self.files.command,
                    "-C",
                    self.folder.resolve() / "etc" / "asterisk.conf",
                    "-f",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.files.environment,
                start_new_session=True,
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running:
                raise AsteriskStartError(f"Asterisk ended at its start: {self._last_lines()}")
            with suppress(subprocess.SubprocessError, OSError):
                if "fully booted" in self.ask("core waitfullybooted"):
                    return
            time.sleep(_POLL_SECONDS)
        self.kill()
        raise AsteriskStartError(f"Asterisk was not ready after {START_TIMEOUT_SECONDS:g} s: {self._last_lines()}")

    def ask(self, command: str) -> str:
        """Run one command of Asterisk's own command line and return what it prints."""
        done = subprocess.run(
            [*self.files.command, "-C", self.folder.resolve() / "etc" / "asterisk.conf", "-rx", command],
            capture_output=True,
            text=True,
            timeout=CLI_TIMEOUT_SECONDS,
            env=self.files.environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return done.stdout

    def apply(self, plan: PBXPlan) -> None:
        """Change the running exchange to another plan without dropping a call; its addresses stay.

        Raises:
            InvalidInputError: The plan cannot be used; the running configuration stays.
            ConfigurationRefusedError: Asterisk did not take it; it has the earlier configuration again.
        """
        wanted = replace(plan, addresses=self.plan.addresses)
        render(wanted, self.folders)
        before = self.plan
        self.plan = wanted
        try:
            self._reload()
        except ConfigurationRefusedError:
            self.plan = before
            self._reload()
            raise

    def _reload(self) -> None:
        self.write()
        for part in (
            "module reload res_pjsip.so",
            "dialplan reload",
            "queue reload all",
            "module reload res_musiconhold.so",
        ):
            self.ask(part)
        for number in self.plan.numbers:
            if f"'{number.number}' =>" not in self.ask(f"dialplan show {number.number}@from-trunk"):
                raise ConfigurationRefusedError(f"the number {number.number}")
        known = self.ask("queue show")
        for queue in self.plan.queues:
            if not any(line.startswith(f"{queue.name} ") for line in known.splitlines()):
                raise ConfigurationRefusedError(f"the queue {queue.name}")

    def stop(self) -> None:
        """End the process; calls in it end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process as a crash would."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_TIMEOUT_SECONDS)
        self._process = None

    def _last_lines(self) -> str:
        path = self.folder / "log" / "console"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        errors = [line for line in lines if "ERROR" in line] or lines
        return " | ".join(errors[-3:]) or "it wrote nothing"


def _nice() -> list[str]:
    """Let voice go before everything else where we may."""
    return ["nice", "-n", "-10"] if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("nice") else []


def _leash(ends_with_parent: bool) -> list[str]:
    """Let the kernel end the process with ours, where util-linux is there to ask for it."""
    return ["setpriv", "--pdeathsig", "TERM"] if ends_with_parent and shutil.which("setpriv") else []


def _require_free_ports(plan: PBXPlan) -> None:
    addresses = plan.addresses
    wanted = {
        "sip_port": (addresses.sip_port, socket.SOCK_DGRAM),
        "ami_port": (addresses.ami_port, socket.SOCK_STREAM),
        "http_port": (addresses.http_port, socket.SOCK_STREAM),
    }
    if plan.tls is not None:
        wanted["tls_port"] = (plan.tls.port, socket.SOCK_STREAM)
    for name, (port, kind) in wanted.items():
        with closing(socket.socket(socket.AF_INET, kind)) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((addresses.host, port))
            except OSError as error:
                raise MisconfiguredError(
                    f"Asterisk cannot listen on {addresses.host}:{port} (CTI_{name.upper()}): {error.strerror}. "
                    "Set another port or end what listens there."
                ) from error


def _require_certificate(tls: TLSPlan) -> None:
    """Refuse files that Asterisk would log an error about, and start without encrypted SIP."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # A key with a password is refused: nobody types it when the exchange starts.
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: "")
        if tls.authority is not None:
            context.load_verify_locations(tls.authority)
    except (OSError, ssl.SSLError) as error:
        raise MisconfiguredError(
            f"The certificate for encrypted SIP cannot be used ({error.strerror or type(error).__name__}): check "
            "CTI_TLS_CERTIFICATE, CTI_TLS_KEY (without a password) and CTI_TLS_AUTHORITY."
        ) from error


def free_addresses() -> PBXAddresses:
    """Return ports on loopback that nothing uses now; several exchanges in tests get different ones."""
    tcp = [_free_port(socket.SOCK_STREAM) for _ in range(2)]
    first = 10_000 + 2 * secrets.randbelow(10_000)
    return PBXAddresses(
        host=_LOOPBACK,
        sip_port=_free_port(socket.SOCK_DGRAM),
        ami_port=tcp[0],
        http_port=tcp[1],
        rtp_first_port=first,
        rtp_last_port=first + 399,
    )


def _free_port(kind: socket.SocketKind) -> int:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _write_tone(path: Path) -> None:
    """Write ten seconds of a quiet 425 Hz tone: music on hold needs a file, or waiting callers hear nothing."""
    samples = array.array("h", (int(3000 * math.sin(2 * math.pi * 425 * i / 8000)) for i in range(80_000)))
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
