"""A real PostgreSQL for tests: own folder, own port, stopped by its own process id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

START_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class PostgresServer:
    """A running server on the loopback address."""

    port: int
    binaries: Path
    folder: Path
    as_user: Sequence[str]

    def start(self) -> None:
        """Start it; returns when it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        self._control("-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, as a crash would: connections are cut, the next start recovers."""
        self._control("-m", "immediate", "stop")

    def freeze(self) -> None:
        """Let it hang: connections stay, and nothing is answered until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Answer again, after `freeze`."""
        self._signal(signal.SIGCONT)

    def _control(self, *arguments: object) -> None:
        pg_ctl = [self.binaries / "pg_ctl", "-D", self.folder / "data", "-w", "-t", str(START_TIMEOUT_SECONDS)]
        _run(self.as_user, [*pg_ctl, *arguments])

    def _signal(self, number: signal.Signals) -> None:
        postmaster = psutil.Process(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]))
        for process in (postmaster, *postmaster.children(recursive=True)):
            process.send_signal(number)

    def create_database(self, template: str | None = None) -> str:
        """Create an empty database, or a copy of one that nobody is connected to; return its SQLAlchemy address."""
        name = f"t{uuid.uuid4().hex}"
        copied = "" if template is None else f' TEMPLATE "{template.rpartition("/")[2]}"'
        self._psql("postgres", f'CREATE DATABASE "{name}"{copied}')
        return f"postgresql+asyncpg://tingzhi@127.0.0.1:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Drop a database made by `create_database`, cutting connections left open."""
        self._psql("postgres", f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def _psql(self, database: str, statement: str) -> None:
        subprocess.run(
            [
                self.binaries / "psql",
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-U",
                "tingzhi",
                "-qc",
                statement,
                database,
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


def find_binaries() -> Path:
    """Return the folder of initdb, pg_ctl and psql.

    Raises:
        RuntimeError: No PostgreSQL is installed; `make test` installs Debian's.
    """
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    if not installed and not on_path:
        raise RuntimeError("PostgreSQL is not installed: run `make test`, which installs Debian's package")
    return installed[-1] if installed else Path(str(on_path)).parent


@contextmanager
def run_postgres() -> Iterator[PostgresServer]:
    """Start a server in a temporary folder and stop it at the end."""
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="tingzhi-postgres-"))
    data, log = folder / "data", folder / "log"
    data.mkdir()
    as_user = _unprivileged(folder)
    try:
        initdb = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "tingzhi",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ]
        _run(as_user, initdb)
        server = PostgresServer(_free_port(), binaries, folder, as_user)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    except subprocess.CalledProcessError as error:
        kept = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise RuntimeError(f"PostgreSQL failed: {error.stderr!r}\n{kept}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> list[str]:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody", "nogroup")
    shutil.chown(folder / "data", "nobody", "nogroup")
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", f"HOME={folder}"]


def _run(as_user: Sequence[str], command: Sequence[object]) -> None:
    # Output goes to files: a server that inherits a pipe would keep it open and block the reader for ever.
    with tempfile.TemporaryFile() as output:
        process = subprocess.run(
            [*as_user, *map(str, command)], stdout=output, stderr=output, timeout=START_TIMEOUT_SECONDS * 2, cwd="/"
        )
        if process.returncode:
            output.seek(0)
            raise subprocess.CalledProcessError(process.returncode, process.args, stderr=output.read()[-2000:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
