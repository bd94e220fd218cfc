"""Brings Asterisk from Debian's packages without root: downloaded, unpacked into the shared cache, asserted.

The packages are resolved against an empty dpkg status in an apt root of their own, so the machine's own packages stay
as they are; Asterisk then runs with the C library it was built for. The archive is the one that this machine's apt
uses. The newest suite that has a new enough Asterisk floats, so the checksums of what was unpacked lie beside it (ADR
25).
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.errors import MisconfiguredError
from kit.settings import CACHE_DIR

ASTERISK_DIR = CACHE_DIR / "asterisk"
MINIMUM_VERSION = (22, 6)
"""Below it ConfBridge recordings and `TryExec` answers differ from what was measured (ADR 25)."""
PACKAGES = ("asterisk", "asterisk-modules", "asterisk-core-sounds-en-gsm", "asterisk-core-sounds-en-wav")
SUITES = ("forky", "sid")
"""Debian suites with Asterisk 22, newest stable candidate first; Debian 12 and 13 have none."""
DOWNLOAD_TIMEOUT_SECONDS = 900.0
COMMAND_TIMEOUT_SECONDS = 60.0
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class AsteriskFiles:
    """An unpacked Asterisk.

    Attributes:
        root: Folder with `usr/`, as Debian lays it out.
        version: Such as `(22, 10, 1)`.
    """

    root: Path
    version: tuple[int, ...]

    @property
    def libraries(self) -> Path:
        """Folder of the C library and of Asterisk's modules."""
        return self.root / "usr" / "lib" / f"{platform.machine()}-linux-gnu"

    @property
    def command(self) -> list[str | Path]:
        """Beginning of every command line: the loader of the unpacked C library, and Asterisk."""
        return _command(self.root)

    @property
    def environment(self) -> Mapping[str, str]:
        """Environment for the process: OpenSSL must not read the machine's own configuration and modules."""
        return {**os.environ, "OPENSSL_CONF": "/dev/null", "OPENSSL_MODULES": str(self.libraries / "ossl-modules")}


def _libraries(root: Path) -> Path:
    return root / "usr" / "lib" / f"{platform.machine()}-linux-gnu"


def _command(root: Path) -> list[str | Path]:
    libraries = _libraries(root)
    loader = next(iter(sorted(libraries.glob("ld-linux-*.so.*"))), libraries / "ld-linux-x86-64.so.2")
    return [loader, "--library-path", libraries, "--argv0", "asterisk", root / "usr" / "sbin" / "asterisk"]


def find_asterisk(folder: Path = ASTERISK_DIR) -> AsteriskFiles | None:
    """Return the unpacked Asterisk, or None when it is not there or too old."""
    root = folder / "root"
    if not (folder / "packages.sha256").is_file():
        return None
    version = _read_version(root)
    return AsteriskFiles(root, version) if version is not None and version >= MINIMUM_VERSION else None


def ensure_asterisk(say: Say, folder: Path = ASTERISK_DIR) -> AsteriskFiles:
    """Return the unpacked Asterisk; bring it first where it is missing.

    Raises:
        MisconfiguredError: It cannot be brought here; the message says why and what to do.
    """
    found = find_asterisk(folder)
    if found is not None:
        return found
    _require_tools()
    problems: list[str] = []
    for suite in SUITES:
        say(f"fetching Asterisk from Debian {suite} (97 MB, unpacked 292 MB)")
        try:
            return _fetch(suite, folder)
        except (subprocess.SubprocessError, OSError, MisconfiguredError) as error:
            problems.append(f"{suite}: {_short(error)}")
    raise MisconfiguredError(
        f"Asterisk could not be fetched ({'; '.join(problems)}). Check that apt-get works here, or set "
        "CTI_HOST and CTI_AMI_PORT to an Asterisk of your own, version 22.6 or newer."
    )


def _require_tools() -> None:
    missing = [tool for tool in ("apt-get", "dpkg-deb") if shutil.which(tool) is None]
    if missing:
        raise MisconfiguredError(
            f"Asterisk is unpacked from Debian packages, and this machine has no {' and no '.join(missing)}. Install "
            "Asterisk 22.6 or newer yourself and set CTI_HOST and CTI_AMI_PORT."
        )


def _fetch(suite: str, folder: Path) -> AsteriskFiles:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="asterisk.", dir=folder.parent) as name:
        work = Path(name)
        archives = _download(suite, work / "apt")
        root = work / "new" / "root"
        root.mkdir(parents=True)
        for archive in archives:
            _run(["dpkg-deb", "-x", archive, root])
        # Debian's own script after the installation makes this link.
        (root / "usr/share/asterisk/sounds/en").symlink_to("en_US_f_Allison")
        version = _read_version(root)
        if version is None or version < MINIMUM_VERSION:
            raise MisconfiguredError(f"Asterisk {_dotted(version)} is older than {_dotted(MINIMUM_VERSION)}")
        sums = _run(["sha256sum", *(archive.name for archive in archives)], cwd=archives[0].parent)
        (work / "new" / "packages.sha256").write_text(sums)
        shutil.rmtree(folder, ignore_errors=True)
        (work / "new").rename(folder)
    return AsteriskFiles(folder / "root", version)


def _download(suite: str, apt: Path) -> list[Path]:
    for part in ("state/lists/partial", "cache/archives/partial", "etc/preferences.d", "etc/apt.conf.d"):
        (apt / part).mkdir(parents=True)
    (apt / "status").touch()
    signed = f"[signed-by={KEYRING}] " if KEYRING.is_file() else ""
    (apt / "sources.list").write_text(f"deb {signed}{_archive_address()} {suite} main\n")
    settings = {
        "Dir::State": apt / "state",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt / "cache",
        "Dir::Etc": apt / "etc",
        "Dir::Etc::sourcelist": apt / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": os.environ.get("USER", "root"),
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "true",
    }
    options = [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
    _run(["apt-get", *options, "-qq", "update"], timeout=DOWNLOAD_TIMEOUT_SECONDS)
    _run(["apt-get", *options, "-qq", "-y", "--download-only", "install", *PACKAGES], timeout=DOWNLOAD_TIMEOUT_SECONDS)
    return sorted((apt / "cache" / "archives").glob("*.deb"))


def _archive_address() -> str:
    """Return the address of the archive that this machine's apt uses for its own system."""
    listed = _run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"])
    for line in listed.splitlines():
        address, _, codename = line.partition(" ")
        if codename and "-" not in codename and "security" not in address:
            return address
    raise MisconfiguredError("apt has no Debian archive; see apt-get indextargets")


def _read_version(root: Path) -> tuple[int, ...] | None:
    if not (root / "usr/sbin/asterisk").is_file():
        return None
    try:
        text = _run([*_command(root), "-V"])
    except (subprocess.SubprocessError, OSError):
        return None
    found = re.search(r"Asterisk (\d+(?:\.\d+)+)", text)
    return tuple(int(part) for part in found[1].split(".")) if found else None


def _run(command: Sequence[str | Path], *, cwd: Path | None = None, timeout: float = COMMAND_TIMEOUT_SECONDS) -> str:
    done = subprocess.run(
        command, cwd=cwd, timeout=timeout, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return done.stdout


def _short(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    return said.strip().splitlines()[-1][:300] if said.strip() else type(error).__name__


def _dotted(version: Sequence[int] | None) -> str:
    return ".".join(map(str, version)) if version else "of an unknown version"


def main() -> None:
    """Bring Asterisk: `python -m cti_adapter.asterisk.packages`."""

    def say(text: str) -> None:
        sys.stderr.write(f"» {text}\n")

    try:
        files = ensure_asterisk(say)
    except MisconfiguredError as error:
        sys.stderr.write(f"error: {error.message}\n")
        sys.exit(1)
    say(f"Asterisk {_dotted(files.version)} is in {files.root.parent}")


if __name__ == "__main__":
    main()
