"""Puts a plan in force on the exchange of this machine, which another process of ours may have started."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

from cti_adapter.asterisk.configuration import InstanceFolders, render
from cti_adapter.asterisk.packages import find_asterisk
from cti_adapter.asterisk.plan import PBXPlan, check_plan
from cti_adapter.asterisk.plan_file import find_plan, save_plan
from cti_adapter.asterisk.process import AsteriskProcess
from kit.errors import DependencyCategory, DependencyError

ASTERISK_FOLDER = "asterisk"
"""Folder of the instance below `CTISettings.data_dir`."""


class ExchangeSilentError(DependencyError):
    """The exchange of this machine did not answer in time."""

    code = "pbx_silent"
    http_status = 503

    def __init__(self) -> None:
        text = "Asterisk did not answer in time; whether it took the configuration is not known. Try again."
        super().__init__(text, category=DependencyCategory.TIMEOUT, retryable=True)


class LocalExchange:
    """The exchange whose plan lies in a folder of this machine.

    Args:
        folder: `CTISettings.data_dir`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_plan(self) -> PBXPlan | None:
        """Return its plan; None where this machine has no exchange.

        Raises:
            MisconfiguredError: The file is damaged.
        """
        return find_plan(self._folder)

    def preview(self, plan: PBXPlan) -> dict[str, str]:
        """Return the files with numbers and queues as the plan makes them; they hold no password.

        Raises:
            InvalidInputError: The plan cannot be used.
        """
        folder = self._folder / ASTERISK_FOLDER
        files = render(plan, InstanceFolders(folder, folder / "modules", folder / "share"))
        return {name: files[name] for name in ("numbers.conf", "queues.conf")}

    def apply(self, plan: PBXPlan) -> bool:
        """Put a plan in force without dropping a call; tells whether an exchange runs that took it. Takes seconds.

        Where none runs, the plan is kept for the next start.

        Raises:
            InvalidInputError: The plan cannot be used; nothing was changed.
            ConfigurationRefusedError: Asterisk did not take it; the earlier one stays.
            ExchangeSilentError: It did not answer in time.
        """
        check_plan(plan)
        before = self.find_plan()
        files = find_asterisk()
        is_running = False
        if files is not None and before is not None:
            process = AsteriskProcess(files, before, self._folder / ASTERISK_FOLDER)
            try:
                is_running = self._runs(process)
                if is_running:
                    process.apply(plan)
            except subprocess.TimeoutExpired as error:
                raise ExchangeSilentError from error
        save_plan(plan, self._folder)
        return is_running

    @staticmethod
    def _runs(process: AsteriskProcess) -> bool:
        if not (process.folder / "etc" / "asterisk.conf").is_file():
            return False
        with suppress(OSError):
            return "Asterisk" in process.ask("core show version")
        return False
