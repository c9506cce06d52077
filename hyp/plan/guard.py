"""What `guard: auto` means: the kernel's share at the end of every window."""

from __future__ import annotations

from hyp.plan.model import Costs

STEP_NS = 100
"""The guard is a whole number of these, so that a figure measured a little differently seldom moves it."""


def needed(costs: Costs) -> int:
    """ns: the board's longest kernel path and a switch, rounded up to a whole STEP_NS."""
    return -(-(costs.kernel_path_ns + costs.switch_ns) // STEP_NS) * STEP_NS
