"""The schedule monitor at a board's pins as a witness of the test's runs."""

from __future__ import annotations

from hyp.lab.control import Control
from hyp.monitor.beside import Background, monitored
from hyp.monitor.witness import Witness
from hyp.target.bundle import Bundle


class BoardMonitor:
    """Listens from a start of the board to the verdict on what it said, or to its next start."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._beside: Background | None = None

    def begin(self, image: Bundle) -> None:
        """The board is about to be started. Stop as of `monitored`."""
        self.end()
        self._beside = monitored(image.manifest, self._control)
        if self._beside is not None:
            self._beside.start()

    def end(self) -> Witness | None:
        """The witness, if the board has a monitor and was started since the last end."""
        beside, self._beside = self._beside, None
        if beside is None:
            return None
        beside.end()
        return beside.witness
