"""The monitor as far as it could be read."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.plan.model import Monitor, MonitorProof, MonitorReset


@dataclass(frozen=True)
class DraftMonitor:
    """`device` None: neither written nor to be found on the board. `silence` 0: not written."""

    lines: str
    device: str | None
    baud: int
    clock: int
    accuracy: int
    jitter: int
    filter: int
    silence: int
    drift_frames: int
    host_baud: int
    reset: MonitorReset | None
    proof: MonitorProof | None

    def finished(self, longest_frame: int) -> Monitor:
        """Raises AssertionError when it has no device although nothing was reported."""
        if self.device is None:
            raise AssertionError("the monitor has no device and nothing was reported")
        return Monitor(
            lines=self.lines,
            device=self.device,
            baud=self.baud,
            clock_hz=self.clock,
            accuracy_ppm=self.accuracy,
            jitter_ns=self.jitter,
            filter_ns=self.filter,
            silence_ns=self.silence or longest_frame,
            drift_frames=self.drift_frames,
            host_baud=self.host_baud,
            reset=self.reset,
            proof=self.proof,
        )
