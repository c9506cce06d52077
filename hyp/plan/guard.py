"""What `guard: auto` means: the kernel's share at the end of every window."""

from __future__ import annotations

from hyp.plan.model import Costs

STEP_NS = 100
"""The guard is a whole number of these, so that a figure measured a little differently seldom moves it."""
MARK_SPIN_NS = 300
"""What showing a window's start takes besides its writes: some 100 instructions on the slowest board that was tried."""
_WRITES = {"parallel": 1, "uart-modem": 3}
"""Of `monitor.lines`: the data lines; RTS down, RTS and DTR up, the identity byte."""


def needed(costs: Costs, lines: str | None = None, rest_ns: int = 0) -> int:
    """ns: the board's longest kernel path and a switch, with the monitor's `lines` their writes too, and `rest_ns` for which they have to
    be at rest before that; rounded up to a whole STEP_NS.
    """
    return -(-(costs.kernel_path_ns + costs.switch_ns + mark_ns(costs, lines) + rest_ns) // STEP_NS) * STEP_NS


def mark_ns(costs: Costs, lines: str | None) -> int:
    """ns that showing a window's start takes at the most: how long before the release the kernel begins with it; 0 without a monitor."""
    return 0 if lines is None else MARK_SPIN_NS + _WRITES[lines] * costs.io_write_ns
