"""A board that labgrid holds: its console and its power by labgrid's drivers, everything else as with a line of our own.

Nothing of labgrid is imported unless a target of an environment is handed in. Its steps are kept on one stack for all threads, so what
the line's thread does goes below them: by `_read` and `_write`, which every console driver has for labgrid's own `expect`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hyp.exits import ExitCode, Stop
from hyp.line.port import LineLost, Port

SCHEME = "labgrid://"
_BYTES = 65536
_PROTOCOLS = {"power_on": ("PowerProtocol", "on"), "power_off": ("PowerProtocol", "off"), "reset": ("ResetProtocol", "reset")}

Switch = Callable[[], None]


class LabgridPort:
    """A `Port` over an active driver with ConsoleProtocol."""

    def __init__(self, target: Any, driver: Any) -> None:
        self._target = target
        self._driver = driver

    def read(self, seconds: float) -> bytes:
        from pexpect import TIMEOUT

        try:
            return bytes(self._driver._read(size=_BYTES, timeout=seconds))
        except TIMEOUT:
            return b""
        except OSError as error:
            raise LineLost(str(error)) from None

    def write(self, data: bytes) -> None:
        try:
            self._driver._write(data)
        except OSError as error:
            raise LineLost(str(error)) from None

    def flush(self) -> None:
        """labgrid's drivers write through."""

    def set_baud(self, baud: int) -> None:
        """The speed is the environment's."""

    def send_break(self) -> None:
        """labgrid's console protocol has none."""

    def close(self) -> None:
        with suppress(Exception):  # drivers fail as they like when their resource is gone
            self._target.deactivate(self._driver)

    def now(self) -> float:
        return time.monotonic()


def opener_of(target: Any) -> Callable[[str, int], Port]:
    """Opens the console of a labgrid target. The speed is the environment's, not ours."""

    def open_console(url: str, baud: int) -> Port:
        try:
            driver = target.get_driver("ConsoleProtocol")
        except Exception as error:  # noqa: BLE001 - labgrid's own and its drivers' exceptions have no common kind
            raise Stop(ExitCode.ENVIRONMENT, str(error) or type(error).__name__) from None
        return LabgridPort(target, driver)

    return open_console


def switches_of(target: Any) -> dict[str, Switch]:
    """What labgrid can switch, by the key of the boards file whose command it stands for."""
    found: dict[str, Switch] = {}
    for key, (protocol, method) in _PROTOCOLS.items():
        with suppress(Exception):  # no such driver in this target
            found[key] = getattr(target.get_driver(protocol), method)
    return found
