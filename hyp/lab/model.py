"""A board of the lab, as the boards file and the options describe it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyp.lab.language import BAUD_DEFAULT, COMMAND_TIME_DEFAULT


@dataclass(frozen=True)
class LabBoard:
    """`board` names the board file that plans are built for; empty: the one that the plan names.

    Commands run in `folder` (the boards file's own); `image` is relative to it, too.
    """

    name: str
    board: str
    port: str
    folder: Path
    trace_port: str | None = None
    monitor: str | None = None
    baud: int = BAUD_DEFAULT
    power_on: str | None = None
    power_off: str | None = None
    reset: str | None = None
    load: str | None = None
    boot_baud: int | None = None
    image: str | None = None
    command_time_ns: int = COMMAND_TIME_DEFAULT
    features: tuple[str, ...] = ()

    @property
    def has_loader(self) -> bool:
        """Whether images reach it over its line, through the serial loader that it was started with."""
        return self.load is None and self.image is None

    @property
    def can_start(self) -> bool:
        """Whether a command starts it; else somebody has to."""
        return self.power_on is not None or self.reset is not None
